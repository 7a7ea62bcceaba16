"""Refusals, an extension and the end of one job at once: one case, told once, ended once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from compute_billing.ledger.models import Hold
from compute_billing.rating import exhausting, holding
from compute_billing.rating.models import ExhaustedHold
from kernel.models import OutboxEvent
from kernel.transactions import transaction
from tests.builders.market import NOW, Market, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [6, pytest.param(200, marks=pytest.mark.soak)]
HOUR = timedelta(hours=1)
START = NOW - HOUR


def make_hold(market: Market, number: int) -> Hold:
    job = holding.Job(
        tenant_id=market.tenants["acme"].pk,
        reference=f"hold-{number}",
        project_id=None,
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        allocation_key=f"job-{number}",
        milli_cards=1_000,
        starts_at=START,
    )
    with transaction():
        return holding.open_hold(job=job, until=NOW + HOUR, now=NOW)


def refuse(hold: Hold) -> None:
    exhausting.note_exhausted(
        tenant_id=hold.tenant_id, hold_id=hold.pk, until=NOW + 3 * HOUR, shortfall_micro=1, now=NOW
    )


def extend(hold: Hold) -> None:
    with transaction():
        holding.extend_hold(
            tenant_id=hold.tenant_id, hold_id=hold.pk, until=NOW + 3 * HOUR, now=NOW
        )


def release(hold: Hold) -> None:
    with transaction():
        holding.release_hold(tenant_id=hold.tenant_id, hold_id=hold.pk, ended_at=NOW, now=NOW)


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize(("act", "state"), [(extend, "extended"), (release, "ended")])
def test_no_case_outlives_what_ended_it(
    rounds: int, act: Callable[[Hold], None], state: str
) -> None:
    market = make_market()
    market.add_tenant("acme", paid_yuan=100_000)
    holds: list[Hold] = []

    def make_works(number: int) -> list[Callable[[], object]]:
        hold = make_hold(market, number)
        holds.append(hold)
        refuse(hold)
        return [*[partial(refuse, hold)] * 3, partial(act, hold)]

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=50)

    # whichever came first, the case of before ended, and nobody began another one behind its end
    race.assert_they_met()
    for hold in holds:
        assert list(ExhaustedHold.objects.filter(hold=hold).values_list("state")) == [(state,)]
    told = OutboxEvent.objects.filter(kind="hold.exhausted")
    assert told.count() == 2 * len(holds)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_refusals_at_once_are_one_case(rounds: int) -> None:
    market = make_market()
    market.add_tenant("acme", paid_yuan=100_000)
    holds: list[Hold] = []

    def make_works(number: int) -> list[Callable[[], object]]:
        holds.append(make_hold(market, number))
        return [partial(refuse, holds[-1])] * 4

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=50)

    race.assert_they_met()
    for hold in holds:
        assert list(ExhaustedHold.objects.filter(hold=hold).values_list("refusals")) == [(4,)]
