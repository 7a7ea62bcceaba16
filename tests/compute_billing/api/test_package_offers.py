"""Offers and capacity by an operator's key: proposed, taken back, set; approved by people alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import OrganisationKind
from accounts.permissions import Role, Scope, Staff
from compute_billing.packages import operations
from compute_billing.packages.days import day_of, next_day
from compute_billing.packages.models import CapacityDay, PackageOffer, PackageOfferDraft
from compute_billing.packages.operations import UnableToApproveOffer
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_organisation, make_staff, make_user
from tests.builders.market import NOW, Market, make_market
from tests.builders.packages import an_offer_draft, make_shop
from tests.builders.sandboxes import open_sandbox, sandbox_key
from tests.builders.sessions import signed_in
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import client_of, pages, read

pytestmark = pytest.mark.django_db

DECEMBER = "2026-12-01T00:00:00+08:00"


@pytest.fixture
def market(db, monkeypatch) -> Market:
    """Open an operator of 320 cards; it is November."""
    monkeypatch.setattr("compute_billing.api.package_offers.utc_now", lambda: NOW)
    return make_market(operator=make_organisation(kind=OrganisationKind.OPERATOR))


def offer(market: Market, **more: Any) -> dict[str, Any]:
    return {
        "cluster": market.cluster.code,
        "card_type": market.meter.code,
        "term_kind": "month",
        "price": {"amount": "1400.00", "currency": "CNY"},
        "tax_class": "vat_6",
        "fee_rate": "0.05",
        "valid_from": DECEMBER,
        **more,
    }


def propose(market: Market, client: Client, **more: Any) -> Any:
    return send(client, "post", "package-offer-drafts", offer(market, **more))


def capacity(market: Market, **more: Any) -> dict[str, Any]:
    return {
        "cluster": market.cluster.code,
        "card_type": market.meter.code,
        "starts_on": "2026-12-01",
        "ends_on": "2027-01-01",
        "cards": 64,
        **more,
    }


def test_an_offer_is_proposed_and_a_second_person_approves_it(market: Market) -> None:
    # given an operator's key, which an owner made
    client, owner = key_of(market.operator, Scope.CATALOGUE_WRITE, Scope.CATALOGUE_READ)
    # when it proposes an offer
    made = propose(market, client)
    assert made.status_code == 201, made.content
    draft = made.json()
    # then it waits, the owner answers for it, and the operator's log names the key
    assert (draft["decision"], draft["cards_min"]) == (None, 1)
    assert draft["price"] == {"amount": "1400.000000", "currency": "CNY"}
    assert (draft["fee_rate"], draft["valid_from"]) == ("0.050000", "2026-11-30T16:00:00Z")
    assert read(client, f"package-offer-drafts/{draft['id']}") == draft
    assert read(client, "package-offer-drafts", state="open")["data"] == [draft]
    assert PackageOfferDraft.objects.get().maker_id == owner.pk
    entry = AuditEntry.objects.get(action="packages.propose_offer")
    assert (entry.actor_kind, entry.organisation_id) == ("api_key", market.operator.pk)
    # and who made the key has proposed it: somebody else approves
    decide = {"draft_id": PackageOfferDraft.objects.get().public_id, "now": NOW}
    with pytest.raises(UnableToApproveOffer):
        operations.approve_offer(approver_id=owner.pk, **decide)
    operations.approve_offer(approver_id=make_user().pk, **decide)
    (decided,) = read(client, "package-offer-drafts", state="decided")["data"]
    assert (decided["decision"], decided["decided_at"]) == ("approved", "2026-11-20T04:00:00Z")
    assert PackageOffer.objects.get().fee_ppm == 50_000


def test_a_draft_is_taken_back_once(market: Market) -> None:
    client, _ = key_of(market.operator)
    place = f"package-offer-drafts/{propose(market, client).json()['id']}/withdraw"

    taken = [send(client, "post", place, once="a") for _ in range(2)]
    again = send(client, "post", place)

    assert [(one.status_code, one.json()["decision"]) for one in taken] == [(200, "refused")] * 2
    assert (again.status_code, again.json()["code"]) == (409, "package_offer_draft_decided")
    entry = AuditEntry.objects.get(action="packages.refuse_offer")
    assert (entry.actor_kind, entry.organisation_id) == ("api_key", market.operator.pk)
    assert not PackageOffer.objects.exists()


def test_the_same_request_proposes_once(market: Market) -> None:
    client, _ = key_of(market.operator)

    answers = [
        send(client, "post", "package-offer-drafts", offer(market), once="a") for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert PackageOfferDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"cluster": "somebody-elses"}, "invalid_request", "/cluster"),
        ({"card_type": "abacus"}, "invalid_request", "/card_type"),
        ({"price": {"amount": "1.005", "currency": "CNY"}}, "invalid_request", "/price/amount"),
        ({"fee_rate": "1.01"}, "invalid_request", "/fee_rate"),
        ({"term_kind": "day"}, "invalid_request", "/term_kind"),
        ({"cards_min": 0}, "invalid_request", "/cards_min"),
        ({"price": {"amount": "0", "currency": "CNY"}}, "unable_to_propose_package_offer", None),
        ({"valid_from": "2026-11-20T04:00:00Z"}, "unable_to_propose_package_offer", None),
    ],
)
def test_a_malformed_offer_names_what_is_wrong(market: Market, change, code, pointer) -> None:
    client, _ = key_of(market.operator)

    answer = propose(market, client, **change)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert not PackageOfferDraft.objects.exists()


def test_capacity_is_set_sold_from_and_told_by_month(market: Market) -> None:
    client, _ = key_of(market.operator)

    first = send(client, "post", "package-capacity", capacity(market))
    later = capacity(market, starts_on="2026-12-16", cards=32, ends_on="2027-02-01")
    second = send(client, "post", "package-capacity", later)

    assert (first.status_code, first.json()["free"]) == (200, 64)
    assert second.json() == {**later, "free": 32}
    found = [one for shown in pages(client, "package-capacity", limit=1) for one in shown]
    assert [(one["month"], one["days"], one["sellable"], one["free"]) for one in found] == [
        ("2026-12", 31, 32, 32),
        ("2027-01", 31, 32, 32),
    ]
    entry = AuditEntry.objects.filter(action="packages.set_capacity").first()
    assert entry is not None
    assert (entry.actor_kind, entry.organisation_id) == ("api_key", market.operator.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"cards": 321},
        {"starts_on": "2026-11-20"},
        {"ends_on": "2026-12-01"},
        {"ends_on": "9999-12-31"},
    ],
)
def test_more_than_there_is_and_days_out_of_order_are_refused(market: Market, change) -> None:
    client, _ = key_of(market.operator)

    answer = send(client, "post", "package-capacity", capacity(market, **change))

    assert (answer.status_code, answer.json()["code"]) == (409, "unable_to_set_package_capacity")
    assert not CapacityDay.objects.exists()


def test_what_is_sold_stays_sold(monkeypatch) -> None:
    # given a shop of eight cards, of which two are sold
    monkeypatch.setattr("compute_billing.api.package_offers.utc_now", lambda: NOW)
    shop = make_shop(now=NOW)
    tomorrow = next_day(NOW)
    shop.order(now=NOW, starts_on=tomorrow)
    client, _ = key_of(shop.market.operator)
    days = {
        "starts_on": tomorrow.isoformat(),
        "ends_on": (day_of(NOW) + timedelta(days=3)).isoformat(),
    }
    # when the operator would sell one, and then two
    fewer = send(client, "post", "package-capacity", capacity(shop.market, cards=1, **days))
    as_sold = send(client, "post", "package-capacity", capacity(shop.market, cards=2, **days))
    # then the sold ones are the least
    assert (fewer.status_code, fewer.json()["code"]) == (409, "unable_to_set_package_capacity")
    assert (as_sold.status_code, as_sold.json()["free"]) == (200, 0)


def test_an_operators_drafts_and_capacity_are_his_own(market: Market) -> None:
    client, _ = key_of(market.operator)
    made = propose(market, client).json()
    send(client, "post", "package-capacity", capacity(market))
    stranger, _ = key_of(make_organisation(kind=OrganisationKind.OPERATOR))
    auditor = signed_in(make_staff(role=Staff.AUDITOR))

    place = f"package-offer-drafts/{made['id']}"
    assert read(stranger, "package-offer-drafts")["data"] == []
    assert read(stranger, "package-capacity")["data"] == []
    assert stranger.get(f"/api/v1/{place}").status_code == 404
    assert send(stranger, "post", f"{place}/withdraw").status_code == 404
    theirs = send(stranger, "post", "package-capacity", capacity(market))
    assert theirs.json()["errors"][0]["pointer"] == "/cluster"
    # staff name the operator
    named = read(auditor, "package-offer-drafts", operator=market.operator.code)["data"]
    assert [draft["id"] for draft in named] == [made["id"]]


def test_drafts_are_paged_and_filtered(market: Market) -> None:
    client, _ = key_of(market.operator)
    ids = [str(an_offer_draft(market.operator)) for _ in range(2)]
    ids.append(propose(market, client).json()["id"])

    found = [one for shown in pages(client, "package-offer-drafts", limit=1) for one in shown]
    of_cluster = read(client, "package-offer-drafts", cluster=market.cluster.code)["data"]

    assert [draft["id"] for draft in found] == ids[::-1]
    assert [draft["id"] for draft in of_cluster] == ids[2:]


def test_a_sandbox_sells_no_packages() -> None:
    parent = make_organisation()
    sandbox = open_sandbox(parent, now=NOW)
    key = sandbox_key(parent, scopes=["catalogue:read", "catalogue:write"])
    client = Client(headers={"authorization": f"Bearer {key}"})
    body = {"cluster": sandbox.code, "card_type": "910B2"}

    days = {"starts_on": "2030-12-01", "ends_on": "2030-12-02", "cards": 1}
    answer = send(client, "post", "package-capacity", {**body, **days})

    assert "/cluster" in [error["pointer"] for error in answer.json()["errors"]]


def test_who_may_not_propose_does_not(market: Market) -> None:
    nobodys = client_of(market.operator)
    reader, _ = key_of(market.operator, Scope.CATALOGUE_READ)
    developer = signed_in(make_member(organisation=market.operator, role=Role.DEVELOPER))

    unanswered = [
        propose(market, nobodys),
        send(nobodys, "post", "package-capacity", capacity(market)),
    ]

    for answer in unanswered:
        assert (answer.status_code, answer.json()["code"]) == (409, "nobody_answers")
    for client in (reader, developer):
        assert propose(market, client).status_code == 403
        refused = send(client, "post", "package-capacity", capacity(market))
        assert refused.status_code == 403


def test_offers_are_found_by_their_cards() -> None:
    shop, other = make_shop(now=NOW), make_shop(now=NOW)
    client, _ = key_of(shop.tenant, Scope.CATALOGUE_READ)

    everything = read(client, "package-offers")["data"]
    of_cluster = read(client, "package-offers", cluster=shop.market.cluster.code)["data"]
    of_type = read(client, "package-offers", card_type=other.market.meter.code)["data"]

    assert len(everything) == 2
    assert [one["id"] for one in of_cluster] == [str(shop.offer.public_id)]
    assert [one["id"] for one in of_type] == [str(other.offer.public_id)]
