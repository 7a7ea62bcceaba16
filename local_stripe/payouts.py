"""Payouts from a balance to a bank, of the platform or of a payee's account."""

from typing import Any, Final

from local_stripe import currencies, money
from local_stripe.call import Call
from local_stripe.customers import merged
from local_stripe.errors import InvalidRequest
from local_stripe.store import Body

_REFUSED: Final = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this payout.",
    "no_account": "The bank account details on file are probably incorrect.",
}


def create(call: Call) -> Body:
    """Answer POST /v1/payouts."""
    params = call.params
    currency = currencies.known(params["currency"])
    amount: int = params["amount"]
    if amount < 1:
        raise InvalidRequest("This value must be greater than or equal to 1.", param="amount")
    bank = _bank(call)
    if amount > money.available(call, currency=currency):
        raise InvalidRequest(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient",
            param="amount",
        )
    arrival = call.now + call.settings.payout_seconds
    payout = call.create(
        "payout",
        amount=amount,
        application_fee=None,
        application_fee_amount=None,
        arrival_date=arrival,
        automatic=False,
        balance_transaction=None,
        currency=currency,
        description=params.get("description"),
        destination=bank,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=merged({}, params.get("metadata")),
        method=params.get("method", "standard"),
        original_payout=None,
        payout_method=None,
        reconciliation_status="not_applicable",
        reversed_by=None,
        source_type="card",
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        trace_id=None,
        type="bank_account",
    )
    booked = _book(call, payout, -amount, type_="payout", description="STRIPE PAYOUT")
    call.update(payout, balance_transaction=booked["id"])
    call.tell("payout.created", payout)
    call.later("payout.arrive", payout["id"], at=arrival)
    return payout


def _bank(call: Call) -> str:
    if call.account == call.settings.account:
        return "ba_LocalPlatformBank0000000"
    account = call.within(call.settings.account).get("account", call.account)
    if not account["payouts_enabled"]:
        raise InvalidRequest(
            "Payouts are not enabled for this account; see its requirements.",
            code="payouts_not_allowed",
        )
    return str(account["external_accounts"]["data"][0]["id"])


def _book(call: Call, payout: Body, amount: int, *, type_: str, description: str) -> Body:
    return money.book(
        call,
        type_=type_,
        amount=amount,
        currency=payout["currency"],
        source=payout["id"],
        category="payout" if type_ == "payout" else "payout_reversal",
        description=description,
    )


def arrive(call: Call, payout: Body) -> Body:
    """Let the money arrive."""
    if payout["status"] in {"pending", "in_transit"}:
        call.update(payout, status="paid")
        call.tell("payout.paid", payout)
    return payout


def fail(call: Call, payout: Body, *, code: str = "could_not_process") -> Body:
    """Let the bank send the money back, even after it was said to have arrived.

    Raises:
        InvalidRequest: the payout was canceled or has failed already.
    """
    if payout["status"] not in {"pending", "in_transit", "paid"}:
        raise InvalidRequest(f"This payout is {payout['status']}.")
    booked = _book(
        call, payout, payout["amount"], type_="payout_failure", description="PAYOUT FAILURE"
    )
    call.update(
        payout,
        status="failed",
        failure_balance_transaction=booked["id"],
        failure_code=code,
        failure_message=_REFUSED[code],
    )
    call.tell("payout.failed", payout)
    return payout


def cancel(call: Call) -> Body:
    """Answer POST /v1/payouts/{id}/cancel."""
    payout = call.named("payout")
    if payout["status"] != "pending":
        raise InvalidRequest("Only pending payouts can be canceled.")
    booked = _book(
        call, payout, payout["amount"], type_="payout_cancel", description="PAYOUT CANCELED"
    )
    call.update(payout, status="canceled", failure_balance_transaction=booked["id"])
    call.tell("payout.canceled", payout)
    return payout


def update(call: Call) -> Body:
    """Answer POST /v1/payouts/{id}."""
    payout = call.named("payout")
    before = dict(payout)
    call.update(payout, metadata=merged(payout["metadata"], call.params.get("metadata")))
    call.tell("payout.updated", payout, before=before)
    return payout


def retrieve(call: Call) -> Body:
    """Answer GET /v1/payouts/{id}."""
    return call.named("payout")


def listed(call: Call) -> Body:
    """Answer GET /v1/payouts."""
    where: dict[str, Any] = {name: call.params.get(name) for name in ("destination", "status")}
    return call.page("payout", url="/v1/payouts", **where)
