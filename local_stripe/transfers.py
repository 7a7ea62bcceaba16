"""Transfers to payees' accounts, and what is taken back from them."""

from typing import Any, Final

from local_stripe import accounts, currencies, money
from local_stripe.call import Call
from local_stripe.currencies import shown
from local_stripe.customers import described, merged
from local_stripe.errors import InvalidRequest
from local_stripe.identifiers import token
from local_stripe.store import Body

_LIST: Final = "transfer_reversal"


def create(call: Call) -> Body:
    """Answer POST /v1/transfers."""
    params = call.params
    currency = currencies.known(params["currency"])
    destination = call.get("account", params["destination"], param="destination")
    if not accounts.may_be_transferred_to(destination):
        raise InvalidRequest(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers.",
            code="insufficient_capabilities_for_transfer",
        )
    source = call.referred("charge", "source_transaction")
    amount = _amount(call, currency=currency, source=source)
    transfer = call.create(
        "transfer",
        amount=amount,
        amount_reversed=0,
        balance_transaction=None,
        currency=currency,
        description=params.get("description"),
        destination=destination["id"],
        destination_payment=f"py_{token()}",
        metadata=merged({}, params.get("metadata")),
        reversals={},
        reversed=False,
        source_transaction=source["id"] if source else None,
        source_type="card",
        transfer_group=params.get("transfer_group") or (source and source["transfer_group"]),
    )
    available_on = _available_on(call, source)
    booked = _book(call, transfer, -amount, type_="transfer", available_on=available_on)
    _book(
        call.within(destination["id"]),
        transfer,
        amount,
        type_="payment",
        source=transfer["destination_payment"],
        category="charge",
        available_on=available_on,
    )
    url = f"/v1/transfers/{transfer['id']}/reversals"
    empty: Body = {"object": "list", "data": [], "has_more": False, "url": url}
    call.update(transfer, balance_transaction=booked["id"], reversals=empty)
    call.tell("transfer.created", transfer)
    return transfer


def _amount(call: Call, *, currency: str, source: Body | None) -> int:
    amount: int | None = call.params.get("amount")
    if amount is None or amount < 1:
        raise InvalidRequest("This value must be greater than or equal to 1.", param="amount")
    if source is not None:
        used = sum(
            each["amount"] - each["amount_reversed"]
            for each in call.store.listed("transfer", account=call.account)
            if each["source_transaction"] == source["id"]
        )
        if not source["paid"] or used + amount > source["amount"]:
            raise InvalidRequest(
                "Transfers using this transaction as a source must not exceed the source amount of"
                f" {shown(source['amount'], currency=currency)}.",
                param="amount",
            )
        return amount
    if amount > money.available(call, currency=currency):
        raise InvalidRequest(
            "You have insufficient available funds in your Stripe account.",
            code="balance_insufficient",
        )
    return amount


def _available_on(call: Call, source: Body | None) -> int | None:
    """Return when money of a charge becomes available: a transfer of it waits as long."""
    if source is None:
        return None
    return int(call.get("balance_transaction", source["balance_transaction"])["available_on"])


def _book(
    call: Call,
    transfer: Body,
    amount: int,
    *,
    type_: str,
    source: str | None = None,
    category: str | None = None,
    available_on: int | None = None,
) -> Body:
    return money.book(
        call,
        type_=type_,
        amount=amount,
        currency=transfer["currency"],
        source=source or transfer["id"],
        category=category,
        description=transfer["description"],
        available_on=available_on,
    )


def update(call: Call) -> Body:
    """Answer POST /v1/transfers/{id}."""
    transfer = call.named("transfer")
    before = dict(transfer)
    metadata = merged(transfer["metadata"], call.params.get("metadata"))
    call.update(transfer, metadata=metadata, **described(call.params, ("description",)))
    call.tell("transfer.updated", transfer, before=before)
    return transfer


def reverse(call: Call) -> Body:
    """Answer POST /v1/transfers/{id}/reversals."""
    transfer = call.named("transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount: int = call.params.get("amount", left)
    if left == 0:
        raise InvalidRequest(f"Transfer {transfer['id']} is already fully reversed.")
    if not 1 <= amount <= left:
        raise InvalidRequest(
            f"Transfer reversal amount ({shown(amount, currency=transfer['currency'])}) is greater"
            f" than unreversed amount on transfer ({shown(left, currency=transfer['currency'])})",
            param="amount",
        )
    payee = call.within(transfer["destination"])
    if amount > money.available(payee, currency=transfer["currency"]):
        raise InvalidRequest(
            "The connected account has insufficient funds for this reversal.",
            code="balance_insufficient",
        )
    reversal = call.create(
        _LIST,
        amount=amount,
        balance_transaction=None,
        currency=transfer["currency"],
        destination_payment_refund=f"pyr_{token()}",
        metadata=merged({}, call.params.get("metadata")),
        source_refund=None,
        transfer=transfer["id"],
    )
    booked = _book(call, transfer, amount, type_="transfer_refund", source=reversal["id"])
    refund: Any = reversal["destination_payment_refund"]
    _book(payee, transfer, -amount, type_="payment_refund", source=refund, category="refund")
    call.update(reversal, balance_transaction=booked["id"])
    reversed_ = transfer["amount_reversed"] + amount
    transfer["reversals"]["data"].insert(0, reversal)
    call.update(transfer, amount_reversed=reversed_, reversed=reversed_ == transfer["amount"])
    call.tell("transfer.reversed", transfer)
    return reversal


def reversals(call: Call) -> Body:
    """Answer GET /v1/transfers/{id}/reversals."""
    transfer = call.named("transfer")
    url = f"/v1/transfers/{transfer['id']}/reversals"
    return call.page(_LIST, url=url, transfer=transfer["id"])


def retrieve(call: Call) -> Body:
    """Answer GET /v1/transfers/{id}."""
    return call.named("transfer")


def listed(call: Call) -> Body:
    """Answer GET /v1/transfers."""
    where = {name: call.params.get(name) for name in ("destination", "transfer_group")}
    return call.page("transfer", url="/v1/transfers", **where)
