"""Late corrections become credit notes, tied to what was billed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from compute_billing.audit.queries import verify_books
from compute_billing.invoices import documents, queries
from compute_billing.invoices.models import Invoice, InvoiceCredit, InvoiceCredited, InvoiceSeries
from compute_billing.ledger import operations as ledger
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import OperatorStatementLine
from kernel.sql import execute
from tests.builders.invoices import (
    DECEMBER,
    HOUR,
    NOVEMBER,
    OCTOBER,
    close,
    lines_of,
    make_correction,
    make_use,
    the_bill,
)
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market
from tests.compute_billing.invoices.test_documents import text_of

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
PRICE = 2_430_001


def make_corrected_month() -> Market:
    """Two hours are billed in October, one of them a promotion's; one is corrected in November."""
    market = make_market(price_micro=PRICE)
    tenant = market.add_tenant("acme", paid_yuan=100)
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=1 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    make_use(market, "acme")
    wrong = make_use(market, "acme", start=datetime(2026, 10, 12, tzinfo=UTC))
    close(market, "acme")
    make_correction(market, "acme", corrects=wrong, start=datetime(2026, 10, 12, tzinfo=UTC))
    make_use(market, "acme", month=NOVEMBER)
    return market


def november_documents(market: Market) -> tuple[Invoice, Invoice]:
    close(market, "acme", month=NOVEMBER)
    bill, note = Invoice.objects.filter(period=NOVEMBER).order_by("sequence")
    return bill, note


def assert_every_law_holds() -> None:
    assert [
        (verdict.law.name, verdict.offenders)
        for verdict in verify_books(full=True)
        if not verdict.holds
    ] == []


def test_new_use_is_billed_and_old_use_credited() -> None:
    # given new use in November, and an hour of October that was corrected
    market = make_corrected_month()
    october = the_bill(market, "acme")
    # when November is closed
    bill, note = november_documents(market)
    # then the new hour stands on a bill, and the old one on a credit note with its own number
    assert (bill.kind, bill.series, bill.number) == ("bill", "2026", 2)
    assert lines_of(bill) == [(NOVEMBER, "paid", CARD_HOUR, PRICE)]
    assert (note.kind, note.series, note.number) == ("credit_note", "2026-C", 1)
    assert lines_of(note) == [(OCTOBER, "paid", -CARD_HOUR, -PRICE)]
    # and both carry on from October: F(4.860002 - 1) = 386, F(6.290003) = 629, F(3.860002) = 386
    assert [each.total_fen for each in (october, bill, note)] == [386, 243, -243]
    assert note.carried_micro == 2
    # and the credit is tied to the line that October billed
    (credit,) = queries.credits_of(invoice_id=note.pk)
    paid = october.lines.get(payer_kind="paid")
    assert (credit.bill, credit.bill_number) == (october.public_id, "2026-000001")
    assert (credit.position, credit.bill_position, credit.amount) == (1, paid.position, PRICE)
    counted = InvoiceCredited.objects.get(line=paid)
    assert (counted.billed, counted.credited) == (paid.amount, PRICE)
    assert_every_law_holds()


def test_corrections_of_two_months_share_what_was_billed() -> None:
    # given two hours of October billed on one line
    market = make_market(price_micro=PRICE)
    market.add_tenant("acme", paid_yuan=100)
    starts = [datetime(2026, 10, day, tzinfo=UTC) for day in (12, 14)]
    wrong = [make_use(market, "acme", start=start) for start in starts]
    close(market, "acme")
    # when one is corrected in November and the other in December
    for start, corrected, month in zip(starts, wrong, (NOVEMBER, DECEMBER), strict=True):
        make_correction(market, "acme", corrects=corrected, start=start)
        close(market, "acme", month=month)
    # then two credit notes take the line back, to nothing
    notes = Invoice.objects.filter(kind="credit_note").order_by("period")
    # (December is closed in the new year, which begins a series)
    assert [(note.series, note.number, note.period) for note in notes] == [
        ("2026-C", 1, NOVEMBER),
        ("2027-C", 1, DECEMBER),
    ]
    line = the_bill(market, "acme").lines.get()
    assert InvoiceCredited.objects.get(line=line).credited == line.amount
    assert InvoiceSeries.objects.get(series="2027-C").last_number == 1
    assert sum(Invoice.objects.values_list("total_fen", flat=True)) == 0
    assert_every_law_holds()


def test_more_than_was_billed_cannot_be_credited() -> None:
    market = make_corrected_month()
    november_documents(market)
    counted = InvoiceCredited.objects.get()
    with pytest.raises(IntegrityError, match="invoice_credited_within_what_was_billed"):
        execute(
            "UPDATE invoices_credited SET credited = billed + 1 WHERE line_id = %(line)s",
            line=counted.pk,
        )


def test_a_credit_note_is_printed_with_what_it_takes_back_from() -> None:
    market = make_corrected_month()
    _, note = november_documents(market)
    document = documents.bill_document(
        tenant_id=note.tenant_id, public_id=note.public_id, language="zh"
    )
    assert document.name == "credit-note-2026-C-000001-zh.pdf"
    (page,) = text_of(document.content)
    for said in (
        "账 单 调 减 单",
        "调减单号 2026-C-000001",
        "对应账单 2026-000001",
        "调减 2026-000001 / 2",
        "¥ −2.43",
        "人民币负贰元肆角叁分",
    ):
        assert said in page, (said, page)


def test_an_operator_is_settled_over_bills_and_credit_notes() -> None:
    market = make_corrected_month()
    bill, note = november_documents(market)
    settlement.settle(month=NOVEMBER, now=NOW)
    settled = OperatorStatementLine.objects.filter(invoice__in=[bill, note])
    assert sorted(settled.values_list("gross", flat=True)) == [-PRICE, PRICE]
    assert_every_law_holds()


def test_a_wholly_corrected_month_has_only_a_credit_note() -> None:
    # given an hour in kind and paid together
    market = make_market(price_micro=PRICE)
    market.add_tenant("acme", paid_yuan=100)
    used = make_use(market, "acme", duration=2 * HOUR)
    close(market, "acme")
    # when all of it is corrected
    make_correction(market, "acme", corrects=used, duration=2 * HOUR)
    close(market, "acme", month=NOVEMBER)
    # then November has no bill
    (note,) = Invoice.objects.filter(period=NOVEMBER)
    assert (note.kind, note.sequence, note.net) == ("credit_note", 2, -2 * PRICE)
    assert InvoiceCredit.objects.get().amount == 2 * PRICE
    assert_every_law_holds()
