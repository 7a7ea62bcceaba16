"""An account of a span of days: documents and money between a tenant and one operator.

The balance counts documents, as accountants do: what was paid less what was billed. Use that is on
no bill yet stands beside it, and both together are the books' balance to the micro-yuan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from compute_billing.invoices.models import Invoice

# What these moved stands on bills.
BILLED_KINDS: Final = frozenset({"rating", "package_sold", "package_refunded"})
USE: Final = "use"
SPAN_DAYS_MAX: Final = 3_660
# What postings between a tenant and an operator mean to people.
KINDS: Final = {
    "top_up": "payment",
    "refund": "refund",
    "breakage": "expiry",
    "arrears_cleared": "allocation",
    "arrears_returned": "allocation",
    "credit_repaid": "allocation",
    "credit_returned": "allocation",
}
ENTRY_KINDS: Final = (
    *("bill", "credit_note", "payment", "refund", "expiry", "allocation", "other"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line: `amount` changes the balance; an allocation moves `allocated` and changes nothing."""

    at: datetime
    kind: str
    reference: str
    amount: int
    allocated: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A balance by documents, the use that is on no bill then, and what the books say."""

    balance: int
    unbilled: int

    @property
    def ledger(self) -> int:
        """Return the balance of the books: money with the operator less what is owed to it."""
        return self.balance - self.unbilled


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The account from a day to a day."""

    since: date
    until: date
    opening: Side
    entries: Sequence[Entry]
    closing: Side


def midnight(day: date) -> datetime:
    """Return when a day begins where the exchange is."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


def midnight_after(day: date) -> datetime:
    """Return when a day is over."""
    return midnight(day + timedelta(days=1))


def account_of_days(
    moved: Sequence[Mapping[str, Any]], bills: Sequence[Invoice], *, since: date, until: date
) -> Statement:
    """Return the account from what moved in the books and the bills of an operator. Pure."""
    start, end = midnight(since), midnight_after(until)
    told = [*(_moved(one) for one in moved), *(_billed(bill) for bill in bills)]
    told = sorted((one for one in told if one["at"] < end), key=lambda one: one["at"])
    before = [one for one in told if one["at"] < start]
    opening = _side(before)
    entries, balance = [], opening.balance
    for one in told[len(before) :]:
        if one["kind"] != USE:
            balance += one["amount"]
            entries.append(Entry(**one, balance=balance))
    return Statement(
        since=since, until=until, opening=opening, entries=entries, closing=_side(told)
    )


def _moved(found: Mapping[str, Any]) -> dict[str, Any]:
    kind = found["kind"]
    return {
        "at": found["recorded_at"],
        "kind": USE if kind in BILLED_KINDS else KINDS.get(kind, "other"),
        "reference": found["reference"],
        "amount": found["effect"],
        "allocated": found["inside"],
    }


def _billed(bill: Invoice) -> dict[str, Any]:
    return {
        "at": bill.issued_at,
        "kind": str(bill.kind),
        "reference": f"{bill.series}-{bill.number:06d}",
        "amount": -(bill.tenant_paid + bill.arrears),
        "allocated": 0,
    }


def _side(told: Sequence[Mapping[str, Any]]) -> Side:
    """Return where things stand: what use and packages cost, less what was billed, is unbilled."""
    balance = sum(one["amount"] for one in told if one["kind"] != USE)
    ledger = sum(one["amount"] for one in told if one["kind"] not in {"bill", "credit_note"})
    return Side(balance=balance, unbilled=balance - ledger)
