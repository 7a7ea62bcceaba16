"""Requests are judged by the SDK's typed parameters, and nothing is silently ignored."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from local_stripe.contract import Structure, parameters
from local_stripe.errors import InvalidParameter
from local_stripe.forms import decode
from local_stripe.routes import ROUTES
from tests.architecture.source import REPOSITORY
from tests.stripe_server import KEY, LocalStripe


def post(running: LocalStripe, path: str, text: str, **headers: str) -> httpx.Response:
    told = {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
        **headers,
    }
    return httpx.post(f"{running.url}/v1/{path}", content=text, headers=told)


GOOD = "amount=500&currency=cny"


@pytest.mark.parametrize(
    ("text", "code", "param"),
    [
        ("currency=cny", "parameter_missing", "amount"),
        ("amount=500", "parameter_missing", "currency"),
        (f"{GOOD}&foo=1", "parameter_unknown", "foo"),
        (f"{GOOD}&payment_method_types[0]=card", "parameter_unknown", "payment_method_types"),
        ("amount=5.5&currency=cny", "parameter_invalid_integer", "amount"),
        ("amount=&currency=cny", "parameter_invalid_empty", "amount"),
        ("amount=500&currency=abc", None, "currency"),
        (f"{GOOD}&capture_method=maybe", None, "capture_method"),
        (f"{GOOD}&confirm=yes", None, "confirm"),
        (f"{GOOD}&allowed_payment_method_types=card", None, "allowed_payment_method_types"),
        (f"{GOOD}&allowed_payment_method_types[0]=cash", None, "allowed_payment_method_types[0]"),
        (f"{GOOD}&metadata=x", None, "metadata"),
        (f"{GOOD}&metadata[{'k' * 41}]=x", None, f"metadata[{'k' * 41}]"),
        (f"{GOOD}&metadata[k]={'v' * 501}", None, "metadata[k]"),
        (
            f"{GOOD}&payment_method_options[wechat_pay][client]=fax",
            None,
            "payment_method_options[wechat_pay][client]",
        ),
        (
            f"{GOOD}&payment_method_data[type]=alipay&payment_method_data[foo]=1",
            "parameter_unknown",
            "payment_method_data[foo]",
        ),
        (
            f"{GOOD}&payment_method_data[billing_details][name]=x",
            "parameter_missing",
            "payment_method_data[type]",
        ),
    ],
)
def test_what_the_sdk_does_not_allow_is_refused_with_the_parameter(
    shared_stripe, text, code, param
) -> None:
    answer = post(shared_stripe, "payment_intents", text)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error.get("code"), error["param"]) == (code, param)


@pytest.mark.parametrize(
    "param", ["application_fee_amount", "on_behalf_of", "confirmation_token", "hooks.inputs"]
)
def test_what_stripe_has_and_this_has_not_is_refused_and_not_ignored(shared_stripe, param) -> None:
    name, _, inner = param.partition(".")
    value = "[tax][calculation]=x" if inner else "=5"
    key = f"{name}[{inner}]" if inner else name

    answer = post(shared_stripe, "payment_intents", f"{GOOD}&{key}{value}")

    assert answer.status_code == 501
    assert answer.json()["error"]["param"].startswith(name)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", "You did not provide an API key"),
        ("Bearer sk_test_wrong_key", "Invalid API Key provided: sk_test_********_key"),
        ("Bearer sk_live_0123456789", "Invalid API Key provided"),
    ],
)
def test_only_a_known_test_key_is_let_in(shared_stripe, header, told) -> None:
    answer = httpx.get(f"{shared_stripe.url}/v1/balance", headers={"Authorization": header})

    assert answer.status_code == 401
    assert told in answer.json()["error"]["message"]


def test_another_version_than_the_sdks_is_refused(shared_stripe) -> None:
    answer = post(shared_stripe, "payment_intents", GOOD, **{"Stripe-Version": "2020-08-27"})

    assert answer.status_code == 400
    assert stripe.api_version in answer.json()["error"]["message"]


def test_what_is_no_part_of_it_says_so(shared_stripe) -> None:
    assert post(shared_stripe, "subscriptions", "").status_code == 404
    assert "see its README" in post(shared_stripe, "subscriptions", "").text
    with pytest.raises(stripe.InvalidRequestError) as raised:
        shared_stripe.client().v1.charges.retrieve("ch_none")
    assert (raised.value.http_status, raised.value.code) == (404, "resource_missing")


def test_lists_have_pages_in_both_directions_and_filters(local_stripe) -> None:
    client = local_stripe.client()
    made = []
    for count in range(5):
        made.append(client.v1.customers.create(params={"email": f"{count}@example.com"}).id)
        local_stripe.control("advance", seconds=100)
    newest_first = made[::-1]

    first = client.v1.customers.list(params={"limit": 2})
    second = client.v1.customers.list(params={"limit": 2, "starting_after": first.data[-1].id})
    back = client.v1.customers.list(params={"limit": 2, "ending_before": second.data[-1].id})

    assert [each.id for each in first.data] == newest_first[:2]
    assert [each.id for each in second.data] == newest_first[2:4]
    assert [each.id for each in back.data] == newest_first[1:3]
    assert (first.has_more, back.has_more) == (True, True)
    assert [each.id for each in client.v1.customers.list().auto_paging_iter()] == newest_first
    since = client.v1.customers.retrieve(made[3]).created
    late = client.v1.customers.list(params={"created": {"gte": since}})
    assert [each.id for each in late.data] == newest_first[:2]
    assert late.has_more is False


def test_ids_are_expanded_and_other_fields_refused(shared_stripe) -> None:
    client = shared_stripe.client()
    customer = client.v1.customers.create(params={})
    intent = client.v1.payment_intents.create(
        params={"amount": 500, "currency": "cny", "customer": customer.id, "expand": ["customer"]}
    )

    assert intent.customer.id == customer.id
    listed = client.v1.payment_intents.list(
        params={"customer": customer.id, "expand": ["data.customer"]}
    )
    assert listed.data[0].customer.object == "customer"
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.retrieve(intent.id, params={"expand": ["nonsense"]})
    assert raised.value.param == "expand"


def test_metadata_is_merged_and_emptied_as_stripe_does(shared_stripe) -> None:
    customers = shared_stripe.client().v1.customers
    key = customers.create(params={"metadata": {"a": "1", "b": "2"}}).id

    merged = customers.update(key, params={"metadata": {"b": "", "c": "3"}})
    emptied = customers.update(key, params={"metadata": ""})

    assert merged.metadata.to_dict() == {"a": "1", "c": "3"}
    assert emptied.metadata.to_dict() == {}


def test_forms_nest_and_contradictions_are_refused() -> None:
    assert decode("a[b][0]=x&a[b][1]=y&c[]=1&c[]=2&d=&e[f]=%E7%AE%97") == {
        "a": {"b": {"0": "x", "1": "y"}},
        "c": {"0": "1", "1": "2"},
        "d": "",
        "e": {"f": "算"},
    }
    for text in ("a=1&a[b]=2", "a[b]=2&a=1", "a[b=1"):
        with pytest.raises(InvalidParameter):
            decode(text)


def test_every_kept_parameter_is_one_of_the_sdk() -> None:
    unknown = [
        f"{route.method} {route.path} {name}"
        for route in ROUTES
        for name in route.kept
        if not _is_known(route.structure, name)
    ]

    assert unknown == []


def _is_known(structure: Any, name: str) -> bool:
    head, _, rest = name.partition(".")
    field = structure.fields().get(head)
    if field is None or not rest:
        return field is not None
    options = [field.node, *getattr(field.node, "options", ())]
    inner = [getattr(node, "item", node) for node in options]
    return any(isinstance(node, Structure) and _is_known(node, rest) for node in inner)


def test_the_readme_tells_every_operation_and_what_it_takes() -> None:
    text = (REPOSITORY / "local_stripe" / "README.md").read_text(encoding="utf-8")

    rows = [
        f"| {route.method} `{route.path}` | {len(route.structure.fields())} |"
        f" {' '.join(f'`{name}`' for name in sorted(route.kept)) or 'none'} |"
        for route in ROUTES
    ]

    missing = [row for row in rows if row not in text]
    assert not missing, "in the README's table:\n" + "\n".join(rows)
    assert text.count("` | ") >= len(rows)


def test_the_contract_is_read_and_not_written_down() -> None:
    fields = parameters("PaymentIntentCreateParams").fields()

    assert fields["amount"].required
    assert {"amount", "currency", "metadata", "payment_method_options"} <= set(fields)
    # Options of the client never travel.
    assert {"idempotency_key", "api_key", "stripe_account"} & set(fields) == set()
