"""Checkout Sessions: a hosted page where somebody pays once, or saves a card."""

from typing import Any, Final

from local_stripe import attempts, currencies, payment_intents, payment_methods, setup_intents
from local_stripe.call import Call
from local_stripe.customers import create as create_customer
from local_stripe.customers import merged
from local_stripe.errors import CardDeclined, InvalidRequest, NotKept
from local_stripe.identifiers import new
from local_stripe.store import Body

SECONDS_LEAST: Final = 1_800
SECONDS_MOST: Final = 86_400
_INTENT_DATA: Final = "payment_intent_data"
_NO_PAYMENT: Final = "no_payment_required"


def create(call: Call) -> Body:
    """Answer POST /v1/checkout/sessions."""
    params = call.params
    mode = params.get("mode", "payment")
    if mode == "subscription":
        raise NotKept("local_stripe has no subscriptions.", param="mode")
    _require(params, "success_url")
    customer = call.referred("customer", "customer")
    items = _items(params) if mode == "payment" else []
    key = new("checkout.session")
    total = sum(item["amount_total"] for item in items) if items else None
    types = params.get("allowed_payment_method_types")
    session = call.create(
        "checkout.session",
        key,
        **_unused(),
        allowed_payment_method_types=types,
        amount_subtotal=total,
        amount_total=total,
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=items[0]["currency"] if items else params.get("currency"),
        customer=customer["id"] if customer else None,
        customer_creation=params.get("customer_creation", "if_required"),
        customer_email=params.get("customer_email"),
        expires_at=_expires_at(call),
        locale=params.get("locale"),
        metadata=merged({}, params.get("metadata")),
        mode=mode,
        payment_intent=None,
        payment_method_options=params.get("payment_method_options") or {},
        payment_method_types=_types(types, mode=mode),
        payment_status="unpaid" if mode == "payment" else _NO_PAYMENT,
        setup_intent=None,
        status="open",
        submit_type=params.get("submit_type"),
        success_url=params["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
        if items
        else None,
        url=f"{call.base_url}/pay/{key}",
    )
    _keep_aside(call, session, items)
    call.later("session.expire", key, at=session["expires_at"])
    return session


def _keep_aside(call: Call, session: Body, items: list[Body]) -> None:
    data = call.params.get(_INTENT_DATA) or {}
    setup = call.params.get("setup_intent_data") or {}
    call.store.note(f"{session['id']} items", items)
    call.store.note(f"{session['id']} data", {**data, **setup})


def _types(given: list[str] | None, *, mode: str) -> list[str]:
    if given is None:
        return list(payment_methods.TYPES) if mode == "payment" else ["card"]
    return [payment_methods.kept_type(each, param="allowed_payment_method_types") for each in given]


def _items(params: dict[str, Any]) -> list[Body]:
    _require(params, "line_items")
    items = [_item(told, place) for place, told in enumerate(params["line_items"])]
    if not items or len({item["currency"] for item in items}) != 1:
        raise InvalidRequest("All line items must have one currency.", param="line_items")
    currencies.chargeable(sum(i["amount_total"] for i in items), currency=items[0]["currency"])
    return items


def _item(told: dict[str, Any], place: int) -> Body:
    param = f"line_items[{place}]"
    if "price_data" not in told:
        raise NotKept("local_stripe has no stored prices: give price_data.", param=param)
    price = told["price_data"]
    if "unit_amount" not in price or "product_data" not in price:
        raise InvalidRequest(
            f"Missing required param: {param}[price_data][unit_amount] and [product_data].",
            code="parameter_missing",
            param=f"{param}[price_data]",
        )
    quantity = told.get("quantity", 1)
    currency = currencies.known(price["currency"])
    total = price["unit_amount"] * quantity
    return {
        "id": new("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": price["product_data"]["name"],
        "metadata": {},
        "price": None,
        "quantity": quantity,
    }


def _expires_at(call: Call) -> int:
    told: int | None = call.params.get("expires_at")
    if told is None:
        return call.now + call.settings.session_seconds
    if not SECONDS_LEAST <= told - call.now <= SECONDS_MOST:
        raise InvalidRequest(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout"
            " Session creation.",
            param="expires_at",
        )
    return told


def _require(params: dict[str, Any], name: str) -> None:
    if not params.get(name):
        raise InvalidRequest(
            f"Missing required param: {name}.", code="parameter_missing", param=name
        )


def _unused() -> Body:
    """Return the fields of what this process does not do."""
    never = (
        "after_expiration",
        "allow_promotion_codes",
        "billing_address_collection",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer_account",
        "customer_details",
        "invoice",
        "integration_identifier",
        "invoice_creation",
        "managed_payments",
        "origin_context",
        "payment_link",
        "payment_method_collection",
        "payment_method_configuration_details",
        "permissions",
        "recovered_from",
        "saved_payment_method_options",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
        "wallet_options",
    )
    texts = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    tax: Body = {"enabled": False, "liability": None, "provider": None, "status": None}
    return {
        **dict.fromkeys(never),
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": tax,
        "custom_fields": [],
        "custom_text": dict.fromkeys(texts),
        "discounts": [],
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "ui_mode": "hosted_page",
    }


def pay(call: Call, session: Body, *, method: str, outcome: str) -> Body:
    """Do what somebody does on the hosted page: pay by a method, with an outcome.

    Raises:
        InvalidRequest: the session is not open.
        CardDeclined: the bank said no; the session stays open.
    """
    if session["status"] != "open":
        raise InvalidRequest(f"This Checkout Session is {session['status']}.")
    if session["mode"] == "setup":
        return _save_card(call, session, method=method)
    data = call.store.noted(f"{session['id']} data", {})
    intent = _intent(call, session, data)
    paid_by = _method(call, session, method)
    call.update(intent, payment_method=paid_by["id"])
    if outcome == "failed" and paid_by["type"] != "card":
        attempts.refuse(call, intent, paid_by)
        raise CardDeclined("The payment was not completed.", code="payment_method_provider_decline")
    if outcome == "processing":
        attempts.process(call, intent, paid_by)
    else:
        attempts.pay(call, intent, paid_by)
    return complete(call, session, paid=intent["status"] == "succeeded")


def _method(call: Call, session: Body, method: str) -> Body:
    """Return the payment method of the person at the page."""
    kept = [
        each
        for each in call.store.listed("payment_method", account=call.account)
        if each["id"] == method and each["customer"] == session["customer"]
    ]
    if kept:
        return kept[0]
    email = session["customer_email"]
    data = {"type": method, "billing_details": {"email": email}}
    if method == "card" or method not in payment_methods.TYPES:
        name = "tok_visa" if method == "card" else method.replace("pm_card_", "tok_")
        data |= {"type": "card", "card": {"token": name}}
    return payment_methods.from_data(call, data, param="payment_method_data")


def _intent(call: Call, session: Body, data: dict[str, Any]) -> Body:
    """Return the session's intent; it is made when somebody tries to pay."""
    if session["payment_intent"]:
        return call.get("payment_intent", session["payment_intent"])
    customer = session["customer"]
    if customer is None and session["customer_creation"] == "always":
        customer = _new_customer(call, session)
    told = {
        **data,
        "amount": session["amount_total"],
        "currency": session["currency"],
        "allowed_payment_method_types": session["payment_method_types"],
    }
    intent = payment_intents.make(call, told, customer=customer)
    payment_intents.belongs_to(call, intent, session["id"])
    call.update(session, payment_intent=intent["id"], customer=customer)
    return intent


def _new_customer(call: Call, session: Body) -> str:
    inner = call.within(call.account)
    inner.params = {"email": session["customer_email"] or "payer@example.com"}
    return str(create_customer(inner)["id"])


def _save_card(call: Call, session: Body, *, method: str) -> Body:
    data = call.store.noted(f"{session['id']} data", {})
    intent = setup_intents.make(call, data, customer=session["customer"])
    card = _method(call, session, method)
    call.update(intent, payment_method=card["id"])
    call.update(session, setup_intent=intent["id"])
    setup_intents.succeed(call, intent)
    return complete(call, session, paid=True)


def complete(call: Call, session: Body, *, paid: bool) -> Body:
    """End a session with success; a payment that takes a while is unpaid for now."""
    details: Body = {
        "address": None,
        "business_name": None,
        "email": session["customer_email"] or "payer@example.com",
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    status = session["payment_status"]
    if status != _NO_PAYMENT:
        status = "paid" if paid else "unpaid"
    call.update(
        session, status="complete", payment_status=status, url=None, customer_details=details
    )
    call.tell("checkout.session.completed", session)
    return session


def settled(call: Call, intent: Body, *, paid: bool) -> None:
    """Tell how a payment that took a while has ended, if a session made it."""
    key = payment_intents.session_of(call, intent)
    if key is None:
        return
    session = call.get("checkout.session", key)
    if paid:
        call.update(session, payment_status="paid")
    word = "succeeded" if paid else "failed"
    call.tell(f"checkout.session.async_payment_{word}", session)


def expire(call: Call) -> Body:
    """Answer POST /v1/checkout/sessions/{id}/expire."""
    session = call.named("checkout.session")
    if session["status"] != "open":
        raise InvalidRequest(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of `{session['status']}`."
        )
    return expired(call, session)


def expired(call: Call, session: Body) -> Body:
    """End an open session without payment."""
    if session["status"] != "open":
        return session
    if session["payment_intent"]:
        intent = call.get("payment_intent", session["payment_intent"])
        payment_intents.canceled(call, intent, reason="automatic")
    call.update(session, status="expired", url=None)
    call.tell("checkout.session.expired", session)
    return session


def way_back(session: Body, *, success: bool) -> str:
    """Return where the payer goes from the hosted page."""
    if not success:
        return str(session["cancel_url"] or session["success_url"])
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def update(call: Call) -> Body:
    """Answer POST /v1/checkout/sessions/{id}."""
    session = call.named("checkout.session")
    metadata = merged(session["metadata"], call.params.get("metadata"))
    return call.update(session, metadata=metadata)


def retrieve(call: Call) -> Body:
    """Answer GET /v1/checkout/sessions/{id}."""
    return call.named("checkout.session")


def line_items(call: Call) -> Body:
    """Answer GET /v1/checkout/sessions/{id}/line_items."""
    session = call.named("checkout.session")
    items = call.store.noted(f"{session['id']} items", [])
    return call.paged(items, url=f"/v1/checkout/sessions/{session['id']}/line_items")


def listed(call: Call) -> Body:
    """Answer GET /v1/checkout/sessions."""
    where = {name: call.params.get(name) for name in ("customer", "payment_intent", "status")}
    return call.page("checkout.session", url="/v1/checkout/sessions", **where)
