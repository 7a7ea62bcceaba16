"""How far a month is, read from what is there: also after a worker died in the midst."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from compute_billing.invoices import operations as invoices
from compute_billing.settlement import operations
from compute_billing.settlement.operations import UnableToStartRun, request_run
from compute_billing.settlement.run import RunState, Step, months_with_books, run_of
from kernel import nudges
from kernel.audit import Actor
from kernel.models import AuditEntry
from kernel.queries import BillingMonthMissing
from tests.builders.invoices import OCTOBER, make_use
from tests.builders.market import Market, make_market

pytestmark = pytest.mark.django_db
PRICED_FROM = datetime(2026, 10, 5, tzinfo=UTC)
END = datetime(2026, 10, 31, 16, tzinfo=UTC)
AFTER = END + timedelta(hours=25)


@pytest.fixture
def market() -> Market:
    """Return a market whose cards have a price from the fifth on, and three tenants."""
    market = make_market(valid_from=PRICED_FROM)
    for code in ("first", "second", "unpriced"):
        market.add_tenant(code, paid_yuan=10)
    return market


def steps(market: Market) -> dict[str, Step]:
    found = {tenant.code: tenant.step for tenant in run_of(month=OCTOBER, now=AFTER).tenants}
    return {name: found[one.code] for name, one in market.tenants.items() if one.code in found}


def close(market: Market, code: str) -> None:
    invoices.close_tenant_month(
        tenant_id=market.tenants[code].pk, month=OCTOBER, now=AFTER + timedelta(seconds=1)
    )


def test_a_tenant_goes_from_waiting_to_settled(market):
    make_use(market, "first", rate=False)
    assert steps(market) == {"first": Step.OPEN}
    market.rate()
    assert steps(market) == {"first": Step.RATED}
    close(market, "first")
    assert steps(market) == {"first": Step.INVOICED}
    operations.settle(month=OCTOBER, now=AFTER)
    assert steps(market) == {"first": Step.SETTLED}
    assert months_with_books() == [OCTOBER]


def test_what_no_price_covers_waits_for_a_person_and_stops_nobody_else(market):
    make_use(market, "first")
    make_use(market, "unpriced", start=datetime(2026, 10, 2, tzinfo=UTC))
    invoices.close_period(month=OCTOBER, now=AFTER)
    operations.settle(month=OCTOBER, now=AFTER)

    run = run_of(month=OCTOBER, now=AFTER + timedelta(hours=1))

    assert steps(market) == {"first": Step.SETTLED, "unpriced": Step.PARKED}
    held = next(tenant for tenant in run.tenants if tenant.step is Step.PARKED)
    assert (held.parked, held.reasons, held.waiting) == (1, ("no_price",), 0)
    assert (run.state, run.closed, run.finished) == (RunState.PARKED, 1, 1)


def test_a_run_that_was_killed_is_told_as_it_is(market):
    # given a worker that closed one of two tenants and died
    make_use(market, "first")
    make_use(market, "second")
    close(market, "first")

    # when somebody looks, at once and later
    at_once = run_of(month=OCTOBER, now=AFTER + timedelta(seconds=50))
    later = run_of(month=OCTOBER, now=datetime(2027, 1, 1, tzinfo=UTC))

    # then one is billed, one is still to be closed, and after a minute nobody is said to work
    assert [tenant.step for tenant in at_once.tenants] == [Step.INVOICED, Step.RATED]
    assert at_once.closed == later.closed == 1
    assert at_once.finished == 0
    assert later.state is RunState.STILL
    # and going on makes it whole
    invoices.close_period(month=OCTOBER, now=AFTER)
    operations.settle(month=OCTOBER, now=AFTER)
    assert run_of(month=OCTOBER, now=AFTER).state is RunState.DONE


def test_late_use_of_a_closed_month_does_not_open_it_again(market):
    make_use(market, "first")
    close(market, "first")
    make_use(market, "first", rate=False, now=AFTER + timedelta(days=1))

    assert steps(market) == {"first": Step.INVOICED}


def test_a_month_that_is_not_over_cannot_be_started(market):
    make_use(market, "first")
    for now, state in (
        (END - timedelta(seconds=1), RunState.NOT_OVER),
        (END + timedelta(hours=23), RunState.GRACE),
    ):
        assert run_of(month=OCTOBER, now=now).state is state
        with pytest.raises(UnableToStartRun):
            request_run(month=OCTOBER, actor=Actor.user(1), now=now)
    assert not AuditEntry.objects.filter(action="settlement.request_run").exists()
    with pytest.raises(BillingMonthMissing):
        run_of(month=OCTOBER.replace(year=1999), now=AFTER)


def test_starting_only_wakes_the_workers(market, django_capture_on_commit_callbacks, monkeypatch):
    make_use(market, "first")
    woken: list[str] = []
    for name in ("parked", "rating", "closing", "settlement"):
        monkeypatch.setitem(nudges._wakers, name, partial(woken.append, name))

    with django_capture_on_commit_callbacks(execute=True):
        request_run(month=OCTOBER, actor=Actor.user(7), now=AFTER)

    assert woken == ["parked", "rating", "closing", "settlement"]
    assert steps(market) == {"first": Step.RATED}
    entry = AuditEntry.objects.get(action="settlement.request_run")
    assert (entry.actor_id, entry.object_id, entry.detail["tenants"]) == (7, "2026-10", 1)
