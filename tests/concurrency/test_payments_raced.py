"""Races about payments: one event, one form, one balance; each has one winner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compute_billing.payments import operations, outcomes, working
from compute_billing.payments.models import Payment, Refund, StripeEvent
from kernel.audit import Actor
from kernel.clock import utc_now
from tests.builders.ledger import make_operator, make_tenant
from tests.builders.payments import NOW, ask_refund, make_payment, paid_seen, pay
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.books import paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all
from tests.concurrency.racing import run_race, run_round

pytestmark = pytest.mark.django_db(transaction=True)

YUAN = 1_000_000
THREADS = 50


@pytest.fixture(scope="module")
def stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


def test_workers_on_the_events_of_one_payment_credit_once(stripe: StandIn) -> None:
    # Given a paid session whose events were all told
    payer = Payer(tenant=make_tenant(), operator=make_operator())
    payment = payer.open()
    stripe.pay(payment)
    tell_all(stripe)

    # When eight workers take them at once
    run_round([lambda: working.work(clock=utc_now)] * 8)

    # Then there is one lot
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert set(StripeEvent.objects.values_list("state", flat=True)) <= {"handled", "kept"}


def test_the_same_answer_from_many_workers_is_applied_once() -> None:
    def round_of(_number: int):
        payment = make_payment()
        seen = paid_seen(payment)
        return [lambda: outcomes.apply_payment(payment_id=payment.pk, seen=seen, now=NOW)] * 4

    race = run_race(rounds=20, make_works=round_of, rounds_max=60)
    race.assert_they_met()
    for payment in Payment.objects.all():
        payer = Payer(tenant=payment.tenant, operator=payment.operator)
        assert paid_lots(payer) == [(100 * YUAN, 0)]


def test_fifty_clicks_are_one_payment(stripe: StandIn) -> None:
    # Given a form that fifty threads send at once
    stripe.begin()
    payer = Payer(tenant=make_tenant(), operator=make_operator())

    # When they do
    outcomes_told = run_round([lambda: payer.open(form="one").public_id] * THREADS)

    # Then there is one payment here, and one session there
    assert len(set(outcomes_told)) == 1
    assert Payment.objects.count() == 1
    assert len(stripe.objects("checkout.session")) == 1


def test_refunds_never_pass_what_is_there() -> None:
    # Given 100 yuan, of which two ask 60 back at once
    def round_of(_number: int):
        payment = pay(make_payment())
        return [lambda: ask_refund(payment, fen=6_000)] * 2

    race = run_race(rounds=20, make_works=round_of, rounds_max=60)

    # Then each round had one who was refused
    race.assert_they_met()
    assert race.rounds_with_a_loser == len(race.rounds)
    assert {type(outcome) for outcomes_told in race.rounds for outcome in outcomes_told} == {
        Refund,
        operations.UnableToRefund,
    }


def test_cancelling_and_paying_at_once_keeps_the_money() -> None:
    def round_of(_number: int):
        payment = make_payment()
        seen = paid_seen(payment)
        return [
            lambda: outcomes.apply_payment(payment_id=payment.pk, seen=seen, now=NOW),
            lambda: operations.cancel_top_up(payment_id=payment.pk, actor=Actor.system(), now=NOW),
        ]

    run_race(rounds=20, make_works=round_of)
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
