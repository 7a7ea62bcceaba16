"""Row locks of payments, behind the wallet's: the payment, then its refund or dispute.

The tenant's wallet comes first: what a payment changes is on the wallet's lots.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from compute_billing.ledger.locks import lock_wallet
from compute_billing.payments.models import (
    AutoTopUp,
    CallState,
    Dispute,
    EventState,
    Payment,
    Refund,
    StripeCall,
    StripeEvent,
)
from kernel.transactions import transaction_required


@transaction_required
def lock_payment(payment_id: int) -> Payment:
    """Lock the wallet of a payment's tenant and then the payment; return it as it is now."""
    tenant_id = Payment.objects.values_list("tenant_id", flat=True).get(pk=payment_id)
    lock_wallet(tenant_id)
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


@transaction_required
def lock_refund(refund_id: int) -> Refund:
    """Lock a refund; the payment is locked already."""
    return Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)


@transaction_required
def lock_dispute(stripe_dispute: str) -> Dispute | None:
    """Lock a dispute, if it is known; the payment is locked already."""
    return (
        Dispute.objects.select_for_update(of=("self",))
        .filter(stripe_dispute=stripe_dispute)
        .first()
    )


@transaction_required
def lock_call(public_id: UUID) -> StripeCall | None:
    """Lock a call."""
    return StripeCall.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()


@transaction_required
def take_call(*, now: datetime, public_id: UUID | None) -> StripeCall | None:
    """Lock a call that is due and that nobody else holds, or the one of an id if it is."""
    due = StripeCall.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=CallState.WAITING, next_attempt_at__lte=now
    )
    if public_id is not None:
        due = due.filter(public_id=public_id)
    return due.order_by("next_attempt_at", "id").select_related("payment").first()


@transaction_required
def take_event(*, now: datetime, about: Collection[str]) -> StripeEvent | None:
    """Lock the oldest event about such objects that is due and that nobody else holds."""
    due = StripeEvent.objects.select_for_update(skip_locked=True).filter(
        state=EventState.WAITING, next_attempt_at__lte=now, object_type__in=sorted(about)
    )
    return due.order_by("next_attempt_at", "id").first()


@transaction_required
def lock_event(event_id: int) -> StripeEvent:
    """Lock an event: whoever handles it does so alone."""
    return StripeEvent.objects.select_for_update().get(pk=event_id)


@transaction_required
def lock_auto_top_up(*, tenant_id: int, operator_id: int) -> AutoTopUp | None:
    """Lock the settings of a tenant at an operator."""
    return (
        AutoTopUp.objects.select_for_update(of=("self",))
        .filter(tenant_id=tenant_id, operator_id=operator_id)
        .first()
    )
