"""Claims on funds, the operators' statements, and the treasury's payment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError
from django.db import transaction as django_transaction

from compute_billing.invoices import operations as invoices
from compute_billing.ledger import queries as ledger
from compute_billing.settlement import operations, queries
from compute_billing.settlement.models import (
    Claim,
    Claimed,
    ClaimLine,
    OperatorStatement,
    OperatorStatementLine,
)
from compute_billing.subsidies.cap_keys import CapKey
from compute_billing.subsidies.capping import CapDraw, cap_use, reserve_caps
from kernel.audit import Actor
from kernel.models import AuditEntry
from kernel.sql import execute, rows
from kernel.states import IllegalTransition
from kernel.transactions import transaction
from tests.builders.invoices import HOUR, NOVEMBER, OCTOBER, after, close, make_correction, make_use
from tests.builders.market import NOW, YUAN, Market, make_market

pytestmark = pytest.mark.django_db

PAPERS = {"budget_document_no": "京财〔2026〕17号", "treasury_receipt_no": "GK-20261201-9"}
OFFICER = Actor.user(7)


def make_settled_market() -> Market:
    """Settle October: acme used ten hours at 1 yuan, an award bears 30 %; beta used one."""
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.add_tenant("beta", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=500)
    make_use(market, "acme", duration=10 * HOUR)
    make_use(market, "beta")
    invoices.close_period(month=OCTOBER, now=NOW)
    operations.settle(month=OCTOBER, now=NOW)
    return market


def lines_of(claim: Claim) -> list[tuple[int, int, int | None]]:
    """Return basis, amount and the corrected charge of a claim's lines."""
    return list(
        ClaimLine.objects.filter(claim=claim)
        .order_by("id")
        .values_list("basis", "amount", "adjusts_charge_id")
    )


def test_a_settled_month_has_a_claim_and_a_statement() -> None:
    market = make_settled_market()
    # then the fund owes the award's share, line by line
    claim = Claim.objects.get()
    assert (claim.claimant_id, claim.period, claim.sequence) == (market.operator.pk, OCTOBER, 1)
    assert (claim.state, claim.amount, claim.line_count) == ("draft", 3 * YUAN, 1)
    assert lines_of(claim) == [(10 * YUAN, 3 * YUAN, None)]
    [charge] = market.charges("acme")
    assert Claimed.objects.get().charge_id == charge["id"]
    # and the operator's statement is the sum of the bills on it
    statement = OperatorStatement.objects.get()
    assert (statement.operator_id, statement.sequence) == (market.operator.pk, 1)
    assert (statement.tenant_count, statement.gross) == (2, 11 * YUAN)
    assert (statement.programme, statement.tenant_paid) == (3 * YUAN, 8 * YUAN)
    assert OperatorStatementLine.objects.count() == 2
    # and the log has both
    actions = AuditEntry.objects.filter(action__startswith="settlement.")
    assert sorted(actions.values_list("action", flat=True)) == [
        "settlement.issue_statement",
        "settlement.make_claim",
    ]


def test_settling_again_makes_nothing() -> None:
    make_settled_market()
    assert operations.settle(month=OCTOBER, now=NOW) == operations.Settlement()
    assert (Claim.objects.count(), OperatorStatement.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action__startswith="settlement.").count() == 2
    assert queries.months_to_settle() == []


def test_a_month_that_nobody_closed_settles_to_nothing() -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme")
    assert operations.settle(month=OCTOBER, now=NOW) == operations.Settlement()
    assert not AuditEntry.objects.filter(action__startswith="settlement.").exists()


