"""Whatever happens at Stripe, and whatever of it is lost on which side: exactly that is listed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from compute_billing.audit import queries as audit
from compute_billing.cash.models import CashDay, CashDifference
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CNY
from compute_billing.ledger.transfers import Transfer
from compute_billing.payments.models import Payment
from kernel.clock import utc_now
from kernel.transactions import transaction
from tests.builders.cash import STRIPE
from tests.compute_billing.cash.conftest import payer, running_stripe, stripe
from tests.compute_billing.cash.till import Till

__all__ = ["payer", "running_stripe", "stripe"]

pytestmark = pytest.mark.django_db
SEEDS = [*range(6), pytest.param(1_000, marks=pytest.mark.soak)]
EVENTS = 8
FEE_OF = {10_000: 555}

Planted = dict[str, tuple[str, int]]


class Stage:
    """Does what chance says, and writes down which difference each loss must come to."""

    def __init__(self, till: Till, seed: int) -> None:
        self.till, self.chance = till, random.Random(seed)
        self.planted: Planted = {}
        self.unheard: list[Payment] = []

    def paid(self) -> tuple[Payment, int]:
        """Let a tenant pay; return the payment and Stripe's fee."""
        payment = self.till.pay(self.chance.randrange(1_000, 90_000))
        self.till.hear()
        payment.refresh_from_db()
        return payment, payment.fee_fen or 0

    def all_is_well(self) -> None:
        payment, _ = self.paid()
        if self.chance.random() < 0.5:
            self.till.refund(payment, self.chance.randrange(100, 900))

    def stripe_hides_a_payment(self) -> None:
        payment, fee = self.paid()
        hidden = self.till.spoil(payment.stripe_charge, hidden=True)
        key = f"charge:{payment.stripe_charge}"
        self.planted[key] = ("missing_there", -payment.received_fen)
        self.planted[f"fee:{hidden}"] = ("missing_there", fee)

    def stripe_tells_another_amount(self) -> None:
        payment, fee = self.paid()
        change, less = self.chance.randrange(1, 500), self.chance.randrange(0, 2)
        told = self.till.spoil(
            payment.stripe_charge, amount=payment.received_fen + change, fee=fee + less
        )
        self.planted[f"charge:{payment.stripe_charge}"] = ("amount_differs", change)
        if less:
            self.planted[f"fee:{told}"] = ("amount_differs", -less)

    def stripe_takes_a_fee(self) -> None:
        fee = self.chance.randrange(1, 900)
        told = self.till.stripe.control("money", fee=fee, currency="cny")
        self.planted[f"stripe_fee:{told['id']}"] = ("missing_here", -fee)

    def the_books_say_what_nobody_told(self) -> None:
        """Money that somebody posted as if it had come to Stripe, which knows nothing of it."""
        fen, reference = self.chance.randrange(1, 900), f"by-hand-{len(self.planted)}"
        operator, now = self.till.payer.operator.pk, utc_now()
        with transaction():
            cash, own = (
                ledger.account(owner_kind="operator", owner_id=operator, kind=kind, subject=STRIPE)
                for kind in ("cash", "own_funds")
            )
            ledger.post(
                kind="by_hand",
                reference=reference,
                occurred_at=now,
                now=now,
                transfers=[Transfer(cash, own, CNY, fen * 10_000)],
            )
        self.planted[f"by_hand:{reference}"] = ("missing_there", -fen)

    def nobody_here_heard(self) -> None:
        """Plant a payment that stays unheard; it must be the last thing that happens."""
        payment = self.till.pay(self.chance.randrange(1_000, 90_000))
        charge = self.till.stripe.objects("charge")[-1]["id"]
        told = self.till.movement(charge)
        self.planted[f"charge:{charge}"] = ("missing_here", payment.amount_fen)
        self.planted[f"fee:{told['id']}"] = ("fee_not_booked", -int(str(told["fee"])))

    @property
    def acts(self) -> list[Callable[[], None]]:
        return [
            self.all_is_well,
            self.stripe_hides_a_payment,
            self.stripe_tells_another_amount,
            self.stripe_takes_a_fee,
            self.the_books_say_what_nobody_told,
        ]


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_what_was_lost_is_listed(stripe, payer, seed) -> None:
    # Given events of which chance loses some, at Stripe's side or at ours
    till = Till(stripe, payer)
    stage = Stage(till, seed)
    for _ in range(EVENTS):
        stage.chance.choice(stage.acts)()
    if stage.chance.random() < 0.7:
        stage.nobody_here_heard()

    # When the day is compared, twice
    till.reconcile()
    found = till.open()
    till.reconcile()

    # Then the planted differences are listed, no other, and they are what the closings part by
    assert found == stage.planted
    assert till.open() == found
    told, booked = till.closing()
    assert told - booked == sum(amount for _, amount in stage.planted.values())
    assert CashDifference.objects.filter(ended_at=None).count() == len(stage.planted)
    assert CashDay.objects.exists()
    broken = [one.law.name for one in audit.verify_books(full=True) if not one.holds]
    assert [name for name in broken if name.startswith("cash_")] == []
