"""The endpoints for machines."""

from __future__ import annotations

import pytest
from django.test import Client

from kernel.clock import utc_now
from kernel.periods import months_later


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_its_parts(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"postgresql": True, "partitions": True, "redis": True}


@pytest.mark.django_db
def test_a_book_without_room_for_the_months_ahead_is_told(client: Client, owner_connection) -> None:
    # given the book lacks the month after next
    month = utc_now().date().replace(day=1)
    with owner_connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE rating_charge_{months_later(month, 2):%Y_%m}")
    # when it is asked
    response = client.get("/readyz")
    # then there is one month left, which is too few
    assert response.status_code == 503
    assert response.json() == {"postgresql": True, "partitions": False, "redis": True}


@pytest.mark.django_db
def test_a_lost_redis_is_told_but_the_service_stays_ready(client: Client, settings) -> None:
    lost = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": lost}

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"postgresql": True, "partitions": True, "redis": False}


@pytest.mark.parametrize(
    ("production", "token", "shown", "status"),
    [
        (False, "", None, 200),
        (True, "", None, 403),
        (True, "", "Bearer ", 403),
        (True, "secret", None, 403),
        (True, "secret", "Bearer wrong", 403),
        (True, "secret", "Bearer secret", 200),
        (False, "secret", None, 403),
    ],
)
def test_metrics_are_for_whoever_has_the_token(
    client: Client, settings, production: bool, token: str, shown: str | None, status: int
) -> None:
    settings.PRODUCTION = production
    settings.METRICS_TOKEN = token
    headers = {"Authorization": shown} if shown is not None else {}

    assert client.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_possible(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
