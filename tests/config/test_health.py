"""The endpoints for machines."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from kernel import working_days
from kernel.clock import utc_now
from kernel.periods import months_later

BEHIND = {"working_days": working_days.lie_ahead(today=utc_now().date())}


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_its_parts(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"postgresql": True, "partitions": True, "redis": True, **BEHIND}


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
    assert response.json() == {"postgresql": True, "partitions": False, "redis": True, **BEHIND}


@pytest.mark.django_db
def test_a_lost_redis_is_told_but_the_service_stays_ready(client: Client, settings) -> None:
    lost = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": lost}

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"postgresql": True, "partitions": True, "redis": False, **BEHIND}


@pytest.mark.django_db
def test_working_days_that_nobody_told_yet_are_no_outage(
    client: Client, settings, tmp_path
) -> None:
    # given the years ahead are known from a file
    year = utc_now().year
    file = tmp_path / "days.json"
    file.write_text(
        json.dumps(
            {
                str(ahead): {"rest_days": [f"{ahead}-01-01"], "extra_working_days": []}
                for ahead in range(2027, year + 2)
            }
        )
    )
    settings.WORKING_DAYS_PATH = str(file)
    assert client.get("/readyz").json()["working_days"] is True
    # when the first of them is missing
    file = tmp_path / "gap.json"
    file.write_text("{}")
    settings.WORKING_DAYS_PATH = str(file)
    response = client.get("/readyz")
    # then it is told as far as the calendar goes, and the service stays ready
    known = working_days.lie_ahead(today=utc_now().date())
    assert (response.status_code, response.json()["working_days"]) == (200, known)


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
