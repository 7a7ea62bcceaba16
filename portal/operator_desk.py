"""What the pages of the operator's desk share: who sees them and who acts."""

from datetime import date, datetime, time
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import Rule, Staff
from portal.access import GuardedView, rights_of

DESK_READERS: Final = Rule(allowed_staff_roles={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR})
DESK_ACTORS: Final = Rule(allowed_staff_roles={Staff.OPERATOR})


class DeskView(GuardedView):
    """A page of the desk: the operator's staff act, finance and auditors read."""

    allowed_staff_roles = DESK_READERS.allowed_staff_roles

    @property
    def may_act(self) -> bool:
        """Say whether he may change anything here."""
        return Staff.OPERATOR in rights_of(self.request).staff_roles

    def page(
        self, request: HttpRequest, template: str, *, status: int = 200, **context: object
    ) -> HttpResponse:
        """Draw a page of the desk."""
        context |= {"may_act": self.may_act}
        return render(request, f"portal/operator/{template}", context, status=status)


class ActingView(DeskView):
    """Something that only the operator's staff do; it is sent by a form of a page."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = DESK_ACTORS.allowed_staff_roles


def chosen_texts(request: HttpRequest, names: tuple[str, ...]) -> dict[str, str]:
    """Return what the filters of a list say, without what no column can keep."""
    return {name: request.GET.get(name, "").replace("\0", "").strip() for name in names}


def address_of(chosen: dict[str, str]) -> str:
    """Return filters as the query of an address."""
    return urlencode({name: text for name, text in chosen.items() if text})


def local_midnight(day: date | None) -> datetime | None:
    """Return the first instant of a day of the billing time zone."""
    if day is None:
        return None
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))
