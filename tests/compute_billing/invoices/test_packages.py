"""Packages on bills: each purchase once, in its month, and credit notes tied to its line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from compute_billing.audit import billed
from compute_billing.audit.queries import verify_books
from compute_billing.invoices import documents, operations, queries
from compute_billing.invoices.models import Invoice, InvoiceCredit, InvoiceLine, TenantMonth
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import Wallet
from compute_billing.metering.queries import UsageFilter
from compute_billing.packages import operations as packages
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import OperatorStatementLine
from kernel.money import MICRO_PER_FEN
from kernel.sql import execute
from tests.builders.einvoices import make_request, set_item
from tests.builders.invoices import DECEMBER, NOVEMBER, OCTOBER, after
from tests.builders.market import YUAN
from tests.builders.packages import Shop, make_shop
from tests.compute_billing.invoices.test_documents import text_of

pytestmark = pytest.mark.django_db

# Two cards at 1750 yuan for the month from 6 October to 5 November.
BOUGHT = 3_500 * YUAN
IN_NOVEMBER = datetime(2026, 11, 2, 4, tzinfo=UTC)


def close_month(shop: Shop, month: date) -> list[Invoice]:
    operations.close_tenant_month(tenant_id=shop.tenant.pk, month=month, now=after(month))
    return list(Invoice.objects.filter(tenant=shop.tenant, period=month).order_by("sequence"))


def lines_of(bill: Invoice) -> list[tuple[str, int, int]]:
    lines = InvoiceLine.objects.filter(invoice=bill).order_by("position")
    return [(line.payer_kind, int(line.quantity), line.amount) for line in lines]


def assert_every_law_holds() -> None:
    assert [
        (verdict.law.name, verdict.offenders)
        for verdict in verify_books(full=True)
        if not verdict.holds
    ] == []


def test_a_package_stands_on_the_bill_of_the_month_in_which_it_was_bought() -> None:
    # given two cards for a month, bought on 5 October, and one more from 11 October on
    shop = make_shop()
    order = shop.order()
    shop.act(packages.resize_package, order, cards=3, now=datetime(2026, 10, 10, 4, tzinfo=UTC))
    more = order.changes.get(kind="resize")
    # when October is closed
    (bill,) = close_month(shop, OCTOBER)
    # then each stands on it with its amount, which is the tax base, and no card time is counted
    assert lines_of(bill) == [("paid", 0, BOUGHT), ("paid", 0, more.amount_micro)]
    assert (int(bill.quantity), bill.discount, bill.programme, bill.arrears) == (0, 0, 0, 0)
    assert bill.gross == bill.net == bill.tenant_paid == BOUGHT + more.amount_micro
    assert [(tax.tax_class, tax.net) for tax in bill.taxes.all()] == [("vat_6", bill.net)]
    assert (bill.total_fen, bill.carried_micro) == (bill.net // MICRO_PER_FEN, 0)
    # and the lines name contract, cards and days
    _, (first, second) = queries.invoice_in_words(
        tenant_id=shop.tenant.pk, public_id=bill.public_id
    )
    assert first.package is not None
    assert second.package is not None
    assert (first.package.contract_no, first.package.cards) == (f"{order.number}-1", 2)
    assert (first.package.starts_on, first.package.last_on) == (
        date(2026, 10, 6),
        date(2026, 11, 5),
    )
    assert (second.package.cards, second.package.starts_on) == (1, date(2026, 10, 11))
    assert (first.price.card_type, first.cluster_name) != ("", "")
    assert_every_law_holds()


def test_nothing_of_a_package_is_billed_again() -> None:
    shop = make_shop()
    shop.order()
    close_month(shop, OCTOBER)
    # when the months behind it are closed, in which its card time is used up and its money earned
    packages.recognise_month(month=OCTOBER, now=after(OCTOBER))
    # then they bring no bill
    assert close_month(shop, NOVEMBER) == []
    assert close_month(shop, OCTOBER) != []
    assert_every_law_holds()


def test_a_tenant_with_packages_alone_is_closed_with_everybody() -> None:
    # given a tenant that used nothing, and so has no month
    shop = make_shop()
    shop.order()
    assert not TenantMonth.objects.filter(tenant_id=shop.tenant.pk).exists()
    # then the month waits to be closed, and is
    assert queries.months_to_close(now=after(OCTOBER)) == [OCTOBER]
    operations.close_period(month=OCTOBER, now=after(OCTOBER))
    bill = Invoice.objects.get(tenant=shop.tenant)
    assert bill.net == BOUGHT
    # and what was billed stands on the operator's statement
    settlement.settle(month=OCTOBER, now=after(OCTOBER))
    assert OperatorStatementLine.objects.get(invoice=bill).tenant_paid == BOUGHT
    assert queries.months_to_close(now=after(OCTOBER)) == []


def test_an_open_month_tells_what_will_be_billed() -> None:
    shop = make_shop()
    shop.order()
    found = queries.statement_of(tenant_id=shop.tenant.pk, month=OCTOBER)
    assert (found.is_closed, found.quantity, found.shares["paid"]) == (False, 0, BOUGHT)


def test_an_early_end_is_a_credit_note_tied_to_the_line_of_its_term() -> None:
    # given a package of two terms, billed, and renewed for a third, billed as well
    shop = make_shop(fee_ppm=100_000)
    order = shop.order()
    shop.act(packages.renew_package, order, terms=1)
    (bill,) = close_month(shop, OCTOBER)
    first, second = InvoiceLine.objects.filter(invoice=bill).order_by("position")
    # when it is ended on 2 November
    shop.act(packages.end_package, order, now=IN_NOVEMBER)
    (note,) = close_month(shop, NOVEMBER)
    # then what was given back of each term takes back of the line that billed the term
    given = {change.term.term_no: change for change in order.changes.filter(kind="end")}
    assert note.kind == "credit_note"
    assert note.net == sum(change.amount_micro for change in given.values()) < 0
    assert list(
        InvoiceCredit.objects.order_by("id").values_list("corrected_line_id", "amount")
    ) == [(first.pk, -given[1].amount_micro), (second.pk, -given[2].amount_micro)]
    (page,) = text_of(
        documents.bill_document(
            tenant_id=shop.tenant.pk, public_id=note.public_id, language="zh"
        ).content
    )
    for said in ("套餐减卡或提前终止", f"合同 {order.number}-1", "−2 卡", "调减 2026-000001 / 1"):
        assert said in page, said
    assert_every_law_holds()


def test_what_is_given_back_in_the_month_it_was_bought_stands_on_the_bill() -> None:
    shop = make_shop(fee_ppm=100_000)
    order = shop.order()
    shop.act(packages.end_package, order)
    end = order.changes.get(kind="end")
    (bill,) = close_month(shop, OCTOBER)
    assert (bill.kind, lines_of(bill)) == (
        "bill",
        [("paid", 0, BOUGHT), ("paid", 0, end.amount_micro)],
    )
    assert bill.net == end.fee_micro
    assert_every_law_holds()


def test_two_reductions_of_a_month_never_take_back_more_than_a_line_billed() -> None:
    # given a billed package, made smaller on one day of November and ended on the next
    shop = make_shop()
    order = shop.order()
    close_month(shop, OCTOBER)
    shop.act(packages.resize_package, order, cards=1, now=IN_NOVEMBER)
    shop.act(packages.end_package, order, now=datetime(2026, 11, 3, 4, tzinfo=UTC))
    (note,) = close_month(shop, NOVEMBER)
    ties = InvoiceCredit.objects.filter(credit_line__invoice=note)
    assert [tie.amount for tie in ties.order_by("id")] == [
        -line.amount for line in note.lines.order_by("position")
    ]
    assert_every_law_holds()


def test_what_the_credit_limit_bore_has_a_line_of_its_own() -> None:
    # given 1000 yuan of money and a credit limit of 5000
    shop = make_shop(yuan=1_000)
    Wallet.objects.filter(tenant=shop.tenant).update(mode="postpaid")
    ledger.set_credit_limit(tenant_id=shop.tenant.pk, limit_micro=5_000 * YUAN)
    order = shop.order()
    (bill,) = close_month(shop, OCTOBER)
    assert lines_of(bill) == [("paid", 0, 1_000 * YUAN), ("credit", 0, 2_500 * YUAN)]
    # when it is ended, money goes back to the credit limit first
    shop.act(packages.end_package, order, now=IN_NOVEMBER)
    (note,) = close_month(shop, NOVEMBER)
    back = -order.changes.get(kind="end").amount_micro
    assert lines_of(note) == [("credit", 0, -back)]
    assert_every_law_holds()


def test_a_line_of_a_package_has_no_use_behind_it() -> None:
    shop = make_shop()
    shop.order()
    (bill,) = close_month(shop, OCTOBER)
    line = billed.line_of_bill(tenant_id=shop.tenant.pk, bill=bill.public_id, position=1)
    found = billed.billed_page(
        tenant_id=shop.tenant.pk, on=line.on, wanted=UsageFilter(), after=None, limit=5
    )
    assert found == []


def test_the_einvoice_says_contract_cards_and_days() -> None:
    shop = make_shop()
    order = shop.order()
    (bill,) = close_month(shop, OCTOBER)
    set_item(shop.market.operator)
    asked = make_request([bill], now=after(OCTOBER))
    (line,) = asked.lines.all()
    assert (line.total_fen, line.tax_fen, int(line.quantity)) == (350_000, 19_811, 0)
    assert line.specification.startswith(f"{order.number}-1 ")
    assert "2卡 2026-10-06至2026-11-05" in line.specification
    assert_every_law_holds()


def test_the_database_refuses_to_bill_a_change_twice() -> None:
    shop = make_shop()
    shop.order()
    (bill,) = close_month(shop, OCTOBER)
    with pytest.raises(IntegrityError, match="invoice_line_package_billed_once"):
        execute(
            "INSERT INTO invoices_invoice_line (invoice_id, position, issuer_id, tenant_id, "
            "booked_month, usage_month, cluster_id, payer_kind, package_change_id, unit, "
            "quantity, amount, tax_class, sequence) SELECT invoice_id, 2, issuer_id, tenant_id, "
            "%(month)s, usage_month, cluster_id, payer_kind, package_change_id, unit, quantity, "
            "amount, tax_class, sequence FROM invoices_invoice_line WHERE invoice_id = %(bill)s",
            bill=bill.pk,
            month=DECEMBER,
        )
