"""Read what tenants owe: open items with their due days, what paid them, and accounts of a span."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from accounts.models import Organisation
from compute_billing.disputes.states import PENDING
from compute_billing.invoices.models import Invoice
from compute_billing.ledger import queries as books
from compute_billing.ledger.models import NET_DAYS, Wallet
from compute_billing.receivables import terms
from compute_billing.receivables.allocating import (
    Account,
    Allocation,
    Credited,
    Event,
    Owed,
    Paid,
    account_of,
)
from compute_billing.receivables.models import DunningNotice, DunningPause
from compute_billing.receivables.statement import Statement, account_of_days, midnight_after
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.receivables"
DEBTORS_MAX: Final = 500
OVERDUE: Final = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Something a tenant owes: a bill's part on credit, or a day's arrears.

    `amount` is what it asks for, credit notes taken off; of arrears what is left of them.
    """

    key: str
    kind: str
    reference: str
    bill: UUID | None
    since: date
    due_on: date
    amount: int
    open: int
    disputed: int = 0

    @property
    def asked(self) -> int:
        """Return what may be asked for: what is open and not in dispute."""
        return self.open - self.disputed

    def bucket(self, *, today: date) -> str:
        """Return how long it is overdue."""
        return terms.bucket(due=self.due_on, today=today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """What a tenant owes one operator, in micro-yuan.

    `owed` is the books' word. What items do not ask for is `unbilled`: use that is on no bill
    yet; below zero, corrections whose credit note is still to come, or money on account.
    """

    tenant_id: int
    operator_id: int
    operator: str
    operator_name: str
    owed: int
    items: Sequence[OpenItem]
    allocations: Sequence[Allocation]

    @property
    def open(self) -> int:
        """Return what is open of all items."""
        return sum(item.open for item in self.items)

    @property
    def disputed(self) -> int:
        """Return what of that is in dispute."""
        return sum(item.disputed for item in self.items)

    @property
    def unbilled(self) -> int:
        """Return what is owed and on no bill yet."""
        return self.owed - self.open

    def aged(self, *, today: date) -> dict[str, int]:
        """Return what is open by how long it is overdue."""
        buckets = dict.fromkeys(terms.BUCKETS, 0)
        for item in self.items:
            buckets[item.bucket(today=today)] += item.open
        return buckets

    def overdue(self, *, today: date) -> int:
        """Return what is behind its due day."""
        return sum(item.open for item in self.items if item.due_on < today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How far a tenant was asked, and until when asking rests."""

    level: int
    asked_on: date | None
    paused_until: date | None
    pause_reason: str


def receivables_of(*, tenant_id: int) -> list[Receivable]:
    """Return what a tenant owes, by operator; also those it owes nothing but has had bills of."""
    return receivables(tenant_ids=[tenant_id])


def receivables(*, tenant_ids: Sequence[int]) -> list[Receivable]:
    """Return what tenants owe, by tenant and operator, in a few queries however many they are."""
    credit = {
        (found.tenant_id, found.operator_id): found.outstanding
        for found in books.credit_by_operator(tenant_ids=tenant_ids)
    }
    net_days = dict(
        Wallet.objects.filter(tenant_id__in=tenant_ids).values_list("tenant_id", "net_days")
    )
    accounts = _accounts(tenant_ids=tenant_ids, net_days=net_days)
    arrears = _arrears(tenant_ids=tenant_ids, net_days=net_days)
    pairs = sorted({*credit, *accounts, *arrears})
    names = Organisation.objects.in_bulk({operator_id for _, operator_id in pairs})
    bills = _bills(accounts)
    disputed = _disputed(tenant_ids=tenant_ids)
    made = []
    for pair in pairs:
        tenant_id, operator_id = pair
        found = [*_items(accounts.get(pair), bills=bills), *arrears.get(pair, ())]
        items = (
            replace(item, disputed=min(item.open, disputed.get((*pair, item.key), 0)))
            for item in found
        )
        made.append(
            Receivable(
                tenant_id=tenant_id,
                operator_id=operator_id,
                operator=names[operator_id].code,
                operator_name=names[operator_id].name,
                owed=credit.get(pair, 0) + sum(item.open for item in arrears.get(pair, ())),
                items=sorted(items, key=lambda item: (item.due_on, item.key)),
                allocations=accounts[pair].allocations if pair in accounts else (),
            )
        )
    return made


def receivable(*, tenant_id: int, operator_id: int) -> Receivable | None:
    """Return what a tenant owes one operator; None where there never was anything."""
    every = receivables_of(tenant_id=tenant_id)
    return next((found for found in every if found.operator_id == operator_id), None)


def debtors(*, after_id: int = 0, limit: int = DEBTORS_MAX) -> list[Organisation]:
    """Return who owes anybody something in the real world, by id from behind `after_id` on."""
    found = rows(statement(ROOM, "debtors.sql"), after_id=after_id, limit=limit)
    owing = [debtor["tenant_id"] for debtor in found]
    return list(Organisation.objects.filter(pk__in=owing).order_by("pk"))


def stopped_tenants() -> list[int]:
    """Return whose spending was stopped for what is overdue."""
    stopped = Wallet.objects.filter(paused_reason=OVERDUE, tenant_id__gt=0)
    return list(stopped.order_by("tenant_id").values_list("tenant_id", flat=True))


def partners(*, tenant_id: int) -> list[Organisation]:
    """Return with whom a tenant has an account: money there, bills, or debts."""
    found = rows(statement(ROOM, "partners.sql"), tenant_id=tenant_id)
    known = [partner["operator_id"] for partner in found]
    return list(Organisation.objects.filter(pk__in=known).order_by("name", "pk"))


def asking(*, tenant_ids: Sequence[int], today: date) -> dict[tuple[int, int], Asking]:
    """Return how far tenants were asked, by tenant and operator."""
    told: dict[tuple[int, int], Asking] = {}
    pauses = {
        (pause.tenant_id, pause.operator_id): pause
        for pause in DunningPause.objects.filter(
            tenant_id__in=tenant_ids, ended_at=None, until__gte=today
        )
    }
    notices = DunningNotice.objects.filter(tenant_id__in=tenant_ids)
    newest = notices.order_by("tenant_id", "operator_id", "-day").distinct(
        "tenant_id", "operator_id"
    )
    last = {(notice.tenant_id, notice.operator_id): notice for notice in newest}
    for key in {*pauses, *last}:
        pause, notice = pauses.get(key), last.get(key)
        told[key] = Asking(
            level=notice.level if notice else 0,
            asked_on=notice.day if notice else None,
            paused_until=pause.until if pause else None,
            pause_reason=pause.reason if pause else "",
        )
    return told


def account_statement(*, tenant_id: int, operator_id: int, since: date, until: date) -> Statement:
    """Return the account of a tenant with an operator from a day to a day, both included."""
    told = account_statements(tenant_id=tenant_id, since=since, until=until)
    return told.get(operator_id) or account_of_days([], [], since=since, until=until)


def account_statements(*, tenant_id: int, since: date, until: date) -> dict[int, Statement]:
    """Return a tenant's accounts from a day to a day, by operator, where anything ever moved."""
    bills: defaultdict[int, list[Invoice]] = defaultdict(list)
    for bill in Invoice.objects.filter(tenant_id=tenant_id).order_by("issued_at", "id"):
        bills[bill.issuer_id].append(bill)
    moved: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    found = rows(statement(ROOM, "movements.sql"), tenant_id=tenant_id, until=midnight_after(until))
    for one in found:
        moved[one["operator_id"]].append(one)
    return {
        operator_id: account_of_days(
            moved[operator_id], bills[operator_id], since=since, until=until
        )
        for operator_id in {*bills, *moved}
    }


def _accounts(
    *, tenant_ids: Sequence[int], net_days: Mapping[int, int]
) -> dict[tuple[int, int], Account]:
    """Return the items that bills on credit made, by tenant and operator."""
    found = rows(statement(ROOM, "events.sql"), tenant_ids=list(tenant_ids))
    return {
        pair: account_of(_event(told, net_days=net_days.get(pair[0], NET_DAYS)) for told in events)
        for pair, events in groupby(found, key=itemgetter("tenant_id", "operator_id"))
    }


def _event(told: Mapping[str, Any], *, net_days: int) -> Event:
    at: datetime = told["at"]
    if told["what"] == "owed":
        since = terms.local_day(at)
        due = told["due_on"] or terms.due_on(since=since, net_days=net_days)
        return Owed(key=told["key"], due_on=due, amount=told["amount"], at=at)
    if told["what"] == "credited":
        return Credited(key=told["key"], amount=told["amount"], at=at)
    return Paid(posting_id=told["posting_id"], amount=told["amount"], at=at)


def _bills(accounts: Mapping[tuple[int, int], Account]) -> dict[str, Invoice]:
    """Return the bills that are open, by the key of their item."""
    ids = [
        int(key.removeprefix("bill:"))
        for account in accounts.values()
        for key, item in account.items.items()
        if item.open and key.startswith("bill:")
    ]
    return {f"bill:{bill.pk}": bill for bill in Invoice.objects.filter(pk__in=ids)}


def _items(account: Account | None, *, bills: Mapping[str, Invoice]) -> list[OpenItem]:
    """Return what is open of bills."""
    made = []
    for key, item in account.items.items() if account else ():
        if item.open <= 0:
            continue
        kind, _, reference = key.partition(":")
        bill = bills.get(key)
        made.append(
            OpenItem(
                key=key,
                kind=kind,
                reference=f"{bill.series}-{bill.number:06d}" if bill else reference,
                bill=bill.public_id if bill else None,
                since=terms.local_day(item.since),
                due_on=item.due_on,
                amount=item.amount,
                open=item.open,
            )
        )
    return made


def _arrears(
    *, tenant_ids: Sequence[int], net_days: Mapping[int, int]
) -> dict[tuple[int, int], list[OpenItem]]:
    """Return what is owed for want of money, by tenant, operator and the day on which it arose."""
    by_day: defaultdict[tuple[int, int, date], int] = defaultdict(int)
    for debt in books.arrears_of(tenant_ids=tenant_ids):
        day = terms.local_day(debt.occurred_at)
        by_day[debt.tenant_id, debt.operator_id, day] += debt.outstanding
    items: defaultdict[tuple[int, int], list[OpenItem]] = defaultdict(list)
    for (tenant_id, operator_id, day), owed in by_day.items():
        item = OpenItem(
            key=f"arrears:{day}",
            kind="arrears",
            reference=day.isoformat(),
            bill=None,
            since=day,
            due_on=terms.due_on(since=day, net_days=net_days.get(tenant_id, NET_DAYS)),
            amount=owed,
            open=owed,
        )
        items[tenant_id, operator_id].append(item)
    return items


def _disputed(*, tenant_ids: Sequence[int]) -> dict[tuple[int, int, str], int]:
    """Return what is in dispute until it is answered, by tenant, operator and item.

    Of a span no more than was disputed of its record.
    """
    by_item: defaultdict[tuple[int, int, str], int] = defaultdict(int)
    found = rows(
        statement(ROOM, "disputed.sql"),
        tenant_ids=list(tenant_ids),
        states=[str(state) for state in PENDING],
    )
    for _, parts in groupby(found, key=itemgetter("dispute_id")):
        left: int | None = None
        for part in parts:
            left = part["disputed_micro"] if left is None else left
            taken = min(left, part["amount"])
            left -= taken
            if part["payer_kind"] == "arrears":
                key = f"arrears:{terms.local_day(part['occurred_at'])}"
            else:
                key = f"bill:{part['bill_id']}"
            by_item[part["tenant_id"], part["operator_id"], key] += taken
    return by_item
