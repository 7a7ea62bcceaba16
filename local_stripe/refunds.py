"""Refunds: never more than was paid; the fee stays with Stripe."""

from typing import Final

from local_stripe import money, payment_methods
from local_stripe.call import Call
from local_stripe.currencies import shown
from local_stripe.customers import merged
from local_stripe.errors import InvalidRequest
from local_stripe.store import Body

_REFUNDED: Final = ("succeeded", "pending", "requires_action")


def create(call: Call) -> Body:
    """Answer POST /v1/refunds."""
    charge = _charge(call)
    amount = _amount(call, charge)
    method = call.get("payment_method", charge["payment_method"])
    fate = payment_methods.card_of(call, method).refund if method["type"] == "card" else None
    # Cards give the money back at once; the wallets' networks answer later.
    is_pending = fate == "pending" or method["type"] != "card"
    refund = call.create(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        customer_account=None,
        destination_details=_destination(method),
        metadata=merged({}, call.params.get("metadata")),
        payment_intent=charge["payment_intent"],
        payment_method=method["id"],
        reason=call.params.get("reason"),
        receipt_number=None,
        source_transfer_reversal=None,
        status="pending" if is_pending else "succeeded",
        transfer_reversal=None,
    )
    booked = money.book(
        call,
        type_="refund",
        amount=-amount,
        currency=charge["currency"],
        source=refund["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )
    call.update(refund, balance_transaction=booked["id"])
    _count(call, charge, amount)
    call.tell("refund.created", refund)
    call.tell("charge.refunded", charge)
    if is_pending or fate == "failed":
        at = call.now + call.settings.pending_refund_seconds
        call.later(f"refund.{'fail' if fate == 'failed' else 'succeed'}", refund["id"], at=at)
    return refund


def _charge(call: Call) -> Body:
    if ("charge" in call.params) == ("payment_intent" in call.params):
        raise InvalidRequest(
            "One of the following params should be provided for this request: payment_intent or"
            " charge.",
            param="charge",
        )
    key = call.params.get("charge")
    if key is None:
        intent = call.get("payment_intent", call.params["payment_intent"], param="payment_intent")
        key = intent["latest_charge"] if intent["status"] == "succeeded" else None
        if key is None:
            raise InvalidRequest(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
    return call.get("charge", key, param="charge")


def _amount(call: Call, charge: Body) -> int:
    if not charge["paid"]:
        raise InvalidRequest(f"Charge {charge['id']} is not paid.", param="charge")
    if charge["disputed"] and not _is_refundable(call, charge):
        raise InvalidRequest(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise InvalidRequest(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = call.params.get("amount", left)
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="amount",
        )
    if amount > left:
        raise InvalidRequest(
            f"Refund amount ({shown(amount, currency=charge['currency'])}) is greater than"
            f" unrefunded amount on charge ({shown(left, currency=charge['currency'])})",
            param="amount",
        )
    return amount


def _is_refundable(call: Call, charge: Body) -> bool:
    return all(
        dispute["is_charge_refundable"]
        for dispute in call.store.listed("dispute", account=call.account)
        if dispute["charge"] == charge["id"]
    )


def _count(call: Call, charge: Body, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    call.update(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _destination(method: Body) -> Body:
    if method["type"] == "card":
        card = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
        return {"type": "card", "card": card}
    return {"type": method["type"], method["type"]: {}}


def succeed(call: Call, refund: Body) -> None:
    """Let a pending refund arrive."""
    if refund["status"] != "pending":
        return
    before = dict(refund)
    call.update(refund, status="succeeded")
    call.tell("refund.updated", refund, before=before)


def fail(call: Call, refund: Body, *, reason: str = "expired_or_canceled_card") -> None:
    """Let a refund come back: the money is on the balance again."""
    if refund["status"] not in _REFUNDED:
        return
    booked = money.book(
        call,
        type_="refund_failure",
        amount=refund["amount"],
        currency=refund["currency"],
        source=refund["id"],
        category="refund_failure",
        description="REFUND FAILURE",
    )
    call.update(
        refund,
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=booked["id"],
    )
    charge = call.get("charge", refund["charge"])
    _count(call, charge, -refund["amount"])
    call.tell("refund.failed", refund)
    call.tell("charge.updated", charge)


def update(call: Call) -> Body:
    """Answer POST /v1/refunds/{id}."""
    refund = call.named("refund")
    before = dict(refund)
    call.update(refund, metadata=merged(refund["metadata"], call.params.get("metadata")))
    call.tell("refund.updated", refund, before=before)
    return refund


def retrieve(call: Call) -> Body:
    """Answer GET /v1/refunds/{id}."""
    return call.named("refund")


def listed(call: Call) -> Body:
    """Answer GET /v1/refunds."""
    where = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return call.page("refund", url="/v1/refunds", **where)
