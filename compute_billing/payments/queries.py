"""Every read of payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.models import Organisation, OrganisationKind
from compute_billing.payments.models import (
    AutoTopUp,
    CallState,
    Dispute,
    EventState,
    Payment,
    Refund,
    SavedCard,
    StripeCall,
    StripeEvent,
)
from compute_billing.payments.split import Source
from kernel.errors import DomainError
from kernel.money import MICRO_PER_FEN
from kernel.sql import row, rows, statement

__all__ = [
    "AutoTopUp",
    "Dispute",
    "Payment",
    "Refund",
    "SavedCard",
    "StripeCall",
    "StripeEvent",
]

ROOM: Final = "compute_billing.payments"
# A call or an event that waits for longer is shown to a person.
STUCK_AFTER: Final = timedelta(minutes=5)
SHOWN_MAX: Final = 200


class UnknownTopUp(DomainError):
    """The tenant has no such payment."""

    code = "unknown_top_up"


class UnknownRefund(DomainError):
    """The tenant has no such refund."""

    code = "unknown_refund"


def own_payment(*, tenant_ids: Sequence[int] | None, public_id: UUID) -> Payment:
    """Return a payment of one of these tenants; of any with None.

    Raises:
        UnknownTopUp: there is none.
    """
    found = Payment.objects.select_related("tenant", "operator").filter(public_id=public_id)
    if tenant_ids is not None:
        found = found.filter(tenant_id__in=tenant_ids)
    payment = found.first()
    if payment is None:
        message = f"There is no top-up {public_id}."
        raise UnknownTopUp(message)
    return payment


def operators(*, except_id: int) -> list[Organisation]:
    """Return whom money can be paid in to, by code; nobody pays himself."""
    found = Organisation.objects.filter(kind=OrganisationKind.OPERATOR, sandbox_of=None).exclude(
        pk=except_id
    )
    return list(found.order_by("code"))


def payment_page(
    *, tenant_id: int, after: UUID | None, limit: int, state: str | None = None
) -> list[Payment]:
    """Return a tenant's payments, the newest first, from behind `after` on.

    Raises:
        UnknownTopUp: `after` is none of the tenant's.
    """
    found = Payment.objects.select_related("operator", "tenant").filter(tenant_id=tenant_id)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        last = own_payment(tenant_ids=[tenant_id], public_id=after)
        found = found.filter(pk__lt=last.pk)
    return list(found.order_by("-id")[:limit])


def own_refund(*, tenant_id: int, public_id: UUID) -> Refund:
    """Return a refund of a tenant.

    Raises:
        UnknownRefund: there is none.
    """
    found = Refund.objects.select_related("payment__operator").filter(
        payment__tenant_id=tenant_id, public_id=public_id
    )
    refund = found.first()
    if refund is None:
        message = f"There is no refund {public_id}."
        raise UnknownRefund(message)
    return refund


def refund_page(*, tenant_id: int, after: UUID | None, limit: int) -> list[Refund]:
    """Return a tenant's refunds, the newest first, from behind `after` on.

    Raises:
        UnknownRefund: `after` is none of the tenant's.
    """
    found = Refund.objects.select_related("payment__operator").filter(payment__tenant_id=tenant_id)
    if after is not None:
        last = own_refund(tenant_id=tenant_id, public_id=after)
        found = found.filter(pk__lt=last.pk)
    return list(found.order_by("-id")[:limit])


def refunds_of(*, payment_id: int) -> list[Refund]:
    """Return the refunds of a payment, the oldest first."""
    return list(Refund.objects.filter(payment_id=payment_id).order_by("id"))


def disputes_of(*, payment_id: int) -> list[Dispute]:
    """Return the disputes of a payment, the oldest first."""
    return list(Dispute.objects.filter(payment_id=payment_id).order_by("id"))


def refundable(*, tenant_id: int, operator_id: int) -> list[Source]:
    """Return which payments may go back and how much of each, what is spent last first."""
    found = rows(statement(ROOM, "refundable.sql"), tenant_id=tenant_id, operator_id=operator_id)
    return [Source(**line) for line in found if line["refundable_fen"] > 0]


def refundable_of(payment: Payment) -> int:
    """Return how many fen of one payment may go back."""
    sources = refundable(tenant_id=payment.tenant_id, operator_id=payment.operator_id)
    return sum(one.refundable_fen for one in sources if one.payment_id == payment.pk)


def spendable_fen(*, tenant_id: int, operator_id: int) -> int:
    """Return the whole fen that are left of what was paid in to an operator."""
    found = row(statement(ROOM, "spendable.sql"), tenant_id=tenant_id, operator_id=operator_id)
    return 0 if found is None else int(found["amount"]) // MICRO_PER_FEN


def automatic_this_month(*, tenant_id: int, operator_id: int, now: datetime) -> int:
    """Return the fen that a saved card was asked for in the billing month."""
    found = row(
        statement(ROOM, "automatic_this_month.sql"),
        tenant_id=tenant_id,
        operator_id=operator_id,
        now=now,
    )
    return 0 if found is None else int(found["amount"])


def saved_cards(*, tenant_id: int) -> list[SavedCard]:
    """Return the cards that Stripe keeps for a tenant, one for each operator."""
    found = SavedCard.objects.select_related("operator").filter(tenant_id=tenant_id)
    return list(found.order_by("operator__code"))


def auto_top_ups(*, tenant_id: int) -> list[AutoTopUp]:
    """Return a tenant's automatic top-ups, by operator."""
    found = AutoTopUp.objects.select_related("operator").filter(tenant_id=tenant_id)
    return list(found.order_by("operator__code"))


def due_auto_top_ups(*, now: datetime) -> list[tuple[int, int]]:
    """Return the tenant and operator of each automatic top-up that is to be looked at."""
    due = AutoTopUp.objects.filter(is_on=True, next_at__lte=now).order_by("next_at")
    return list(due.values_list("tenant_id", "operator_id"))


def payments_to_look_at(*, now: datetime, limit: int) -> list[Payment]:
    """Return payments of which Stripe has not told the end, and whose time to be asked has come."""
    due = Payment.objects.filter(look_again_at__lte=now).exclude(
        Q(stripe_session="") & Q(stripe_intent="")
    )
    return list(due.order_by("look_again_at")[:limit])


def refunds_to_look_at(*, now: datetime, limit: int) -> list[Refund]:
    """Return refunds whose end Stripe has not told."""
    due = Refund.objects.filter(look_again_at__lte=now).exclude(stripe_refund="")
    return list(due.order_by("look_again_at")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a person should look at: calls and events that wait for too long."""

    calls: list[StripeCall]
    events: list[StripeEvent]
    kept: int


def trouble(*, now: datetime) -> Trouble:
    """Return calls whose answer is not known and events that could not be handled."""
    since = now - STUCK_AFTER
    calls = StripeCall.objects.select_related("payment__tenant").filter(state=CallState.WAITING)
    events = StripeEvent.objects.filter(state=EventState.WAITING)
    return Trouble(
        calls=list(calls.filter(Q(asked_at__lt=since) | ~Q(failure="")).order_by("id")[:SHOWN_MAX]),
        events=list(
            events.filter(Q(received_at__lt=since) | ~Q(failure="")).order_by("id")[:SHOWN_MAX]
        ),
        kept=StripeEvent.objects.filter(state=EventState.KEPT).count(),
    )
