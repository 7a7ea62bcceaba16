"""Payments of the demonstration: by card and by Alipay, one given up, one back, one disputed.

Asked for by operations and carried out by the workers; the payer, his bank and his second thoughts
are played at the local Stripe. Left when the month is settled, so that none of it touches that.
"""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from accounts.queries import members_of, organisation_by_id, user_by_email
from compute_billing.payments import operations, queries
from compute_billing.payments.queries import Payment
from config.celery import send_nudge
from demo.children import Children
from demo.seeding import Stage
from kernel.audit import Actor
from kernel.clock import utc_now
from local_services.processes import wait_until

WORK: Final = "compute_billing.tasks.payments.work_on_payments"
BUYER: Final = "qinglan-vision"
DISPUTER: Final = "panshi-inspection"
FEN_PER_YUAN: Final = 100
BY_CARD_YUAN: Final = 5_000
BY_ALIPAY_YUAN: Final = 2_000
GIVEN_UP_YUAN: Final = 800
BACK_YUAN: Final = 600
DISPUTED_YUAN: Final = 300
# The card pays when less than this is left, which it is not: nothing is paid by itself here.
AUTOMATIC: Final = operations.AutoTerms(
    threshold_fen=1_000 * FEN_PER_YUAN,
    amount_fen=3_000 * FEN_PER_YUAN,
    month_max_fen=12_000 * FEN_PER_YUAN,
)
STEP_SECONDS_MAX: Final = 120.0
ANSWER_SECONDS: Final = 30.0
LOOKS_PER_NUDGE: Final = 40


class PaymentTookTooLong(RuntimeError):
    """Workers and the local Stripe did not bring a payment as far as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cashier:
    """Whoever pays in to the centre's operator, and the local Stripe at `stripe` where he does."""

    stage: Stage
    stripe: str
    children: Children

    def ask(
        self, code: str, *, yuan: int, method: str, saves_card: bool = False
    ) -> operations.Wish:
        """Return a wish of a tenant of the demonstration."""
        return operations.Wish(
            tenant_id=self.stage.tenant_ids[code],
            operator_id=self.stage.operator_id,
            amount_fen=yuan * FEN_PER_YUAN,
            way=operations.Way.CHECKOUT,
            method=method,
            saves_card=saves_card,
        )

    def opened(self, wish: operations.Wish) -> Payment:
        """Ask for a payment, and wait until its page can be shown."""
        payment = operations.ask_top_up(
            wish=wish,
            token=f"demo-{wish.method}-{wish.amount_fen}",
            actor=self.actor(wish.tenant_id),
            now=utc_now(),
        )
        return self.in_state(payment, "open")

    def paid(self, wish: operations.Wish) -> Payment:
        """Pay on that page, and wait until the workers have heard of it."""
        payment = self.opened(wish)
        self.control("pay", session=payment.stripe_session, method=wish.method)
        return self.in_state(payment, "paid")

    def in_state(self, payment: Payment, state: str) -> Payment:
        """Return the payment once it is so far."""

        def now() -> Payment:
            return queries.own_payment(tenant_ids=[payment.tenant_id], public_id=payment.public_id)

        self.wait(lambda: now().state == state, what=f"{payment.public_id} to be {state}")
        return now()

    def wait(self, is_done: Any, *, what: str) -> None:
        """Nudge the workers until something holds.

        Raises:
            PaymentTookTooLong: it did not hold for minutes.
            ChildEnded: a process has ended.
        """
        looks = 0

        def looked() -> bool:
            nonlocal looks
            if looks % LOOKS_PER_NUDGE == 0:
                send_nudge(WORK)
            looks += 1
            self.children.check()
            return bool(is_done())

        if not wait_until(looked, seconds_max=STEP_SECONDS_MAX):
            message = f"Waited {STEP_SECONDS_MAX:.0f} s for {what}; see the logs."
            raise PaymentTookTooLong(message)

    def control(self, command: str, **told: str) -> None:
        """Play the payer or his bank at the local Stripe."""
        request = urllib.request.Request(  # noqa: S310 - our own process on this machine
            f"{self.stripe}/_control/{command}", data=json.dumps(told).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            answer.read()

    def actor(self, tenant_id: int) -> Actor:
        """Return somebody of the tenant."""
        return somebody_of(tenant_id)


def somebody_of(tenant_id: int) -> Actor:
    """Return somebody of a tenant, or the house where nobody of it has a log-in."""
    members = members_of(organisation_id=organisation_by_id(organisation_id=tenant_id).pk)
    found = [user_by_email(email=member.email).pk for member in members]
    return Actor.user(found[0]) if found else Actor.system()


def take_payments(*, stage: Stage, stripe: str, children: Children) -> None:
    """Let tenants pay in, take some of it back, and have one payment disputed by a bank."""
    cashier = Cashier(stage=stage, stripe=stripe, children=children)
    cashier.paid(cashier.ask(BUYER, yuan=BY_CARD_YUAN, method="card", saves_card=True))
    _top_up_by_itself(cashier)
    _take_back(cashier, cashier.paid(cashier.ask(BUYER, yuan=BY_ALIPAY_YUAN, method="alipay")))
    _give_up(cashier)
    _dispute(cashier)


def _top_up_by_itself(cashier: Cashier) -> None:
    tenant_id = cashier.stage.tenant_ids[BUYER]
    operations.set_auto_top_up(
        tenant_id=tenant_id,
        operator_id=cashier.stage.operator_id,
        wanted=AUTOMATIC,
        actor=cashier.actor(tenant_id),
        now=utc_now(),
    )


def _take_back(cashier: Cashier, payment: Payment) -> None:
    (refund,) = operations.ask_refunds(
        tenant_id=payment.tenant_id,
        operator_id=payment.operator_id,
        payment_id=payment.pk,
        amount_fen=BACK_YUAN * FEN_PER_YUAN,
        token=f"demo-{payment.public_id}",
        actor=cashier.actor(payment.tenant_id),
        now=utc_now(),
    )

    def is_back() -> bool:
        (found,) = queries.refunds_of(payment_id=payment.pk)
        return found.state == "succeeded"

    cashier.wait(is_back, what=f"refund {refund.public_id}")


def _give_up(cashier: Cashier) -> None:
    payment = cashier.opened(cashier.ask(BUYER, yuan=GIVEN_UP_YUAN, method="wechat_pay"))
    operations.cancel_top_up(
        payment_id=payment.pk, actor=cashier.actor(payment.tenant_id), now=utc_now()
    )
    cashier.in_state(payment, "cancelled")


def _dispute(cashier: Cashier) -> None:
    payment = cashier.paid(cashier.ask(DISPUTER, yuan=DISPUTED_YUAN, method="card"))
    cashier.control("dispute", charge=payment.stripe_charge)
    cashier.wait(
        lambda: queries.disputes_of(payment_id=payment.pk), what=f"a dispute of {payment.public_id}"
    )
