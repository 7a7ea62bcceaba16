"""Automatic top-up: a saved card pays below the threshold, within the month, until it declines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Notification
from accounts.permissions import Role
from compute_billing.payments import operations, working
from compute_billing.payments.models import AutoTopUp, Payment, SavedCard, Way
from kernel.audit import Actor
from tests.builders.accounts import make_member
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.books import paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all
from tests.compute_billing.payments.test_refunds import spend

pytestmark = pytest.mark.django_db

YUAN = 1_000_000


def save_card(stripe: StandIn, payer: Payer, *, method: str = "pm_card_visa") -> None:
    """Pay 100 yuan by a card that is kept."""
    payment = payer.open(10_000, method="card", saves_card=True)
    stripe.pay(payment, method=method)
    tell_all(stripe)
    payer.work()


def switch_on(payer: Payer, *, month_max_fen: int = 100_000) -> AutoTopUp:
    return operations.set_auto_top_up(
        tenant_id=payer.tenant.pk,
        operator_id=payer.operator.pk,
        wanted=operations.AutoTerms(
            threshold_fen=5_000, amount_fen=20_000, month_max_fen=month_max_fen
        ),
        actor=Actor.system(),
        now=payer.now(),
    )


def look(payer: Payer) -> int:
    """Let three minutes pass, and do what is due."""
    payer.ahead += timedelta(minutes=3)
    made = working.top_up_what_is_low(clock=payer.now)
    payer.work()
    return made


def test_a_card_is_kept_and_pays_when_money_runs_low(stripe: StandIn, payer: Payer) -> None:
    # Given a saved card and 100 yuan
    save_card(stripe, payer)
    assert SavedCard.objects.get().last_four == "4242"
    switch_on(payer)
    assert look(payer) == 0

    # When 60 are spent
    spend(payer, 60)
    assert look(payer) == 1

    # Then 200 came in, once
    assert look(payer) == 0
    assert paid_lots(payer) == [(40 * YUAN, 0), (200 * YUAN, 0)]
    assert Payment.objects.get(way=Way.AUTOMATIC).state == "paid"


def test_the_months_limit_holds(stripe: StandIn, payer: Payer) -> None:
    save_card(stripe, payer)
    switch_on(payer, month_max_fen=39_999)
    spend(payer, 60)
    assert look(payer) == 1
    spend(payer, 199)
    assert look(payer) == 0


def test_a_declined_card_is_asked_three_times_and_no_more(stripe: StandIn, payer: Payer) -> None:
    # Given a card that stopped paying, and an owner
    owner = make_member(organisation=payer.tenant, role=Role.OWNER)
    save_card(stripe, payer)
    switch_on(payer)
    kept = SavedCard.objects.get()
    failing = stripe.api(
        "/v1/payment_methods/pm_card_chargeCustomerFail/attach", {"customer": kept.stripe_customer}
    )
    SavedCard.objects.update(stripe_method=failing["id"])
    spend(payer, 60)

    # When it is declined again and again
    made = 0
    for _ in range(6):
        payer.ahead += timedelta(hours=7)
        made += look(payer)

    # Then it was asked three times, the setting is off, and the owner knows
    assert made == 3
    setting = AutoTopUp.objects.get()
    assert (setting.is_on, setting.off_reason, setting.declined) == (False, "declined", 3)
    assert Notification.objects.filter(user=owner, kind="auto_top_up_off").count() == 1
    assert paid_lots(payer) == [(40 * YUAN, 0)]
    assert {one["amount_received"] for one in stripe.objects("payment_intent")} == {0, 10_000}


def test_without_a_card_it_cannot_be_switched_on(stripe: StandIn, payer: Payer) -> None:
    with pytest.raises(operations.UnableToSetAutoTopUp, match="No card is saved"):
        switch_on(payer)


def test_a_limit_below_one_payment_is_refused(stripe: StandIn, payer: Payer) -> None:
    save_card(stripe, payer)
    with pytest.raises(operations.UnableToSetAutoTopUp, match="no less than one payment"):
        switch_on(payer, month_max_fen=19_999)
