"""Customers, and what every object does with its metadata."""

from typing import Any, Final

from local_stripe.call import Call
from local_stripe.identifiers import token
from local_stripe.store import Body

FIELDS: Final = (
    "address",
    "description",
    "email",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
)


def merged(old: dict[str, str], told: Any) -> dict[str, str]:
    """Return metadata after a change: an empty value takes its key away, an empty text all."""
    if told is None:
        return old
    if told == "":
        return {}
    return {key: value for key, value in {**old, **told}.items() if value != ""}


def described(params: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the given fields; an empty text unsets one."""
    return {name: params[name] or None for name in fields if name in params}


def create(call: Call) -> Body:
    """Answer POST /v1/customers."""
    values: dict[str, Any] = dict.fromkeys(FIELDS)
    values["preferred_locales"] = []
    customer = call.create(
        "customer",
        **{
            **values,
            "balance": 0,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": token(8).upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": merged({}, call.params.get("metadata")),
            "next_invoice_sequence": 1,
            "tax_exempt": "none",
            "test_clock": None,
            **described(call.params, FIELDS),
        },
    )
    call.tell("customer.created", customer)
    return customer


def retrieve(call: Call) -> Body:
    """Answer GET /v1/customers/{id}."""
    found = call.store.find(call.path["id"], account=call.account, kind="deleted_customer")
    if found is not None:
        return {**found, "object": "customer"}
    return call.named("customer")


def update(call: Call) -> Body:
    """Answer POST /v1/customers/{id}."""
    customer = call.named("customer")
    before = dict(customer)
    changes = described(call.params, FIELDS)
    changes["metadata"] = merged(customer["metadata"], call.params.get("metadata"))
    if settings := call.params.get("invoice_settings"):
        default = settings.get("default_payment_method") or None
        if default is not None:
            call.get("payment_method", default, param="invoice_settings[default_payment_method]")
        changes["invoice_settings"] = {
            **customer["invoice_settings"],
            "default_payment_method": default,
        }
    call.update(customer, **changes)
    call.tell("customer.updated", customer, before=before)
    return customer


def delete(call: Call) -> Body:
    """Answer DELETE /v1/customers/{id}."""
    customer = call.named("customer")
    for method in call.store.listed("payment_method", account=call.account):
        if method["customer"] == customer["id"]:
            call.update(method, customer=None)
    call.tell("customer.deleted", customer)
    call.store.forget(customer["id"])
    gone = {"id": customer["id"], "deleted": True}
    call.store.put({**gone, "object": "deleted_customer"}, account=call.account)
    return {**gone, "object": "customer"}


def listed(call: Call) -> Body:
    """Answer GET /v1/customers."""
    return call.page("customer", url="/v1/customers", email=call.params.get("email"))
