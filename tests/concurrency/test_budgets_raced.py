"""Many workers take holds against one budget that stops: what is committed never passes it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.db import connections

from compute_billing.budgets import alerting, queries
from compute_billing.budgets.models import BudgetAlert
from compute_billing.ledger.models import Hold
from compute_billing.rating import holding
from compute_billing.rating import operations as rating
from compute_billing.rating.holding import Job
from kernel.models import OutboxEvent
from kernel.transactions import transaction
from tests.builders.budgets import make_budget
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [4, pytest.param(300, marks=pytest.mark.soak)]
WORKERS = 16
HOUR = timedelta(hours=1)
START = NOW - 12 * HOUR
LIMIT = 20 * YUAN


class Budgeted:
    """A tenant with money enough and a budget that is not, whose use is all under holds."""

    def __init__(self) -> None:
        self.market: Market = make_market()
        tenant = self.market.add_tenant("acme", paid_yuan=100_000)
        self.tenant_id = tenant.pk
        self.budget = make_budget(tenant, stops=True, amount_micro=LIMIT)
        self.numbers = count(1)

    def hold(self, number: int) -> None:
        job = Job(
            tenant_id=self.tenant_id,
            reference=f"hold-{number}",
            project_id=None,
            cluster_id=self.market.cluster.pk,
            meter_id=self.market.meter.pk,
            allocation_key=f"job-{number}",
            milli_cards=1_000,
            starts_at=START,
        )
        with transaction():
            holding.open_hold(job=job, until=START + HOUR, now=NOW)

    def extend(self, hold_id: int) -> None:
        with transaction():
            holding.extend_hold(
                tenant_id=self.tenant_id, hold_id=hold_id, until=START + 2 * HOUR, now=NOW
            )

    def use_and_end(self, hold: Hold) -> None:
        """Use half an hour of what is held, and let go of the rest."""
        start, end = START, START + HOUR / 2
        self.market.report(
            {
                "account": "acme",
                "milli_cards": 1_000,
                "allocation_key": hold.allocation_key,
                "started_ms": instant_ms(start),
                "ended_ms": instant_ms(end),
            }
        )
        rating.rate_next(tenant_id=self.tenant_id, now=NOW)
        with transaction():
            holding.release_hold(tenant_id=self.tenant_id, hold_id=hold.pk, ended_at=end, now=NOW)

    def committed(self) -> int:
        (period,) = queries.periods_at(tenant_id=self.tenant_id, at=NOW)
        return period.spent + period.held

    def works(self, round_number: int) -> list[Callable[[], object]]:
        """Deal holds, extensions and ends; the money that an end frees is wanted by all others."""
        drawn = random.Random(round_number)  # a deal, not a secret
        held = list(Hold.objects.filter(tenant_id=self.tenant_id, state="open", ended_at=None))
        drawn.shuffle(held)
        number = next(self.numbers) * WORKERS
        works: list[Callable[[], object]] = [partial(self.use_and_end, hold) for hold in held[:2]]
        works += [partial(self.extend, hold.pk) for hold in held[2:4]]
        works += [partial(self.hold, number + n) for n in range(WORKERS - len(works))]
        drawn.shuffle(works)
        return works


@pytest.mark.parametrize("rounds", ROUNDS)
def test_holds_and_spend_never_pass_a_budget_that_stops(rounds: int) -> None:
    # Given a budget for eight hours of a card, and sixteen workers that want an hour each
    shared = Budgeted()
    highest: list[int] = []
    over = threading.Event()

    def watch() -> None:
        """Read what is committed again and again; each statement sees whole commits only."""
        try:
            while not over.is_set():
                highest.append(shared.committed())
        finally:
            connections.close_all()

    # When they hold, extend, use and let go, round after round, under the eyes of a reader
    reader = threading.Thread(target=watch)
    reader.start()
    try:
        race = run_race(rounds=rounds, make_works=shared.works)
    finally:
        over.set()
        reader.join(60)

    # Then at no time more was spent and held than the budget is, and somebody was refused
    assert max([*highest, shared.committed()]) <= LIMIT
    assert race.rounds_with_a_loser > 0, "no round had a loser"


@pytest.mark.parametrize("rounds", [5, pytest.param(45, marks=pytest.mark.soak)])
def test_eight_workers_tell_a_threshold_once(rounds: int) -> None:
    # Given a tenant with nothing told, and a budget a round that is overspent
    shared = Budgeted()
    start = instant_ms(START)
    shared.market.report({"account": "acme", "started_ms": start, "ended_ms": start + 3_600_000})
    shared.market.rate()

    def works(number: int) -> list[Callable[[], object]]:
        tenant = shared.market.tenants["acme"]
        budget = make_budget(tenant, name=f"b-{number}", amount_micro=YUAN, forecast_percents=[])
        look = partial(
            alerting.look_at_budget,
            tenant_id=tenant.pk,
            budget_id=budget.pk,
            recent_micro=0,
            now=NOW,
        )
        budget_ids.append(budget.pk)
        return [look] * 8

    # When eight workers look at it at once
    budget_ids: list[int] = []
    race = run_race(rounds=rounds, make_works=works)

    # Then each of three thresholds is told once
    counts = [sorted(int(str(told)) for told in outcomes) for outcomes in race.rounds]
    assert counts == [[0] * 7 + [3]] * len(race.rounds)
    told = BudgetAlert.objects.filter(budget_id__in=budget_ids).count()
    assert told == 3 * len(budget_ids)
    assert OutboxEvent.objects.filter(kind="budget.reached").count() == told
    race.assert_they_met()
