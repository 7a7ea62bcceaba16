"""What the pages of transfers by bank show: texts and amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compute_billing.bank import queries
from compute_billing.bank.queries import AccountLine, RefusedRow, StatementRow, WaitingLine
from compute_billing.bank.remittance import spoken
from kernel.money import MICRO_PER_FEN
from portal.figures import money
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.wording import Text

MATCHES: Final[Mapping[str, Text]] = {
    "exact": _("code and name agree"),
    "partial": _("code or name alone"),
    "unknown": _("neither code nor name"),
}
REASONS: Final[Mapping[str, Text]] = {
    "malformed_date": _("no date can be read"),
    "malformed_amount": _("no amount can be read"),
    "no_amount": _("there is no amount"),
    "two_amounts": _("money went in and out at once"),
    "unknown_direction": _("it says neither in nor out"),
    "not_booked": _("it is not booked yet: import the statement after it is"),
    "other_currency": _("it is not in CNY"),
    "parts_do_not_add_up": _("the parts of the batch do not add up to its amount"),
}


def grouped(number: str) -> str:
    """Return an account number in groups of four, as banks print it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def named(account: AccountLine) -> str:
    """Return how an account is called where one is chosen."""
    return f"{account.bank} {grouped(account.number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceShown:
    """An account to pay to, and what to write into the remark; no code where none is made yet."""

    operator: str
    bank: str
    holder: str
    number: str
    code: str


def remittances(*, tenant_id: int) -> list[RemittanceShown]:
    """Return where a tenant pays to by bank."""
    return [
        RemittanceShown(
            operator=found.operator,
            bank=found.bank,
            holder=found.holder,
            number=grouped(found.number),
            code=spoken(found.code) if found.code else "",
        )
        for found in queries.remittances(tenant_id=tenant_id)
    ]


def accounts_table(accounts: Sequence[AccountLine]) -> Table:
    """Return the accounts and what waits on each."""
    return Table(
        name=_("Bank accounts"),
        columns=[_("Account"), _("Bank"), _("Transfers that wait"), _("Amount")],
        rows=[
            TableRow(
                key=account.number,
                cells=[
                    words(grouped(account.number), note=account.operator),
                    words(account.bank, note=account.holder),
                    count(account.waiting, alarm=True),
                    _fen(account.waiting_fen),
                ],
            )
            for account in accounts
        ],
    )


def waiting_table(lines: Sequence[WaitingLine]) -> Table:
    """Return the transfers that somebody must decide."""
    return Table(
        name=_("Transfers that wait"),
        columns=[_("Paid by"), _("Day"), _("Remark"), _("Match"), _("Amount")],
        rows=[
            TableRow(
                key=str(line.public_id),
                cells=[
                    words(
                        line.payer_name or _("without a name"),
                        url=reverse("bank-line", args=[line.public_id]),
                        badge="" if line.proposal is None else _("waits for approval"),
                    ),
                    TableCell(text=line.booked_on.isoformat()),
                    words(line.remark),
                    words(MATCHES[line.match], note=line.tenant_name),
                    _fen(line.amount_fen),
                ],
            )
            for line in lines
        ],
    )


def statements_table(statements: Sequence[StatementRow]) -> Table:
    """Return the files that were imported last."""
    return Table(
        name=_("Imported statements"),
        columns=[_("File"), _("Imported"), _("Lines"), _("New"), _("Unreadable")],
        rows=[
            TableRow(
                key=str(row.public_id),
                cells=[
                    words(row.file_name, note=grouped(row.number)),
                    instant(row.imported_at),
                    count(row.lines),
                    count(row.new_lines),
                    count(row.refused_lines, alarm=True),
                ],
            )
            for row in statements
        ],
    )


def refusals_table(refusals: Sequence[RefusedRow]) -> Table:
    """Return the lines that could not be read."""
    return Table(
        name=_("Unreadable lines"),
        columns=[_("File"), _("Line"), _("Reason"), _("Text")],
        rows=[
            TableRow(
                key=f"{row.file_name}-{row.position}",
                cells=[
                    words(row.file_name),
                    count(row.position),
                    words(REASONS.get(row.reason, row.reason)),
                    words(row.text),
                ],
            )
            for row in refusals
        ],
    )


def _fen(fen: int) -> TableCell:
    return amount(money(fen * MICRO_PER_FEN))
