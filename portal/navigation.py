"""The way through the portal: desks, and the pages of the desk that one is at.

Whoever is signed in is shown the pages that he may see, no others; somebody with one desk is
shown its pages alone.
"""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Rule
from portal.access import (
    AUDIT_READERS,
    BANK_READERS,
    BILL_READERS,
    FUND_READERS,
    OVERVIEW_READERS,
    RUN_READERS,
    SETTLED_READERS,
    USAGE_READERS,
    rights_of,
    viewer,
)
from portal.operator_desk import DESK_READERS
from portal.verification.access import OFFICERS, PAYERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a desk, who may see it, and the names of the pages that it leads to.

    Nothing of a sandbox is settled, paid in or sold in advance: such a page is not of sandboxes.
    """

    name: str
    text: Promise
    rule: Rule
    below: tuple[str, ...] = ()
    is_of_sandboxes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The pages of one line of work."""

    text: Promise
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as it is drawn; `current` is what aria-current says of it."""

    text: Promise
    url: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The desks of who asks, when there are several, and the pages of the one he is at."""

    desks: tuple[Link, ...] = ()
    pages: tuple[Link, ...] = ()


COMPUTE: Final = Desk(
    text=_("Compute"),
    pages=(
        Page(
            name="overview",
            text=_("Overview"),
            rule=OVERVIEW_READERS,
            is_of_sandboxes=False,
        ),
        Page(name="usage", text=_("Usage"), rule=USAGE_READERS, below=("usage-why",)),
        Page(
            name="settled",
            text=_("Settlement"),
            rule=SETTLED_READERS,
            is_of_sandboxes=False,
        ),
        Page(name="tenant-holds", text=_("Holds"), rule=USAGE_READERS, below=("tenant-hold",)),
        Page(name="estimate", text=_("Price estimate"), rule=USAGE_READERS),
        Page(
            name="packages",
            text=_("Packages"),
            rule=BILL_READERS,
            below=("package", "package-order"),
            is_of_sandboxes=False,
        ),
    ),
)
MONEY: Final = Desk(
    text=_("Money"),
    pages=(
        Page(name="wallet", text=_("Balance"), rule=BILL_READERS, below=("tenant-lot",)),
        Page(
            name="payments",
            text=_("Top-ups"),
            rule=BILL_READERS,
            below=("pay-in", "top-up", "auto-top-up", "top-up-refund"),
            is_of_sandboxes=False,
        ),
        Page(
            name="bank-transfer",
            text=_("Bank transfer"),
            rule=BILL_READERS,
            is_of_sandboxes=False,
        ),
        Page(
            name="budgets",
            text=_("Budgets"),
            rule=BILL_READERS,
            below=("budget", "budget-new", "budget-edit"),
        ),
    ),
)
BILLING: Final = Desk(
    text=_("Billing"),
    pages=(
        Page(name="bills", text=_("Bills"), rule=BILL_READERS, below=("bill",)),
        Page(
            name="receivables",
            text=_("Payables"),
            rule=BILL_READERS,
            below=("account-statement",),
        ),
        Page(
            name="own-disputes",
            text=_("Disputes"),
            rule=BILL_READERS,
            below=("own-dispute", "usage-dispute-new", "own-dispute-escalate"),
        ),
        Page(
            name="einvoices",
            text=_("E-invoices"),
            rule=BILL_READERS,
            below=("einvoice", "einvoice-request"),
            is_of_sandboxes=False,
        ),
    ),
)
SUPPORT: Final = Desk(
    text=_("Subsidies"),
    pages=(
        Page(
            name="prospects",
            text=_("Subsidies"),
            rule=BILL_READERS,
            below=("prospect", "programmes", "programme", "public-notices", "public-notice"),
            is_of_sandboxes=False,
        ),
    ),
)
OPERATIONS: Final = Desk(
    text=_("Operations"),
    pages=(
        Page(name="operator-sources", text=_("Sources"), rule=DESK_READERS),
        Page(name="operator-deliveries", text=_("Deliveries"), rule=DESK_READERS),
        Page(
            name="operator-rejects",
            text=_("Rejects"),
            rule=DESK_READERS,
            below=(
                "operator-reject",
                "operator-retry",
                "operator-map-account",
                "operator-ask-retry",
            ),
        ),
        Page(
            name="operator-conflicts",
            text=_("Conflicts"),
            rule=DESK_READERS,
            below=("operator-conflict", "operator-decide"),
        ),
        Page(
            name="operator-disputes",
            text=_("Disputed use"),
            rule=DESK_READERS,
            below=("operator-dispute",),
        ),
        Page(
            name="operator-prices",
            text=_("Prices"),
            rule=DESK_READERS,
            below=("operator-draft", "operator-propose-price"),
        ),
        Page(
            name="operator-packages",
            text=_("Package sales"),
            rule=DESK_READERS,
            below=("operator-package-offer", "operator-propose-package"),
        ),
        Page(name="operator-enforcement", text=_("To be stopped"), rule=DESK_READERS),
        Page(name="operator-clusters", text=_("Clusters"), rule=DESK_READERS),
        Page(
            name="operator-reconciliation",
            text=_("Reconciliation"),
            rule=DESK_READERS,
            below=("operator-totals", "operator-deliver-totals", "operator-explain"),
        ),
        Page(name="operator-payments", text=_("Payments"), rule=DESK_READERS),
        Page(
            name="operator-statements",
            text=_("Statements"),
            rule=DESK_READERS,
            below=("operator-statement",),
        ),
        Page(
            name="operator-payouts",
            text=_("Payouts"),
            rule=DESK_READERS,
            below=(
                "operator-payout",
                "operator-payout-account",
                "operator-connect",
                "operator-connect-start",
                "operator-connect-rail",
            ),
        ),
    ),
)
PUBLIC_MONEY: Final = Desk(
    text=_("Public money"),
    pages=(
        Page(name="settlement-run", text=_("Settlement run"), rule=RUN_READERS),
        Page(name="bank", text=_("Transfers by bank"), rule=BANK_READERS, below=("bank-line",)),
        Page(
            name="cash",
            text=_("Cash"),
            rule=BANK_READERS,
            below=("cash-day", "cash-differences", "cash-difference", "cash-pair", "cash-propose"),
        ),
        Page(
            name="payout-runs",
            text=_("Payout runs"),
            rule=BANK_READERS,
            below=(
                "payout-run",
                "payout-propose",
                "payout-result",
                "payout-reversals",
                "payout-reversal-propose",
            ),
        ),
        Page(name="credit-limits", text=_("Credit limits"), rule=BANK_READERS),
        Page(
            name="receivables-desk",
            text=_("Receivables"),
            rule=BANK_READERS,
            below=("receivable",),
        ),
        Page(
            name="einvoice-desk",
            text=_("E-invoices to issue"),
            rule=BANK_READERS,
            below=("einvoice-desk-one", "einvoice-items"),
        ),
        Page(
            name="programme-desk",
            text=_("Programmes"),
            rule=FUND_READERS,
            below=("programme-version", "programme-edit", "programme-new"),
        ),
        Page(name="funds", text=_("Funds"), rule=FUND_READERS, below=("fund",)),
        Page(name="claims", text=_("Claims"), rule=FUND_READERS, below=("claim", "claim-pay")),
        Page(name="clawbacks", text=_("Clawbacks"), rule=FUND_READERS),
    ),
)
FIRMS: Final = Desk(
    text=_("Firms"),
    pages=(
        Page(
            name="verification-queue",
            text=_("Verification"),
            rule=OFFICERS,
            below=("verification-case",),
        ),
        Page(name="verification-payments", text=_("Verification payments"), rule=PAYERS),
    ),
)
AUDIT: Final = Desk(
    text=_("Audit"),
    pages=(Page(name="audit", text=_("Decisions"), rule=AUDIT_READERS, below=("audit-entry",)),),
)
DESKS: Final = (COMPUTE, MONEY, BILLING, SUPPORT, OPERATIONS, PUBLIC_MONEY, FIRMS, AUDIT)


def way(request: HttpRequest) -> Way:
    """Return the entries for who asks; a stranger is shown none.

    A page of an error may be drawn before anybody asked who it is.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Way()
    rights = rights_of(request)
    open_desks = []
    for desk in DESKS:
        pages = [
            page
            for page in desk.pages
            if (page.is_of_sandboxes or rights.sandbox_id is None)
            and viewer(rights=rights, rule=page.rule) is not None
        ]
        if pages:
            open_desks.append((desk, [_link(page, request) for page in pages]))
    current = [pages for _desk, pages in open_desks if any(page.current for page in pages)]
    shown = current[0] if current else []
    if len(open_desks) == 1:
        return Way(pages=tuple(open_desks[0][1]))
    return Way(
        desks=tuple(
            Link(text=desk.text, url=pages[0].url, current="true" if pages is shown else "")
            for desk, pages in open_desks
        ),
        # A desk of one page says all by its own entry.
        pages=tuple(shown) if len(shown) > 1 else (),
    )


def _link(page: Page, request: HttpRequest) -> Link:
    return Link(text=page.text, url=reverse(page.name), current=_current(page, request))


def _current(page: Page, request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    if match.url_name == page.name:
        return "page"
    return "true" if match.url_name in page.below else ""
