"""What the pages of payouts show: texts, amounts and rows of files."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from compute_billing.payouts.queries import (
    PayoutStatement,
    RunLine,
    Standing,
    StatementPart,
)
from kernel.money import MICRO_PER_FEN, Money
from kernel.periods import month_text
from portal.bank_pages import grouped
from portal.cash_pages import place
from portal.exports import Cell
from portal.figures import money
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.wording import Text, worded

STATES: Final[Mapping[str, Text]] = {
    "held": gettext_lazy("set aside"),
    "sent": gettext_lazy("on its way"),
    "paid": gettext_lazy("paid"),
    "returned": gettext_lazy("came back"),
}
RUN_STATES: Final[Mapping[str, Text]] = {
    "making": gettext_lazy("being made"),
    "proposed": gettext_lazy("waits for approval"),
    "approved": gettext_lazy("on its way"),
    "refused": gettext_lazy("refused"),
    "finished": gettext_lazy("finished"),
}
KINDS: Final[Mapping[str, Text]] = {
    "use": gettext_lazy("use that was paid"),
    "arrears": gettext_lazy("arrears, paid or charged back"),
    "credit": gettext_lazy("credit that was paid"),
    "package": gettext_lazy("packages"),
    "breakage": gettext_lazy("expired prepayments"),
    "programme": gettext_lazy("subsidies received"),
    "fee": gettext_lazy("fees of payment"),
    "own": gettext_lazy("own money"),
    "other": gettext_lazy("other"),
}
SCHEDULES: Final[Mapping[str, Text]] = {
    "weekly": gettext_lazy("weekly"),
    "monthly": gettext_lazy("monthly"),
}
VERDICTS: Final[Mapping[str, Text]] = {
    "unknown": gettext_lazy("no payout of this run"),
    "conflict": gettext_lazy("another amount, or it had ended otherwise"),
    "unreadable": gettext_lazy("cannot be read"),
}
PAYEE_COLUMNS: Final = ("payee", "payable", "held_back", "on_its_way", "owed", "schedule")
PAYOUT_COLUMNS: Final = (
    *("payout", "number", "payee", "amount", "state", "failure", "bank_reference"),
    *("stripe_transfer", "reversed", "held_at", "ended_at"),
)
RUN_COLUMNS: Final = ("run", "account", "state", "made_at", "payouts", "returned", "total")
PART_COLUMNS: Final = (
    *("kind", "month", "cluster", "meter", "price_id", "unit_price", "tenants"),
    *("commission_rate_ppm", "earned", "commission", "commission_tax"),
)


def payees_table(found: Sequence[Standing]) -> Table:
    """Return how the money of payees stands."""
    return Table(
        name=_("Payees"),
        columns=[
            _("Payee"),
            _("Payable"),
            _("Held back"),
            _("On its way"),
            _("Owed"),
            _("How often"),
        ],
        rows=[
            TableRow(
                key=one.code,
                cells=[
                    words(one.name, badge="" if one.has_account else _("no account")),
                    amount(money(one.payable), name="payable"),
                    amount(money(one.reserve)),
                    amount(money(one.transit)),
                    amount(money(one.debt)),
                    words(worded(SCHEDULES, one.schedule or "")),
                ],
            )
            for one in found
        ],
    )


def payee_cells(found: Sequence[Standing]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for one in found:
        amounts = (one.payable, one.reserve, one.transit, one.debt)
        yield [one.code, *(exact(each) for each in amounts), one.schedule]


def own_payouts_table(found: Sequence[Any], *, code: str) -> Table:
    """Return a payee's own payouts; the number leads to the statement in the reader's language."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return Table(
        name=_("Payouts"),
        columns=[_("Payout"), _("State"), _("Account"), _("Ended"), _("Amount")],
        rows=[
            TableRow(
                key=one.number,
                cells=[
                    words(
                        one.number,
                        url=reverse("own-payout-document", args=[code, one.public_id, language]),
                    ),
                    words(worded(STATES, one.state), note=one.failure, badge=_taken_back(one)),
                    words(last_four(one.account.number), note=one.account.bank),
                    instant(one.ended_at),
                    _fen(one.amount_fen),
                ],
            )
            for one in found
        ],
    )


def payouts_table(found: Sequence[Any]) -> Table:
    """Return payouts, each with the way to its statement."""
    return Table(
        name=_("Payouts"),
        columns=[_("Payout"), _("Payee"), _("State"), _("Account"), _("Ended"), _("Amount")],
        rows=[
            TableRow(
                key=one.number,
                cells=[
                    words(one.number, url=reverse("operator-payout", args=[one.public_id])),
                    words(one.payee.organisation.name),
                    words(worded(STATES, one.state), note=one.failure, badge=_taken_back(one)),
                    words(last_four(one.account.number), note=one.account.bank),
                    instant(one.ended_at),
                    _fen(one.amount_fen),
                ],
            )
            for one in found
        ],
    )


