"""The pages of the portal as the demonstration has them: where, and who of its people looks.

Pictures are taken of all of them, and the tests of accessibility walk through the same list.
"""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import BrowserContext, Page

from demo.browser import sign_in
from demo.cast import CARD_TYPE, CLUSTER, MAIL, PASSWORD

NOBODY: Final = ""
BUYER: Final = "qinglan"
IN_ARREARS: Final = "lixing"
FINANCE: Final = "finance"
OPERATOR: Final = "operator"
AUDITOR: Final = "auditor"
OFFICER: Final = "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its address, or the first link of the table there, which `first` finds."""

    name: str
    path: str
    who: str
    first: str = ""


FIRST_ROW: Final = "tbody th a"
VERIFICATION: Final = "/organisations/qinglan-vision/verification"

PAGES: Final = (
    Shown(name="sign-in", path="/login", who=NOBODY),
    Shown(name="sign-up", path="/sign-up", who=NOBODY),
    Shown(name="forgotten", path="/password/forgotten", who=NOBODY),
    Shown(name="overview", path="/?month=2026-10", who=FINANCE),
    Shown(name="usage", path="/usage?month=2026-10", who=BUYER),
    Shown(name="why", path="/usage?month=2026-10", who=BUYER, first=FIRST_ROW),
    Shown(name="balance", path="/balance", who=BUYER),
    Shown(name="balance-in-arrears", path="/balance", who=IN_ARREARS),
    Shown(
        name="estimate", path=f"/estimate?offer={CLUSTER}/{CARD_TYPE}&cards=64&hours=500", who=BUYER
    ),
    Shown(name="bills", path="/statements", who=BUYER),
    Shown(name="bill", path="/statements", who=BUYER, first=FIRST_ROW),
    Shown(name="style", path="/style", who=BUYER),
    Shown(name="account", path="/account", who=BUYER),
    Shown(name="account-sessions", path="/account/sessions", who=BUYER),
    Shown(name="keys", path="/organisations/qinglan-vision/keys", who=BUYER),
    *(
        Shown(name=f"verification{step}", path=f"{VERIFICATION}/{step[1:]}".rstrip("/"), who=BUYER)
        for step in ("", "-identity", "-size", "-papers", "-account", "-related", "-review")
    ),
    Shown(name="verification-queue", path="/desk/verification", who=OFFICER),
    Shown(name="verification-case", path="/desk/verification", who=OFFICER, first=FIRST_ROW),
    Shown(name="verification-payments", path="/desk/verification/payments", who=FINANCE),
    Shown(name="members", path="/organisations/qinglan-vision/members", who=BUYER),
    Shown(name="webhooks", path="/organisations/qinglan-vision/webhooks", who=BUYER),
    Shown(name="notifications", path="/notifications", who=BUYER),
    Shown(name="account-notifications", path="/account/notifications", who=BUYER),
    Shown(name="operator-sources", path="/operator/sources", who=OPERATOR),
    Shown(name="operator-deliveries", path="/operator/deliveries", who=OPERATOR),
    Shown(name="operator-rejects", path="/operator/rejects", who=OPERATOR),
    Shown(
        name="operator-reject",
        path="/operator/rejects?reason=unknown_account",
        who=OPERATOR,
        first=FIRST_ROW,
    ),
    Shown(name="operator-conflicts", path="/operator/conflicts", who=OPERATOR),
    Shown(name="operator-conflict", path="/operator/conflicts", who=OPERATOR, first=FIRST_ROW),
    Shown(name="operator-prices", path="/operator/prices", who=OPERATOR),
    Shown(name="operator-draft", path="/operator/prices", who=OPERATOR, first=FIRST_ROW),
    Shown(name="operator-propose", path="/operator/prices/new", who=OPERATOR),
    Shown(name="operator-clusters", path="/operator/clusters?month=2026-10", who=OPERATOR),
    Shown(name="operator-reconciliation", path="/operator/reconciliation", who=OPERATOR),
    Shown(name="operator-totals", path="/operator/reconciliation", who=OPERATOR, first=FIRST_ROW),
    Shown(name="operator-statements", path="/operator/statements", who=OPERATOR),
    Shown(name="operator-statement", path="/operator/statements", who=OPERATOR, first=FIRST_ROW),
    Shown(name="settlement-run", path="/settlement?month=2026-10", who=FINANCE),
    Shown(name="funds", path="/funds", who=OFFICER),
    Shown(name="fund", path="/funds", who=OFFICER, first=FIRST_ROW),
    Shown(name="decisions", path="/audit", who=AUDITOR),
    Shown(name="decision", path="/audit", who=AUDITOR, first=FIRST_ROW),
    Shown(name="decisions-of-one", path="/organisations/qinglan-vision/audit", who=BUYER),
    Shown(
        name="decision-of-one",
        path="/organisations/qinglan-vision/audit",
        who=BUYER,
        first=FIRST_ROW,
    ),
)


def enter(page: Page, *, base: str, who: str) -> None:
    """Sign in as somebody of the demonstration; nobody stays a stranger."""
    if who != NOBODY:
        sign_in(page, base=base, email=f"{who}@{MAIL}", password=PASSWORD)


def speak(context: BrowserContext, *, base: str, language: str) -> None:
    """Let the pages speak `zh-hans` or `en`, as the switch does."""
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])


def show(page: Page, shown: Shown, *, base: str) -> None:
    """Go to a page, and wait until all of it is there."""
    page.goto(f"{base}{shown.path}")
    if shown.first:
        left = page.url
        page.locator(shown.first).first.click()
        page.wait_for_url(lambda url: url != left)
    page.wait_for_load_state("load")
