"""How often an address may ask: counted before anybody is asked who he is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests import services
from tests.builders.accounts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch) -> None:
    services.empty_cache()
    monkeypatch.setattr("accounts.address_limit.utc_now", lambda: NOW + timedelta(seconds=20))


def ask(path: str = "/api/v1/keys", **headers: str):
    return Client(headers=headers).get(path)


@override_settings(API_ADDRESS_REQUESTS=3)
def test_the_fourth_request_of_a_minute_is_turned_away_whatever_it_shows(monkeypatch):
    refusals = [ask(authorization=f"Bearer sk_{n:012d}_{'a' * 43}").status_code for n in range(3)]
    with CaptureQueriesContext(connection) as captured:
        last = ask()

    assert refusals == [401, 401, 401]
    assert (last.status_code, last.headers["Retry-After"]) == (429, "40")
    assert last.json()["code"] == "too_many_requests"
    assert last.headers["Content-Type"] == "application/problem+json"
    assert len(captured) == 0, "a flood costs no query"
    # the next minute begins anew
    monkeypatch.setattr("accounts.address_limit.utc_now", lambda: NOW + timedelta(seconds=60))
    assert ask().status_code == 401


@override_settings(API_ADDRESS_REQUESTS=1, ALLAUTH_TRUSTED_PROXY_COUNT=1)
def test_addresses_are_counted_apart_and_pages_not_at_all():
    for address in ("203.0.113.7", "203.0.113.8"):
        assert ask(**{"x-forwarded-for": address}).status_code == 401
    assert ask(**{"x-forwarded-for": "203.0.113.7"}).status_code == 429
    for _ in range(3):
        assert ask("/healthz", **{"x-forwarded-for": "203.0.113.7"}).status_code == 200


@override_settings(
    API_ADDRESS_REQUESTS=1,
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    },
)
def test_without_redis_nobody_is_turned_away():
    assert [ask().status_code for _ in range(3)] == [401, 401, 401]