def _taken_back(payout: Any) -> str:
    if not payout.reversed_fen:
        return ""
    return _("taken back") if payout.reversed_fen == payout.amount_fen else _("partly taken back")


def payout_cells(found: Sequence[Any]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for one in found:
        yield [
            *(str(one.public_id), one.number, one.payee.organisation.code),
            Decimal(Money.from_fen(one.amount_fen).to_text()),
            *(one.state, one.failure, one.bank_reference, one.stripe_transfer),
            Decimal(Money.from_fen(one.reversed_fen).to_text()),
            *(one.held_at, one.ended_at),
        ]


def runs_table(found: Sequence[RunLine]) -> Table:
    """Return runs, each with the way to its page."""
    return Table(
        name=_("Payout runs"),
        columns=[_("Proposed"), _("Out of"), _("State"), _("Payouts"), _("Came back"), _("Amount")],
        rows=[
            TableRow(
                key=str(run.public_id),
                cells=[
                    TableCell(at=run.made_at, url=reverse("payout-run", args=[run.public_id])),
                    words(place(run.custody)),
                    words(worded(RUN_STATES, run.state)),
                    count(run.payouts),
                    count(run.returned, alarm=True),
                    _fen(run.total_fen),
                ],
            )
            for run in found
        ],
    )


def run_cells(found: Sequence[RunLine]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for run in found:
        yield [
            *(str(run.public_id), run.custody, run.state, run.made_at, run.payouts),
            run.returned,
            Decimal(Money.from_fen(run.total_fen).to_text()),
        ]


def parts_table(found: Sequence[StatementPart]) -> Table:
    """Return what was earned, by kind, month, cluster and price."""
    return Table(
        name=_("Earnings"),
        columns=[
            *(_("Earned by"), _("Month"), _("Cluster"), _("Commission"), _("Tax on it")),
            _("Earned"),
        ],
        rows=[
            TableRow(
                key=str(number),
                cells=[
                    words(worded(KINDS, part.kind)),
                    TableCell(text=month_text(part.month)),
                    words(part.cluster_name or "", note=price_note(part)),
                    amount(money(part.commission)),
                    amount(money(part.commission_tax)),
                    amount(money(part.amount)),
                ],
            )
            for number, part in enumerate(found)
        ],
    )


def part_cells(found: Sequence[StatementPart]) -> Iterator[list[Cell]]:
    """Return the same as rows of a file."""
    for part in found:
        yield [
            *(part.kind, month_text(part.month), part.cluster, part.meter, part.price_id),
            None if part.unit_price is None else exact(part.unit_price),
            *(part.tenants, part.commission_ppm),
            *(exact(each) for each in (part.amount, part.commission, part.commission_tax)),
        ]


def price_note(part: StatementPart) -> str:
    """Return what a card-hour cost, where it cost one price."""
    if part.meter is None:
        return ""
    if part.unit_price is None:
        return part.meter
    return _("%(meter)s at %(price)s a card-hour") % {
        "meter": part.meter,
        "price": Money(part.unit_price).to_text().rstrip("0").rstrip("."),
    }


def steps(found: PayoutStatement) -> list[tuple[Text, Any]]:
    """Return how a statement comes from its opening to its closing, line by line."""
    told: list[tuple[Text, int]] = [
        (_("Opening"), found.opening),
        (_("Earned"), found.earned),
        (_("Commission"), -found.commission),
        (_("Tax on commission"), -found.commission_tax),
        (_("Came back of payouts"), found.came_back),
        (_("Sent to the bank"), -found.paid_out),
        (_("Closing"), found.closing),
    ]
    return [(name, money(each)) for name, each in told]


def beside(found: PayoutStatement) -> list[tuple[Text, Any]]:
    """Return what moved inside of it, and of what the closing consists."""
    told: list[tuple[Text, int]] = [
        (_("Held back"), found.kept_back),
        (_("Let go of what was held back"), found.let_go),
        (_("Settled of what was owed"), found.netted),
        (_("Payable at the end"), found.closing_payable),
        (_("Held back at the end"), found.closing_reserve),
        (_("Owed at the end"), found.closing_debt),
    ]
    return [(name, money(each)) for name, each in told]


def last_four(number: str) -> str:
    """Return an account's number as those see it who need not know it."""
    return f"···· {number[-4:]}"


def named(custody: str) -> str:
    """Return an account to pay out of, as it is chosen."""
    return grouped(custody.partition(":")[2])


def exact(micro: int) -> Decimal:
    """Return an amount for a file."""
    return Decimal(Money(micro).to_text())


def _fen(fen: int) -> TableCell:
    return amount(money(fen * MICRO_PER_FEN))
