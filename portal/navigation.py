"""The desks of the portal: whoever is signed in is shown the pages that he may see, no others."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Rule
from portal.access import (
    AUDIT_READERS,
    BILL_READERS,
    FUND_READERS,
    OVERVIEW_READERS,
    RUN_READERS,
    USAGE_READERS,
    rights_of,
    viewer,
)
from portal.operator_desk import DESK_PAGES, DESK_READERS
from portal.verification.access import OFFICERS, PAYERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A page of the navigation, the pages below it, and who may see them."""

    name: str
    text: Promise
    rule: Rule
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLink:
    """An entry of the navigation; `current` is what aria-current says of it."""

    text: Promise
    url: str
    current: str


DESKS: Final = (
    Desk(name="overview", text=_("Settlement"), rule=OVERVIEW_READERS),
    Desk(name="usage", text=_("Usage"), rule=USAGE_READERS, below=("usage-why",)),
    Desk(name="wallet", text=_("Balance"), rule=BILL_READERS),
    Desk(name="estimate", text=_("Price estimate"), rule=USAGE_READERS),
    Desk(name="bills", text=_("Bills"), rule=BILL_READERS, below=("bill",)),
    Desk(name="settlement-run", text=_("Settlement run"), rule=RUN_READERS),
    Desk(name="funds", text=_("Funds"), rule=FUND_READERS, below=("fund",)),
    Desk(name="audit", text=_("Decisions"), rule=AUDIT_READERS, below=("audit-entry",)),
    Desk(name="operator-sources", text=_("Operations"), rule=DESK_READERS, below=DESK_PAGES),
    Desk(
        name="verification-queue",
        text=_("Verification"),
        rule=OFFICERS,
        below=("verification-case",),
    ),
    Desk(name="verification-payments", text=_("Verification payments"), rule=PAYERS),
)


def desks(request: HttpRequest) -> list[DeskLink]:
    """Return the entries for who asks; a stranger is shown none.

    A page of an error may be drawn before anybody asked who it is.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    rights = rights_of(request)
    return [
        DeskLink(text=desk.text, url=reverse(desk.name), current=_current(desk, request))
        for desk in DESKS
        if viewer(rights=rights, rule=desk.rule) is not None
    ]


def _current(desk: Desk, request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    if match.url_name == desk.name:
        return "page"
    return "true" if match.url_name in desk.below else ""