def test_who_closes_later_is_in_the_next_sequence() -> None:
    # given one tenant closed and one whose usage still waits
    market = make_market(price_micro=1 * YUAN)
    fund = market.fund(yuan=1_000)
    for code in ("fine", "slow"):
        market.add_tenant(code, paid_yuan=100)
        market.award(code, fund=fund, rate_ppm=300_000, cap_yuan=500)
    make_use(market, "fine", duration=10 * HOUR)
    make_use(market, "slow")
    make_use(market, "slow", start=datetime(2026, 10, 12, tzinfo=UTC), rate=False)
    invoices.close_period(month=OCTOBER, now=NOW)
    operations.settle(month=OCTOBER, now=NOW)
    # then nothing of the open tenant-month is claimed or stated
    assert [claim.amount for claim in Claim.objects.all()] == [3 * YUAN]
    assert OperatorStatement.objects.get().tenant_count == 1
    # when it is closed as well
    market.rate()
    invoices.close_period(month=OCTOBER, now=NOW)
    assert queries.months_to_settle() == [OCTOBER]
    operations.settle(month=OCTOBER, now=NOW)
    # then only what is new stands on the second claim and statement
    second = Claim.objects.get(sequence=2)
    assert (second.amount, second.line_count) == (600_000, 2)
    statement = OperatorStatement.objects.get(sequence=2)
    assert (statement.tenant_count, statement.gross, statement.programme) == (
        1,
        2 * YUAN,
        600_000,
    )
    totals = queries.total(tenant.amounts for tenant in queries.tenants_of(month=OCTOBER))
    assert (totals.gross, totals.programme) == (12 * YUAN, 3_600_000)


def test_a_correction_is_claimed_back_with_the_charge_that_it_corrects() -> None:
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=500)
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    operations.settle(month=OCTOBER, now=NOW)
    first = Claim.objects.get()
    operations.mark_claim_paid(claim_id=first.pk, now=NOW, actor=OFFICER, **PAPERS)
    # when all of it is corrected after the claim was paid
    make_correction(market, "acme", corrects=used, duration=10 * HOUR)
    close(market, "acme", month=NOVEMBER)
    operations.settle(month=NOVEMBER, now=after(NOVEMBER))
    # then November's claim owes it back and says for which charge
    back = Claim.objects.get(period=NOVEMBER)
    original = market.charges("acme")[0]
    assert back.amount == -3 * YUAN
    assert lines_of(back) == [(-10 * YUAN, -3 * YUAN, original["id"])]
    # and paying it takes the cash back
    operations.mark_claim_paid(claim_id=back.pk, now=after(NOVEMBER), actor=OFFICER, **PAPERS)
    assert cash_of(market) == -100 * YUAN  # the top-up alone


def test_what_a_claim_pays_moves_from_reserved_to_paid_on_the_caps_of_its_award() -> None:
    # given an award whose decision reserved 20 yuan of a cap of 100
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    award = market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=20)
    key = CapKey(
        programme="vouchers", cap_name="a year", subject_kind="pool_year", subject_id=0, year=2026
    )
    with transaction():
        draw = CapDraw(key=key, cap=100 * YUAN)
        reserve_caps(draws=[draw], amount_micro=20 * YUAN, reference=award.reference, now=NOW)
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    operations.settle(month=OCTOBER, now=NOW)
    assert cap_use(key=key) == (20 * YUAN, 0)
    # when the claim of 3 yuan is paid, and again with the same papers
    first = Claim.objects.get()
    for _ in range(2):
        operations.mark_claim_paid(claim_id=first.pk, now=NOW, actor=OFFICER, **PAPERS)
    # then they are paid, once
    assert cap_use(key=key) == (17 * YUAN, 3 * YUAN)
    # and what a correction takes back is room again
    make_correction(market, "acme", corrects=used, duration=10 * HOUR)
    close(market, "acme", month=NOVEMBER)
    operations.settle(month=NOVEMBER, now=after(NOVEMBER))
    back = Claim.objects.get(period=NOVEMBER)
    operations.mark_claim_paid(claim_id=back.pk, now=after(NOVEMBER), actor=OFFICER, **PAPERS)
    assert cap_use(key=key) == (20 * YUAN, 0)


def test_stacked_awards_of_two_funds_claim_apart() -> None:
    # given 30 % of one fund and then 50 % of what is left of another
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    city, district = market.fund(yuan=1_000), market.fund(yuan=1_000)
    market.award("acme", fund=city, rate_ppm=300_000, cap_yuan=500, stacking_order=1)
    market.award("acme", fund=district, rate_ppm=500_000, cap_yuan=500, stacking_order=2)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    operations.settle(month=OCTOBER, now=NOW)
    # then each has its claim, the second on the basis that the first left; the charge is claimed
    # once
    assert lines_of(Claim.objects.get(fund=city)) == [(10 * YUAN, 3 * YUAN, None)]
    assert lines_of(Claim.objects.get(fund=district)) == [(7 * YUAN, 3_500_000, None)]
    assert Claimed.objects.count() == 1


