"""A source's own totals by key: given, compared with the books, and explained."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organisation
from accounts.permissions import Scope
from compute_billing.metering.models import SourceTotals
from kernel.models import AuditEntry
from tests.builders.accounts import make_organisation
from tests.builders.invoices import make_use
from tests.builders.market import Market, make_market
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(db) -> Market:
    """Open an operator whose tenant used one card-hour of October."""
    market = make_market(operator=make_organisation())
    market.add_tenant("guest")
    make_use(market, "guest")
    return market


def deliver(market: Market, client: Any, *, seconds: str = "3660.5", **more: Any) -> Any:
    accounts = [{"account": "guest", "card_seconds": seconds}]
    body = {"month": "2026-10", "accounts": accounts, **more}
    return send(client, "post", f"sources/{market.source.code}/totals", body)


def test_totals_stand_beside_the_books(market: Market):
    client, owner = key_of(market.operator, Scope.USAGE_WRITE, Scope.USAGE_READ)

    made = deliver(market, client)

    assert made.status_code == 201, made.content
    (line,) = made.json()["differences"]
    assert line["tenant"] == market.tenants["guest"].code
    assert (line["stated_card_seconds"], line["recorded_card_seconds"]) == ("3660.5", "3600")
    assert (line["difference_card_seconds"], line["is_open"]) == ("60.5", True)
    assert read(client, made["Location"].removeprefix("/api/v1/")) == made.json()
    assert SourceTotals.objects.get().delivered_by_id == owner.pk
    assert AuditEntry.objects.get(action="metering.deliver_totals").actor_kind == "api_key"


def test_the_newest_of_a_month_counts_and_pages_hold_all(market: Market):
    client, _ = key_of(market.operator)
    for seconds in ("1", "2", "3600"):
        deliver(market, client, seconds=seconds)
    place = f"sources/{market.source.code}/totals"

    first = read(client, place, limit=2, month="2026-10")
    second = read(client, place, limit=2, month="2026-10", cursor=first["next_cursor"])

    shown = [*first["data"], *second["data"]]
    assert [line["quantity_card_seconds"] for line in shown] == ["3600", "2", "1"]
    assert [line["is_newest"] for line in shown] == [True, False, False]
    assert read(client, place, month="2026-09")["data"] == []


def test_a_difference_is_explained_as_it_was_seen(market: Market):
    client, _ = key_of(market.operator)
    place = deliver(market, client, seconds="123456789012.5")["Location"].removeprefix("/api/v1/")
    seen = {
        "tenant": market.tenants["guest"].code,
        "stated_card_seconds": "123456789012.5",
        "recorded_card_seconds": "3600",
        "reason": "调度器把排队计入用时。",
    }

    stale = send(client, "post", f"{place}/explanations", {**seen, "recorded_card_seconds": "3599"})
    explained = send(client, "post", f"{place}/explanations", seen)

    assert (stale.status_code, stale.json()["code"]) == (409, "difference_changed")
    (line,) = explained.json()["differences"]
    assert (line["reason"], line["is_open"]) == (seen["reason"], False)
    again = send(client, "post", f"{place}/explanations", seen)
    assert (again.status_code, again.json()["code"]) == (409, "difference_changed")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"month": "October"}, "/month"),
        ({"accounts": []}, "/accounts"),
        ({"accounts": [{"account": "guest", "card_seconds": "-1"}]}, "/accounts/0/card_seconds"),
        ({"accounts": [{"account": "guest", "card_seconds": "1"}] * 2}, "/accounts"),
    ],
)
def test_malformed_totals_name_what_is_wrong(market: Market, change: Any, pointer: str):
    answer = deliver(market, key_of(market.operator)[0], **change)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not SourceTotals.objects.exists()


def test_a_month_that_is_none_is_refused(market: Market):
    answer = deliver(market, key_of(market.operator)[0], month="1999-01")

    assert (answer.status_code, answer.json()["code"]) == (422, "billing_month_missing")


def test_another_operator_gives_none_and_sees_none(market: Market):
    place = deliver(market, key_of(market.operator)[0])["Location"]
    stranger, _ = key_of(make_organisation())

    assert deliver(market, stranger).status_code == 404
    assert stranger.get(place).status_code == 404
    own = make_market(operator=stranger_of(stranger))
    other_source = place.replace(market.source.code, own.source.code)
    assert stranger.get(other_source).status_code == 404


def stranger_of(client: Any) -> Organisation:
    """Return the organisation of a key."""
    code = read(client, "organisation")["code"]
    return Organisation.objects.get(code=code)
