"""Breakers of the laws of payments."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

BOOKED = "payments_are_booked"
WITHIN = "refunds_stay_within_payments"


def refund_id(state: str) -> int:
    """Return the refund in a state."""
    return int(one("SELECT id FROM payments_refund WHERE state = %(state)s", state=state))


@breaks(BOOKED)
def refund_is_of_another_amount() -> list[Keys]:
    reference = one("SELECT public_id FROM payments_refund WHERE state = 'succeeded'")
    do("UPDATE payments_refund SET amount_fen = amount_fen + 1 WHERE state = 'succeeded'")
    return [{"kind": "refund", "reference": str(reference)}]


@breaks(BOOKED)
def fee_is_forgotten() -> list[Keys]:
    payment_id = one("SELECT id FROM payments_payment ORDER BY id LIMIT 1")
    reference = one(
        "SELECT stripe_balance_transaction FROM payments_payment WHERE id = %(id)s", id=payment_id
    )
    do("UPDATE payments_payment SET fee_fen = NULL WHERE id = %(id)s", id=payment_id)
    return [{"kind": "payment_fee", "reference": reference, "told": None}]


@breaks(BOOKED)
def dispute_took_more() -> list[Keys]:
    reference = one("SELECT public_id FROM payments_dispute")
    drop_constraint("payments_dispute", "dispute_comes_from_lot_or_arrears")
    do("UPDATE payments_dispute SET withdrawn_fen = withdrawn_fen + 1")
    return [{"kind": "dispute", "reference": str(reference)}]


@breaks(WITHIN)
def more_is_on_its_way_than_is_held() -> list[Keys]:
    found = refund_id("pending")
    do("UPDATE payments_refund SET amount_fen = amount_fen + 1 WHERE id = %(id)s", id=found)
    return [{"refund_id": found}]


@breaks("stripe_is_heard_once")
def event_stands_twice() -> list[Keys]:
    event = one("SELECT event FROM payments_stripe_event")
    do(
        "ALTER TABLE payments_stripe_event DROP CONSTRAINT "
        + one(
            "SELECT conname FROM pg_constraint WHERE contype = 'u' "
            "AND conrelid = 'payments_stripe_event'::regclass"
        )
    )
    do(
        "INSERT INTO payments_stripe_event (event, type, object_type, object_id, payload, "
        "created_at, received_at, state, attempts, handled_at, failure) SELECT event, type, "
        "object_type, object_id, payload, created_at, received_at, state, attempts, handled_at, "
        "failure FROM payments_stripe_event"
    )
    return [{"what": "event", "name": event}]
