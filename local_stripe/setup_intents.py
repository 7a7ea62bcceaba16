"""Setup intents: a card is saved with a customer, to be charged when he is not there."""

from typing import Any, Final

from local_stripe import payment_methods
from local_stripe.call import Call
from local_stripe.customers import described, merged
from local_stripe.errors import CardDeclined, InvalidRequest
from local_stripe.identifiers import new, token
from local_stripe.store import Body

_OPEN: Final = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Body:
    """Answer POST /v1/setup_intents."""
    params = call.params
    customer = call.referred("customer", "customer")
    intent = make(call, params, customer=customer["id"] if customer else None)
    if params.get("payment_method"):
        method = payment_methods.resolve(call, params["payment_method"])
        call.update(intent, payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        return _confirm(call, intent)
    return intent


def make(call: Call, params: dict[str, Any], *, customer: str | None) -> Body:
    """Keep a new setup intent."""
    key = new("setup_intent")
    allowed = params.get("allowed_payment_method_types")
    for place, each in enumerate(allowed or ()):
        if each != "card":
            raise InvalidRequest(
                f"A payment method of type {each} cannot be saved.",
                param=f"allowed_payment_method_types[{place}]",
            )
    intent = call.create(
        "setup_intent",
        key,
        allowed_payment_method_types=allowed,
        application=None,
        automatic_payment_methods=None if allowed else {"enabled": True},
        cancellation_reason=None,
        client_secret=f"{key}_secret_{token()}",
        customer=customer,
        description=params.get("description"),
        excluded_payment_method_types=None,
        flow_directions=None,
        last_setup_error=None,
        latest_attempt=None,
        mandate=None,
        metadata=merged({}, params.get("metadata")),
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_configuration_details=None,
        payment_method_options={},
        payment_method_types=["card"],
        single_use_mandate=None,
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    call.tell("setup_intent.created", intent)
    return intent


def confirm(call: Call) -> Body:
    """Answer POST /v1/setup_intents/{id}/confirm."""
    intent = call.named("setup_intent")
    _refuse_state(intent, verb="confirm")
    if call.params.get("payment_method"):
        method = payment_methods.resolve(call, call.params["payment_method"])
        call.update(intent, payment_method=method["id"])
    return _confirm(call, intent)


def _confirm(call: Call, intent: Body) -> Body:
    if intent["payment_method"] is None:
        raise InvalidRequest(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    method = call.get("payment_method", intent["payment_method"])
    card = payment_methods.card_of(call, method)
    if card.authentication is not None:
        return _ask_payer(call, intent)
    return succeed(call, intent)


def _ask_payer(call: Call, intent: Body) -> Body:
    page = f"{call.base_url}/authorise/{intent['id']}"
    if return_url := call.params.get("return_url"):
        call.store.keep_secret(intent["id"], "return_url", return_url)
        redirect = {"return_url": return_url, "url": page}
        action: Body = {"type": "redirect_to_url", "redirect_to_url": redirect}
    else:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    call.update(intent, status="requires_action", next_action=action)
    call.tell("setup_intent.requires_action", intent)
    return intent


def authorise(call: Call, intent: Body, *, outcome: str) -> Body:
    """Do what the card holder does.

    Raises:
        InvalidRequest: the intent waits for nothing.
    """
    if intent["status"] != "requires_action":
        raise InvalidRequest(f"This intent waits for nobody: it is {intent['status']}.")
    if outcome == "failed":
        error = {
            "code": "setup_intent_authentication_failure",
            "message": "The card holder did not authenticate. Use another payment method.",
            "type": "invalid_request_error",
        }
        return _fail(call, intent, error)
    return succeed(call, intent)


def succeed(call: Call, intent: Body) -> Body:
    """Save the payment method.

    Raises:
        CardDeclined: the bank refuses the card; the intent is kept as it stands then.
    """
    method = call.get("payment_method", intent["payment_method"])
    card = payment_methods.card_of(call, method)
    if card.decline is not None and not card.attaches:
        refusal: CardDeclined = payment_methods.refusal(card.decline, payment_method=method)
        _fail(call, intent, refusal.body()["error"])
        refusal.details["setup_intent"] = intent
        raise refusal
    if intent["customer"]:
        payment_methods.attach(call, method, intent["customer"])
    call.update(intent, status="succeeded", next_action=None, last_setup_error=None)
    call.tell("setup_intent.succeeded", intent)
    return intent


def _fail(call: Call, intent: Body, error: Body) -> Body:
    call.update(
        intent,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=error,
    )
    call.tell("setup_intent.setup_failed", intent)
    return intent


def cancel(call: Call) -> Body:
    """Answer POST /v1/setup_intents/{id}/cancel."""
    intent = call.named("setup_intent")
    _refuse_state(intent, verb="cancel")
    reason = call.params.get("cancellation_reason")
    call.update(intent, status="canceled", cancellation_reason=reason, next_action=None)
    call.tell("setup_intent.canceled", intent)
    return intent


def update(call: Call) -> Body:
    """Answer POST /v1/setup_intents/{id}."""
    intent = call.named("setup_intent")
    metadata = merged(intent["metadata"], call.params.get("metadata"))
    return call.update(intent, metadata=metadata, **described(call.params, ("description",)))


def retrieve(call: Call) -> Body:
    """Answer GET /v1/setup_intents/{id}."""
    return call.named("setup_intent")


def listed(call: Call) -> Body:
    """Answer GET /v1/setup_intents."""
    names = ("customer", "payment_method")
    where = {name: call.params.get(name) for name in names}
    return call.page("setup_intent", url="/v1/setup_intents", **where)


def _refuse_state(intent: Body, *, verb: str) -> None:
    if intent["status"] not in _OPEN:
        raise InvalidRequest(
            f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
