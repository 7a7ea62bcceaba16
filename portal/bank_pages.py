"""What the pages of transfers by bank show: texts and amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compute_billing.bank import queries
from compute_billing.bank.bank_file import UnableToReadStatement
from compute_billing.bank.queries import AccountLine, RefusedRow, StatementRow, WaitingLine
from compute_billing.bank.remittance import spoken
from kernel.money import MICRO_PER_FEN
from portal.figures import money
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.wording import Text

MATCHES: Final[Mapping[str, Text]] = {
    "exact": _("code and name agree"),
    "partial": _("code or name alone"),
    "repeated": _("perhaps told by another file: same day and amount"),
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


# Why a whole file is no statement.
FAULTS: Final[Mapping[str, Text]] = {
    "too_large": _("The file is too large: export a shorter time."),
    "too_many_lines": _("The file has too many lines: export a shorter time."),
    "unknown_encoding": _("The file is neither UTF-8 nor GB 18030: export it as CSV again."),
    "no_columns": _(
        "No line of it names a date and an amount, as online banks call them: for example "
        "交易日期, 贷方发生额, 对方户名, 附言."
    ),
    "no_xml": _("The XML is damaged: export it again and do not edit it."),
    "other_document": _("It is no camt.053 of a version that is known here."),
    "no_statement": _("There is no statement in it."),
    "no_account": _("It names no account."),
    "other_currency": _("It is not in CNY."),
    "several_accounts": _("It has statements of several accounts: export one at a time."),
}


def fault(error: UnableToReadStatement) -> str:
    """Return why a file is no statement, in the reader's words; '' where they say no more."""
    return str(FAULTS.get(error.details.get("reason", ""), ""))


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
        columns=[
            *(_("File"), _("Imported"), _("Lines"), _("New"), _("Unreadable")),
            *(_("Opening balance"), _("Closing balance")),
        ],
        rows=[
            TableRow(
                key=str(row.public_id),
                cells=[
                    words(row.file_name, note=grouped(row.number)),
                    instant(row.imported_at),
                    count(row.lines),
                    count(row.new_lines),
                    count(row.refused_lines, alarm=True),
                    *_balance_cells(row),
                ],
            )
            for row in statements
        ],
    )


def _balance_cells(row: StatementRow) -> tuple[TableCell, TableCell]:
    """Return both balances, with what is missing before the one, and of the other."""
    if row.balances is None:
        return TableCell(text="–"), TableCell(text="–")
    return (
        _balance(row.balances.opening_fen, off=row.gap_fen or 0, badge=_("gap before it")),
        _balance(
            row.balances.closing_fen,
            off=row.balances.difference_fen,
            badge=_("does not add up"),
        ),
    )


def _balance(fen: int, *, off: int, badge: Text) -> TableCell:
    return TableCell(
        money=money(fen * MICRO_PER_FEN),
        badge=badge if off else "",
        note=f"¥ {money(off * MICRO_PER_FEN).rounded}" if off else "",
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