def test_an_exhausted_award_has_no_line_for_what_it_did_not_give() -> None:
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=500_000, cap_yuan=1)
    make_use(market, "acme", duration=10 * HOUR)
    make_use(market, "acme", start=datetime(2026, 10, 12, tzinfo=UTC))
    close(market, "acme")
    operations.settle(month=OCTOBER, now=NOW)
    assert lines_of(Claim.objects.get()) == [(10 * YUAN, 1 * YUAN, None)]


def cash_of(market: Market) -> int:
    """Return the balance of the operator's cash: negative, as it is where money came from."""
    account_id = ledger.find_account(
        owner_kind="operator", owner_id=market.operator.pk, kind="cash", subject="bank"
    )
    assert account_id is not None
    return ledger.balance(account_id=account_id).posted


def test_a_paid_claim_is_booked_once() -> None:
    market = make_settled_market()
    claim = Claim.objects.get()
    before = cash_of(market)
    operations.submit_claim(claim_id=claim.pk, now=NOW, actor=OFFICER)
    for _ in range(2):
        operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **PAPERS)
    # then the cash came in once, from the programme
    claim.refresh_from_db()
    assert (claim.state, claim.submitted_at, claim.paid_at) == ("paid", NOW, NOW)
    assert claim.treasury_receipt_no == PAPERS["treasury_receipt_no"]
    assert cash_of(market) == before - 3 * YUAN
    [posting] = rows(
        "SELECT p.amount, s.kind AS source, d.kind AS destination, d.owner_id"
        " FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id"
        " JOIN ledger_account s ON s.id = p.source_account_id"
        " JOIN ledger_account d ON d.id = p.destination_account_id"
        " WHERE t.kind = 'claim_paid'"
    )
    assert posting == {
        "amount": 3 * YUAN,
        "source": "cash",
        "destination": "appropriation",
        "owner_id": claim.fund.programme_id,
    }
    assert AuditEntry.objects.filter(action="settlement.pay_claim").count() == 1


def test_a_paid_claim_takes_no_other_papers() -> None:
    make_settled_market()
    claim = Claim.objects.get()
    operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **PAPERS)
    other = {**PAPERS, "treasury_receipt_no": "GK-2"}
    with pytest.raises(operations.UnableToMarkClaimPaid, match="GK-20261201-9"):
        operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **other)
    with pytest.raises(IllegalTransition):
        operations.submit_claim(claim_id=claim.pk, now=NOW, actor=OFFICER)


@pytest.mark.parametrize("missing", PAPERS)
def test_a_payment_needs_its_papers(missing: str) -> None:
    make_settled_market()
    claim = Claim.objects.get()
    papers = {**PAPERS, missing: " "}
    with pytest.raises(operations.UnableToMarkClaimPaid, match="needs"):
        operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **papers)
    claim.refresh_from_db()
    assert (claim.state, claim.paid_at) == ("draft", None)


def test_a_claim_that_does_not_exist_is_not_paid() -> None:
    with pytest.raises(operations.ClaimNotFound):
        operations.mark_claim_paid(claim_id=1, now=NOW, actor=OFFICER, **PAPERS)


def test_the_database_refuses_a_second_claim_and_a_second_statement_of_a_bill() -> None:
    make_settled_market()
    for copy in (
        (
            "INSERT INTO settlement_claimed SELECT charge_id, exclusivity_group"
            " FROM settlement_claimed"
        ),
        (
            "INSERT INTO settlement_operator_statement_line (statement_id, invoice_id, tenant_id,"
            " quantity, gross, discount, programme, tenant_paid, arrears)"
            " SELECT statement_id, invoice_id, tenant_id, quantity, gross, discount, programme,"
            " tenant_paid, arrears FROM settlement_operator_statement_line"
        ),
    ):
        with pytest.raises(IntegrityError), django_transaction.atomic():
            execute(copy)
    with pytest.raises(IntegrityError), django_transaction.atomic():
        execute("UPDATE settlement_claim SET state = 'paid'")


@pytest.mark.parametrize(
    "table",
    [
        "settlement_claim_line",
        "settlement_operator_statement",
        "settlement_operator_statement_line",
    ],
)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_claimed_and_stated_cannot_be_changed(
    owner_connection: object, table: str, change: str
) -> None:
    make_settled_market()
    with pytest.raises(DatabaseError, match="append-only"), django_transaction.atomic():
        execute(change.format(table))
