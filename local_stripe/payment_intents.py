"""Payment intents: what is to be paid, and how far that has come."""

from typing import Any, Final

from local_stripe import attempts, currencies, payment_methods
from local_stripe.call import Call
from local_stripe.customers import described, merged
from local_stripe.errors import InvalidRequest
from local_stripe.identifiers import new, token
from local_stripe.store import Body

_CHANGEABLE: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
_CONFIRMABLE: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
_TEXTS: Final = (
    "description",
    "receipt_email",
    "shipping",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_SESSION: Final = "checkout_session"


def create(call: Call) -> Body:
    """Answer POST /v1/payment_intents."""
    params = call.params
    customer = call.referred("customer", "customer")
    method = _given_method(call)
    intent = make(call, params, customer=customer["id"] if customer else None)
    if method is not None:
        call.update(intent, payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        return _confirm(call, intent)
    if name := next((each for each in ("off_session", "return_url") if each in params), None):
        raise InvalidRequest(
            f"You can only provide {name} when confirming a PaymentIntent: add confirm=true.",
            param=name,
        )
    return intent


def make(call: Call, params: dict[str, Any], *, customer: str | None) -> Body:
    """Keep a new intent."""
    currency = currencies.known(params["currency"])
    amount = currencies.chargeable(params["amount"], currency=currency)
    key = new("payment_intent")
    allowed = params.get("allowed_payment_method_types")
    values: dict[str, Any] = {**dict.fromkeys(_TEXTS), **described(params, _TEXTS)}
    intent = call.create(
        "payment_intent",
        key,
        **values,
        allowed_payment_method_types=allowed,
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=None if allowed else _automatic(params),
        canceled_at=None,
        cancellation_reason=None,
        capture_method=params.get("capture_method", "automatic_async"),
        client_secret=f"{key}_secret_{token()}",
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=currency,
        customer=customer,
        customer_account=None,
        excluded_payment_method_types=None,
        last_payment_error=None,
        managed_payments=None,
        latest_charge=None,
        metadata=merged({}, params.get("metadata")),
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_configuration_details=None,
        payment_method_options=params.get("payment_method_options") or {},
        payment_method_types=_types(allowed),
        processing=None,
        review=None,
        source=None,
        status="requires_payment_method",
        transfer_data=None,
    )
    call.tell("payment_intent.created", intent)
    return intent


def _automatic(params: dict[str, Any]) -> Body:
    told = params.get("automatic_payment_methods") or {"enabled": True}
    return {"allow_redirects": told.get("allow_redirects", "always"), "enabled": told["enabled"]}


def _types(allowed: list[str] | None) -> list[str]:
    if allowed is None:
        return list(payment_methods.TYPES)
    if not allowed:
        raise InvalidRequest("Invalid array", param="allowed_payment_method_types")
    return [
        payment_methods.kept_type(each, param=f"allowed_payment_method_types[{place}]")
        for place, each in enumerate(allowed)
    ]


def _given_method(call: Call) -> Body | None:
    params = call.params
    if "payment_method" in params and "payment_method_data" in params:
        raise InvalidRequest(
            "You may only specify one of these parameters: payment_method, payment_method_data.",
            param="payment_method_data",
        )
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        return payment_methods.from_data(call, data, param="payment_method_data")
    if params.get("payment_method"):
        return payment_methods.resolve(call, params["payment_method"])
    return None


def confirm(call: Call) -> Body:
    """Answer POST /v1/payment_intents/{id}/confirm."""
    intent = call.named("payment_intent")
    _refuse_state(intent, allowed=_CONFIRMABLE, verb="confirm")
    method = _given_method(call)
    if method is not None:
        call.update(intent, payment_method=method["id"])
    return _confirm(call, intent)


def _confirm(call: Call, intent: Body) -> Body:
    params = call.params
    if intent["payment_method"] is None:
        raise InvalidRequest(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    changes = described(params, ("receipt_email", "setup_future_usage", "shipping"))
    if options := params.get("payment_method_options"):
        changes["payment_method_options"] = options
    call.update(intent, **changes)
    _refuse_redirects(intent, params)
    off_session = params.get("off_session")
    if off_session and intent["setup_future_usage"]:
        raise InvalidRequest(
            "You cannot use setup_future_usage with off_session=true.", param="off_session"
        )
    return attempts.attempt(
        call,
        intent,
        off_session=bool(off_session),
        refuses_action=bool(params.get("error_on_requires_action")),
        return_url=params.get("return_url"),
    )


def _refuse_redirects(intent: Body, params: dict[str, Any]) -> None:
    """Refuse what Stripe refuses: automatic methods may redirect, so they need a way back."""
    automatic = intent["automatic_payment_methods"]
    may_redirect = automatic and automatic["enabled"] and automatic["allow_redirects"] == "always"
    without = not params.get("return_url") and not params.get("off_session")
    if may_redirect and without and not params.get("use_stripe_sdk"):
        raise InvalidRequest(
            "This PaymentIntent is configured to accept payment methods that may redirect:"
            " provide a `return_url`, or set automatic_payment_methods[allow_redirects]=never.",
            param="return_url",
        )


def update(call: Call) -> Body:
    """Answer POST /v1/payment_intents/{id}."""
    intent = call.named("payment_intent")
    params = call.params
    if {"amount", "currency", "customer", "payment_method"} & set(params):
        _refuse_state(intent, allowed=_CHANGEABLE, verb="update")
    changes = described(params, _TEXTS)
    if "currency" in params:
        changes["currency"] = currencies.known(params["currency"])
    currency: str = changes.get("currency") or intent["currency"]
    if "amount" in params:
        changes["amount"] = currencies.chargeable(params["amount"], currency=currency)
    if customer := call.referred("customer", "customer"):
        changes["customer"] = customer["id"]
    if params.get("payment_method"):
        method = payment_methods.resolve(call, params["payment_method"])
        changes |= {"payment_method": method["id"], "status": "requires_confirmation"}
    changes["metadata"] = merged(intent["metadata"], params.get("metadata"))
    return call.update(intent, **changes)


def cancel(call: Call) -> Body:
    """Answer POST /v1/payment_intents/{id}/cancel."""
    intent = call.named("payment_intent")
    _refuse_state(intent, allowed=_CHANGEABLE, verb="cancel")
    if call.store.secret(intent["id"], _SESSION):
        raise InvalidRequest(
            "You cannot cancel the PaymentIntent of a Checkout Session; expire the Session.",
            payment_intent=intent,
        )
    return canceled(call, intent, reason=call.params.get("cancellation_reason"))


def canceled(call: Call, intent: Body, *, reason: str | None) -> Body:
    """Cancel an intent that is not paid."""
    call.update(
        intent,
        status="canceled",
        canceled_at=call.now,
        cancellation_reason=reason,
        next_action=None,
    )
    call.tell("payment_intent.canceled", intent)
    return intent


def belongs_to(call: Call, intent: Body, session: str) -> None:
    """Note that an intent was made by a Checkout Session."""
    call.store.keep_secret(intent["id"], _SESSION, session)


def session_of(call: Call, intent: Body) -> str | None:
    """Return the Checkout Session that made an intent."""
    return call.store.secret(intent["id"], _SESSION)


def _refuse_state(intent: Body, *, allowed: tuple[str, ...], verb: str) -> None:
    if intent["status"] not in allowed:
        raise InvalidRequest(
            f"You cannot {verb} this PaymentIntent because it has a status of"
            f" {intent['status']}. Only a PaymentIntent with one of the following statuses may"
            f" be changed so: {', '.join(allowed)}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )


def retrieve(call: Call) -> Body:
    """Answer GET /v1/payment_intents/{id}."""
    return call.named("payment_intent")


def listed(call: Call) -> Body:
    """Answer GET /v1/payment_intents."""
    customer = call.params.get("customer")
    return call.page("payment_intent", url="/v1/payment_intents", customer=customer)
