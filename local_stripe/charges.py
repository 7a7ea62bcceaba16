"""Charges: one per attempt to be paid; a paid one has its balance transaction."""

from typing import Any, Final

from local_stripe import cards, money, payment_methods
from local_stripe.call import Call
from local_stripe.customers import merged
from local_stripe.identifiers import token
from local_stripe.store import Body

_FROM_INTENT: Final = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def make(
    call: Call,
    intent: Body,
    method: Body,
    *,
    status: str,
    decline: tuple[str, str | None] | None = None,
) -> Body:
    """Keep a charge of an intent: succeeded, pending or failed."""
    paid = status == "succeeded"
    values: dict[str, Any] = {name: intent[name] for name in _FROM_INTENT}
    key = f"ch_{token()}"
    charge = call.create(
        "charge",
        key,
        **values,
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="LOCAL STRIPE",
        captured=paid,
        disputed=False,
        failure_balance_transaction=None,
        failure_code=decline[0] if decline else None,
        failure_message=cards.MESSAGES[decline[1] or decline[0]] if decline else None,
        fraud_details={},
        on_behalf_of=None,
        outcome=_outcome(decline, status=status),
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_method_details(method),
        receipt_number=None,
        receipt_url=f"{call.base_url}/receipts/{key}",
        refunded=False,
        review=None,
        source=None,
        source_transfer=None,
        status=status,
        transfer_data=None,
    )
    if paid:
        _book(call, charge, method)
        call.tell("charge.succeeded", charge)
    else:
        call.tell(f"charge.{'failed' if decline else 'pending'}", charge)
    return charge


def settle(call: Call, charge: Body, *, paid: bool) -> Body:
    """Let a pending charge succeed or fail."""
    method = call.get("payment_method", charge["payment_method"])
    if paid:
        call.update(
            charge,
            status="succeeded",
            paid=True,
            captured=True,
            amount_captured=charge["amount"],
            outcome=_outcome(None, status="succeeded"),
        )
        _book(call, charge, method)
        call.tell("charge.succeeded", charge)
    else:
        decline = ("payment_method_provider_decline", "generic_decline")
        call.update(
            charge,
            status="failed",
            failure_code=decline[0],
            failure_message="The customer's payment method provider declined the payment.",
            outcome=_outcome(decline, status="failed"),
        )
        call.tell("charge.failed", charge)
    return charge


def book_late(call: Call, charge: Body) -> None:
    """Show the balance transaction of a charge that was captured asynchronously."""
    before = dict(charge)
    _book_now(call, charge, call.get("payment_method", charge["payment_method"]))
    call.tell("charge.updated", charge, before=before)


def _book(call: Call, charge: Body, method: Body) -> None:
    delay = call.settings.balance_transaction_seconds
    if delay:
        call.later("charge.book", charge["id"], at=call.now + delay)
    else:
        _book_now(call, charge, method)


def _book_now(call: Call, charge: Body, method: Body) -> None:
    fee = call.settings.fees.get(method["type"])
    is_early = method["type"] == "card" and payment_methods.card_of(call, method).available_at_once
    delay = 0 if is_early else call.settings.available_after_seconds
    booked = money.book(
        call,
        type_="charge",
        amount=charge["amount"],
        currency=charge["currency"],
        source=charge["id"],
        fee=money.fee_of(fee, amount=charge["amount"], currency=charge["currency"]),
        description=charge["description"],
        available_on=charge["created"] + delay,
    )
    call.update(charge, balance_transaction=booked["id"])


def retrieve(call: Call) -> Body:
    """Answer GET /v1/charges/{id}."""
    return call.named("charge")


def update(call: Call) -> Body:
    """Answer POST /v1/charges/{id}."""
    charge = call.named("charge")
    before = dict(charge)
    description = call.params.get("description", charge["description"])
    metadata = merged(charge["metadata"], call.params.get("metadata"))
    call.update(charge, description=description, metadata=metadata)
    call.tell("charge.updated", charge, before=before)
    return charge


def listed(call: Call) -> Body:
    """Answer GET /v1/charges."""
    names = ("customer", "payment_intent", "transfer_group")
    where = {name: call.params.get(name) for name in names}
    return call.page("charge", url="/v1/charges", **where)


def _outcome(decline: tuple[str, str | None] | None, *, status: str) -> Body:
    reason = (decline[1] or decline[0]) if decline else None
    told = {"succeeded": "Payment complete.", "pending": "Payment pending."}
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": reason,
        "risk_level": "normal",
        "seller_message": told.get(status, "The bank did not return any further details."),
        "type": "issuer_declined" if decline else "authorized",
    }


def _method_details(method: Body) -> Body:
    type_ = method["type"]
    if type_ == "alipay":
        return {"type": type_, "alipay": {"fingerprint": None, "transaction_id": token(28)}}
    if type_ == "wechat_pay":
        told = {"fingerprint": None, "transaction_id": token(28), "location": None, "reader": None}
        return {"type": type_, "wechat_pay": told}
    card = method["card"]
    return {
        "type": type_,
        "card": {
            "amount_authorized": None,
            "authorization_code": None,
            "brand": card["brand"],
            "checks": card["checks"],
            "country": card["country"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": token(15),
            "regulated_status": card["regulated_status"],
            "three_d_secure": None,
            "wallet": None,
        },
    }
