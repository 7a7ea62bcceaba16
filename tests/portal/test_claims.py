"""The desk of claims: found by fund and month, looked into, handed in, and paid with papers."""

from __future__ import annotations

import csv
import re

import pytest
from django.test import Client

from accounts.permissions import Staff
from compute_billing.invoices.models import Invoice
from compute_billing.ledger.models import LedgerTransaction
from compute_billing.settlement.models import Claim
from kernel.models import AuditEntry
from tests.builders.accounts import make_organisation, make_staff
from tests.builders.reading import make_claim
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db

PAPERS = {"budget_document_no": "京财〔2026〕17号", "treasury_receipt_no": "GK-20261201-9"}
ROW = re.compile(r'<tr role="row" data-row="([^"]+)"')
CLAIMED = re.compile(r'<strong data-figure="claimed">(.*?)</strong>', re.DOTALL)
USE = re.compile(r'href="(/usage/[^"]+)"')
FORM = re.compile(r'<form method="post" action="(/claims/[^"]+)"')


@pytest.fixture
def officer() -> Client:
    return signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))


@pytest.fixture
def finance() -> Client:
    return signed_in(make_staff(role=Staff.FINANCE))


@pytest.fixture
def claim(db) -> Claim:
    """Claim 30 % of two card-hours at 2.43 yuan."""
    return make_claim(operator=make_organisation(name="京西运营"), uses=2)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def lines_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_claims_are_found_by_fund_month_and_state(officer: Client, claim: Claim):
    assert ROW.findall(read(officer, "/claims")) == [str(claim.public_id)]
    for query, found in (
        (f"programme={claim.fund.programme.code}&year=2026&month=2026-10&state=draft", 1),
        ("state=paid", 0),
        ("month=2026-09", 0),
        ("year=2025", 0),
    ):
        shown = read(officer, f"/claims?{query}")
        assert len(ROW.findall(shown)) == found, query
        assert len(lines_of(officer, f"/claims?{query}&file=csv")) == found, query
        assert ('class="empty"' in shown) is not bool(found)
    for nonsense in ("state=lost", "month=October", "year=soon", "cursor=1"):
        assert officer.get(f"/claims?{nonsense}").status_code == 404, nonsense


def test_a_claim_shows_its_awards_and_leads_to_the_use(officer: Client, claim: Claim):
    shown = read(officer, f"/claims/{claim.public_id}")

    (claimed,) = CLAIMED.findall(shown)
    assert re.sub(r"<.*?>|\s", "", claimed) == "¥1.458000"
    uses = USE.findall(shown)
    assert len(uses) == len(set(uses)) == 2
    assert officer.get(uses[0]).status_code == 200


def test_the_evidence_is_a_file_of_every_line(officer: Client, claim: Claim):
    lines = lines_of(officer, f"/claims/{claim.public_id}?table=lines&file=csv")
    awards = lines_of(officer, f"/claims/{claim.public_id}?table=awards&file=csv")

    assert [(line["basis"], line["amount"]) for line in lines] == [("2.430000", "0.729000")] * 2
    assert {line["quantity_card_seconds"] for line in lines} == {"3600"}
    # with the bill that each stands on, and where its delivery was reported
    bill = Invoice.objects.get()
    assert {line["bill"] for line in lines} == {f"{bill.series}-{bill.number:06d}"}
    assert {line["source_file"] for line in lines} == {"test.csv"}
    assert all(int(line["source_line"]) > 0 for line in lines)
    assert [(award["lines"], award["amount"]) for award in awards] == [("2", "1.458000")]
    assert officer.get(f"/claims/{claim.public_id}?table=else&file=csv").status_code == 404
    sheet = officer.get(f"/claims/{claim.public_id}?file=xlsx")
    assert (sheet.status_code, b"".join(sheet.streaming_content)[:2]) == (200, b"PK")
    sheet.close()


def test_an_officer_hands_in_and_finance_books_the_payment(officer, finance, claim: Claim):
    place = f"/claims/{claim.public_id}"
    assert FORM.findall(read(officer, place)) == [f"{place}/submission"]
    assert FORM.findall(read(finance, place)) == [f"{place}/submission", f"{place}/payment"]

    officer.post(f"{place}/submission")
    assert officer.post(f"{place}/payment", PAPERS).status_code == 403
    finance.post(f"{place}/payment", PAPERS)

    claim.refresh_from_db()
    assert (claim.state, claim.treasury_receipt_no) == ("paid", PAPERS["treasury_receipt_no"])
    assert LedgerTransaction.objects.filter(kind="claim_paid").count() == 1
    assert FORM.findall(read(finance, place)) == []
    acts = AuditEntry.objects.filter(object_type="claim", actor_kind="user").order_by("id")
    assert list(acts.values_list("action", flat=True)) == [
        "settlement.submit_claim",
        "settlement.pay_claim",
    ]


def test_a_payment_without_its_papers_keeps_what_was_typed(finance: Client, claim: Claim):
    answer = finance.post(
        f"/claims/{claim.public_id}/payment", {**PAPERS, "treasury_receipt_no": " "}
    )

    assert answer.status_code == 422
    assert f'value="{PAPERS["budget_document_no"]}"' in answer.content.decode()
    claim.refresh_from_db()
    assert claim.state == "draft"


def test_doing_it_twice_changes_nothing(finance: Client, claim: Claim):
    place = f"/claims/{claim.public_id}"

    for _time in range(2):
        finance.post(f"{place}/submission")
    for receipt in ("GK-1", "GK-2"):
        finance.post(f"{place}/payment", {**PAPERS, "treasury_receipt_no": receipt})

    claim.refresh_from_db()
    assert (claim.state, claim.treasury_receipt_no) == ("paid", "GK-1")
    assert AuditEntry.objects.filter(action="settlement.submit_claim").count() == 1


def test_without_claims_the_page_says_what_to_do(officer: Client):
    assert 'class="empty"' in read(officer, "/claims")
