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
TRYING: Final = "zhiyuan"
AUDITOR: Final = "auditor"
OFFICER: Final = "officer"
APPROVER: Final = "approver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its address, or the first link of the table there, which `first` finds.

    `then` finds the link to follow from there. `shows` names the address that the link has.
    """

    name: str
    path: str
    who: str
    first: str = ""
    then: str = ""
    shows: str = ""


# Who goes into his organisation's sandbox as soon as he has signed in, and stays there.
SANDBOXES: Final = {TRYING: "/organisations/zhiyuan-semantics/sandbox"}
ENTRANCE: Final = 'form[action$="/sandbox/enter"] button'
FIRST_ROW: Final = "tbody th a"
LAST_ROW: Final = "tbody tr:last-child th a"
ROW: Final = "tbody tr:nth-child({}) th a"
FIRST_LOT: Final = 'tbody th a[href*="/lots/"]'
FIRST_LINE: Final = 'tbody th a[href*="/lines/"]'
FIRST_DAY: Final = '[data-row] th a[href*="/desk/cash/0"]'
FIRST_ENDPOINT: Final = "li[data-endpoint]:first-child a"
LAST_ENDPOINT: Final = "li[data-endpoint]:last-child a"
WEBHOOKS: Final = "/organisations/qinglan-vision/webhooks"
TITLES: Final = "/organisations/qinglan-vision/titles"
VERIFICATION: Final = "/organisations/qinglan-vision/verification"

PAGES: Final = (
    Shown(name="sign-in", path="/login", who=NOBODY),
    Shown(name="sign-up", path="/sign-up", who=NOBODY),
    Shown(name="forgotten", path="/password/forgotten", who=NOBODY),
    Shown(name="forgotten-sent", path="/password/forgotten/sent", who=NOBODY),
    Shown(name="password-changed", path="/password/changed", who=NOBODY),
    Shown(name="address-to-prove", path="/verify", who=NOBODY),
    Shown(name="closed", path="/closed", who=NOBODY),
    Shown(name="prospects", path="/subsidies", who=BUYER),
    Shown(name="prospect", path="/subsidies", who=BUYER, first=FIRST_ROW, shows="prospect"),
    Shown(name="programmes", path="/programmes", who=NOBODY),
    Shown(name="public-notices", path="/notices", who=NOBODY),
    Shown(name="programme", path="/programmes/nanning-2025", who=BUYER),
    Shown(name="programme-unset", path="/programmes/mentougou-2023", who=NOBODY),
    Shown(name="overview", path="/", who=BUYER),
    Shown(name="overview-in-arrears", path="/", who=IN_ARREARS),
    Shown(name="settled", path="/settled?month=2026-10", who=FINANCE),
    Shown(name="settled-of-one", path="/settled?month=2026-10", who=BUYER),
    Shown(name="usage", path="/usage?month=2026-10", who=BUYER),
    Shown(name="usage-by-bill", path="/usage?month=2026-10&by=bill", who=BUYER),
    Shown(
        name="usage-of-line",
        path="/statements",
        who=BUYER,
        first=FIRST_ROW,
        then=FIRST_ROW,
        shows="usage",
    ),
    Shown(name="why", path="/usage?month=2026-10", who=BUYER, first=FIRST_ROW, shows="usage-why"),
    Shown(
        name="dispute-new",
        path="/usage?month=2026-10",
        who=BUYER,
        first=LAST_ROW,
        then=".exports a.secondary",
        shows="usage-dispute-new",
    ),
    Shown(name="disputes", path="/disputes", who=BUYER),
    Shown(name="dispute", path="/disputes", who=BUYER, first=FIRST_ROW, shows="own-dispute"),
    Shown(name="balance", path="/balance", who=BUYER),
    Shown(name="balance-in-arrears", path="/balance", who=IN_ARREARS),
    Shown(name="low-amount", path="/balance/warning", who=BUYER),
    Shown(name="lot", path="/balance", who=BUYER, first=FIRST_LOT, shows="tenant-lot"),
    Shown(name="receivables", path="/receivables", who=IN_ARREARS),
    Shown(name="account-statement", path="/account-statement", who=BUYER),
    Shown(name="receivables-desk", path="/desk/receivables", who=FINANCE),
    Shown(
        name="receivable",
        path="/desk/receivables",
        who=FINANCE,
        first=FIRST_ROW,
        shows="receivable",
    ),
    Shown(name="budgets", path="/budgets", who=BUYER),
    Shown(name="budget", path="/budgets", who=BUYER, first=ROW.format(3), shows="budget"),
    Shown(name="budget-new", path="/budgets/new", who=BUYER),
    Shown(
        name="budget-edit",
        path="/budgets",
        who=BUYER,
        first=ROW.format(3),
        then='a[href$="/edit"]',
        shows="budget-edit",
    ),
    Shown(name="credit-limits", path="/credit-limits", who=FINANCE),
    Shown(name="holds", path="/balance/holds", who=BUYER),
    Shown(name="hold", path="/balance/holds", who=BUYER, first=FIRST_ROW, shows="tenant-hold"),
    Shown(name="pay-in", path="/top-up", who=BUYER),
    Shown(name="auto-top-up", path="/top-up/automatic", who=BUYER),
    Shown(name="payments", path="/payments", who=BUYER),
    Shown(name="payment", path="/payments", who=BUYER, first=ROW.format(3), shows="top-up"),
    Shown(
        name="payment-refunded", path="/payments", who=BUYER, first=ROW.format(2), shows="top-up"
    ),
    Shown(name="payment-given-up", path="/payments", who=BUYER, first=FIRST_ROW, shows="top-up"),
    Shown(
        name="payment-disputed",
        path="/payments?tenant=panshi-inspection",
        who=FINANCE,
        first=FIRST_ROW,
        shows="top-up",
    ),
    Shown(name="operator-payments", path="/operator/payments", who=OPERATOR),
    Shown(
        name="estimate", path=f"/estimate?offer={CLUSTER}/{CARD_TYPE}&cards=64&hours=500", who=BUYER
    ),
    Shown(name="packages", path="/packages", who=BUYER),
    Shown(name="package", path="/packages", who=BUYER, first=FIRST_ROW, shows="package"),
    Shown(name="package-order", path="/packages/new", who=BUYER),
    Shown(name="bills", path="/statements", who=BUYER),
    Shown(name="bill", path="/statements", who=BUYER, first=FIRST_ROW, shows="bill"),
    Shown(name="einvoices", path="/invoices", who=BUYER),
    Shown(name="einvoice", path="/invoices", who=BUYER, first=FIRST_ROW, shows="einvoice"),
    Shown(
        name="einvoice-request",
        path="/invoices/new",
        who=IN_ARREARS,
    ),
    Shown(name="procurement", path="/organisations/qinglan-vision/procurement", who=BUYER),
    Shown(name="invoice-titles", path=TITLES, who=BUYER),
    Shown(name="invoice-title", path=TITLES, who=BUYER, first=FIRST_ROW, shows="invoice-title"),
    Shown(name="einvoice-desk", path="/desk/invoices", who=FINANCE),
    Shown(name="einvoice-items", path="/desk/invoices/items", who=FINANCE),
    Shown(
        name="einvoice-desk-one",
        path="/desk/invoices?state=issued",
        who=FINANCE,
        first=FIRST_ROW,
        shows="einvoice-desk-one",
    ),
    Shown(name="style", path="/style", who=BUYER),
    Shown(name="account", path="/account", who=BUYER),
    Shown(name="account-sessions", path="/account/sessions", who=BUYER),
    *(
        Shown(name=f"account-{name}", path=f"/account/{path}", who=BUYER)
        for name, path in (
            ("mail", "email"),
            ("password", "password"),
            ("factors", "second-factor"),
            ("passkeys", "second-factor/keys"),
            ("confirm", "confirm"),
        )
    ),
    Shown(name="sign-out", path="/logout", who=BUYER),
    Shown(name="keys", path="/organisations/qinglan-vision/keys", who=BUYER),
    Shown(name="sandbox-before", path="/organisations/qinglan-vision/sandbox", who=BUYER),
    *(
        Shown(name=f"sandbox-{name}", path=path, who=TRYING)
        for name, path in (
            ("inside", "/organisations/zhiyuan-semantics-sandbox/sandbox"),
            ("keys", "/organisations/zhiyuan-semantics-sandbox/keys"),
            ("renew", "/organisations/zhiyuan-semantics-sandbox/sandbox/renew"),
            ("decisions", "/organisations/zhiyuan-semantics-sandbox/audit"),
            ("estimate", "/estimate?cards=64&hours=500"),
            ("usage", "/usage?month=2026-10"),
            ("balance", "/balance"),
            ("bills", "/statements"),
        )
    ),
    Shown(
        name="sandbox-why",
        path="/usage?month=2026-10",
        who=TRYING,
        first=FIRST_ROW,
        shows="usage-why",
    ),
    Shown(name="sandbox-bill", path="/statements", who=TRYING, first=FIRST_ROW, shows="bill"),
    *(
        Shown(name=f"verification{step}", path=f"{VERIFICATION}/{step[1:]}".rstrip("/"), who=BUYER)
        for step in ("", "-identity", "-size", "-papers", "-account", "-related", "-review")
    ),
    Shown(name="verification-queue", path="/desk/verification", who=OFFICER),
    Shown(
        name="verification-case",
        path="/desk/verification",
        who=OFFICER,
        first=FIRST_ROW,
        shows="verification-case",
    ),
    Shown(name="verification-payments", path="/desk/verification/payments", who=FINANCE),
    Shown(name="operator-payouts", path="/operator/payouts", who=OPERATOR),
    Shown(
        name="operator-payout",
        path="/operator/payouts",
        who=OPERATOR,
        first='tbody th a[href*="/payouts/0"]',
        shows="operator-payout",
    ),
    Shown(name="operator-payout-account", path="/operator/payouts/account", who=OPERATOR),
    Shown(name="operator-connect", path="/operator/connect", who=OPERATOR),
    Shown(name="payout-runs", path="/desk/payouts", who=FINANCE),
    Shown(
        name="payout-run", path="/desk/payouts", who=FINANCE, first=FIRST_ROW, shows="payout-run"
    ),
    Shown(name="bank", path="/desk/bank", who=FINANCE),
    Shown(name="bank-line", path="/desk/bank", who=FINANCE, first=FIRST_LINE, shows="bank-line"),
    Shown(name="cash", path="/desk/cash", who=FINANCE),
    Shown(
        name="cash-day",
        path="/desk/cash?state=agreed",
        who=FINANCE,
        first=FIRST_DAY,
        shows="cash-day",
    ),
    Shown(name="cash-differences", path="/desk/cash/differences", who=FINANCE),
    Shown(
        name="cash-difference",
        path="/desk/cash/differences",
        who=FINANCE,
        first=FIRST_ROW,
        shows="cash-difference",
    ),
    Shown(name="bank-transfer", path="/balance/transfer", who=BUYER),
    Shown(name="members", path="/organisations/qinglan-vision/members", who=BUYER),
    Shown(name="webhooks", path=WEBHOOKS, who=BUYER),
    Shown(name="webhook", path=WEBHOOKS, who=BUYER, first=FIRST_ENDPOINT, shows="webhook"),
    Shown(
        name="webhook-out-of-order", path=WEBHOOKS, who=BUYER, first=LAST_ENDPOINT, shows="webhook"
    ),
    Shown(
        name="webhook-dead-letter",
        path=WEBHOOKS,
        who=BUYER,
        first=LAST_ENDPOINT,
        then=FIRST_ROW,
        shows="webhook-delivery",
    ),
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
        shows="operator-reject",
    ),
    Shown(name="operator-disputes", path="/operator/disputes", who=OPERATOR),
    Shown(
        name="operator-dispute",
        path="/operator/disputes",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-dispute",
    ),
    Shown(name="operator-conflicts", path="/operator/conflicts", who=OPERATOR),
    Shown(
        name="operator-conflict",
        path="/operator/conflicts",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-conflict",
    ),
    Shown(name="operator-enforcement", path="/operator/enforcement", who=OPERATOR),
    Shown(name="operator-prices", path="/operator/prices", who=OPERATOR),
    Shown(
        name="operator-draft",
        path="/operator/prices",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-draft",
    ),
    Shown(name="operator-propose", path="/operator/prices/new", who=OPERATOR),
    Shown(name="operator-packages", path="/operator/packages", who=OPERATOR),
    Shown(
        name="operator-package-offer",
        path="/operator/packages",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-package-offer",
    ),
    Shown(name="operator-package-propose", path="/operator/packages/offers/new", who=OPERATOR),
    Shown(name="operator-clusters", path="/operator/clusters?month=2026-10", who=OPERATOR),
    Shown(name="operator-reconciliation", path="/operator/reconciliation", who=OPERATOR),
    Shown(
        name="operator-totals",
        path="/operator/reconciliation",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-totals",
    ),
    Shown(name="operator-statements", path="/operator/statements", who=OPERATOR),
    Shown(
        name="operator-statement",
        path="/operator/statements",
        who=OPERATOR,
        first=FIRST_ROW,
        shows="operator-statement",
    ),
    Shown(name="settlement-run", path="/settlement?month=2026-10", who=FINANCE),
    Shown(name="programme-desk", path="/desk/programmes", who=OFFICER),
    Shown(
        name="programme-version",
        path="/desk/programmes",
        who=OFFICER,
        first=FIRST_ROW,
        shows="programme-version",
    ),
    Shown(name="programme-to-activate", path="/desk/programmes/nanning-2025/2", who=APPROVER),
    Shown(name="programme-edit", path="/desk/programmes/nanning-2025/2/edit", who=OFFICER),
    Shown(name="programme-new", path="/desk/programmes/new", who=OFFICER),
    Shown(name="programme-in-force", path="/programmes/beijing-2023", who=NOBODY),
    Shown(name="funds", path="/funds", who=OFFICER),
    Shown(name="fund", path="/funds", who=OFFICER, first=FIRST_ROW, shows="fund"),
    Shown(name="claims", path="/claims", who=OFFICER),
    Shown(name="clawbacks", path="/clawbacks", who=OFFICER),
    Shown(name="claim", path="/claims", who=FINANCE, first=FIRST_ROW, shows="claim"),
    Shown(name="decisions", path="/audit", who=AUDITOR),
    Shown(name="decision", path="/audit", who=AUDITOR, first=FIRST_ROW, shows="audit-entry"),
    Shown(name="decisions-of-one", path="/organisations/qinglan-vision/audit", who=BUYER),
    Shown(
        name="decision-of-one",
        path="/organisations/qinglan-vision/audit",
        who=BUYER,
        first=FIRST_ROW,
        shows="organisation-audit-entry",
    ),
)


def enter(page: Page, *, base: str, who: str) -> None:
    """Sign in as somebody of the demonstration, into his sandbox; nobody stays a stranger."""
    if who != NOBODY:
        sign_in(page, base=base, email=f"{who}@{MAIL}", password=PASSWORD)
    if who in SANDBOXES:
        page.goto(f"{base}{SANDBOXES[who]}")
        page.locator(ENTRANCE).click()
        page.wait_for_url(f"{base}/organisations/*-sandbox/sandbox")


def speak(context: BrowserContext, *, base: str, language: str) -> None:
    """Let the pages speak `zh-hans` or `en`, as the switch does."""
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])


def show(page: Page, shown: Shown, *, base: str) -> None:
    """Go to a page, and wait until all of it is there."""
    page.goto(f"{base}{shown.path}")
    for link in filter(None, (shown.first, shown.then)):
        left = page.url
        page.locator(link).first.click()
        # The address that was left is that of this turn.
        page.wait_for_url(lambda url, left=left: url != left)  # type: ignore[misc]
    page.wait_for_load_state("load")
