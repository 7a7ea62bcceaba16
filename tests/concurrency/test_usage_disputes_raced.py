"""A job is disputed once, and a dispute is answered and settled once, whoever meets at it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.disputes import operations
from compute_billing.disputes.models import UsageDispute, UsageDisputeAnswer
from compute_billing.disputes.operations import Verdict
from compute_billing.metering.models import UsageRecord
from tests.builders.accounts import make_user
from tests.builders.disputes import answer_dispute, dispute_use
from tests.builders.invoices import make_use
from tests.builders.market import NOW, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_dispute_for_a_job(rounds: int) -> None:
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=1_000)

    def make_works(_: int) -> list[Any]:
        job = make_use(market, "acme")
        return [
            partial(dispute_use, market, tenant, external_id=job, user_id=make_user().pk)
            for _ in range(2)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        kinds = sorted(type(outcome).__name__ for outcome in outcomes)
        assert kinds == ["DisputedAlready", "UsageDispute"]
    assert UsageDispute.objects.count() == rounds
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_answer_and_one_correction(rounds: int) -> None:
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=1_000)

    def withdraw(dispute: UsageDispute) -> UsageDispute:
        return operations.withdraw(
            dispute_id=dispute.public_id, tenant_id=tenant.pk, user_id=dispute.opened_by_id, now=NOW
        )

    def make_works(_: int) -> list[Any]:
        dispute = dispute_use(market, tenant)
        return [
            partial(answer_dispute, dispute, Verdict.GRANTED, user_id=make_user().pk),
            partial(answer_dispute, dispute, Verdict.REJECTED, user_id=make_user().pk),
            partial(withdraw, dispute),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, UsageDispute) for outcome in outcomes) == 1
    granted = UsageDisputeAnswer.objects.filter(verdict="granted").count()
    assert UsageRecord.objects.filter(corrects_id__isnull=False).count() == granted
    race.assert_they_met()
    # and two workers settle each of them once
    market.rate()
    settled = run_race(
        rounds=1,
        make_works=lambda _: [partial(operations.settle_charged, now=NOW) for _ in range(2)],
    )
    assert sum(int(str(outcome)) for outcome in settled.rounds[0]) == granted
    assert [verdict.law.name for verdict in verify_books() if not verdict.holds] == []
