"""What somebody was about to do when his second factor was asked for, and going on with it.

A form is kept as it was typed and is sent by its reader's own hand afterwards, through the whole
house: nothing is done behind a question that was meant to stop it (docs/adr/0051).
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from kernel.clock import utc_now

SESSION_KEY: Final = "suspended"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_FOR: Final = timedelta(minutes=30)
# A form of ours is far below; a table that was pasted is not kept in a session.
CHARACTERS_MAX: Final = 65_536
TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105
SECRET: Final = "password"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """A page that was asked for, or a form that was sent: `fields` are names and values.

    `page` is where the form stands. `is_whole` is False where not all of it could be kept: a
    file, a password, more than fits.
    """

    address: str
    page: str
    is_form: bool
    fields: list[list[str]]
    is_whole: bool
    at: float


def suspend(request: HttpRequest, *, now: datetime) -> Suspended:
    """Keep what was asked for in the session, in the place of what was kept before."""
    is_form = request.method not in READING
    fields = _fields(request) if is_form else []
    is_whole = _is_whole(request, fields)
    kept = Suspended(
        address=request.get_full_path() if is_form else page_of(request),
        page=_came_from(request) if is_form else page_of(request),
        is_form=is_form,
        fields=fields if is_whole else [],
        is_whole=is_whole,
        at=now.timestamp(),
    )
    request.session[SESSION_KEY] = asdict(kept)
    return kept


def suspended(request: HttpRequest, *, now: datetime) -> Suspended | None:
    """Return what waits to be gone on with; None where nothing does, or for too long."""
    kept = request.session.get(SESSION_KEY)
    if kept is None or now.timestamp() - kept["at"] >= KEPT_FOR.total_seconds():
        return None
    return Suspended(**kept)


def forget_what_goes_on(request: HttpRequest) -> None:
    """Let a page or a form wait no longer that is asked for or sent now."""
    kept = request.session.get(SESSION_KEY)
    if kept is None or kept["address"] != request.get_full_path():
        return
    if kept["is_form"] == (request.method not in READING):
        del request.session[SESSION_KEY]


def page_of(request: HttpRequest) -> str:
    """Return the address of the page that is read: of a part that htmx draws anew, the whole's."""
    whole = request.headers.get("HX-Current-URL", "") if "HX-Request" in request.headers else ""
    return _own(request, whole) or request.get_full_path()


def _came_from(request: HttpRequest) -> str:
    return _own(request, request.headers.get("Referer", "")) or "/"


def _own(request: HttpRequest, url: str) -> str:
    """Return the path of an address of this house; '' of any other."""
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(url)
    # A path that begins with two strokes would be read as another house's name.
    path = parts.path if not parts.path.startswith(("//", "/\\")) else ""
    return f"{path}?{parts.query}" if path and parts.query else path


def _fields(request: HttpRequest) -> list[list[str]]:
    return [
        [name, value] for name, values in request.POST.lists() if name != TOKEN for value in values
    ]


def _is_whole(request: HttpRequest, fields: list[list[str]]) -> bool:
    if request.FILES or any(SECRET in name for name, _value in fields):
        return False
    return sum(len(name) + len(value) for name, value in fields) <= CHARACTERS_MAX


class ResumeView(LoginRequiredMixin, View):
    """Back to what one was doing: to the page, or to the form with a button that sends it."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead there."""
        kept = suspended(request, now=utc_now())
        if kept is None:
            return redirect("overview")
        if kept.is_form:
            return render(request, "portal/resume.html", {"kept": kept})
        del request.session[SESSION_KEY]
        return redirect(kept.address)
