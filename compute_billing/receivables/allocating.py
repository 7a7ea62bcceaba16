"""Which payment paid which bill: a fold over what happened, in the order of the books. Pure.

Money goes to what is due first. Nothing that happens later changes what a payment has paid, but
for a credit note, which releases what its bill no longer asks for. What was paid back before it
stood on a bill waits on account for the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An item asks for more: a bill of what was used on credit."""

    key: str
    due_on: date
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A credit note takes back from an item; without a key, from what is due first."""

    key: str | None
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A posting paid credit back from a lot; below zero it went back to the lot."""

    posting_id: int
    amount: int
    at: datetime


Event = Owed | Credited | Paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What a posting paid of an item; below zero what a credit note released of it.

    `posting_id` is None for a credit that named no bill.
    """

    key: str
    posting_id: int | None
    amount: int
    at: datetime


@dataclass(slots=True, kw_only=True)
class Item:
    """What an item asks for by now, and what was paid of it."""

    key: str
    due_on: date
    since: datetime
    amount: int = 0
    allocated: int = 0

    @property
    def open(self) -> int:
        """Return what is still to be paid."""
        return self.amount - self.allocated


@dataclass(slots=True)
class Account:
    """A tenant's items with one operator after all events.

    `pool` is what was paid and no item has taken yet; `ahead` what went back to a lot before the
    credit note that it belongs to.
    """

    items: dict[str, Item] = field(default_factory=dict)
    allocations: list[Allocation] = field(default_factory=list)
    pool: list[tuple[int | None, int]] = field(default_factory=list)
    ahead: int = 0

    @property
    def on_account(self) -> int:
        """Return what was paid beyond the items; below zero what went back ahead of its note."""
        return sum(amount for _, amount in self.pool) - self.ahead

    @property
    def open(self) -> int:
        """Return what all items still ask for."""
        return sum(item.open for item in self.items.values())


def account_of(events: Iterable[Event]) -> Account:
    """Return the account after events in the order of the books."""
    account = Account()
    for event in events:
        match event:
            case Owed():
                item = account.items.setdefault(
                    event.key, Item(key=event.key, due_on=event.due_on, since=event.at)
                )
                item.amount += event.amount
            case Credited():
                _credit(account, event)
            case Paid(amount=amount) if amount >= 0:
                _receive(account, event.posting_id, amount)
            case Paid():
                _give_back(account, -event.amount)
        _allocate(account, at=event.at)
    return account


def _credit(account: Account, event: Credited) -> None:
    """Lower an item; what was paid of it beyond that is free for others."""
    item = account.items.get(event.key or "")
    taken = 0 if item is None else min(event.amount, item.amount)
    if taken < event.amount:
        _receive(account, None, event.amount - taken)
    if item is None:
        return
    item.amount -= taken
    for made in reversed(_standing(account, item.key)):
        released = min(-item.open, made[1])
        if released <= 0:
            break
        item.allocated -= released
        account.allocations.append(
            Allocation(key=item.key, posting_id=made[0], amount=-released, at=event.at)
        )
        _receive(account, made[0], released)


def _standing(account: Account, key: str) -> list[tuple[int | None, int]]:
    """Return what each posting has paid of an item, what was released taken off."""
    paid: dict[int | None, int] = {}
    for made in account.allocations:
        if made.key == key:
            paid[made.posting_id] = paid.get(made.posting_id, 0) + made.amount
    return list(paid.items())


def _receive(account: Account, posting_id: int | None, amount: int) -> None:
    """Put money into the pool, after what went back ahead."""
    kept = min(account.ahead, amount)
    account.ahead -= kept
    if amount > kept:
        account.pool.append((posting_id, amount - kept))


def _give_back(account: Account, amount: int) -> None:
    """Take out of the pool what went back to a lot, what came last first."""
    while amount > 0 and account.pool:
        posting_id, waiting = account.pool.pop()
        taken = min(amount, waiting)
        amount -= taken
        if waiting > taken:
            account.pool.append((posting_id, waiting - taken))
    account.ahead += amount


def _allocate(account: Account, *, at: datetime) -> None:
    """Let what is due first take from what came first."""
    if not account.pool:
        return
    for item in sorted(account.items.values(), key=lambda item: (item.due_on, item.key)):
        while item.open > 0 and account.pool:
            posting_id, waiting = account.pool[0]
            taken = min(item.open, waiting)
            item.allocated += taken
            account.allocations.append(
                Allocation(key=item.key, posting_id=posting_id, amount=taken, at=at)
            )
            account.pool[0] = (posting_id, waiting - taken)
            if waiting == taken:
                account.pool.pop(0)
