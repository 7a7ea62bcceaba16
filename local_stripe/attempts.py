"""An intent tries to be paid: at once, after the payer did something, or later."""

from typing import Any, Final

from local_stripe import charges, codes, payment_methods
from local_stripe.call import Call
from local_stripe.errors import CardDeclined, InvalidRequest, NotKept
from local_stripe.store import Body

_AUTHENTICATED: Final = "authenticated"
_PROVIDER_DECLINE: Final = "payment_intent_payment_attempt_failed"
_MANUAL: Final = "manual"


def attempt(
    call: Call,
    intent: Body,
    *,
    off_session: bool = False,
    refuses_action: bool = False,
    return_url: str | None = None,
) -> Body:
    """Try to be paid by the intent's payment method.

    Raises:
        CardDeclined: the bank said no; the intent and its failed charge are kept.
    """
    method = call.get("payment_method", intent["payment_method"], param="payment_method")
    _refuse_mismatch(intent, method)
    is_authenticated = call.store.secret(intent["id"], _AUTHENTICATED) == method["id"]
    if _needs_payer(call, intent, method, off_session=off_session) and not is_authenticated:
        if off_session or refuses_action:
            raise _authentication_required(call, intent, method)
        action = _next_action(call, intent, method, return_url=return_url)
        call.update(intent, status="requires_action", next_action=action)
        call.tell("payment_intent.requires_action", intent)
        return intent
    return pay(call, intent, method)


def pay(call: Call, intent: Body, method: Body) -> Body:
    """Ask the bank; the payer has done what he must.

    Raises:
        CardDeclined: the bank said no.
    """
    decline = payment_methods.card_of(call, method).decline if method["type"] == "card" else None
    if decline is not None:
        raise _declined(call, intent, method, decline=decline)
    if customer := _saved_for(intent):
        payment_methods.attach(call, method, customer)
    charge = charges.make(call, intent, method, status="succeeded")
    _succeed(call, intent, charge)
    if method["type"] == "card" and payment_methods.card_of(call, method).dispute is not None:
        call.later("dispute.open", charge["id"], at=call.now)
    return intent


def authorise(call: Call, intent: Body, *, outcome: str) -> Body:
    """Do what the payer does: pay, refuse, or pay in a way that takes a while.

    Raises:
        InvalidRequest: the intent waits for nothing.
        CardDeclined: the payer was willing and the bank was not.
    """
    if intent["status"] != "requires_action":
        raise InvalidRequest(f"This intent waits for nobody: it is {intent['status']}.")
    method = call.get("payment_method", intent["payment_method"])
    call.update(intent, next_action=None)
    if outcome == "failed":
        return refuse(call, intent, method)
    if outcome == "processing":
        return process(call, intent, method)
    if intent["confirmation_method"] == _MANUAL:
        call.store.keep_secret(intent["id"], _AUTHENTICATED, method["id"])
        return call.update(intent, status="requires_confirmation")
    return pay(call, intent, method)


def process(call: Call, intent: Body, method: Body) -> Body:
    """Take the payment; whether it is paid turns out later."""
    charge = charges.make(call, intent, method, status="pending")
    call.update(
        intent,
        status="processing",
        next_action=None,
        latest_charge=charge["id"],
        processing={"type": "card", "card": {}} if method["type"] == "card" else None,
    )
    call.tell("payment_intent.processing", intent)
    call.later("intent.settle", intent["id"], at=call.now + call.settings.processing_seconds)
    return intent


def settle(call: Call, intent: Body, *, paid: bool) -> Body:
    """Let a payment that was processing succeed or fail."""
    if intent["status"] != "processing":
        return intent
    charge = charges.settle(call, call.get("charge", intent["latest_charge"]), paid=paid)
    if paid:
        return _succeed(call, intent, charge)
    method = call.get("payment_method", intent["payment_method"])
    _fail(call, intent, error=_error(intent, method, code="payment_method_provider_decline"))
    return intent


