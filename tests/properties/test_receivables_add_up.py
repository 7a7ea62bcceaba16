"""Whatever is used, billed, paid, disputed and corrected: open items and the ledger agree."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute_billing.audit import queries as audit
from compute_billing.ledger import queries as books
from compute_billing.receivables import queries
from compute_billing.receivables.allocating import (
    Credited,
    Event,
    Owed,
    Paid,
    account_of,
)
from kernel.periods import month_after
from tests.builders.disputes import dispute_use
from tests.builders.invoices import NOVEMBER, OCTOBER, after, close, make_correction, make_use
from tests.builders.market import YUAN, Market
from tests.builders.receivables import CODE, on_credit, pay_in, tenant_of

START = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["bill", "note", "pay", "back"]), st.integers(0, 5), st.integers(1, 50)
    ),
    max_size=30,
)


def history(steps: list[tuple[str, int, int]]) -> tuple[list[Event], int]:
    """Return what could happen, in order, and what the ledger then says is owed."""
    events: list[Event] = []
    asked: dict[str, int] = {}
    ledger = paid = 0
    for number, (what, which, amount) in enumerate(steps):
        at = START + timedelta(hours=number)
        key = f"bill:{which}"
        if what == "bill" and key not in asked:
            due = date(2026, 12, 1) + timedelta(days=(which * 7) % 5)
            events.append(Owed(key=key, due_on=due, amount=amount, at=at))
            asked[key] = amount
            ledger += amount
        elif what == "note" and asked.get(key, 0) > 0:
            taken = min(amount, asked[key])
            events.append(Credited(key=key, amount=taken, at=at))
            asked[key] -= taken
            ledger -= taken
        elif what == "pay":
            events.append(Paid(posting_id=number, amount=amount, at=at))
            ledger -= amount
            paid += amount
        elif what == "back" and paid >= amount:
            events.append(Paid(posting_id=number, amount=-amount, at=at))
            ledger += amount
            paid -= amount
    return events, ledger


@given(STEPS)
@settings(max_examples=400, deadline=None)
def test_items_less_what_is_on_account_are_what_the_ledger_says(
    steps: list[tuple[str, int, int]],
) -> None:
    events, ledger = history(steps)

    account = account_of(events)

    assert account.open - account.on_account == ledger
    assert all(0 <= item.allocated <= item.amount for item in account.items.values())
    paid = {event.posting_id: event.amount for event in events if isinstance(event, Paid)}
    spent: dict[int | None, int] = {}
    on_item: dict[str, int] = {}
    for made in account.allocations:
        spent[made.posting_id] = spent.get(made.posting_id, 0) + made.amount
        on_item[made.key] = on_item.get(made.key, 0) + made.amount
    assert all(0 <= amount <= paid[posting or 0] for posting, amount in spent.items())
    assert all(on_item.get(key, 0) == item.allocated for key, item in account.items.items())


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_what_happens_later_changes_no_allocation(steps: list[tuple[str, int, int]]) -> None:
    events, _ = history(steps)
    whole = account_of(events).allocations

    for end in range(len(events)):
        earlier = account_of(events[:end]).allocations
        assert whole[: len(earlier)] == earlier


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [*range(4), pytest.param(1_000, marks=pytest.mark.soak)])
def test_open_items_and_the_ledger_agree(seed: int) -> None:
    # Given a tenant on a small limit, so that some use becomes arrears
    chance = random.Random(seed)
    market = on_credit(limit_yuan=chance.choice([5, 20, 500]))
    month, used, paid = OCTOBER, [], 0
    for number in range(14):
        now = after(month) - timedelta(days=3) + timedelta(minutes=number)
        what = chance.choice(["use", "use", "use", "pay", "pay", "close", "correct", "dispute"])
        if what == "use" and month <= NOVEMBER:
            hours = chance.randrange(1, 4)
            start = datetime(month.year, month.month, 1 + number, tzinfo=UTC)
            external_id = make_use(market, CODE, start=start, duration=timedelta(hours=hours))
            if hours == 1:
                used.append((external_id, start))
        elif what == "pay":
            paid += 1
            pay_in(market, micro=chance.randrange(1, 9) * YUAN, reference=f"p{paid}", now=now)
        elif what == "close" and month <= NOVEMBER:
            close(market, CODE, month=month, now=after(month))
            month = month_after(month)
        elif what in {"correct", "dispute"} and used:
            external_id, start = used.pop()
            if what == "dispute":
                dispute_use(market, tenant_of(market), external_id=external_id)
            else:
                make_correction(market, CODE, corrects=external_id, start=start)
        # Then at each moment the items, what is on no bill and the ledger agree
        check(market)
    assert [told.law.name for told in audit.verify_books(full=True) if not told.holds] == []


def check(market: Market) -> None:
    """Compare what is owed with the accounts of the ledger, and the statement with both."""
    tenant_id = tenant_of(market).pk
    used = books.wallet_state(tenant_id=tenant_id).credit_used
    arrears = sum(debt.outstanding for debt in books.arrears(tenant_id=tenant_id))
    whose = {"tenant_id": tenant_id, "operator_id": market.operator.pk}
    found = queries.receivable(**whose)
    if found is None:
        assert used + arrears == 0
        return
    assert found.owed == used + arrears == found.open + found.unbilled
    assert all(0 < item.open <= item.amount for item in found.items)
    assert all(0 <= item.disputed <= item.open for item in found.items)
    whole = queries.account_statement(**whose, since=date(2026, 1, 1), until=date(2027, 12, 31))
    money = sum(held.posted for held in books.tenant_balance(tenant_id=tenant_id, at=LATER))
    assert whole.closing.ledger == money - used - arrears
