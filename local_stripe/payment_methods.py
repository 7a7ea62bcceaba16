"""Payment methods: cards by Stripe's test names, Alipay and WeChat Pay."""

from typing import Any, Final

from local_stripe import cards
from local_stripe.call import Call
from local_stripe.cards import Card
from local_stripe.customers import merged
from local_stripe.errors import CardDeclined, InvalidRequest, NotKept
from local_stripe.identifiers import token
from local_stripe.store import Body

TYPES: Final = ("card", "alipay", "wechat_pay")
_NO_ADDRESS: Final = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
_CARD_SECRET: Final = "test_card"


def kept_type(type_: str, *, param: str) -> str:
    """Return a type of payment method that this process keeps.

    Raises:
        NotKept: Stripe has more of them.
    """
    if type_ not in TYPES:
        raise NotKept(f"local_stripe has no payment method {type_!r}.", param=param)
    return type_


def resolve(call: Call, key: str) -> Body:
    """Return the payment method of an id; a test name makes a new one, as Stripe does."""
    name = cards.named(key)
    if name is not None and name.startswith("pm_"):
        return _make_card(call, name)
    return call.get("payment_method", key, param="payment_method")


def from_data(call: Call, data: dict[str, Any], *, param: str) -> Body:
    """Return a new payment method of given data."""
    type_ = kept_type(data["type"], param=f"{param}[type]")
    details = data.get("billing_details")
    if type_ != "card":
        return _make(call, type_, details={type_: {}}, billing=details)
    tokenised = (data.get("card") or {}).get("token")
    name = cards.named(tokenised) if tokenised else None
    if name is None:
        raise InvalidRequest(
            "Sending card numbers to the API directly is refused here: give a test payment"
            " method such as pm_card_visa, or card[token]=tok_visa.",
            param=f"{param}[card]",
        )
    return _make_card(call, name, billing=details, metadata=data.get("metadata"))


def card_of(call: Call, method: Body) -> Card:
    """Return how a card behaves."""
    return cards.CARDS[call.store.secret(method["id"], _CARD_SECRET) or "pm_card_visa"]


def attach(call: Call, method: Body, customer: str) -> Body:
    """Save a payment method with a customer.

    Raises:
        InvalidRequest: it is another customer's, or not one that can be saved.
        CardDeclined: the bank refuses the card.
    """
    if method["customer"] == customer:
        return method
    if method["customer"] is not None:
        raise InvalidRequest(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_already_attached",
        )
    if method["type"] != "card":
        raise InvalidRequest(
            f"A PaymentMethod of type {method['type']} cannot be saved with a customer.",
            param="payment_method",
        )
    card = card_of(call, method)
    if not card.attaches and card.decline is not None:
        raise refusal(card.decline)
    call.update(method, customer=customer)
    call.tell("payment_method.attached", method)
    return method


def refusal(decline: tuple[str, str | None], **details: Any) -> CardDeclined:
    """Return the error of a declined card."""
    code, reason = decline
    message = cards.MESSAGES[reason or code]
    return CardDeclined(message, code=code, decline_code=reason or code, **details)


def create(call: Call) -> Body:
    """Answer POST /v1/payment_methods."""
    type_ = call.params.get("type")
    if type_ is None:
        raise InvalidRequest(
            "Missing required param: type.", code="parameter_missing", param="type"
        )
    return from_data(call, call.params, param="payment_method")


def retrieve(call: Call) -> Body:
    """Answer GET /v1/payment_methods/{id}."""
    return call.named("payment_method")


def update(call: Call) -> Body:
    """Answer POST /v1/payment_methods/{id}."""
    method = call.named("payment_method")
    billing = {**method["billing_details"], **(call.params.get("billing_details") or {})}
    metadata = merged(method["metadata"], call.params.get("metadata"))
    call.update(method, billing_details=billing, metadata=metadata)
    call.tell("payment_method.updated", method)
    return method


def attach_to(call: Call) -> Body:
    """Answer POST /v1/payment_methods/{id}/attach."""
    customer = call.referred("customer", "customer")
    if customer is None:
        raise InvalidRequest(
            "Missing required param: customer.", code="parameter_missing", param="customer"
        )
    return attach(call, resolve(call, call.path["id"]), customer["id"])


def detach(call: Call) -> Body:
    """Answer POST /v1/payment_methods/{id}/detach."""
    method = call.named("payment_method")
    if method["customer"] is None:
        raise InvalidRequest(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            param="payment_method",
        )
    before = dict(method)
    call.update(method, customer=None)
    call.tell("payment_method.detached", method, before=before)
    return method


def listed(call: Call) -> Body:
    """Answer GET /v1/payment_methods."""
    customer = call.referred("customer", "customer")
    if customer is None:
        return call.paged([], url="/v1/payment_methods")
    return call.page(
        "payment_method",
        url="/v1/payment_methods",
        customer=customer["id"],
        type=call.params.get("type"),
    )


def of_customer(call: Call) -> Body:
    """Answer GET /v1/customers/{id}/payment_methods."""
    customer = call.named("customer")
    url = f"/v1/customers/{customer['id']}/payment_methods"
    wanted = call.params.get("type")
    return call.page("payment_method", url=url, customer=customer["id"], type=wanted)


def _make_card(
    call: Call,
    name: str,
    *,
    billing: Body | None = None,
    metadata: dict[str, str] | None = None,
) -> Body:
    card = cards.CARDS[name]
    details = {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2040,
        "fingerprint": f"local{card.brand}{card.last4}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    method = _make(call, "card", details={"card": details}, billing=billing, metadata=metadata)
    call.store.keep_secret(method["id"], _CARD_SECRET, name)
    return method


def _make(
    call: Call,
    type_: str,
    *,
    details: Body,
    billing: Body | None,
    metadata: dict[str, str] | None = None,
) -> Body:
    told = billing or {}
    return call.create(
        "payment_method",
        f"pm_{token()}",
        allow_redisplay="unspecified",
        billing_details={
            "address": {**_NO_ADDRESS, **(told.get("address") or {})},
            "email": told.get("email"),
            "name": told.get("name"),
            "phone": told.get("phone"),
            "tax_id": None,
        },
        customer=None,
        customer_account=None,
        metadata=metadata or {},
        type=type_,
        **details,
    )
