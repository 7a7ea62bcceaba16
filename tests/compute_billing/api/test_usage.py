"""Usage over HTTP: a status per record, own sources only, and batches never fail whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.api_throttling import UsageThrottle
from accounts.models import OrganisationKind
from accounts.permissions import Role, Scope
from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsageSource
from kernel.sql import rows
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.deliveries import make_source

pytestmark = pytest.mark.django_db

EVENTS = "application/cloudevents-batch+json"
USE = {
    "cards": "2",
    "started_at": "2026-11-01T08:00:00+08:00",
    "ended_at": "2026-11-01T09:00:00+08:00",
}


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"external_id": f"job-{number}", "account": "acme", **USE, **more}


def event(number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"job-{number}",
        "source": "urn:suanji:test",
        "type": "cn.suanji.usage.v1",
        "subject": "acme",
        "data": USE,
    }


@pytest.fixture
def source() -> UsageSource:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    opened = make_source(operator=operator)
    tenant = make_organisation()
    metering.map_account(source_id=opened.pk, account="acme", tenant_id=tenant.pk)
    return opened


def key_of(source: UsageSource, *scopes: Scope) -> str:
    operator = source.default_cluster.centre.operator
    return make_api_key(organisation=operator, scopes=scopes or (Scope.USAGE_WRITE,)).text


def send(
    source: UsageSource,
    body: Any,
    *,
    key: str | None = None,
    content_type: str = "application/json",
) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        f"/api/v1/usage/records?source={source.code}",
        data=data,
        content_type=content_type,
        headers={"Authorization": f"Bearer {key or key_of(source)}"},
    )


def test_every_record_gets_its_status(source: UsageSource) -> None:
    # given a batch of a good record, its repeat, other content under its key, and a bad one
    batch = [record(1), record(1), record(1, cards="3"), record(2, cards="0")]
    # when it is sent
    response = send(source, {"records": batch})
    # then each is told by itself, and the good one stands
    answer = response.json()
    assert response.status_code == 200
    assert [told["status"] for told in answer["records"]] == [
        "accepted",
        "duplicate",
        "conflict",
        "rejected",
    ]
    assert answer["records"][3]["reason"] == "zero_cards"
    counts = {name: answer[name] for name in ("accepted", "duplicate", "conflict", "rejected")}
    assert counts == dict.fromkeys(counts, 1)
    assert rows("SELECT external_id, quantity FROM metering_usage_record") == [
        {"external_id": "job-1", "quantity": 2 * 3_600_000_000}
    ]


def test_a_delivery_names_the_key_by_what_is_shown_of_it(source: UsageSource) -> None:
    key = key_of(source)
    send(source, [record(1)], key=key)

    assert rows("SELECT origin FROM metering_usage_import") == [
        {"origin": f"api key {key.split('_')[1]}"}
    ]


def test_cloudevents_are_the_same_records(source: UsageSource) -> None:
    # given a record that was sent as plain JSON
    send(source, [record(1)])
    # when it and another come as events
    answer = send(source, [event(1), event(2)], content_type=EVENTS).json()
    # then the first is known
    assert [told["status"] for told in answer["records"]] == ["duplicate", "accepted"]


def test_an_operator_writes_to_no_other_operators_source(source: UsageSource) -> None:
    # given the key of another operator
    other = make_source(operator=make_organisation(kind=OrganisationKind.OPERATOR))
    # when he sends to this source, and to one that does not exist
    foreign = send(source, [record(1)], key=key_of(other))
    source.code = "no-such-source"
    absent = send(source, [record(1)], key=key_of(other))
    # then both answers are the same bytes and nothing was written
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert rows("SELECT 1 FROM metering_usage_import") == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "unreadable_usage"),
        (b'{"records": 5}', "application/json", 400, "unreadable_usage"),
        (b"job,1", "text/csv", 415, "unsupported_media_type"),
    ],
)
def test_only_a_body_that_is_no_batch_fails_whole(
    source: UsageSource, body: bytes, content_type: str, status: int, code: str
) -> None:
    # when something unreadable is sent
    response = send(source, body, content_type=content_type)
    # then the problem is named and nothing was written
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert rows("SELECT 1 FROM metering_usage_record") == []


def test_a_body_and_a_batch_have_limits(source: UsageSource, settings: Any) -> None:
    # given small limits
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    # when a longer body is sent
    response = send(source, b"[" + b" " * 1000 + b"]")
    # then it is refused before it is read
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_key_without_the_scope_gets_nothing(source: UsageSource) -> None:
    # when a key that may only read sends usage
    response = send(source, [record(1)], key=key_of(source, Scope.USAGE_READ))
    # then it is refused
    assert response.status_code == 403
    assert rows("SELECT 1 FROM metering_usage_import") == []


def test_what_became_of_a_delivery_can_be_asked(source: UsageSource) -> None:
    # given a delivery with a record of an unknown account
    delivery = send(source, [record(1), record(2, account="nobody")]).json()["import_id"]
    # when the operator and another one ask
    address = f"/api/v1/usage/imports/{delivery}"
    other = make_source(operator=make_organisation(kind=OrganisationKind.OPERATOR))
    own, foreign = (
        Client().get(
            address, headers={"Authorization": f"Bearer {key_of(asked, Scope.USAGE_READ)}"}
        )
        for asked in (source, other)
    )
    # then he sees the counts and the reject, and the other nothing
    answer = own.json()
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert [(r["position"], r["reason"], r["account"]) for r in answer["rejects"]] == [
        (2, "unknown_account", "nobody")
    ]
    assert foreign.status_code == 404


def test_a_single_event_is_a_batch_of_one(source: UsageSource) -> None:
    answer = send(source, event(1), content_type="application/cloudevents+json").json()
    assert answer["records"] == [{"position": 1, "external_id": "job-1", "status": "accepted"}]


def test_an_empty_batch_is_nothing(source: UsageSource) -> None:
    answer = send(source, {"records": []}).json()
    assert answer["records"] == []
    assert answer["accepted"] == 0


def test_a_batch_holds_so_many_records_at_most(source: UsageSource) -> None:
    response = send(source, [{}] * (metering.BATCH_RECORDS_MAX + 1))
    assert (response.status_code, response.json()["code"]) == (413, "too_many_records")
    assert rows("SELECT 1 FROM metering_usage_import") == []
    assert send(source, [{}] * 50).json()["rejected"] == 50


def test_a_conflict_says_what_to_do(source: UsageSource) -> None:
    send(source, [record(1)])
    told = send(source, [record(1, cards="3")]).json()["records"][0]
    assert (told["status"], told["reason"], told["field"]) == (
        "conflict",
        "conflict",
        "external_id",
    )
    assert "correct it instead" in told["message"]


def test_polls_of_a_running_job_become_slices(source: UsageSource) -> None:
    poll = record(1, ended_at=None, observed_at="2026-11-01T08:30:00+08:00")
    later = record(1, ended_at=None, observed_at="2026-11-01T08:45:00+08:00", elapsed_seconds=2000)
    ended = record(1, quantity_card_seconds="5600")
    answers = [send(source, [each]).json() for each in (poll, later, later, ended)]
    assert [answer["records"][0]["status"] for answer in answers] == [
        "accepted",
        "accepted",
        "duplicate",
        "accepted",
    ]
    quantities = rows("SELECT quantity / 2000000 AS seconds FROM metering_usage_record ORDER BY id")
    assert [row["seconds"] for row in quantities] == [1800, 200, 800]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid_request"),
        ("?source=", 422, "invalid_request"),
        ("?source=%00", 404, "not_found"),
        ("?source=a%00b", 404, "not_found"),
        ("?source=%F0", 404, "not_found"),
    ],
)
def test_a_query_that_names_no_source_finds_none(
    source: UsageSource, query: str, status: int, code: str
) -> None:
    response = Client().post(
        f"/api/v1/usage/records{query}",
        data=b"[]",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(source)}"},
    )
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_query_says_nothing_else(source: UsageSource) -> None:
    source.code += "&dry_run=1"
    response = send(source, [record(1)])
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert response.json()["errors"][0]["pointer"] == "/dry_run"
    assert rows("SELECT 1 FROM metering_usage_import") == []


def test_a_key_may_ask_so_often(source: UsageSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UsageThrottle, "THROTTLE_RATES", {"usage": "2/min"})
    key, other = key_of(source), key_of(source)
    assert [send(source, [], key=key).status_code for _ in range(3)] == [200, 200, 429]
    refused = send(source, [record(1)], key=key)
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert send(source, [record(1)], key=other).json()["accepted"] == 1


def test_nobody_is_turned_away_when_redis_is_lost(source: UsageSource, settings: Any) -> None:
    lost = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": lost}
    assert send(source, [record(1)]).json()["accepted"] == 1


def test_a_session_brings_in_nothing(source: UsageSource, client: Client) -> None:
    operator = source.default_cluster.centre.operator
    client.force_login(make_member(organisation=operator, role=Role.OWNER))
    response = client.post(
        f"/api/v1/usage/records?source={source.code}",
        data=json.dumps([record(1)]),
        content_type="application/json",
    )
    assert response.status_code == 403


def test_a_broken_record_among_good_ones(source: UsageSource) -> None:
    body = b'[{"external_id": "\\u0000", "account": "acme"}, 5, null, "x", {"external_id": ["a"]}'
    body += b", " + json.dumps(record(1)).encode() + b"]"
    answer = send(source, body).json()
    assert (answer["accepted"], answer["rejected"]) == (1, 5)
    assert [told["position"] for told in answer["records"]] == [1, 2, 3, 4, 5, 6]
    assert all(told["message"] for told in answer["records"][:5])
