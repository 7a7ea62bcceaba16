"""Totals of sources and their differences, from what metering says to what the pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from compute_billing.metering.reconciling import Difference, TotalsLine
from portal import figures
from portal.tables import Table, TableCell, TableRow, instant, words
from portal.wording import Text

ACCOUNTS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDifference:
    """A difference that waits for a person, with the figures that he sees."""

    tenant: str
    name: Text
    stated: int
    recorded: int
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsPage:
    """A source's month beside the books."""

    source: str
    month: date
    delivered_at: datetime
    is_newest: bool
    table: Table
    waiting: Sequence[OpenDifference]
    stated: str
    recorded: str
    difference: str
    explain_url: str


def totals_table(totals: Sequence[TotalsLine]) -> Table:
    """Return the totals that sources have given."""
    return Table(
        name=_("Totals of sources"),
        columns=[_("Source"), _("Month"), _("Accounts"), _("Card-hours"), _("Delivered")],
        rows=[
            TableRow(
                key=str(line.public_id),
                cells=[
                    TableCell(
                        text=line.source_name,
                        url=reverse("operator-totals", args=[line.public_id]),
                        badge="" if line.is_newest else _("replaced"),
                    ),
                    TableCell(text=f"{line.month:%Y-%m}"),
                    TableCell(text=f"{line.accounts:,}"),
                    TableCell(text=figures.card_hours(line.quantity)),
                    instant(line.delivered_at),
                ],
            )
            for line in totals
        ],
    )


def totals_page(
    totals: TotalsLine, found: Sequence[Difference], *, shown: Sequence[Difference]
) -> TotalsPage:
    """Return a source's totals beside the books: the sums of all tenants, and those `shown`."""
    stated, recorded = sum(d.stated for d in found), sum(d.recorded for d in found)
    return TotalsPage(
        source=totals.source_name,
        month=totals.month,
        delivered_at=totals.delivered_at,
        is_newest=totals.is_newest,
        table=_table(shown),
        waiting=[_open(line) for line in found if line.is_open],
        stated=figures.card_hours(stated),
        recorded=figures.card_hours(recorded),
        difference=_signed(stated - recorded),
        explain_url=reverse("operator-explain", args=[totals.public_id]),
    )


def _name(line: Difference) -> Text:
    return line.tenant_name or _("accounts that nobody has")


def _signed(quantity: int) -> str:
    """Return card-hours with their sign; what two places cannot show is told in card-seconds."""
    text = figures.card_hours(quantity)
    if quantity and not text.strip("0.,−"):
        return _("%(n)s card-seconds") % {"n": figures.card_seconds(quantity)}
    return f"+{text}" if quantity > 0 else text


def _open(line: Difference) -> OpenDifference:
    return OpenDifference(
        tenant=line.tenant,
        name=_name(line),
        stated=line.stated,
        recorded=line.recorded,
        difference=_signed(line.difference),
    )


def _table(found: Sequence[Difference]) -> Table:
    return Table(
        name=_("Differences"),
        columns=[
            _("Tenant"),
            _("Accounts"),
            _("By the source"),
            _("In the books"),
            _("Difference"),
            _("State"),
        ],
        rows=[_row(line) for line in found],
    )


def _row(line: Difference) -> TableRow:
    shown = ", ".join(line.accounts[:ACCOUNTS_SHOWN])
    more = len(line.accounts) - ACCOUNTS_SHOWN
    return TableRow(
        key=line.tenant or "nobody",
        cells=[
            TableCell(text=_name(line), code=line.tenant),
            words(shown, note=_("and %(n)s more") % {"n": more} if more > 0 else ""),
            TableCell(text=figures.card_hours(line.stated), figure="stated"),
            TableCell(text=figures.card_hours(line.recorded), figure="recorded"),
            TableCell(
                text=_signed(line.difference),
                figure="difference",
                tone="alarmed" if line.is_open else "",
            ),
            words(_state(line), note=line.reason or ""),
        ],
    )


def _state(line: Difference) -> Text:
    if line.is_open:
        return _("to be explained")
    return _("explained") if line.difference else _("equal")
