"""The buyer's first page: what he has, how long it lasts, what burns it, what needs him."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Role
from compute_billing.audit.usage import UsageTenant
from portal import figures
from portal.attention import Notice
from portal.chart import Chart
from portal.organisation import KEY_HOLDERS
from portal.wallet_page import JobRow, WalletPage
from portal.wording import Text

PAYERS: Final = frozenset({Role.OWNER, Role.FINANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Burner:
    """What of the days drawn belongs to one project on one card type."""

    name: Text
    card_hours: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a newcomer does next."""

    key: str
    title: Text
    text: Text
    url: str
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """All of the page. `wallet` is None for who may not see amounts; `steps` are a newcomer's."""

    tenant: UsageTenant
    wallet: WalletPage | None
    lasts_until: date | None
    chart: Chart
    card_hours: str
    burners: Sequence[Burner]
    jobs: Sequence[JobRow]
    has_projects: bool
    notices: Sequence[Notice]
    steps: Sequence[Step]


def overview_page(
    *,
    tenant: UsageTenant,
    wallet: WalletPage | None,
    chart: Chart,
    jobs: Sequence[JobRow],
    notices: Sequence[Notice],
    steps: Sequence[Step],
    today: date,
) -> OverviewPage:
    """Put the page together of what the pages of balance and usage show."""
    total = sum(sum(series.quantities) for series in chart.series)
    return OverviewPage(
        tenant=tenant,
        wallet=wallet,
        lasts_until=_lasts_until(wallet, today=today),
        chart=chart,
        card_hours=figures.card_hours(total),
        burners=[
            Burner(
                name=series.name,
                card_hours=figures.card_hours(sum(series.quantities)),
                part=figures.percent(sum(series.quantities), total),
            )
            for series in chart.series
            if total > 0
        ],
        jobs=jobs,
        has_projects=any(job.project for job in jobs),
        notices=notices,
        steps=steps,
    )


def is_newcomer(*, wallet: WalletPage | None, chart: Chart, jobs: Sequence[JobRow]) -> bool:
    """Say whether there is nothing yet: no money, no debt, and no use."""
    has_money = wallet is not None and bool(wallet.lots or wallet.debts)
    return not has_money and chart.peak is None and not jobs


def first_steps(*, code: str, roles: frozenset[Role], is_verified: bool) -> list[Step]:
    """Return what a newcomer can do, by what his roles let him."""
    steps = []
    if Role.OWNER in roles:
        steps.append(
            Step(
                key="verify",
                title=_("Verify your organisation"),
                text=_("Subsidies and invoices need it: who you are, and how large."),
                url=reverse("verification", args=[code]),
                is_done=is_verified,
            )
        )
    if roles & KEY_HOLDERS:
        steps.append(
            Step(
                key="try",
                title=_("Try it without money"),
                text=_("A sandbox has play money, prices and an API of its own."),
                url=reverse("own-sandbox", args=[code]),
            )
        )
    estimate = Step(
        key="estimate",
        title=_("See what a job costs"),
        text=_("Cards and hours become a price, and who pays which part of it."),
        url=reverse("estimate"),
    )
    pay_in = Step(
        key="pay-in",
        title=_("Pay in"),
        text=_("By card, Alipay, WeChat Pay or bank transfer; jobs can start as it arrives."),
        url=reverse("pay-in"),
    )
    return [*steps, estimate, *([pay_in] if roles & PAYERS else [])]


def _lasts_until(wallet: WalletPage | None, *, today: date) -> date | None:
    if wallet is None or not wallet.days_left or wallet.lasts_long:
        return None
    return today + timedelta(days=int(wallet.days_left))
