"""A list answers what it was asked, or names what it does not understand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.accounts import make_organisation
from tests.compute_billing.api.reading import LISTS, client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"colour": "red"}, "/colour", "unknown"),
        ({"limit": ["1", "2"]}, "/limit", "repeated"),
        ({"limit": "0"}, "/limit", "min_value"),
        ({"limit": "201"}, "/limit", "max_value"),
        ({"started_from": "2026-10-01T00:00:00"}, "/started_from", "offset"),
        ({"started_from": "yesterday Z"}, "/started_from", "invalid"),
        ({"source": "a\0b"}, "/source", "null_characters_not_allowed"),
    ],
)
def test_a_wrong_parameter_is_named(query: dict[str, Any], pointer: str, code: str) -> None:
    response = client_of(make_organisation()).get("/api/v1/usage/records", query)

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "WyJcdTAwMDAiXQ", "WyJcdWQ4MDAiXQ", "e30", "bnVsbA", "é", "WyJhIl0=", "MQ"],
)
def test_a_malformed_cursor_is_refused(address: str, cursor: str) -> None:
    response = client_of(make_organisation()).get(f"/api/v1/{address}", {"cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (422, "malformed_cursor")


def test_a_caller_who_wants_no_json_is_told_so() -> None:
    response = client_of(make_organisation()).get("/api/v1/balance", headers={"accept": "text/csv"})

    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
