"""The document of a bill: complete, legible in both languages, the same bytes each time."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest

from compute_billing.contracts import operations as contracts
from compute_billing.invoices import documents, queries
from compute_billing.invoices.models import Invoice
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from kernel import seals
from kernel.money import MICRO_PER_FEN, Money
from tests.builders.invoices import HOUR, OCTOBER, close, make_use, middle_of, the_bill
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market
from tests.builders.named_prices import make_named_bill
from tests.builders.verification import make_uscc

pytestmark = pytest.mark.django_db

LINES = 81


def text_of(content: bytes) -> list[str]:
    """Return the text of each page as a reader's eye has it, without line breaks."""
    pages = pypdfium2.PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


def document(bill: Invoice, language: str) -> bytes:
    return documents.bill_document(
        tenant_id=bill.tenant_id, public_id=bill.public_id, language=language
    ).content


def make_paid_month() -> Market:
    """Five card-hours at 2.430001, a promotion of 1 yuan, 5 yuan of money; the rest is owed."""
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme", paid_yuan=5)
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=1 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    make_use(market, "acme", duration=5 * HOUR)
    return market


def test_a_bill_says_all_that_an_accountant_asks_for() -> None:
    # given a month that is closed after the log was sealed
    market = make_paid_month()
    market.add_tenant("idle")
    close(market, "idle")
    seals.seal_entries(now=NOW)
    close(market, "acme")
    bill = the_bill(market, "acme")
    # when it is printed in Chinese
    (page,) = text_of(document(bill, "zh"))
    # then both parties, number, month, each payer, tax, carry, capitals and seal stand on it
    head = seals.head()
    assert head is not None
    for said in (
        "账单号 2026-000001",
        "账期 2026-10",
        f"{market.operator.name}",
        f"{market.tenants['acme'].name}",
        "统一社会信用代码",
        market.cluster.name,
        "昇腾 910B2",
        "公开价 · 全天",
        "商业优惠 1.000000",
        "预付款 5.000000",
        "欠费 6.150005",
        "6% 10.518873 0.631132 11.150005",
        "结转下期（不足一分） −0.000005",
        "¥ 11.15",
        "人民币壹拾壹元壹角伍分",
        head.to_text(),
        "第 1 页，共 1 页",
    ):
        assert said in page, said


def test_the_english_document_has_the_same_figures() -> None:
    market = make_paid_month()
    close(market, "acme")
    (page,) = text_of(document(the_bill(market, "acme"), "en"))
    for said in ("Bill number 2026-000001", "Prepaid 5.000000", "¥ 11.15", "Page 1 of 1"):
        assert said in page, said


@pytest.mark.parametrize(
    ("customer_class", "band", "language", "said"),
    [
        ("puhui", "night-early", "zh", ["普惠价 · 全天", "普惠价 · 夜间 00:00–08:00", "缺陷检测"]),
        ("puhui", "b7", "zh", ["普惠价 · 00:00–08:00"]),
        ("campus", "valley", "en", ["prices of class campus · valley 00:00–08:00"]),
    ],
)
def test_a_document_has_names_where_people_expect_them(
    customer_class: str, band: str, language: str, said: list[str]
) -> None:
    bill = make_named_bill(customer_class=customer_class, band=band)
    (page,) = text_of(document(bill, language))
    for words in said:
        assert words in page
    assert "defect-detection" not in page
    assert f"of-{bill.issuer.code}" not in page


def test_a_document_is_the_same_to_the_byte_whatever_changes_around_it() -> None:
    # given a printed bill
    market = make_paid_month()
    close(market, "acme")
    bill = the_bill(market, "acme")
    first = document(bill, "zh")
    # when the tenant changes its name, and the bill is printed again
    tenant = market.tenants["acme"]
    type(tenant).objects.filter(pk=tenant.pk).update(name="新名称有限公司")
    # then the document is what it was, with its font inside
    assert document(bill, "zh") == first
    assert first.startswith(b"%PDF-")
    assert b"NotoSansSC" in first


def test_who_gets_a_credit_code_later_has_none_on_an_earlier_document() -> None:
    # given a bill of two parties that have no credit code yet
    market = make_paid_month()
    close(market, "acme")
    bill = the_bill(market, "acme")
    first = document(bill, "zh")
    # when both are verified, renamed and given one
    for organisation in (market.tenants["acme"], market.operator):
        type(organisation).objects.filter(pk=organisation.pk).update(
            name=f"新名称 {organisation.pk}", uscc=make_uscc()
        )
    # then the document is what it was
    assert document(bill, "zh") == first


def test_a_document_of_somebody_else_is_unknown() -> None:
    market = make_paid_month()
    other = market.add_tenant("other")
    close(market, "acme")
    bill = the_bill(market, "acme")
    with pytest.raises(queries.UnknownInvoice):
        documents.bill_document(tenant_id=other.pk, public_id=bill.public_id, language="zh")


def make_long_bill() -> Invoice:
    """Return a bill of 81 lines: 27 projects, each paid by promotion, money and arrears."""
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme")
    for number in range(LINES):
        code = f"project-{number:02d}"
        project = contracts.add_project(tenant_id=tenant.pk, code=code, name=code)
        metering.map_account(
            source_id=market.source.pk,
            account=code,
            tenant_id=tenant.pk,
            project_id=project.pk,
        )
        make_use(
            market,
            code,
            start=middle_of(OCTOBER) + number * timedelta(hours=1),
            duration=timedelta(minutes=number + 1, milliseconds=number * 7 + 1),
            rate=number == LINES - 1,
        )
    close(market, "acme")
    return the_bill(market, "acme")


def test_a_bill_of_81_lines_sums_to_its_total_and_its_tax_base() -> None:
    # given a bill of 81 lines, none of them whole fen
    bill = make_long_bill()
    lines = list(bill.lines.all())
    assert len(lines) == LINES
    assert sum(1 for line in lines if line.amount % MICRO_PER_FEN) > LINES // 2
    # then its lines sum to its net, which is its tax base, and to its total with the carry
    assert (
        sum(line.amount for line in lines) == bill.net == sum(tax.net for tax in bill.taxes.all())
    )
    assert bill.net == bill.total_fen * MICRO_PER_FEN + bill.carried_micro
    # and it is printed on several pages, each with its head and number
    pages = text_of(document(bill, "zh"))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
    printed = " ".join(pages)
    for line in lines:
        assert Money(line.amount).to_text() in printed
    assert f"¥ {bill.total_fen // 100:,}.{bill.total_fen % 100:02d}" in printed
