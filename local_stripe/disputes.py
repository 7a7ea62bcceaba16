"""Disputes: the bank takes a card payment back, until somebody has proved who is right."""

from typing import Any, Final

from local_stripe import money
from local_stripe.call import Call
from local_stripe.customers import merged
from local_stripe.errors import InvalidRequest
from local_stripe.store import Body

DAY: Final = 86_400
_EVIDENCE: Final = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
_OPEN: Final = ("needs_response", "warning_needs_response")
_UNDECIDED: Final = (*_OPEN, "under_review", "warning_under_review")


def open_(call: Call, charge: Body, *, reason: str = "fraudulent", inquiry: bool = False) -> Body:
    """Let the card holder's bank take a payment back, or only ask about it.

    Raises:
        InvalidRequest: the charge is no paid one by card, or is disputed already.
    """
    if charge["payment_method_details"]["type"] != "card":
        raise InvalidRequest("Only card payments are disputed.")
    if not charge["paid"] or charge["disputed"]:
        raise InvalidRequest(f"Charge {charge['id']} is not paid, or disputed already.")
    due_by = call.now + call.settings.dispute_answer_days * DAY
    dispute = call.create(
        "dispute",
        amount=charge["amount"] - charge["amount_refunded"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details=_method_details(charge, inquiry=inquiry),
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    call.update(charge, disputed=True)
    call.tell("charge.dispute.created", dispute)
    if not inquiry:
        fee = call.settings.dispute_fee.get(charge["currency"], 0)
        _move(call, dispute, amount=-dispute["amount"], fee=fee, word="withdrawn")
    call.later("dispute.overdue", dispute["id"], at=due_by)
    return dispute


def _method_details(charge: Body, *, inquiry: bool) -> Body:
    brand = charge["payment_method_details"]["card"]["brand"]
    return {
        "type": "card",
        "card": {
            "brand": brand,
            "case_type": "inquiry" if inquiry else "chargeback",
            "network": brand,
            "network_reason_code": "10.4",
        },
    }


def _move(call: Call, dispute: Body, *, amount: int, fee: int, word: str) -> None:
    reversal = amount > 0
    booked = money.book(
        call,
        type_="adjustment",
        amount=amount,
        currency=dispute["currency"],
        source=dispute["id"],
        category="dispute_reversal" if reversal else "dispute",
        fee=fee,
        description=f"Chargeback {'reversal' if reversal else 'withdrawal'} for"
        f" {dispute['charge']}",
    )
    dispute["balance_transactions"].append(booked)
    call.update(dispute)
    call.tell(f"charge.dispute.funds_{word}", dispute)


def create_by_test_card(call: Call, key: str, reason: str) -> None:
    """Open the dispute that a test card brings with it."""
    charge = call.get("charge", key)
    if not charge["disputed"]:
        inquiry = reason == "inquiry"
        open_(call, charge, reason="general" if inquiry else reason, inquiry=inquiry)


def update(call: Call) -> Body:
    """Answer POST /v1/disputes/{id}; Stripe's test evidence decides at once."""
    dispute = call.named("dispute")
    told: dict[str, Any] = call.params.get("evidence") or {}
    if told and dispute["status"] not in _OPEN:
        raise InvalidRequest(f"This dispute is {dispute['status']}: evidence comes too late.")
    details = dispute["evidence_details"]
    evidence = {**dispute["evidence"], **{name: text or None for name, text in told.items()}}
    submits = call.params.get("submit", bool(told)) and bool(told)
    call.update(
        dispute,
        evidence=evidence,
        evidence_details={
            **details,
            "has_evidence": any(evidence[name] for name in _EVIDENCE),
            "submission_count": details["submission_count"] + int(submits),
            "submission_method": "manual" if submits else details["submission_method"],
        },
        metadata=merged(dispute["metadata"], call.params.get("metadata")),
    )
    if submits:
        word = "warning_under_review" if dispute["status"].startswith("warning") else "under_review"
        call.update(dispute, status=word)
    call.tell("charge.dispute.updated", dispute)
    verdict = {"winning_evidence": True, "losing_evidence": False}.get(
        str(evidence["uncategorized_text"])
    )
    if submits and verdict is not None:
        decide(call, dispute, won=verdict)
    return dispute


def close(call: Call) -> Body:
    """Answer POST /v1/disputes/{id}/close: the merchant gives in."""
    dispute = call.named("dispute")
    if dispute["status"] not in _OPEN:
        raise InvalidRequest(f"This dispute is {dispute['status']} and cannot be closed.")
    return decide(call, dispute, won=False)


def decide(call: Call, dispute: Body, *, won: bool) -> Body:
    """Let the bank decide.

    Raises:
        InvalidRequest: it has been decided.
    """
    if dispute["status"] not in _UNDECIDED:
        raise InvalidRequest(f"This dispute is {dispute['status']} already.")
    if dispute["status"].startswith("warning"):
        call.update(dispute, status="warning_closed")
        charge = call.get("charge", dispute["charge"])
        call.update(charge, disputed=False)
    else:
        call.update(dispute, status="won" if won else "lost")
        if won:
            _move(call, dispute, amount=dispute["amount"], fee=0, word="reinstated")
    call.tell("charge.dispute.closed", dispute)
    return dispute


def overdue(call: Call, dispute: Body) -> None:
    """Decide against whoever has not answered in time."""
    if dispute["status"] in _OPEN:
        details = {**dispute["evidence_details"], "past_due": True}
        decide(call, call.update(dispute, evidence_details=details), won=False)


def retrieve(call: Call) -> Body:
    """Answer GET /v1/disputes/{id}."""
    return call.named("dispute")


def listed(call: Call) -> Body:
    """Answer GET /v1/disputes."""
    where = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return call.page("dispute", url="/v1/disputes", **where)
