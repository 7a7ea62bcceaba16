"""What is owed and what paid it, as tables and as rows of files. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.receivables.queries import Asking, OpenItem, Receivable
from compute_billing.receivables.statement import Entry, Statement
from compute_billing.receivables.terms import BUCKETS
from kernel.money import Money
from portal import figures
from portal.exports import Cell
from portal.tables import Table, TableCell, TableRow, amount, instant, named, words
from portal.wording import Text

ITEM_KINDS: Final[Mapping[str, Promise]] = {
    "bill": gettext_lazy("bill"),
    "arrears": gettext_lazy("arrears"),
}
AGES: Final[Mapping[str, Promise]] = {
    "not_due": gettext_lazy("not due"),
    "days_1_30": gettext_lazy("1–30 days"),
    "days_31_60": gettext_lazy("31–60 days"),
    "days_61_90": gettext_lazy("61–90 days"),
    "days_over_90": gettext_lazy("over 90 days"),
}
ENTRY_KINDS: Final[Mapping[str, Promise]] = {
    "bill": gettext_lazy("bill"),
    "credit_note": gettext_lazy("credit note"),
    "payment": gettext_lazy("payment"),
    "refund": gettext_lazy("refund"),
    "expiry": gettext_lazy("expiry"),
    "allocation": gettext_lazy("allocation"),
    "other": gettext_lazy("other"),
}
LEVELS: Final[Mapping[int, Promise]] = {
    1: gettext_lazy("told ahead"),
    2: gettext_lazy("told on the day"),
    3: gettext_lazy("first reminder"),
    4: gettext_lazy("second reminder"),
    5: gettext_lazy("last reminder"),
}
ITEM_COLUMNS: Final = (
    *("operator", "kind", "reference", "since", "due_on", "amount", "open", "disputed", "age"),
)
ENTRY_COLUMNS: Final = ("at", "kind", "reference", "amount", "allocated", "balance")
DEBTOR_COLUMNS: Final = (
    *("tenant", "operator", "owed", "unbilled", "disputed", *BUCKETS),
    *("level", "asked_on", "paused_until", "pause_reason"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedItem:
    """An open item and to whom it is owed."""

    owed: Receivable
    item: OpenItem
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """What a tenant owes an operator, and how far it was asked."""

    tenant: str
    tenant_name: str
    owed: Receivable
    asking: Asking | None
    today: date


def items_of(found: Sequence[Receivable], *, today: date) -> list[OwedItem]:
    """Return all open items, what is due first ahead."""
    every = [OwedItem(owed=owed, item=item, today=today) for owed in found for item in owed.items]
    return sorted(every, key=lambda one: (one.item.due_on, one.item.key))


def items_table(found: Sequence[OwedItem]) -> Table:
    """Return open items as a table."""
    return Table(
        name=_("Open items"),
        columns=[_("Item"), _("Operator"), _("Due on"), _("Amount"), _("Open"), _("Disputed")],
        rows=[
            TableRow(
                key=one.item.key,
                cells=[
                    words(
                        ITEM_KINDS[one.item.kind],
                        note=one.item.reference,
                        url=reverse("bill", args=[one.item.bill]) if one.item.bill else "",
                    ),
                    named(one.owed.operator_name, code=one.owed.operator),
                    words(one.item.due_on.isoformat(), note=_age(one.item, today=one.today)),
                    amount(figures.money(one.item.amount)),
                    amount(figures.money(one.item.open), name="open"),
                    amount(figures.money(one.item.disputed)),
                ],
            )
            for one in found
        ],
    )


def _age(item: OpenItem, *, today: date) -> Text:
    return AGES[item.bucket(today=today)]


def item_cells(one: OwedItem) -> list[Cell]:
    """Return an open item as a row of a file."""
    item = one.item
    return [
        *(one.owed.operator, item.kind, item.reference, item.since, item.due_on),
        *(_yuan(item.amount), _yuan(item.open), _yuan(item.disputed)),
        item.bucket(today=one.today),
    ]


def entries_table(account: Statement) -> Table:
    """Return an account as a table, with its opening above and its closing below."""
    return Table(
        name=_("Statement of account"),
        columns=[_("What"), _("When"), _("Amount"), _("Allocated"), _("Balance")],
        rows=[
            _balance_row("opening", _("Opening balance"), account.opening.balance),
            *(_entry_row(number, entry) for number, entry in enumerate(account.entries)),
        ],
        total=_balance_row("closing", _("Closing balance"), account.closing.balance),
    )


def _balance_row(key: str, text: str, micro: int) -> TableRow:
    nothing = words("")
    balance = amount(figures.money(micro), name=key)
    return TableRow(key=key, cells=[words(text), nothing, nothing, nothing, balance])


def _entry_row(number: int, entry: Entry) -> TableRow:
    return TableRow(
        key=str(number),
        cells=[
            words(ENTRY_KINDS[entry.kind], note=entry.reference),
            instant(entry.at),
            amount(figures.money(entry.amount)),
            amount(figures.money(entry.allocated)),
            amount(figures.money(entry.balance)),
        ],
    )


def entry_rows(account: Statement) -> list[list[Cell]]:
    """Return an account as rows of a file, opening and closing with what is on no bill."""
    opening, closing = account.opening, account.closing
    return [
        [account.since, "opening", "", None, None, _yuan(opening.balance)],
        *(_entry_cells(entry) for entry in account.entries),
        [account.until, "closing", "", None, None, _yuan(closing.balance)],
        [account.until, "unbilled", "", None, None, _yuan(-closing.unbilled)],
        [account.until, "ledger", "", None, None, _yuan(closing.ledger)],
    ]


def _entry_cells(entry: Entry) -> list[Cell]:
    return [
        *(entry.at, entry.kind, entry.reference, _yuan(entry.amount)),
        *(_yuan(entry.allocated), _yuan(entry.balance)),
    ]


def debtors_table(found: Sequence[Debtor]) -> Table:
    """Return who owes what, aged."""
    return Table(
        name=_("Receivables"),
        columns=[_("Tenant"), _("Operator"), _("Owed"), *AGES.values(), _("Asked")],
        rows=[_debtor_row(one) for one in found],
    )


def _debtor_row(one: Debtor) -> TableRow:
    aged = one.owed.aged(today=one.today)
    address = reverse("receivable", args=[one.tenant, one.owed.operator])
    return TableRow(
        key=f"{one.tenant}:{one.owed.operator}",
        cells=[
            named(one.tenant_name, code=one.tenant, url=address),
            named(one.owed.operator_name, code=one.owed.operator),
            amount(figures.money(one.owed.owed), name="owed"),
            *(amount(figures.money(aged[bucket]), name=bucket) for bucket in BUCKETS),
            asked_cell(one.asking),
        ],
    )


def asked_cell(asking: Asking | None) -> TableCell:
    """Return how far somebody was asked, and until when asking rests."""
    if asking is None:
        return words("")
    told = LEVELS[asking.level] if asking.level else _("not asked")
    rests = ""
    if asking.paused_until:
        rests = _("rests until %(day)s") % {"day": asking.paused_until.isoformat()}
    return words(told, note=rests)


def debtor_cells(one: Debtor) -> list[Cell]:
    """Return a debtor as a row of a file."""
    aged, asking = one.owed.aged(today=one.today), one.asking
    return [
        *(one.tenant, one.owed.operator, _yuan(one.owed.owed), _yuan(one.owed.unbilled)),
        *(_yuan(one.owed.disputed), *(_yuan(aged[bucket]) for bucket in BUCKETS)),
        asking.level if asking else 0,
        asking.asked_on if asking else None,
        asking.paused_until if asking else None,
        asking.pause_reason if asking else "",
    ]


def _yuan(micro: int) -> Decimal:
    return Decimal(Money(micro).to_text())
