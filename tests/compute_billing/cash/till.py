"""What happens at Stripe and is heard of here, or not: the two sides of a day, to be compared."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from compute_billing.cash import operations
from compute_billing.cash.days import day_of
from compute_billing.cash.models import CashAccount, CashDay, CashDifference
from compute_billing.payments import working
from compute_billing.payments.models import Payment
from compute_billing.payments.operations import ask_refunds
from kernel.audit import Actor
from kernel.clock import utc_now
from tests.builders.cash import STRIPE
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all

ONE_DAY = timedelta(days=1)


class Till:
    """A tenant pays at a stand-in of Stripe, and a run compares it with the books."""

    def __init__(self, stripe: StandIn, payer: Payer) -> None:
        self.stripe, self.payer = stripe, payer
        self.number = 0

    def pay(self, fen: int = 10_000) -> Payment:
        """Pay at Stripe; nobody here has heard of it yet."""
        self.number += 1
        payment = self.payer.open(fen, form=f"till-{self.number}")
        self.stripe.pay(payment)
        return payment

    def hear(self) -> None:
        """Hear all that Stripe tells, and act on it."""
        tell_all(self.stripe)
        while self.payer.work():
            pass

    def refund(self, payment: Payment, fen: int) -> None:
        """Give money back by our own operation."""
        self.number += 1
        ask_refunds(
            tenant_id=payment.tenant_id,
            operator_id=payment.operator_id,
            payment_id=payment.pk,
            amount_fen=fen,
            token=f"till-{self.number}",
            actor=Actor.system(),
            now=self.payer.now(),
        )
        working.work(clock=self.payer.now)

    def movement(self, source: str) -> dict[str, object]:
        """Return the newest movement at Stripe of a charge, a refund or a dispute."""
        found = self.stripe.api(f"/v1/balance_transactions?source={source}&limit=1")
        return found["data"][0]

    def spoil(self, source: str, **how: object) -> str:
        """Hide or alter that movement; return its id."""
        one = self.movement(source)
        self.stripe.control("money", balance_transaction=one["id"], **how)
        return str(one["id"])

    def reconcile(self, *, days: int = 0) -> list[operations.Reconciled]:
        """Compare today, as if it were over, or a later day."""
        now = utc_now() + (days + 1) * ONE_DAY
        return operations.reconcile_all(day=day_of(now) - ONE_DAY, now=now)

    def open(self) -> dict[str, tuple[str, int]]:
        """Return kind and amount of what is open, by key."""
        found = CashDifference.objects.filter(ended_at=None)
        return {one.key: (one.kind, one.amount_fen) for one in found}

    def closing(self) -> tuple[int, int]:
        """Return what Stripe and the books have at the end of the newest day."""
        assert settings.STRIPE_API_KEY
        found = CashDay.objects.filter(account__custody=STRIPE).latest("day")
        return found.told_closing_fen, found.booked_closing_fen

    @property
    def account(self) -> CashAccount:
        """Return the account at Stripe."""
        return CashAccount.objects.get(custody=STRIPE)
