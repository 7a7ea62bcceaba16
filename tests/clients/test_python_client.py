"""The Python client against the service itself, and against connections that fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from accounts.permissions import Scope
from suanji_client import (
    Client,
    ConnectionFailed,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ProblemError,
    ServerError,
    TooManyRequests,
    decimal_of,
)
from suanji_client.sending import Patience
from tests.builders.accounts import make_api_key
from tests.builders.world import World, at, make_world

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def world(transactional_db) -> World:
    return make_world()


def client_for(live_server, organisation, *scopes: Scope) -> Client:
    text = make_api_key(organisation=organisation, scopes=scopes or tuple(Scope)).text
    return Client(live_server.url, key=text)


def test_a_tenant_reads_everything(live_server, world: World) -> None:
    # given a client with the key of a tenant
    with client_for(live_server, world.alpha) as client:
        # when it reads usage, charges, money and prices
        records = list(client.usage_records(started_from=at(9, 1), started_until=at(10, 1)))
        told = client.usage_record(records[0]["id"])
        charges = list(client.charges(booked_month="2026-09"))
        (bill,) = client.invoices(month="2026-09")
        lines = client.invoice(bill["id"])["lines"]
        # then all is there, and adds up
        assert [record["external_id"] for record in records][:2] == ["a1", "a6"]
        assert told["usage"] == records[0]
        assert told["charges"]
        assert sum(decimal_of(charge["gross"]) for charge in charges) == decimal_of(bill["gross"])
        money = [line["amount"] for line in lines if line["amount"]]
        assert sum(decimal_of(amount) for amount in money) == decimal_of(bill["gross"])
        assert decimal_of(client.balance(at=at(10, 11))["arrears"]) == 0
        assert decimal_of(client.arrears()["total"]) == 0
        assert {lot["stage"] for lot in client.lots()} == {"in_kind", "promotion", "paid"}
        assert [month["month"] for month in client.months()] == ["2026-10", "2026-09"]
        assert [award["rate"] for award in client.awards()] == ["0.400000", "0.333333", "0.200000"]
        (price,) = client.prices(at=at(9, 1), card_type="910B2")
        assert decimal_of(price["unit_price"]) == Decimal("2.430001")
        assert list(client.projects()) == []


def test_a_tenant_keeps_titles_and_asks_for_an_einvoice(live_server, world: World) -> None:
    with client_for(live_server, world.beta) as client:
        # beta's request of the small world waits: it is taken back, and asked for anew
        (waiting,) = client.einvoices(state="requested")
        assert client.withdraw_einvoice(waiting["id"])["state"] == "withdrawn"
        title = client.add_invoice_title(name="贝塔公司", uscc="91110109MA00000T40")
        changed = client.change_invoice_title(title["id"], name="贝塔新名", uscc=title["uscc"])
        assert (changed["version"], changed["name"]) == (2, "贝塔新名")
        assert title["id"] in [each["id"] for each in client.invoice_titles()]
        asked = {"kind": "ordinary", "title_id": title["id"], "once": "one"}
        made = client.request_einvoice(waiting["invoices"], **asked)
        again = client.request_einvoice(waiting["invoices"], **asked)
        assert made["id"] == again["id"]
        told = client.einvoice(made["id"])
        assert told["einvoice"]["title"] == "贝塔新名"
        total = sum(decimal_of(line["total"]) for line in told["lines"])
        assert total == decimal_of(made["total"])


def test_pages_are_joined(live_server, world: World) -> None:
    with client_for(live_server, world.beta) as client:
        whole = list(client.usage_records())
        small = list(client._rows("usage/records", limit=2))
        assert small == whole
        assert len(whole) == 6


def test_an_operator_reports_mends_and_reads(live_server, world: World) -> None:
    # given a client with the key of the operator
    record = {
        "external_id": "new-1",
        "account": "gamma",
        "cards": "1",
        "card_type": "910B2",
        "started_at": "2026-10-09T00:00:00Z",
        "ended_at": "2026-10-09T01:00:00Z",
    }
    with client_for(live_server, world.centre.operator) as client:
        # when it reports use of an unknown account and tries again
        status = client.report_usage([record], source="slurm")
        (reject,) = client.rejects("slurm", reason="unknown_account")
        retried = client.retry_rejects("slurm")
        (statement,) = client.statements(month="2026-09")
        # then the reject is told, stays one, and the statement names its bills
        assert (status["rejected"], reject["account"]) == (1, "gamma")
        assert client.usage_import(status["import_id"])["rejected"] == 1
        assert (retried["total"], retried["finished_at"]) == (1, None)
        assert client.retry("slurm", retried["id"]) == retried
        assert list(client.conflicts("slurm")) == []
        assert [source["open_rejects"] for source in client.sources()] == [1]
        bills = client.statement(statement["id"])["bills"]
        assert [bill["tenant"] for bill in bills] == ["alpha", "beta", "gamma"]


def test_keys_are_made_rotated_and_revoked(live_server, world: World) -> None:
    with client_for(live_server, world.alpha) as client:
        made = client.create_key("ci", scopes=["usage:read"])
        rotated = client.rotate_key(made["api_key"]["id"], overlap_seconds=0)
        revoked = client.revoke_key(rotated["api_key"]["id"])
        assert len(list(client.keys())) == 3
    assert revoked["revoked_at"] is not None
    with Client(live_server.url, key=rotated["secret"]) as dead, pytest.raises(NotAuthenticated):
        dead.balance()


def test_webhooks_are_kept(live_server, world: World) -> None:
    with client_for(live_server, world.alpha) as client:
        made = client.create_webhook_endpoint(
            "https://93.184.215.14/hook", kinds=["invoice.issued"], description="books"
        )
        endpoint_id = made["endpoint"]["id"]
        assert made["secret"] != client.rotate_webhook_secret(endpoint_id)["secret"]
        ping = client.ping_webhook(endpoint_id)
        (waiting,) = client.webhook_deliveries(endpoint=endpoint_id, state="waiting")
        assert (waiting["id"], waiting["kind"]) == (ping["id"], "ping")
        with pytest.raises(ProblemError) as refused:
            client.redeliver_webhook(ping["id"])
        assert refused.value.code == "unable_to_redeliver"
        changed = client.change_webhook_endpoint(endpoint_id, enabled=False)
        assert (changed["enabled"], changed["disabled_reason"]) == (False, "person")
        assert [one["id"] for one in client.webhook_endpoints()] == [endpoint_id]
        client.delete_webhook_endpoint(endpoint_id)
        assert list(client.webhook_endpoints()) == []


def test_errors_are_typed_and_keep_their_code(live_server, world: World) -> None:
    with client_for(live_server, world.alpha, Scope.USAGE_READ) as client:
        with pytest.raises(PermissionDenied) as refusal:
            client.balance()
        with pytest.raises(NotFound):
            client.usage_record("nothing/at all")
        with pytest.raises(InvalidRequest) as malformed:
            list(client.usage_records(source="x" * 65))
        with pytest.raises(ValueError, match="time zone"):
            list(client.usage_records(started_from=datetime(2026, 10, 1)))  # noqa: DTZ001
    assert (refusal.value.status, refusal.value.code) == (403, "permission_denied")
    assert malformed.value.errors[0]["pointer"] == "/source"


def patient(answers: list[Answer]) -> tuple[Client, list[float]]:
    """Return a client whose connection gives these answers in turn, and its pauses."""
    pauses: list[float] = []
    given = iter(answers)

    def give(request: httpx.Request) -> httpx.Response:
        return next(given)(request)

    return (
        Client(
            "https://suanji.example",
            key="sk",
            patience=Patience(attempts=3, sleep=pauses.append, chance=lambda: 1.0),
            transport=httpx.MockTransport(give),
        ),
        pauses,
    )


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    return lambda _: httpx.Response(status, json=body or {}, headers=headers)


def lost(_: httpx.Request) -> httpx.Response:
    message = "the line went dead"
    raise httpx.ReadError(message)


def unreachable(_: httpx.Request) -> httpx.Response:
    message = "nobody there"
    raise httpx.ConnectError(message)


EMPTY = answer(200, {"data": [], "next_cursor": None})


@pytest.mark.parametrize("first", [lost, unreachable, answer(502), answer(503), answer(504)])
def test_reading_is_repeated_with_backoff(first: Answer) -> None:
    client, pauses = patient([first, first, EMPTY])

    assert list(client.months()) == []
    assert pauses == [0.25, 0.5]


def test_what_the_service_says_about_waiting_counts() -> None:
    client, pauses = patient([answer(429, **{"Retry-After": "7"}), EMPTY])

    assert list(client.months()) == []
    assert pauses == [7.0]


def test_patience_ends() -> None:
    for first, kind in ((lost, ConnectionFailed), (answer(503), ServerError)):
        client, pauses = patient([first] * 3)
        with pytest.raises(kind):
            client.arrears()
        assert len(pauses) == 2
    client, _ = patient([answer(429)] * 3)
    with pytest.raises(TooManyRequests):
        client.arrears()


def test_a_key_is_never_made_twice_for_one_wish() -> None:
    # given an answer that was lost, a service that may have acted, and one that was not reached
    for first, kind in ((lost, ConnectionFailed), (answer(503), ServerError)):
        client, pauses = patient([first])
        # when a key is made, then the request is not sent again
        with pytest.raises(kind):
            client.create_key("ci", scopes=["usage:read"])
        assert pauses == []
    # but where nothing can have happened it is
    made = answer(201, {"secret": "sk"})
    for first in (unreachable, answer(429)):
        client, _ = patient([first, made])
        assert client.create_key("ci", scopes=["usage:read"])["secret"] == "sk"


def test_an_error_of_a_proxy_is_an_error_too() -> None:
    client, _ = patient([lambda _: httpx.Response(500, text="<html>")])

    with pytest.raises(ServerError) as error:
        client.balance(at=datetime(2026, 10, 1, tzinfo=UTC))
    assert (error.value.status, error.value.code) == (500, "error")
