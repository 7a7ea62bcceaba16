"""Closing a tenant's month: totals sealed and bills issued, at once or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.db import transaction as django_transaction

from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.invoices import operations, queries
from compute_billing.invoices.models import Invoice, InvoiceSeries, InvoiceTax, TenantMonth
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from kernel.models import AuditEntry
from kernel.periods import months_later
from kernel.queries import BillingMonthMissing
from kernel.sql import execute
from tests.builders.invoices import (
    DECEMBER,
    HOUR,
    NOVEMBER,
    OCTOBER,
    after,
    close,
    lines_of,
    make_correction,
    make_use,
    rate_all,
    the_bill,
)
from tests.builders.market import LONG_AGO, NOW, YUAN, make_market

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000


def test_a_closed_month_is_sealed_and_billed() -> None:
    # given five card-hours at 2.430001, a promotion of 1 yuan, an award of 30 %, 5 yuan of money
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme", paid_yuan=5)
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=1 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50)
    make_use(market, "acme", duration=2 * HOUR)
    make_use(market, "acme", start=datetime(2026, 10, 11, tzinfo=UTC), duration=3 * HOUR)
    # when its month is closed
    closing = close(market, "acme")
    # then the row holds the month's totals
    month = TenantMonth.objects.get(tenant_id=tenant.pk, month=OCTOBER)
    assert (month.state, month.closed_at, month.parked_reason) == ("closed", NOW, "")
    assert (month.charge_count, int(month.quantity or 0)) == (2, 5 * CARD_HOUR)
    gross, net = 12_150_005, 11_150_005
    programme = 3_345_002  # 30 % of the net price, rounded half up once: 3,345,001.5
    arrears = net - programme - 5 * YUAN
    assert (month.gross, month.discount, month.programme) == (gross, 1 * YUAN, programme)
    assert (month.tenant, month.arrears) == (5 * YUAN + arrears, arrears)
    assert (month.recorded_from, month.recorded_to) == (NOVEMBER, NOVEMBER)
    # and there is one bill, with the tax that lies in the net price
    bill = the_bill(market, "acme")
    assert closing.invoice_ids == (bill.pk,)
    assert (bill.series, bill.number, bill.issuer_id) == ("2026", 1, market.operator.pk)
    assert (bill.gross, bill.discount, bill.net) == (gross, 1 * YUAN, net)
    assert (bill.programme, bill.tenant_paid, bill.arrears) == (programme, 5 * YUAN, arrears)
    assert bill.tax == 631_132  # 11.150005 x 6 / 106
    assert (bill.total_fen, bill.carried_micro) == (1_115, 5)
    assert lines_of(bill) == [
        (OCTOBER, "promotion", 5 * CARD_HOUR, 1 * YUAN),
        (OCTOBER, "award", 0, programme),
        (OCTOBER, "paid", 0, 5 * YUAN),
        (OCTOBER, "arrears", 0, arrears),
    ]
    # and the log says who closed what
    entry = AuditEntry.objects.get(action="invoices.close_month")
    assert entry.object_id == f"{tenant.pk}:2026-10"
    assert (entry.detail["gross"], entry.detail["invoices"]) == (gross, [bill.pk])


def test_a_month_that_has_not_ended_is_refused() -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme", month=NOVEMBER)
    # when it is closed a millisecond before midnight in Shanghai
    last = datetime(2026, 11, 30, 15, 59, 59, 999_000, tzinfo=UTC)
    with pytest.raises(operations.UnableToCloseMonth, match="2026-11"):
        close(market, "acme", month=NOVEMBER, now=last)
    with pytest.raises(operations.UnableToCloseMonth):
        operations.close_period(month=NOVEMBER, now=last)
    # then nothing was written
    assert TenantMonth.objects.get().state == "open"
    assert not Invoice.objects.exists()
    # and a millisecond later it is closed
    closing = close(market, "acme", month=NOVEMBER, now=last + timedelta(milliseconds=1))
    assert len(closing.invoice_ids) == 1


def test_a_month_without_a_row_is_refused() -> None:
    with pytest.raises(BillingMonthMissing):
        operations.close_period(month=date(1999, 1, 1), now=NOW)


def test_a_tenant_without_charges_closes_without_a_bill() -> None:
    market = make_market()
    tenant = market.add_tenant("idle")
    closing = close(market, "idle")
    assert closing == operations.Closing(tenant_id=tenant.pk)
    month = TenantMonth.objects.get(tenant_id=tenant.pk)
    assert (month.state, month.charge_count, month.gross) == ("closed", 0, 0)
    assert not Invoice.objects.exists()
    assert not InvoiceSeries.objects.exists()


def test_closing_again_changes_nothing() -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme")
    close(market, "acme")
    before = TenantMonth.objects.values().get()
    closing = close(market, "acme", now=after(DECEMBER))
    assert closing.was_closed_before
    assert TenantMonth.objects.values().get() == before
    assert Invoice.objects.count() == 1
    assert InvoiceSeries.objects.get().last_number == 1
    # and the period has nobody left
    assert operations.close_period(month=OCTOBER, now=NOW) == operations.PeriodClosing(
        closed=(), parked=()
    )


def test_usage_that_waits_parks_its_tenant_and_stops_no_other() -> None:
    # given three tenants: one with usage not rated, one whose card type has no price, one fine
    market = make_market()
    for code in ("slow", "unpriced", "fine"):
        market.add_tenant(code)
    make_use(market, "fine")
    catalogue.add_card_type(code="H20", name="H20")
    make_use(market, "unpriced", card_type="H20")
    make_use(market, "slow", rate=False)
    # when the period is closed
    closing = operations.close_period(month=OCTOBER, now=NOW)
    # then two are parked, each with its reason, and the third is billed
    parked = {closed.tenant_id: closed.parked_reason for closed in closing.parked}
    assert parked == {
        market.tenants["slow"].pk: "usage_waits: 1 usage records wait: 1 not rated yet.",
        market.tenants["unpriced"].pk: "usage_waits: 1 usage records wait: 1 no_price.",
    }
    assert [closed.tenant_id for closed in closing.closed] == [market.tenants["fine"].pk]
    month = TenantMonth.objects.get(tenant_id=market.tenants["slow"].pk)
    assert (month.state, month.parked_reason) == ("open", parked[market.tenants["slow"].pk])
    # and when what it waited for is done, the next call closes it under the next number
    rate_all()
    again = operations.close_period(month=OCTOBER, now=NOW)
    assert [closed.tenant_id for closed in again.closed] == [market.tenants["slow"].pk]
    assert the_bill(market, "slow").number == 2
    month.refresh_from_db()
    assert (month.state, month.parked_reason) == ("closed", "")


def test_late_usage_is_billed_in_the_open_month_and_names_its_own() -> None:
    market = make_market(price_micro=2_430_001)
    market.add_tenant("acme", paid_yuan=100)
    make_use(market, "acme")
    close(market, "acme")
    # when two hours of October and one of November are reported after the closing
    make_use(market, "acme", start=datetime(2026, 10, 20, tzinfo=UTC), duration=2 * HOUR)
    make_use(market, "acme", month=NOVEMBER)
    close(market, "acme", month=NOVEMBER)
    # then October's bill stands and November's has a line for each month of use
    assert the_bill(market, "acme").net == 2_430_001
    november = the_bill(market, "acme", month=NOVEMBER)
    assert lines_of(november) == [
        (OCTOBER, "paid", 2 * CARD_HOUR, 4_860_002),
        (NOVEMBER, "paid", 1 * CARD_HOUR, 2_430_001),
    ]


def test_usage_waits_for_the_month_in_which_it_would_be_booked() -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme", month=NOVEMBER)
    # given use of October that waits, with October still open: November may close
    make_use(market, "acme", rate=False)
    assert close(market, "acme", month=NOVEMBER).parked_reason == ""
    assert "not rated yet" in close(market, "acme").parked_reason
    # but once October is closed, its late use goes to December, which has to wait for it
    rate_all()
    assert close(market, "acme").parked_reason == ""
    make_use(market, "acme", start=datetime(2026, 10, 20, tzinfo=UTC), rate=False)
    assert "not rated yet" in close(market, "acme", month=DECEMBER).parked_reason
    rate_all()
    assert close(market, "acme", month=DECEMBER).parked_reason == ""
    december = the_bill(market, "acme", month=DECEMBER)
    assert [line[0] for line in lines_of(december)] == [OCTOBER]


def test_a_correction_after_closing_is_taken_back_by_a_credit_note() -> None:
    market = make_market(price_micro=2_430_001)
    market.add_tenant("acme", paid_yuan=100)
    used = make_use(market, "acme")
    close(market, "acme")
    # when the whole hour is corrected after October was billed
    make_correction(market, "acme", corrects=used)
    close(market, "acme", month=NOVEMBER)
    october, november = (the_bill(market, "acme", month=m) for m in (OCTOBER, NOVEMBER))
    assert (november.kind, november.series, november.number) == ("credit_note", "2026-C", 1)
    assert lines_of(november) == [(OCTOBER, "paid", -CARD_HOUR, -2_430_001)]
    assert (october.net, october.tax, october.total_fen) == (2_430_001, 137_547, 243)
    assert (november.net, november.tax, november.total_fen) == (-2_430_001, -137_547, -243)
    assert (october.carried_micro, november.carried_micro) == (1, 0)


def test_remainders_are_carried_over_a_year() -> None:
    # given twelve months of one hour each at 0.003333 yuan: a third of a fen a month
    market = make_market(price_micro=3_333)
    market.add_tenant("acme", paid_yuan=1)
    months = [months_later(date(2025, 1, 1), count) for count in range(12)]
    for month in months:
        make_use(market, "acme", month=month)
    for month in months:
        close(market, "acme", month=month)
    # then each bill is in whole fen, and together they ask for F(12 x 3333) = F(39996) = 4 fen
    bills = list(Invoice.objects.order_by("period"))
    assert [bill.total_fen for bill in bills] == [0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]
    assert sum(bill.net for bill in bills) == 39_996
    assert bills[-1].carried_micro == -4
    assert sum(bill.tax for bill in bills) == 2_264  # 39996 x 6 / 106, rounded once
    assert [bill.number for bill in bills] == list(range(1, 13))


def test_each_issuer_bills_in_its_own_series() -> None:
    # given one tenant that uses the cards of two centres
    first, second = make_market(), make_market(price_micro=5_000_000)
    tenant = first.add_tenant("acme")
    metering.map_account(source_id=second.source.pk, account="acme", tenant_id=tenant.pk)
    second.tenants["acme"] = tenant
    make_use(first, "acme")
    make_use(second, "acme")
    # when its month is closed
    closing = close(first, "acme")
    # then each centre's operator has issued a bill number 1 over its own part
    bills = Invoice.objects.filter(pk__in=closing.invoice_ids).order_by("issuer_id")
    assert [(bill.issuer_id, bill.number, bill.net) for bill in bills] == [
        (first.operator.pk, 1, 2_430_000),
        (second.operator.pk, 1, 5_000_000),
    ]
    assert TenantMonth.objects.get().gross == 7_430_000


def test_tax_that_the_list_does_not_include_is_in_the_price_and_has_its_payer() -> None:
    # given a contract list without tax, at 100 yuan and 13 %
    market = make_market(price_micro=None)
    tenant = market.add_tenant("acme", paid_yuan=1_000)
    contract = catalogue.make_price_list(
        kind="contract",
        code="contract-1",
        issuer_id=market.operator.pk,
        tenant_id=tenant.pk,
        tax_included=False,
    )
    publishing.publish_price(
        price_list_id=contract.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        now=NOW,
        unit_price_micro=100 * YUAN,
        tax_class="vat_13",
    )
    make_use(market, "acme")
    close(market, "acme")
    # then the bill asks for 113 yuan, and the wallet has paid them
    bill = the_bill(market, "acme")
    assert (bill.net, bill.tax, bill.tenant_paid) == (113 * YUAN, 13 * YUAN, 113 * YUAN)
    assert lines_of(bill) == [(OCTOBER, "paid", CARD_HOUR, 113 * YUAN)]
    assert (bill.total_fen, bill.carried_micro) == (11_300, 0)
    assert InvoiceTax.objects.filter(invoice=bill).values_list("tax_class", "net", "tax").get() == (
        "vat_13",
        113 * YUAN,
        13 * YUAN,
    )


def test_a_tax_class_without_a_rate_parks_before_a_number_is_taken() -> None:
    market = make_market(tax_class="vat_7", unit_price_micro=1)
    market.add_tenant("acme")
    make_use(market, "acme")
    assert "vat_7" in close(market, "acme").parked_reason
    assert not InvoiceSeries.objects.exists()


def test_charges_recorded_before_their_month_are_billed() -> None:
    # given use in the first hour of November by the billing clock, recorded in UTC's October
    market = make_market()
    market.add_tenant("acme")
    early = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    make_use(market, "acme", start=early, now=early + 2 * HOUR)
    make_use(market, "acme", month=NOVEMBER)
    close(market, "acme", month=NOVEMBER)
    # then both are on November's bill, and the seal says from where to read
    assert the_bill(market, "acme", month=NOVEMBER).quantity == 2 * CARD_HOUR
    month = TenantMonth.objects.get(month=NOVEMBER)
    assert (month.recorded_from, month.recorded_to) == (OCTOBER, NOVEMBER)


def test_what_is_rated_while_a_period_is_being_closed_is_billed() -> None:
    # given two tenants whose sums are read together
    market = make_market()
    for code in ("first", "second"):
        market.add_tenant(code)
        make_use(market, code)
    late: list[str] = []

    def use_more(closing: operations.Closing) -> None:
        if not late:
            other = datetime(2026, 10, 12, tzinfo=UTC)
            late.append(make_use(market, "second", start=other))

    # when usage of the second is rated after its sums were read and before it is closed
    operations.close_period(month=OCTOBER, now=NOW, progress=use_more)
    # then it is billed with it
    assert the_bill(market, "second").quantity == 2 * CARD_HOUR
    assert queries.months_to_close(now=NOW) == []


def test_what_is_reported_while_a_period_is_being_closed_parks_its_tenant() -> None:
    market = make_market()
    for code in ("first", "second"):
        market.add_tenant(code)
        make_use(market, code)

    def report_more(closing: operations.Closing) -> None:
        if closing.tenant_id == market.tenants["first"].pk:
            make_use(market, "second", start=datetime(2026, 10, 12, tzinfo=UTC), rate=False)

    closing = operations.close_period(month=OCTOBER, now=NOW, progress=report_more)
    assert [parked.tenant_id for parked in closing.parked] == [market.tenants["second"].pk]
    assert queries.months_to_close(now=NOW) == [OCTOBER]


def test_books_that_disagree_are_not_billed(owner_connection: object) -> None:
    # given a share that somebody changed by hand, past the trigger
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    make_use(market, "acme")
    with django_transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute("UPDATE rating_charge_share SET amount = amount - 1")
    # then the month is parked, names the price and the difference, and nothing is issued
    reason = close(market, "acme").parked_reason
    assert reason.startswith("charges_and_shares_differ: Shares and charges differ by")
    assert "'tenant': -1" in reason
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("table", ["invoices_invoice", "invoices_invoice_line", "invoices_tax"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_an_issued_bill_cannot_be_changed(
    owner_connection: object, table: str, change: str
) -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme")
    close(market, "acme")
    # when the owner tries, then the trigger refuses
    with pytest.raises(DatabaseError, match="append-only"), django_transaction.atomic():
        execute(change.format(table))
    # when the application tries, then it lacks the right
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE suanji_app")
    with pytest.raises(DatabaseError, match="permission denied"), django_transaction.atomic():
        execute(change.format(table))
    assert Invoice.objects.count() == 1


def test_a_draft_shows_what_an_open_month_would_be_billed() -> None:
    market = make_market(price_micro=2_430_001)
    tenant = market.add_tenant("acme", paid_yuan=100)
    make_use(market, "acme", duration=3 * HOUR)
    draft = queries.statement_of(tenant_id=tenant.pk, month=OCTOBER)
    close(market, "acme")
    billed = queries.statement_of(tenant_id=tenant.pk, month=OCTOBER)
    assert (draft.is_closed, billed.is_closed) == (False, True)
    assert (draft.bills, len(billed.bills)) == ([], 1)
    assert draft.lines == billed.lines
    assert billed.quantity == 3 * CARD_HOUR
    assert billed.shares["paid"] == 7_290_003


def test_nothing_is_in_a_month_that_nobody_used() -> None:
    market = make_market()
    tenant = market.add_tenant("idle")
    statement = queries.statement_of(tenant_id=tenant.pk, month=OCTOBER)
    assert (statement.tenant_month, statement.lines, statement.quantity) == (None, [], 0)
