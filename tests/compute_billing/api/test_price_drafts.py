"""Price drafts by key: proposed with their effect, changed with If-Match, approved by people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Role, Scope, Staff
from compute_billing.catalogue.models import Price, PriceDraft
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_organisation, make_staff, make_user
from tests.builders.invoices import OCTOBER, make_use
from tests.builders.market import NOW, YUAN, Market, make_market
from tests.builders.sessions import signed_in
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import client_of, pages, read

pytestmark = pytest.mark.django_db

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def market(db, monkeypatch) -> Market:
    """Ten and three card-hours of October at 3 yuan; it is November."""
    monkeypatch.setattr("compute_billing.api.price_drafts.utc_now", lambda: NOW)
    market = make_market(price_micro=3 * YUAN, operator=make_organisation())
    for account, cards in (("rich", 10_000), ("poor", 3_000)):
        market.add_tenant(account, paid_yuan=1000)
        make_use(market, account, month=OCTOBER, milli_cards=cards)
    return market


def proposal(market: Market, **more: Any) -> dict[str, Any]:
    return {
        "price_list": market.prices.code,
        "card_type": market.meter.code,
        "valid_from": DECEMBER.isoformat(),
        "unit_price": {"amount": "2.5", "currency": "CNY"},
        "reason": "与邻近中心看齐",
        **more,
    }


def propose(market: Market, client: Client, **more: Any) -> Any:
    made = send(client, "post", "price-drafts", proposal(market, **more))
    assert made.status_code == 201, made.content
    return made.json()


def tag_of(client: Client, draft: dict[str, Any], **query: str) -> str:
    return str(client.get(f"/api/v1/price-drafts/{draft['id']}", query)["ETag"])


def test_a_draft_shows_its_effect_before_anything_holds(market: Market):
    client, owner = key_of(market.operator, Scope.CATALOGUE_WRITE, Scope.CATALOGUE_READ)

    made = propose(market, client)

    assert made["decision"] is None
    assert (made["tenants"], made["effect_month"]) == (2, "2026-10")
    assert (made["gross_before"]["amount"], made["gross_after"]["amount"]) == (
        "39.000000",
        "32.500000",
    )
    assert made["former_unit_price"]["amount"] == "3.000000"
    effects = [
        one
        for found in pages(client, f"price-drafts/{made['id']}/effects", limit=1)
        for one in found
    ]
    assert [(one["tenant"], one["gross_after"]["amount"]) for one in effects] == [
        (market.tenants["rich"].code, "25.000000"),
        (market.tenants["poor"].code, "7.500000"),
    ]
    assert Price.objects.filter(price_list=market.prices).count() == 1
    # who made the key answers; the log names the key
    assert PriceDraft.objects.get().maker_id == owner.pk
    assert AuditEntry.objects.get(action="rating.propose_price").actor_kind == "api_key"


def test_the_same_request_makes_one_draft(market: Market):
    client, _ = key_of(market.operator)

    first = send(client, "post", "price-drafts", proposal(market), once="a")
    again = send(client, "post", "price-drafts", proposal(market), once="a")
    other = send(client, "post", "price-drafts", proposal(market, reason="else"), once="a")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert PriceDraft.objects.count() == 1


def test_a_change_is_the_next_draft_of_what_was_seen(market: Market):
    client, _ = key_of(market.operator)
    first = propose(market, client)
    tag, place = tag_of(client, first), f"price-drafts/{first['id']}"
    dearer = {"unit_price": {"amount": "3.5", "currency": "CNY"}}

    unseen = send(client, "patch", place, dearer)
    changed = send(client, "patch", place, dearer, **{"if-match": tag})
    late = send(client, "patch", place, dearer, **{"if-match": tag})

    assert (unseen.status_code, unseen.json()["code"]) == (428, "precondition_required")
    assert changed.status_code == 201, changed.content
    second = changed.json()
    assert changed["Location"] == f"/api/v1/price-drafts/{second['id']}"
    assert changed["ETag"] == tag_of(client, second)
    assert (second["unit_price"]["amount"], second["reason"]) == ("3.500000", first["reason"])
    assert second["gross_after"]["amount"] == "45.500000"
    former = read(client, place)
    assert (former["decision"], former["replaced_by"]) == ("replaced", second["id"])
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")


def test_a_draft_is_taken_back_once(market: Market):
    client, _ = key_of(market.operator)
    place = f"price-drafts/{propose(market, client)['id']}"

    taken = send(client, "post", f"{place}/withdraw")
    again = send(client, "post", f"{place}/withdraw")

    assert (taken.status_code, taken.json()["decision"]) == (200, "refused")
    assert (again.status_code, again.json()["code"]) == (409, "price_draft_decided")
    assert [
        len(read(client, "price-drafts", state=one)["data"]) for one in ("open", "decided")
    ] == [
        0,
        1,
    ]


def test_somebody_else_approves_and_no_key_does(market: Market):
    client, owner = key_of(market.operator)
    made = propose(market, client)
    place = f"price-drafts/{made['id']}/approve?operator={market.operator.code}"
    # given two of the operator's staff, of whom one made the key
    maker = signed_in(make_staff(role=Staff.OPERATOR, user=owner))
    colleague = signed_in(make_staff(role=Staff.FINANCE))
    tag = tag_of(colleague, made, operator=market.operator.code)

    by_key = send(client, "post", f"price-drafts/{made['id']}/approve", **{"if-match": tag})
    unseen = send(colleague, "post", place)
    by_maker = send(maker, "post", place, **{"if-match": tag})
    by_other = send(colleague, "post", place, **{"if-match": tag})

    assert (by_key.status_code, by_key.json()["code"]) == (403, "permission_denied")
    assert unseen.status_code == 428
    # who made the key has made the draft
    assert (by_maker.status_code, by_maker.json()["code"]) in {
        (409, "four_eyes"),
        (403, "permission_denied"),
    }
    assert (by_other.status_code, by_other.json()["decision"]) == (200, "approved")
    assert Price.objects.filter(price_list=market.prices).count() == 2


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"price_list": "somebody-elses"}, "invalid_request", "/price_list"),
        ({"cluster": "nowhere"}, "invalid_request", "/cluster"),
        ({"card_type": "abacus"}, "invalid_request", "/card_type"),
        (
            {"unit_price": {"amount": "-1", "currency": "CNY"}},
            "invalid_request",
            "/unit_price/amount",
        ),
        ({"valid_from": "2026-12-01T00:00:00"}, "invalid_request", "/valid_from"),
        ({"valid_from": "2026-10-01T00:00:00Z"}, "unable_to_publish_price", None),
        ({"band": "midnight"}, "unable_to_publish_price", None),
    ],
)
def test_a_malformed_proposal_names_what_is_wrong(market: Market, change, code, pointer):
    client, _ = key_of(market.operator)

    answer = send(client, "post", "price-drafts", proposal(market, **change))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert not PriceDraft.objects.exists()


def test_an_issuers_lists_are_his_own(market: Market):
    client, _ = key_of(market.operator)
    made = propose(market, client)
    stranger, _ = key_of(make_organisation())

    assert read(stranger, "price-drafts")["data"] == []
    assert stranger.get(f"/api/v1/price-drafts/{made['id']}").status_code == 404
    theirs = send(stranger, "post", "price-drafts", proposal(market))
    assert theirs.json()["errors"][0]["pointer"] == "/price_list"


def test_who_may_not_propose_does_not(market: Market):
    nobodys = client_of(market.operator)
    reader, _ = key_of(market.operator, Scope.CATALOGUE_READ)
    developer = signed_in(
        make_member(organisation=market.operator, role=Role.DEVELOPER, user=make_user())
    )

    unanswered = send(nobodys, "post", "price-drafts", proposal(market))

    assert (unanswered.status_code, unanswered.json()["code"]) == (409, "nobody_answers")
    for client in (reader, developer):
        assert send(client, "post", "price-drafts", proposal(market)).status_code == 403
