"""E-invoices through the portal: a buyer asks, the issuer's finance issues, both see it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.permissions import Role, Staff
from compute_billing.einvoices.models import EInvoice, InvoiceTitle, TaxItem
from compute_billing.invoices.models import Invoice
from tests.builders.accounts import make_member, make_staff
from tests.builders.einvoices import (
    SERVICE,
    make_number,
    make_request,
    make_title,
    set_item,
)
from tests.builders.invoices import close, make_use, the_bill
from tests.builders.market import Market, make_market
from tests.builders.sessions import signed_in
from tests.builders.verification import make_uscc

pytestmark = pytest.mark.django_db


def make_billed() -> tuple[Market, Invoice]:
    market = make_market(price_micro=2_430_001)
    market.add_tenant("acme", paid_yuan=100)
    make_use(market, "acme")
    close(market, "acme")
    return market, the_bill(market, "acme")


def buyer_of(bill: Invoice) -> Client:
    return signed_in(make_member(organisation=bill.tenant, role=Role.FINANCE))


def page_of(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def asking(bill: Invoice, title: InvoiceTitle, **said: Any) -> dict[str, Any]:
    return {
        "bills": [str(bill.public_id)],
        "kind": "ordinary",
        "title": str(title.public_id),
        **said,
    }


def test_a_buyer_keeps_a_title_book_and_errors_keep_what_was_typed() -> None:
    _, bill = make_billed()
    client, address = buyer_of(bill), f"/organisations/{bill.tenant.code}/titles"
    assert "data-row" not in page_of(client, address)
    # a wrong code is told, and the name stays in the form
    code = make_uscc()
    wrong = client.post(address, {"name": "某科技公司", "uscc": code[:-1] + "?"})
    assert wrong.status_code == 422
    assert "某科技公司" in wrong.content.decode()
    # a right one is kept, changed as a version, and retired
    assert client.post(address, {"name": "某科技公司", "uscc": code}).status_code == 302
    title = InvoiceTitle.objects.get(tenant=bill.tenant)
    one = f"{address}/{title.public_id}"
    assert client.post(one, {"name": "改名公司", "uscc": code}).status_code == 302
    assert title.versions.count() == 2
    assert "改名公司" in page_of(client, address, text="改名")
    assert "改名公司" in client.get(address, {"file": "csv"}).getvalue().decode()
    assert client.post(f"{one}/retirement").status_code == 302
    assert "改名公司" not in page_of(client, address)


def test_from_the_bill_to_the_number() -> None:
    # given a bill, a title, and an issuer who has set his tax code on his desk
    market, bill = make_billed()
    title, buyer = make_title(bill.tenant), buyer_of(bill)
    finance = signed_in(make_staff(role=Staff.FINANCE))
    item = {
        "issuer": str(market.operator.public_id),
        "tax_class": "vat_6",
        "name": "*信息技术服务*智能算力服务",
        "code": SERVICE,
    }
    assert finance.post("/desk/invoices/items", {**item, "code": "1"}).status_code == 422
    assert finance.post("/desk/invoices/items", item).status_code == 302
    assert TaxItem.objects.get().issuer == market.operator
    # when the buyer asks from the bill's page
    asked = f"/invoices/new?tenant={bill.tenant.code}"
    assert "/invoices/new" in page_of(buyer, f"/statements/{bill.public_id}")
    refused = buyer.post(asked, asking(bill, title, kind="special"))
    assert refused.status_code == 422
    assert f'value="{bill.public_id}"' in refused.content.decode()
    assert buyer.post(asked, asking(bill, title)).status_code == 302
    einvoice = EInvoice.objects.get()
    # and finance exports the file, and imports the answer
    assert 'data-waiting="1"' in page_of(finance, "/desk/invoices")
    issuer = {"issuer": str(market.operator.public_id)}
    assert finance.post("/desk/invoices/export", issuer).status_code == 302
    desk = page_of(finance, "/desk/invoices")
    (address,) = set(re.findall(r'"(/desk/invoices/files/[^"]+\.json)"', desk))
    told = json.loads(finance.get(address).content)
    assert told["发票"][0]["单据号"] == einvoice.document_no
    number = make_number()
    lines = f"单据号,数电发票号码,开票日期\r\n{einvoice.document_no},{number},2026-10-10\r\n"
    file = SimpleUploadedFile("answers.csv", lines.encode("gb18030"))
    assert finance.post("/desk/invoices/answers", {"file": file}).status_code == 302
    # then the number stands on the bill's page, in the list, and on its own page
    for path in (
        f"/statements/{bill.public_id}",
        "/invoices",
        f"/invoices/{einvoice.public_id}",
        f"/desk/invoices/{einvoice.public_id}",
    ):
        reader = finance if path.startswith("/desk") else buyer
        assert number in page_of(reader, path), path
    assert number in buyer.get("/invoices", {"file": "csv"}).getvalue().decode()


def test_a_refusal_is_read_by_the_buyer_who_asks_again() -> None:
    market, bill = make_billed()
    set_item(market.operator)
    einvoice = make_request([bill])
    finance = signed_in(make_staff(role=Staff.FINANCE))
    one = f"/desk/invoices/{einvoice.public_id}"
    assert finance.post(f"{one}/answer", {}).status_code == 422
    assert finance.post(f"{one}/answer", {"answer-refusal": "税号有误"}).status_code == 302
    shown = page_of(buyer_of(bill), f"/invoices/{einvoice.public_id}")
    assert "税号有误" in shown
    assert f"bill={bill.public_id}" in shown


def test_a_wrong_invoice_is_undone_from_the_desk() -> None:
    market, bill = make_billed()
    set_item(market.operator)
    einvoice = make_request([bill])
    finance = signed_in(make_staff(role=Staff.FINANCE))
    one = f"/desk/invoices/{einvoice.public_id}"
    answer = {"answer-number": make_number(), "answer-issued_on": "2026-10-10"}
    assert finance.post(f"{one}/answer", answer).status_code == 302
    wrong = finance.post(f"{one}/red", {"red-credit_note": "", "red-reason": "02"})
    assert wrong.status_code == 422
    right = finance.post(f"{one}/red", {"red-credit_note": "", "red-reason": "01"})
    assert right.status_code == 302
    red = EInvoice.objects.get(colour="red")
    assert right["Location"] == f"/desk/invoices/{red.public_id}"
    assert "−2.43" in page_of(buyer_of(bill), f"/invoices/{red.public_id}")


def test_the_operators_own_finance_issues_for_the_operator_alone() -> None:
    # given an e-invoice of this operator, and one of another
    market, bill = make_billed()
    set_item(market.operator)
    mine = make_request([bill])
    other, others_bill = make_billed()
    set_item(other.operator)
    foreign = make_request([others_bill])
    client = signed_in(make_member(organisation=market.operator, role=Role.FINANCE))
    # then he sees and exports his own, and the other is as absent as none
    desk = page_of(client, "/desk/invoices")
    assert mine.document_no in desk
    assert foreign.document_no not in desk
    assert client.get(f"/desk/invoices/{foreign.public_id}").status_code == 404
    client.post("/desk/invoices/export", {"issuer": str(other.operator.public_id)})
    client.post("/desk/invoices/export", {"issuer": str(market.operator.public_id)})
    mine.refresh_from_db()
    foreign.refresh_from_db()
    assert (mine.state, foreign.state) == ("exported", "requested")


def test_an_auditor_reads_the_desk_and_changes_nothing() -> None:
    market, bill = make_billed()
    set_item(market.operator)
    einvoice = make_request([bill])
    auditor = signed_in(make_staff(role=Staff.AUDITOR))
    assert einvoice.document_no in page_of(auditor, "/desk/invoices")
    assert '<form method="post" action="/desk' not in page_of(auditor, "/desk/invoices")
    issuer = {"issuer": str(market.operator.public_id)}
    assert auditor.post("/desk/invoices/export", issuer).status_code == 403
