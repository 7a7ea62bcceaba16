"""Stripe's side of the money: balance transactions, fees, and the balance that is their sum."""

from typing import Any, Final

from local_stripe.call import Call
from local_stripe.settings import Fee
from local_stripe.store import Body

MILLION: Final = 1_000_000


def fee_of(fee: Fee | None, *, amount: int, currency: str) -> int:
    """Return what is kept of a payment, rounded half up to the smallest unit."""
    if fee is None:
        return 0
    part = (amount * fee.rate_millionths + MILLION // 2) // MILLION
    return min(amount, part + fee.fixed.get(currency, 0))


def book(
    call: Call,
    *,
    type_: str,
    amount: int,
    currency: str,
    source: str | None,
    category: str | None = None,
    fee: int = 0,
    description: str | None = None,
    available_on: int | None = None,
) -> Body:
    """Book an amount on the account's balance; the net is the amount less the fee."""
    now = call.now
    at = now if available_on is None else max(now, available_on)
    details: list[Body] = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        )
    booked = call.create(
        "balance_transaction",
        amount=amount,
        available_on=at,
        balance_type="payments",
        currency=currency,
        description=description,
        exchange_rate=None,
        fee=fee,
        fee_details=details,
        net=amount - fee,
        reporting_category=category or type_,
        source=source,
        status="available" if at <= now else "pending",
        type=type_,
    )
    if at > now:
        call.later("balance.available", booked["id"], at=at)
    return booked


def become_available(call: Call, booked: Body) -> None:
    """Let the net of a balance transaction be paid out from now on."""
    call.update(booked, status="available")
    call.tell("balance.available", balance(call))


def available(call: Call, *, currency: str) -> int:
    """Return how much of a currency can be paid out or transferred now."""
    return _sums(call)["available"].get(currency, 0)


def balance(call: Call) -> Body:
    """Return the account's balance."""
    sums = _sums(call)
    return {
        "object": "balance",
        "livemode": False,
        "available": _amounts(call, sums["available"]),
        "connect_reserved": [],
        "pending": _amounts(call, sums["pending"]),
    }


def _sums(call: Call) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for booked in call.store.listed("balance_transaction", account=call.account):
        place = sums[booked["status"]]
        place[booked["currency"]] = place.get(booked["currency"], 0) + booked["net"]
    return sums


def _amounts(call: Call, sums: dict[str, int]) -> list[Body]:
    present = sums or {"hkd" if call.settings.country == "HK" else "usd": 0}
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(present.items())
    ]


def take_fee(call: Call, *, amount: int, currency: str) -> Body:
    """Book what Stripe takes for itself, of no payment."""
    return book(
        call,
        type_="stripe_fee",
        amount=-amount,
        currency=currency,
        source=None,
        category="fee",
        description="Billing - usage fee",
    )


def spoil(call: Call, booked: Body, told: dict[str, Any]) -> Body:
    """Let lists pass over a balance transaction, or tell other amounts of it."""
    if "hidden" in told:
        call.store.keep_secret(booked["id"], "hidden", "yes" if told["hidden"] else "")
    amount = int(told["amount"]) if "amount" in told else booked["amount"]
    fee = int(told["fee"]) if "fee" in told else booked["fee"]
    details = [{**detail, "amount": fee} for detail in booked["fee_details"]]
    return call.update(booked, amount=amount, fee=fee, fee_details=details, net=amount - fee)


def _is_shown(call: Call, booked: Body) -> bool:
    return not call.store.secret(booked["id"], "hidden")


def retrieve_balance(call: Call) -> Body:
    """Answer GET /v1/balance."""
    return balance(call)


def retrieve(call: Call) -> Body:
    """Answer GET /v1/balance_transactions/{id}."""
    return call.named("balance_transaction")


def listed(call: Call) -> Body:
    """Answer GET /v1/balance_transactions."""
    names = ("currency", "source", "type")
    where: dict[str, Any] = {name: call.params.get(name) for name in names}
    if payout := call.params.get("payout"):
        where["id"] = call.get("payout", payout, param="payout")["balance_transaction"]
    return call.page(
        "balance_transaction",
        url="/v1/balance_transactions",
        match=lambda booked: _is_shown(call, booked),
        **where,
    )
