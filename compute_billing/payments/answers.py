"""Stripe's objects in the words of this house. Pure: it reads what the library hands over."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from compute_billing.payments.parameters import CURRENCY, REFUND_KEY
from compute_billing.payments.seen import (
    CardSeen,
    DisputeSeen,
    MovementSeen,
    PaymentSeen,
    RefundSeen,
)
from compute_billing.payments.states import DisputeState, RefundState

WARNINGS: Final = frozenset({"warning_needs_response", "warning_under_review", "warning_closed"})
FAILED_REFUNDS: Final = frozenset({"failed", "canceled"})
TOLD_OF_PEOPLE: Final = frozenset(
    {
        *("billing_details", "collected_information", "customer_details", "customer_email"),
        *("address", "email", "evidence", "name", "phone", "receipt_email", "shipping"),
        *("client_secret", "payment_method_details"),
    }
)


def with_session(seen: PaymentSeen, session: Any) -> PaymentSeen:
    """Return what is seen of a payment with its session's name and address."""
    return PaymentSeen(
        observed_at=seen.observed_at,
        progress=seen.progress,
        is_paid=seen.is_paid,
        is_over=seen.is_over,
        received=seen.received,
        currency=seen.currency,
        session=session.id,
        intent=seen.intent,
        charge=seen.charge,
        method=seen.method,
        checkout_url=session.url or "",
        receipt_url=seen.receipt_url,
        failure=seen.failure,
        balance_transaction=seen.balance_transaction,
        fee=seen.fee,
        fee_currency=seen.fee_currency,
        card=seen.card,
    )


def payment_of(intent: Any, *, observed_at: datetime) -> PaymentSeen:
    """Return a PaymentIntent whose charge and balance transaction are expanded."""
    is_paid = intent.status == "succeeded"
    charge = intent.latest_charge if is_paid else None
    transaction = None if charge is None else charge.balance_transaction
    last_error = intent.last_payment_error
    return PaymentSeen(
        observed_at=observed_at,
        progress=intent.status,
        is_paid=is_paid,
        is_over=intent.status == "canceled",
        received=intent.amount_received if is_paid else 0,
        currency=intent.currency,
        intent=intent.id,
        charge="" if charge is None else charge.id,
        method=_method(charge),
        receipt_url=("" if charge is None else charge.receipt_url) or "",
        failure="" if last_error is None else (last_error.code or "failed"),
        balance_transaction="" if transaction is None else transaction.id,
        fee=None if transaction is None else transaction.fee,
        fee_currency="" if transaction is None else transaction.currency,
        card=_card(intent) if is_paid else None,
    )


def _method(charge: Any) -> str:
    details = None if charge is None else charge.payment_method_details
    return "" if details is None else str(details.type)


def _card(intent: Any) -> CardSeen | None:
    method = intent.payment_method
    if not intent.setup_future_usage or not intent.customer or method is None:
        return None
    card = getattr(method, "card", None)
    return CardSeen(
        customer=id_of(intent.customer),
        method=id_of(method),
        brand="" if card is None else (card.brand or ""),
        last_four="" if card is None else (card.last4 or ""),
    )


def refund_of(refund: Any, *, observed_at: datetime) -> RefundSeen:
    """Return a refund."""
    state = RefundState.PENDING
    if refund.status == "succeeded":
        state = RefundState.SUCCEEDED
    elif refund.status in FAILED_REFUNDS:
        state = RefundState.FAILED
    return RefundSeen(
        observed_at=observed_at,
        refund=refund.id,
        intent=id_of(refund.payment_intent),
        amount=refund.amount,
        currency=refund.currency,
        state=state,
        failure=getattr(refund, "failure_reason", None) or "",
        metadata=metadata_of(refund),
    )


def dispute_of(dispute: Any, *, observed_at: datetime) -> DisputeSeen:
    """Return a dispute with what the bank took and gave back."""
    moved = list(dispute.balance_transactions or [])
    withdrawn = -sum(one.amount for one in moved if one.amount < 0)
    returned = sum(one.amount for one in moved if one.amount > 0)
    due_by = None if dispute.evidence_details is None else dispute.evidence_details.due_by
    currencies = {one.currency for one in moved}
    return DisputeSeen(
        observed_at=observed_at,
        dispute=dispute.id,
        intent=id_of(dispute.payment_intent),
        amount=dispute.amount,
        currency=dispute.currency,
        state=_dispute_state(dispute.status),
        reason=dispute.reason or "",
        withdrawn=withdrawn,
        returned=returned,
        fee=sum(one.fee for one in moved),
        fee_currency=next(iter(currencies - {CURRENCY}), CURRENCY if currencies else ""),
        evidence_due_at=None if due_by is None else instant_of(due_by),
        opened_at=instant_of(dispute.created),
    )


def _dispute_state(status: str) -> DisputeState:
    if status == "warning_closed":
        return DisputeState.WON
    if status in WARNINGS:
        return DisputeState.WARNING
    return {"won": DisputeState.WON, "lost": DisputeState.LOST}.get(status, DisputeState.OPEN)


def movement_of(booked: Any) -> MovementSeen:
    """Return what a balance transaction says."""
    return MovementSeen(
        balance_transaction=booked.id,
        type=booked.type,
        source=id_of(booked.source),
        amount=booked.amount,
        fee=booked.fee,
        at=instant_of(booked.created),
    )


def refund_name(seen: RefundSeen) -> str:
    """Return which refund of ours a refund says to be, or nothing."""
    return seen.metadata.get(REFUND_KEY, "")


def id_of(reference: Any) -> str:
    """Return the id of what may be an object, an id or nothing."""
    if reference is None:
        return ""
    return reference if isinstance(reference, str) else str(reference.id)


def metadata_of(found: Any) -> dict[str, str]:
    """Return what of ours is kept beside an object."""
    kept = getattr(found, "metadata", None)
    if kept is None:
        return {}
    return dict(kept) if isinstance(kept, Mapping) else dict(kept.to_dict())


def instant_of(seconds: int) -> datetime:
    """Return an instant of Stripe's clock."""
    return datetime.fromtimestamp(seconds, UTC)


def without_people(told: Any) -> Any:
    """Return an event without what it says of people: nothing here needs it."""
    if isinstance(told, Mapping):
        return {
            name: without_people(inner)
            for name, inner in told.items()
            if name not in TOLD_OF_PEOPLE
        }
    if isinstance(told, list):
        return [without_people(inner) for inner in told]
    return told
