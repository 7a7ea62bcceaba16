"""A 数电票 from its request to its number: what it says, who gets which, and that it is one."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from hashlib import sha256

import pytest
from django.db import IntegrityError

from accounts.models import Organisation
from accounts.notifications.models import Notification
from accounts.permissions import Role
from compute_billing.audit.queries import verify_books
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.answer_file import UnableToReadAnswers, read_answers
from compute_billing.einvoices.models import EInvoice, EInvoiceBill
from compute_billing.invoices.models import Invoice
from compute_billing.invoices.queries import UnknownInvoice
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from kernel.audit import Actor
from kernel.sql import execute
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.einvoices import (
    ISSUED_ON,
    SERVICE,
    answer,
    make_issued,
    make_number,
    make_request,
    make_title,
    own_code,
    set_item,
)
from tests.builders.invoices import HOUR, NOVEMBER, OCTOBER, close, make_use, the_bill
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market
from tests.compute_billing.invoices.test_documents import make_long_bill

pytestmark = pytest.mark.django_db

BY = {"actor": Actor.system(), "now": NOW}


def make_billed(*, hours: int = 5) -> tuple[Market, Invoice]:
    """Bill hours at 2.430001: 1 yuan of a promotion, 40 % of a programme, the rest paid."""
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme", paid_yuan=100)
    own_code(tenant)
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=1 * YUAN,
        reference=f"welcome-{tenant.pk}",
        now=LONG_AGO,
    )
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=400_000, cap_yuan=500)
    make_use(market, "acme", duration=hours * HOUR)
    close(market, "acme")
    set_item(market.operator)
    return market, the_bill(market, "acme")


def export(issuer: Organisation) -> dict:
    """Export what waits and return the file."""
    made = operations.export_einvoices(issuer_id=issuer.pk, user_id=make_user().pk, now=NOW)
    return json.loads(made.content)


def test_what_a_programme_pays_is_invoiced_and_what_a_promotion_takes_off_is_not() -> None:
    # given 12.150005 gross: 1 off, 4.460002 paid by the programme, 6.690003 by the tenant
    _, bill = make_billed()
    assert (bill.gross, bill.discount, bill.programme) == (12_150_005, 1_000_000, 4_460_002)
    # when the buyer asks for the invoice
    einvoice = make_request([bill])
    # then it comes to 11.15 with 0.63 of tax in it: 11.15 / 1.06 × 0.06 = 0.6311…
    assert (einvoice.amount_fen, einvoice.tax_fen, einvoice.total_fen) == (10_52, 63, 11_15)
    (line,) = queries.lines_of(einvoice)
    assert (line.net, int(line.quantity)) == (11_150_005, 5 * 3_600_000_000)
    # and the parts are the programme's and the tenant's lines of the bill, not the promotion's
    assert sorted(part.invoice_line.payer_kind for part in line.parts.all()) == ["award", "paid"]


SELLER = {"address": "北京市门头沟区", "phone": "010-1", "bank": "工行", "bank_account": "02"}
BUYER = {
    "name": "北京某某科技有限公司",
    "address": "北京市海淀区中关村大街 1 号",
    "phone": "010-62510000",
    "bank": "中国银行中关村支行",
    "bank_account": "3400000001",
    "email": "fapiao@example.com",
}
HEAD = {
    "发票类型": "蓝字",
    "票种代码": "81",
    "购方名称": "北京某某科技有限公司",
    "购方地址": "北京市海淀区中关村大街 1 号",
    "购方电话": "010-62510000",
    "购方开户行": "中国银行中关村支行",
    "购方账号": "3400000001",
    "交付邮箱": "fapiao@example.com",
    "交付手机": "",
    "销方纳税人识别号": "",
    "销方地址": "北京市门头沟区",
    "销方电话": "010-1",
    "销方开户行": "工行",
    "销方账号": "02",
    "备注": "账单号 2026-000001；合同 HT-2026-7",
    "合计金额": "10.52",
    "合计税额": "0.63",
    "价税合计": "11.15",
    "对应蓝字发票号码": "",
    "红字原因代码": "",
    "红字确认单编号": "",
}
LINE = {
    "行号": "1",
    "项目名称": "*信息技术服务*智能算力服务",
    "商品和服务税收编码": SERVICE,
    "单位": "卡时",
    "数量": "5",
    "单价": "2.104",
    "金额": "10.52",
    "税率": "0.06",
    "税额": "0.63",
    "优惠政策标识": "",
}


def test_the_file_has_every_field_that_the_tax_bureau_asks_for() -> None:
    # given a buyer and an issuer with whole titles
    market, bill = make_billed()
    make_title(market.operator, name="运营方", **SELLER)
    code = own_code(bill.tenant)
    title = make_title(bill.tenant, uscc=code, **BUYER)
    einvoice = make_request([bill], kind="special", title=title, remarks="合同 HT-2026-7")
    # when it is exported
    (told,) = export(market.operator)["发票"]
    # then all of policy's fields stand in it
    (line,) = told.pop("明细")
    assert told == HEAD | {
        "单据号": einvoice.document_no,
        "购方纳税人识别号": code,
        "销方名称": market.operator.name,
    }
    assert line == LINE | {"规格型号": f"昇腾 910B2 {market.cluster.name}"}


def test_the_file_has_the_same_bytes_whatever_changes_around_it() -> None:
    # given an exported file
    market, bill = make_billed()
    title = make_title(bill.tenant, **BUYER)
    einvoice = make_request([bill], title=title)
    export(market.operator)
    (file,) = queries.files_of(issuer_ids=[market.operator.pk], limit=10)
    wanted = {"issuer_ids": [market.operator.pk], "public_id": file.public_id}
    first = queries.file_of(form="json", **wanted)
    # when the title and the tax code change
    operations.change_title(
        tenant_id=bill.tenant_id,
        title_id=title.public_id,
        said=operations.TitleSaid(name="改名公司"),
        **BY,
    )
    set_item(market.operator)
    # then it is what it was, with its hash
    assert queries.file_of(form="json", **wanted) == first
    assert sha256(first).hexdigest() == file.sha256
    # and as a table it says the same, line by line
    text = queries.file_of(form="csv", **wanted).decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [(row["单据号"], row["金额"]) for row in table] == [(einvoice.document_no, "10.52")]


def test_a_request_is_exported_once() -> None:
    market, bill = make_billed()
    make_request([bill])
    assert len(export(market.operator)["发票"]) == 1
    with pytest.raises(operations.NothingToExport):
        export(market.operator)


def test_81_lines_sum_to_the_total_and_the_tax_base_to_the_fen() -> None:
    # given a bill of 81 lines, most of them no whole fen
    bill = make_long_bill()
    set_item(bill.issuer)
    # when it is invoiced and exported
    einvoice = make_request([bill])
    (told,) = export(bill.issuer)["发票"]
    # then 81 lines in the file sum to their totals, which are the bill's, in exact fen
    fen = {
        name: [int(line[name].replace(".", "")) for line in told["明细"]]
        for name in ("金额", "税额")
    }
    assert len(told["明细"]) == 81
    assert sum(fen["金额"]) == einvoice.amount_fen == int(told["合计金额"].replace(".", ""))
    assert sum(fen["税额"]) == einvoice.tax_fen == int(told["合计税额"].replace(".", ""))
    assert sum(fen["金额"]) + sum(fen["税额"]) == bill.total_fen
    # and the tax is that of the base, half up: total / 1.06 × 0.06
    assert abs(einvoice.tax_fen * 106 - bill.total_fen * 6) <= 53


def test_a_bill_has_one_live_einvoice() -> None:
    _, bill = make_billed()
    make_request([bill])
    with pytest.raises(operations.AlreadyInvoiced):
        make_request([bill])
    with pytest.raises(IntegrityError, match="einvoice_one_live_for_a_bill"):
        execute(
            "INSERT INTO einvoices_bill (einvoice_id, invoice_id) "
            "SELECT (SELECT max(id) FROM einvoices_einvoice) + 1, %(bill)s",
            bill=bill.pk,
        )


def test_several_bills_of_an_issuer_are_one_invoice() -> None:
    market, october = make_billed()
    make_use(market, "acme", month=NOVEMBER)
    close(market, "acme", month=NOVEMBER)
    november = the_bill(market, "acme", month=NOVEMBER)
    einvoice = make_request([november, october])
    assert einvoice.total_fen == october.total_fen + november.total_fen
    assert einvoice.remarks == "账单号 2026-000001、2026-000002"
    assert queries.open_bills(tenant_id=october.tenant_id) == []


def test_bills_of_two_issuers_are_two_invoices() -> None:
    market, bill = make_billed()
    other = make_market()
    other.tenants["acme"] = market.tenants["acme"]
    ledger.top_up(
        tenant_id=bill.tenant_id,
        operator_id=other.operator.pk,
        amount_micro=10 * YUAN,
        custody="bank",
        reference=f"second-{bill.pk}",
        now=LONG_AGO,
    )
    make_use_of(other, bill.tenant_id)
    close(market, "acme", month=NOVEMBER)
    second = Invoice.objects.get(issuer=other.operator)
    with pytest.raises(operations.UnableToRequestEInvoice) as refused:
        make_request([bill, second])
    assert refused.value.details == {"field": "invoices"}


def make_use_of(market: Market, tenant_id: int) -> None:
    metering.map_account(source_id=market.source.pk, account="acme", tenant_id=tenant_id)
    make_use(market, "acme", month=NOVEMBER)


@pytest.mark.parametrize("kind", ["special", "ordinary"])
def test_a_title_of_somebody_else_gets_an_ordinary_invoice_alone(kind: str) -> None:
    _, bill = make_billed()
    title = make_title(bill.tenant, name="别家公司")
    if kind == "ordinary":
        assert make_request([bill], kind=kind, title=title).kind == "ordinary"
        return
    with pytest.raises(operations.UnableToRequestEInvoice) as refused:
        make_request([bill], kind=kind, title=title)
    assert refused.value.details == {"field": "title"}


def test_a_title_without_a_code_gets_no_special_invoice() -> None:
    _, bill = make_billed()
    with pytest.raises(operations.UnableToRequestEInvoice):
        make_request([bill], kind="special", title=make_title(bill.tenant, uscc=""))


def test_an_issuer_who_has_set_no_tax_code_is_asked_to() -> None:
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    make_use(market, "acme")
    close(market, "acme")
    with pytest.raises(operations.TaxItemMissing) as refused:
        make_request([the_bill(market, "acme")])
    assert refused.value.details == {"tax_classes": ["vat_6"]}
    assert not EInvoice.objects.exists()


def test_a_stranger_asks_for_nothing() -> None:
    _, bill = make_billed()
    stranger = make_organisation()
    title = make_title(stranger)
    wish = operations.Wish(
        tenant_id=stranger.pk,
        invoice_ids=[bill.public_id],
        kind="ordinary",
        title_id=title.public_id,
    )
    with pytest.raises(UnknownInvoice):
        operations.request_einvoice(wish=wish, **BY)
    einvoice = make_request([bill])
    with pytest.raises(operations.UnknownEInvoice):
        operations.withdraw_einvoice(tenant_id=stranger.pk, public_id=einvoice.public_id, **BY)
    with pytest.raises(queries.UnknownEInvoice):
        queries.einvoice_of(public_id=einvoice.public_id, tenant_ids=[stranger.pk])


def test_a_request_is_withdrawn_before_it_leaves_and_not_after() -> None:
    market, bill = make_billed()
    first = make_request([bill])
    operations.withdraw_einvoice(tenant_id=bill.tenant_id, public_id=first.public_id, **BY)
    second = make_request([bill])
    export(market.operator)
    with pytest.raises(operations.UnableToWithdraw):
        operations.withdraw_einvoice(tenant_id=bill.tenant_id, public_id=second.public_id, **BY)
    live = EInvoiceBill.objects.get(invoice=bill, ended_at=None)
    assert live.einvoice_id == second.pk


def test_a_number_is_stored_once_and_told() -> None:
    _, bill = make_billed()
    buyer = make_member(organisation=bill.tenant, role=Role.FINANCE)
    first = make_issued([bill])
    assert first.state == "issued"
    told = Notification.objects.get(kind="einvoice_issued", user=buyer)
    assert told.about["number"] == first.number
    # the same answer again changes nothing, another one is refused
    same = answer(first, number=first.number, issued_on=ISSUED_ON)
    assert same.number == first.number
    with pytest.raises(operations.EInvoiceAnswered):
        answer(first)
    # and the number stands on no other invoice
    _, other = make_billed()
    with pytest.raises(operations.UnableToRecordAnswer):
        answer(make_request([other]), number=first.number, issued_on=ISSUED_ON)


def test_a_refusal_goes_back_to_be_mended() -> None:
    _, bill = make_billed()
    buyer = make_member(organisation=bill.tenant, role=Role.FINANCE)
    refused = answer(make_request([bill]), refusal="购方税号有误")
    assert (refused.state, refused.refusal) == ("refused", "购方税号有误")
    assert Notification.objects.filter(kind="einvoice_refused", user=buyer).exists()
    # the bill is free, and asked for again
    assert queries.open_bills(tenant_id=bill.tenant_id) == [bill]
    again = make_request([bill])
    told = queries.einvoices_on(invoice_ids=[bill.pk])[bill.pk]
    assert told == [again, refused]


def test_a_file_of_answers_is_taken_in_line_by_line() -> None:
    market, bill = make_billed()
    einvoice = make_request([bill])
    export(market.operator)
    number = make_number()
    content = "\r\n".join(
        [
            "单据号,数电发票号码,开票日期,失败原因",
            f"{einvoice.document_no},{number},2026-10-10 09:30:00,",
            "SJ000000099999,,,查无此单",
            f"{einvoice.document_no},123,2026-10-10,",
            "",
        ]
    ).encode("gb18030")
    outcomes = operations.record_answers(
        issuer_ids=[market.operator.pk], answers=read_answers(content), **BY
    )
    assert [(each.position, each.state, bool(each.problem)) for each in outcomes] == [
        (2, "issued", False),
        (3, "", True),
        (4, "", True),
    ]
    einvoice.refresh_from_db()
    assert (einvoice.number, einvoice.issued_on) == (number, date(2026, 10, 10))
    with pytest.raises(UnableToReadAnswers):
        read_answers("号码,日期\r\n1,2".encode())


def test_another_issuer_answers_nothing() -> None:
    market, bill = make_billed()
    einvoice = make_request([bill])
    other = make_organisation()
    with pytest.raises(operations.UnknownEInvoice):
        operations.record_answer(
            issuer_ids=[other.pk],
            answer=operations.Answer(document_no=einvoice.document_no, refusal="no"),
            **BY,
        )
    assert market.operator.pk in [issuer.pk for issuer in queries.issuers_among(None)]
    assert queries.issuers_among([other.pk]) == []


def test_the_laws_hold_of_all_that() -> None:
    _, bill = make_billed()
    make_issued([bill])
    assert bill.period == OCTOBER
    broken = [
        (verdict.law.name, verdict.offenders)
        for verdict in verify_books(full=True)
        if not verdict.holds
    ]
    assert broken == []
