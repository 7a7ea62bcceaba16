"""Webhook endpoints by HTTP: who may hear what, and what is told of the secret."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.events.vocabulary import EVENTS, LISTENABLE, EventKind
from accounts.models import WebhookAttempt, WebhookDelivery
from accounts.permissions import Role, Scope
from accounts.webhooks.described import sample
from accounts.webhooks.operations import ENDPOINTS_MAX
from kernel.models import AuditEntry
from tests.builders.accounts import NOW, make_api_key, make_member, make_organisation
from tests.builders.sessions import signed_in
from tests.builders.webhooks import PUBLIC_URL, make_endpoint, own_dead_letter

pytestmark = pytest.mark.django_db
ENDPOINTS = "/api/v1/webhooks/endpoints"


@pytest.fixture
def organisation():
    return make_organisation()


def by_key(organisation, *scopes: Scope) -> Client:
    text = make_api_key(organisation=organisation, scopes=scopes or tuple(Scope)).text
    return Client(headers={"authorization": f"Bearer {text}"})


def post(client: Client, address: str, body: object = None):
    return client.post(address, body or {}, content_type="application/json")


def test_the_secret_is_told_once(organisation):
    client = by_key(organisation)

    made = post(client, ENDPOINTS, {"url": PUBLIC_URL, "description": "books"})

    assert made.status_code == 201
    secret, endpoint = made.json()["secret"], made.json()["endpoint"]
    assert secret.startswith("whsec_")
    assert (endpoint["url"], endpoint["kinds"], endpoint["enabled"]) == (PUBLIC_URL, [], True)
    for address in (ENDPOINTS, f"{ENDPOINTS}/{endpoint['id']}"):
        assert secret not in client.get(address).content.decode()
    # and what was done is written down, without the address
    entry = AuditEntry.objects.get(action="webhooks.create")
    assert entry.object_id == endpoint["id"]
    assert "93.184" not in json.dumps(entry.detail)


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest/meta-data", "http://hooks.example.org/", "ftp://x"]
)
def test_a_private_address_is_refused(organisation, url):
    client = by_key(organisation)
    endpoint = make_endpoint(organisation=organisation).endpoint

    refused = [
        post(client, ENDPOINTS, {"url": url}),
        client.patch(
            f"{ENDPOINTS}/{endpoint.public_id}", {"url": url}, content_type="application/json"
        ),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == (
        [(422, "webhook_url_refused")] * 2
    )


def test_nobody_hears_what_he_may_not_read(organisation):
    # given a key that may set up webhooks and read usage, and a developer, who reads no bills
    key = by_key(organisation, Scope.WEBHOOKS_WRITE, Scope.USAGE_READ)
    developer = signed_in(make_member(organisation=organisation, role=Role.DEVELOPER))
    for client, kinds, beyond in (
        # Three kinds are of usage: what is refused, what is disputed, what cannot go on.
        (key, [], len(LISTENABLE) - 3),
        (key, ["usage.rejected", "invoice.issued"], 1),
        (developer, ["invoice.issued", "usage.rejected"], 1),
        (developer, ["member.added"], 1),
    ):
        # when they ask for more
        refused = post(client, ENDPOINTS, {"url": PUBLIC_URL, "kinds": kinds})
        # then they are told which kinds these are
        assert (refused.status_code, refused.json()["code"]) == (422, "unable_to_listen")
        assert len(refused.json()["details"]["kinds"]) == beyond
    assert post(key, ENDPOINTS, {"url": PUBLIC_URL, "kinds": ["usage.rejected"]}).status_code == 201


def test_nobody_turns_to_himself_what_he_may_not_read(organisation):
    # given an endpoint of the owner that hears of bills
    endpoint = make_endpoint(organisation=organisation, kinds=[EventKind.INVOICE_ISSUED]).endpoint
    address = f"{ENDPOINTS}/{endpoint.public_id}"
    developer = signed_in(make_member(organisation=organisation, role=Role.DEVELOPER))
    # when a developer would send it elsewhere, or would hear more by it
    changes: list[dict[str, object]] = [
        {"url": "https://93.184.215.14/mine"},
        {"kinds": []},
        {"kinds": ["invoice.issued", "claim.paid"]},
    ]
    for change in changes:
        refused = developer.patch(address, change, content_type="application/json")
        assert refused.json()["code"] == "unable_to_listen", change
    # then he may rename it all the same
    named = developer.patch(
        address,
        {"description": "books", "url": PUBLIC_URL, "kinds": ["invoice.issued"]},
        content_type="application/json",
    )
    assert (named.status_code, named.json()["description"]) == (200, "books")


def test_an_organisation_has_a_bounded_number(organisation):
    for _ in range(ENDPOINTS_MAX):
        make_endpoint(organisation=organisation)

    refused = post(by_key(organisation), ENDPOINTS, {"url": PUBLIC_URL})

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhook_endpoints")


def test_lists_are_pages_of_the_own_rows(organisation):
    for _ in range(3):
        make_endpoint(organisation=organisation)
    own_dead_letter(make_organisation())
    client = by_key(organisation)

    first = client.get(ENDPOINTS, {"limit": "2"}).json()
    second = client.get(ENDPOINTS, {"limit": "2", "cursor": first["next_cursor"]}).json()

    assert [len(first["data"]), len(second["data"]), second["next_cursor"]] == [2, 1, None]
    assert client.get("/api/v1/webhooks/deliveries").json()["data"] == []


def test_a_dead_letter_is_found_and_sent_again(organisation):
    letter = own_dead_letter(organisation)
    client = by_key(organisation)

    (dead,) = client.get("/api/v1/webhooks/deliveries", {"state": "dead"}).json()["data"]
    again = post(client, f"/api/v1/webhooks/deliveries/{letter}/redeliver")
    twice = post(client, f"/api/v1/webhooks/deliveries/{letter}/redeliver")

    assert (dead["id"], dead["kind"]) == (str(letter), "ping")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    assert (twice.status_code, twice.json()["code"]) == (409, "unable_to_redeliver")
    assert AuditEntry.objects.filter(action="webhooks.redeliver").count() == 1


def test_a_page_of_deliveries_takes_as_many_queries_as_one(organisation, django_assert_num_queries):
    for _ in range(5):
        own_dead_letter(organisation)
    client = by_key(organisation)
    client.get("/api/v1/webhooks/deliveries")

    with django_assert_num_queries(2):
        assert len(client.get("/api/v1/webhooks/deliveries").json()["data"]) == 5


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_described_with_an_example(kind):
    told = sample(EVENTS[kind])

    assert (told["type"], list(told)) == (
        kind,
        ["id", "type", "timestamp", "organisation", "data"],
    )
    assert json.loads(json.dumps(told)) == told


def test_the_attempts_of_a_delivery_are_listed_to_its_own_organisation(organisation):
    letter = own_dead_letter(organisation)
    delivery = WebhookDelivery.objects.get(public_id=letter)
    for number in (1, 2, 3):
        WebhookAttempt.objects.create(
            delivery=delivery,
            number=number,
            started_at=NOW,
            ended_at=NOW,
            duration_ms=number,
            failure="status",
            response_status=503,
            response_excerpt="try later",
            retry_after_seconds=60,
        )
    client, address = by_key(organisation), f"/api/v1/webhooks/deliveries/{letter}/attempts"

    first = client.get(address, {"limit": 2}).json()
    second = client.get(address, {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [one["number"] for one in (*first["data"], *second["data"])] == [3, 2, 1]
    assert second["next_cursor"] is None
    assert first["data"][0] == {
        "number": 3,
        "started_at": "2026-10-01T04:00:00Z",
        "ended_at": "2026-10-01T04:00:00Z",
        "failure": "status",
        "response_status": 503,
        "response_excerpt": "try later",
        "retry_after_seconds": 60,
        "duration_ms": 3,
    }
    assert client.get(address, {"cursor": "nonsense"}).json()["code"] == "malformed_cursor"
    assert by_key(make_organisation()).get(address).status_code == 404