def _succeed(call: Call, intent: Body, charge: Body) -> Body:
    call.update(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
        processing=None,
    )
    call.tell("payment_intent.succeeded", intent)
    return intent


def _fail(call: Call, intent: Body, *, error: Body) -> None:
    call.update(
        intent,
        status="requires_payment_method",
        payment_method=None,
        last_payment_error=error,
        next_action=None,
        processing=None,
    )
    call.tell("payment_intent.payment_failed", intent)


def _declined(
    call: Call, intent: Body, method: Body, *, decline: tuple[str, str | None]
) -> CardDeclined:
    charge = charges.make(call, intent, method, status="failed", decline=decline)
    call.update(intent, latest_charge=charge["id"])
    refusal = payment_methods.refusal(decline, charge=charge["id"], payment_method=method)
    _fail(call, intent, error=refusal.body()["error"])
    refusal.details["payment_intent"] = intent
    return refusal


def _authentication_required(call: Call, intent: Body, method: Body) -> CardDeclined:
    decline = ("authentication_required", "authentication_required")
    charge = charges.make(call, intent, method, status="failed", decline=decline)
    call.update(intent, latest_charge=charge["id"])
    refusal = payment_methods.refusal(decline, charge=charge["id"], payment_method=method)
    _fail(call, intent, error=refusal.body()["error"])
    refusal.details["payment_intent"] = intent
    return refusal


def refuse(call: Call, intent: Body, method: Body) -> Body:
    """Let the payer say no."""
    code = "payment_intent_authentication_failure"
    if method["type"] != "card":
        code = _PROVIDER_DECLINE
    _fail(call, intent, error=_error(intent, method, code=code))
    return intent


def _error(intent: Body, method: Body, *, code: str) -> Body:
    told = "The payer did not complete the payment. Try again or use another payment method."
    return {
        "code": code,
        "message": told,
        "payment_method": method,
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
    }


def _saved_for(intent: Body) -> str | None:
    return intent["customer"] if intent["setup_future_usage"] else None


def _refuse_mismatch(intent: Body, method: Body) -> None:
    type_ = method["type"]
    if type_ not in intent["payment_method_types"]:
        raise InvalidRequest(
            f"The PaymentMethod provided ({type_}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise InvalidRequest(
            "The payment method belongs to another Customer; give this Customer in the"
            " PaymentIntent's customer parameter.",
            param="payment_method",
        )


def _needs_payer(call: Call, intent: Body, method: Body, *, off_session: bool) -> bool:
    if method["type"] != "card":
        if off_session:
            raise NotKept(f"Recurring payments by {method['type']} need an agreement.")
        return True
    card = payment_methods.card_of(call, method)
    if card.authentication == "always":
        return True
    # Such a card asks on its first use only: a saved one has been through it.
    return card.authentication == "setup" and method["customer"] is None


def _next_action(call: Call, intent: Body, method: Body, *, return_url: str | None) -> Body:
    page = f"{call.base_url}/authorise/{intent['id']}"
    if method["type"] == "wechat_pay":
        return {
            "type": "wechat_pay_display_qr_code",
            "wechat_pay_display_qr_code": {
                "data": page,
                "hosted_instructions_url": page,
                "image_data_url": codes.data_url(page),
                "image_url_png": f"{page}/code.svg",
                "image_url_svg": f"{page}/code.svg",
            },
        }
    if return_url is None:
        _refuse_without_return(method)
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    call.store.keep_secret(intent["id"], "return_url", return_url)
    if method["type"] == "alipay":
        told: dict[str, Any] = {
            "native_data": None,
            "native_url": None,
            "return_url": return_url,
            "url": page,
        }
        return {"type": "alipay_handle_redirect", "alipay_handle_redirect": told}
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": return_url, "url": page},
    }


def _refuse_without_return(method: Body) -> None:
    if method["type"] == "alipay":
        raise InvalidRequest(
            "You must provide a `return_url` when confirming with this payment method.",
            code="parameter_missing",
            param="return_url",
        )
