"""What a university needs on its bills: in versions, and printed wherever a bill goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, ProgrammingError

from compute_billing.contracts import operations as contracts
from compute_billing.invoices import documents, procurement
from compute_billing.invoices.models import Invoice
from compute_billing.invoices.procurement import Procurement, UnableToKeepProcurement
from compute_billing.metering import operations as metering
from kernel.audit import Actor
from kernel.sql import execute
from portal.bill_file import BILL_COLUMNS, bill_rows
from tests.builders.einvoices import make_request, set_item
from tests.builders.invoices import NOVEMBER, OCTOBER, close, make_use, middle_of, the_bill
from tests.builders.market import NOW, Market, make_market
from tests.compute_billing.invoices.test_documents import text_of

pytestmark = pytest.mark.django_db

SAID = Procurement(
    purchase_order="PO-2026-0815",
    contract="校采合〔2026〕第 118 号",
    fund="2026ZD0118800",
    project="62276001",
    cost_centre="信息学院 041",
    contact="实验室与设备管理处",
    acceptance="已按合同第七条验收",
)
LONGEST = Procurement(
    **{name: "经费" * 25 + "A1" * 25 for name in procurement.NAMES if name != "acceptance"},
    acceptance="验收" * 100,
)


def set_said(market: Market, said: Procurement, *, code: str = "acme") -> Any:
    return procurement.set_procurement(
        tenant_id=market.tenants[code].pk, said=said, user_id=None, actor=Actor.system(), now=NOW
    )


def make_bought_month() -> Market:
    market = make_market(price_micro=2_430_001)
    market.add_tenant("acme", paid_yuan=50)
    make_use(market, "acme")
    return market


def document(bill: Invoice, language: str) -> bytes:
    return documents.bill_document(
        tenant_id=bill.tenant_id, public_id=bill.public_id, language=language
    ).content


def test_a_bill_keeps_what_was_said_when_it_was_issued() -> None:
    # given references, a bill with them, and other ones since
    market = make_bought_month()
    assert set_said(market, SAID).version == 1
    close(market, "acme")
    october = the_bill(market, "acme")
    printed = document(october, "zh")
    assert set_said(market, Procurement(fund="2027ZD01")).version == 2
    make_use(market, "acme", month=NOVEMBER)
    close(market, "acme", month=NOVEMBER)
    # then each bill names its own, and the document of the first is the same to the byte
    november = the_bill(market, "acme", month=NOVEMBER)
    assert procurement.procurement_on(october) == SAID
    assert procurement.procurement_on(november) == Procurement(fund="2027ZD01")
    assert document(the_bill(market, "acme"), "zh") == printed


def test_the_document_says_them_in_both_languages() -> None:
    market = make_bought_month()
    set_said(market, SAID)
    close(market, "acme")
    bill = the_bill(market, "acme")
    (chinese,), (english,) = text_of(document(bill, "zh")), text_of(document(bill, "en"))
    for text in (text for _, text in SAID.said):
        assert text in chinese
        assert text in english
    for said in ("采购信息", "采购单号 PO-2026-0815", "经费号 2026ZD0118800", "课题号 62276001"):
        assert said in chinese, said
    for said in ("Procurement", "Purchase order PO-2026-0815", "Fund number 2026ZD0118800"):
        assert said in english, said


def test_a_bill_without_them_says_nothing_of_them() -> None:
    market = make_bought_month()
    set_said(market, SAID)
    set_said(market, Procurement())
    close(market, "acme")
    bill = the_bill(market, "acme")
    assert procurement.procurement_on(bill) is None
    assert "采购信息" not in text_of(document(bill, "zh"))[0]


def test_they_stand_in_the_remark_of_the_einvoice_and_in_the_file() -> None:
    market = make_bought_month()
    set_said(market, SAID)
    close(market, "acme")
    set_item(market.operator)
    bill = the_bill(market, "acme")
    asked = make_request([bill], remarks="第一期")
    assert asked.remarks == (
        "账单号 2026-000001；第一期；采购单号 PO-2026-0815；采购合同号 校采合〔2026〕第 118 号；"
        "经费号 2026ZD0118800；课题号 62276001；成本中心 信息学院 041；联系处 实验室与设备管理处；"
        "验收 已按合同第七条验收"
    )
    (row,) = bill_rows(tenant_id=bill.tenant_id)
    told = dict(zip(BILL_COLUMNS, row, strict=True))
    assert [told[name] for name in procurement.NAMES] == [text for _, text in SAID.said]


def test_a_remark_has_whole_texts_alone_and_never_too_many() -> None:
    market = make_bought_month()
    set_said(market, LONGEST)
    close(market, "acme")
    set_item(market.operator)
    asked = make_request([the_bill(market, "acme")], remarks="备" * 100)
    assert asked.remarks == f"账单号 2026-000001；{'备' * 100}；采购单号 {LONGEST.purchase_order}"
    assert len(asked.remarks) <= 230


def test_the_same_again_is_no_new_version() -> None:
    market = make_bought_month()
    first = set_said(market, SAID)
    assert set_said(market, SAID) == first
    # and what is typed around a text is no part of it
    assert set_said(market, Procurement(**{**said_of(SAID), "fund": " 2026ZD0118800 "})) == first


def said_of(said: Procurement) -> dict[str, str]:
    return {name: getattr(said, name) for name in procurement.NAMES}


@pytest.mark.parametrize(
    ("name", "text"), [("fund", "x" * 101), ("acceptance", "验" * 201), ("contract", "a\u202eb")]
)
def test_what_cannot_be_printed_is_refused(name: str, text: str) -> None:
    market = make_bought_month()
    with pytest.raises(UnableToKeepProcurement) as refused:
        set_said(market, Procurement(**{name: text}))
    assert refused.value.details == {"field": name}
    assert procurement.procurement_of(tenant_id=market.tenants["acme"].pk).version == 0


def test_a_version_is_never_changed() -> None:
    market = make_bought_month()
    set_said(market, SAID)
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute("UPDATE invoices_procurement SET fund = 'other'")


def test_two_who_change_them_at_once_make_no_version_twice() -> None:
    market = make_bought_month()
    set_said(market, SAID)
    with pytest.raises(IntegrityError, match="procurement_version"):
        execute(
            "INSERT INTO invoices_procurement (tenant_id, version, purchase_order, contract, fund, "
            "project, cost_centre, contact, acceptance, made_at) "
            "VALUES (%(tenant)s, 1, '', '', '', '', '', '', '', now())",
            tenant=market.tenants["acme"].pk,
        )


def make_long_bill() -> Invoice:
    """Return a bill of 81 lines whose names are as long as they may be."""
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme")
    name = "国家超级计算与人工智能联合创新研究院先进计算平台" * 8
    type(tenant).objects.filter(pk=tenant.pk).update(name=name[:200])
    type(market.cluster).objects.filter(pk=market.cluster.pk).update(
        name=("京西智谷三期A区Atlas900SuperCluster" * 5)[:100]
    )
    set_said(market, LONGEST)
    for number in range(81):
        code = f"project-{number:02d}"
        long = ("大规模多模态预训练" * 12, "LargeScalePretrainingOfMultimodalModels" * 3)[
            number % 2
        ]
        project = contracts.add_project(
            tenant_id=tenant.pk, code=code, name=f"{number:02d}{long}"[:100]
        )
        metering.map_account(
            source_id=market.source.pk, account=code, tenant_id=tenant.pk, project_id=project.pk
        )
        make_use(
            market,
            code,
            start=middle_of(OCTOBER) + number * timedelta(hours=1),
            duration=timedelta(minutes=number + 1),
            rate=number == 80,
        )
    close(market, "acme", now=datetime(2026, 11, 3, tzinfo=UTC))
    return the_bill(market, "acme")


def test_the_longest_names_stay_on_the_page() -> None:
    bill = make_long_bill()
    for language in ("zh", "en"):
        content = document(bill, language)
        pages = pypdfium2.PdfDocument(content)
        # A reader sees neither where a line ends nor the air between Chinese and Latin.
        printed = "".join(page.get_textpage().get_text_range() for page in pages)
        printed = "".join(printed.replace("\u200b", "").split())
        # then every text is there in full, and no character lies beyond the margins of a page
        for _, text in LONGEST.said:
            assert text in printed
        for page in pages:
            width, height = page.get_size()
            text = page.get_textpage()
            boxes = [text.get_charbox(place) for place in range(text.count_chars())]
            solid = [box for box in boxes if box[2] > box[0]]
            assert min(box[0] for box in solid) >= 42, "left of 16 mm less what a glyph leans over"
            assert max(box[2] for box in solid) <= width - 42
            assert min(box[1] for box in solid) >= 20
            assert max(box[3] for box in solid) <= height - 20
