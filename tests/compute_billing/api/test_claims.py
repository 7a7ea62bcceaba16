"""Claims by key: the claimant lists, looks into, hands in and closes his own, and no other."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.api_paging import encoded as encoded_of
from accounts.models import Organisation
from accounts.permissions import Role, Scope, Staff
from compute_billing.ledger.models import LedgerTransaction
from compute_billing.settlement.models import Claim
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.reading import make_claim
from tests.builders.sessions import signed_in
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import pages, read

pytestmark = pytest.mark.django_db

PAPERS = {"budget_document_no": "京财〔2026〕17号", "treasury_receipt_no": "GK-20261201-9"}


@pytest.fixture
def operator(db) -> Organisation:
    return make_organisation()


@pytest.fixture
def client(operator: Organisation) -> Client:
    return key_of(operator)[0]


def test_a_claim_is_listed_with_its_fund_and_filtered(client: Client, operator: Organisation):
    claim = make_claim(operator=operator, uses=2)

    (shown,) = read(client, "claims")["data"]

    assert shown["id"] == str(claim.public_id)
    assert (shown["programme"], shown["level"], shown["budget_year"]) == (
        claim.fund.programme.code,
        "city",
        2026,
    )
    # two card-hours at 2.43 yuan, of which the award bears 30 %
    assert shown["amount"] == {"amount": "1.458000", "currency": "CNY"}
    assert (shown["month"], shown["sequence"], shown["state"]) == ("2026-10", 1, "draft")
    for query, found in (
        ({"state": "draft", "month": "2026-10", "programme": shown["programme"]}, 1),
        ({"state": "paid"}, 0),
        ({"month": "2026-09"}, 0),
        ({"level": "district"}, 0),
        ({"budget_year": 2025}, 0),
    ):
        assert len(read(client, "claims", **query)["data"]) == found, query


def test_a_claim_is_the_sum_of_its_awards_and_of_its_lines(client: Client, operator: Organisation):
    claim = make_claim(operator=operator, uses=3)
    place = f"claims/{claim.public_id}"

    detail = read(client, place)
    lines = [line for found in pages(client, f"{place}/lines", limit=1) for line in found]

    (award,) = detail["awards"]
    assert award["amount"] == detail["claim"]["amount"] == {"amount": "2.187000", "currency": "CNY"}
    assert (award["lines"], award["rate"]) == (3, "0.300000")
    assert len(lines) == len({line["external_id"] for line in lines}) == 3
    assert {line["amount"]["amount"] for line in lines} == {"0.729000"}
    assert {line["basis"]["amount"] for line in lines} == {"2.430000"}
    assert {line["quantity_card_seconds"] for line in lines} == {"3600"}


def test_it_is_handed_in_once_and_paid_with_its_papers(client: Client, operator: Organisation):
    claim = make_claim(operator=operator)
    place = f"claims/{claim.public_id}"

    submitted = send(client, "post", f"{place}/submit", once="a")
    again = send(client, "post", f"{place}/submit", once="a")
    paid = send(client, "post", f"{place}/payment", PAPERS)

    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    # the same request is answered alike, another one is refused
    assert again.json() == submitted.json()
    refused = send(client, "post", f"{place}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    assert {name: paid.json()[name] for name in PAPERS} == PAPERS
    # the money is in the books once, and the log names the key
    same = send(client, "post", f"{place}/payment", PAPERS)
    other = send(client, "post", f"{place}/payment", {**PAPERS, "treasury_receipt_no": "GK-1"})
    assert (same.status_code, other.status_code) == (200, 409)
    assert other.json()["code"] == "unable_to_mark_claim_paid"
    assert LedgerTransaction.objects.filter(kind="claim_paid").count() == 1
    acts = AuditEntry.objects.filter(object_type="claim", actor_kind="api_key")
    assert list(acts.order_by("id").values_list("action", flat=True)) == [
        "settlement.submit_claim",
        "settlement.pay_claim",
    ]


def test_money_moves_under_a_key_of_the_request_only(client: Client, operator: Organisation):
    place = f"/api/v1/claims/{make_claim(operator=operator).public_id}"

    answer = client.post(f"{place}/payment", PAPERS, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert Claim.objects.get().state == "draft"


def test_a_key_that_reads_hands_nothing_in(operator: Organisation):
    reader, _ = key_of(operator, Scope.BILLING_READ)
    place = f"claims/{make_claim(operator=operator).public_id}"

    assert len(read(reader, "claims")["data"]) == 1
    assert send(reader, "post", f"{place}/submit").status_code == 403
    assert send(reader, "post", f"{place}/payment", PAPERS).status_code == 403


def test_officers_name_the_claimant(operator: Organisation):
    officer = signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))
    claim = make_claim(operator=operator)

    assert len(read(officer, "claims", operator=operator.code)["data"]) == 1
    place = f"claims/{claim.public_id}"
    assert officer.get(f"/api/v1/{place}").status_code == 422
    submitted = send(officer, "post", f"{place}/submit?operator={operator.code}")
    assert submitted.json()["state"] == "submitted"
    # an officer hands in; that money came is finance's to say
    assert (
        send(officer, "post", f"{place}/payment?operator={operator.code}", PAPERS).status_code
        == 403
    )


def test_a_forged_cursor_is_refused(client: Client, operator: Organisation):
    foreign = make_claim(operator=make_organisation())
    place = f"/api/v1/claims/{make_claim(operator=operator).public_id}/lines"
    forged = next(iter(pages(key_of(foreign.claimant)[0], f"claims/{foreign.public_id}/lines")))[0]
    names = ("source", "external_id", "segment_no", "revision", "award")
    from_abroad = encoded_of(*(str(forged[name]) for name in names))

    for cursor in ("nonsense", from_abroad):
        answer = client.get(place, {"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed_cursor"), cursor
    listed = client.get("/api/v1/claims", {"cursor": encoded_of(str(foreign.public_id))})
    assert (listed.status_code, listed.json()["code"]) == (422, "malformed_cursor")


def test_a_viewer_of_the_claimant_reads_and_does_nothing(operator: Organisation):
    viewer = signed_in(make_member(organisation=operator, role=Role.VIEWER))
    claim = make_claim(operator=operator)

    assert len(read(viewer, "claims")["data"]) == 1
    assert send(viewer, "post", f"claims/{claim.public_id}/submit").status_code == 403
