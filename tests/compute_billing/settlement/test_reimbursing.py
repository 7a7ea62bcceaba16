"""Claims of what programmes owe on what tenants paid: windows, adjustments, exclusivity, funds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from compute_billing.ledger import operations as wallets
from compute_billing.ledger import queries as ledger
from compute_billing.settlement import operations
from compute_billing.settlement.models import Claim, ClaimLine
from compute_billing.settlement.reimbursing import claim_reimbursements
from compute_billing.subsidies.funding import FundShare
from compute_billing.subsidies.models import Award, AwardCounter
from compute_billing.subsidies.terms import (
    AwardMode,
    AwardTerms,
    BasisKind,
    ClaimCycle,
    Payee,
    TaxBasis,
)
from kernel.audit import Actor
from kernel.transactions import transaction
from tests.builders.invoices import HOUR, NOVEMBER, OCTOBER, after, close, make_correction, make_use
from tests.builders.market import NOW, YUAN, Market, make_market
from tests.builders.subsidies import make_fund

pytestmark = pytest.mark.django_db

OFFICER = Actor.user(7)
PAPERS = {"budget_document_no": "京财〔2026〕17号", "treasury_receipt_no": "GK-20261201-9"}


def terms(**overrides: Any) -> AwardTerms:
    """Return the terms of a reimbursement of what was really paid."""
    values = {
        "mode": AwardMode.REIMBURSEMENT,
        "payee": Payee.TENANT,
        "basis_kind": BasisKind.SETTLED_AMOUNT,
    }
    return AwardTerms(**{**values, **overrides})


def make_reimbursed(*, paid_yuan: int = 100, cap_yuan: int = 50, **wanted: Any) -> Market:
    """Let acme have 30 % of what it pays back, at a yuan a card-hour."""
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=paid_yuan)
    fund = market.fund(yuan=1_000)
    market.award("acme", fund=fund, rate_ppm=300_000, cap_yuan=cap_yuan, terms=terms(**wanted))
    return market


def claimed(month: date = OCTOBER, *, now: datetime = NOW) -> list[Claim]:
    return list(
        Claim.objects.filter(pk__in=claim_reimbursements(month=month, now=now)).order_by("id")
    )


def counter() -> tuple[int, int]:
    found = AwardCounter.objects.get()
    return found.basis, found.granted


def amounts(claim: Claim) -> list[tuple[int, int]]:
    return list(ClaimLine.objects.filter(claim=claim).order_by("id").values_list("basis", "amount"))


def owed(market: Market, fund_id: int) -> int:
    """Return what the fund owes acme in the books."""
    found = ledger.find_account(
        owner_kind="tenant",
        owner_id=market.tenants["acme"].pk,
        kind="reimbursement",
        subject=f"fund:{fund_id}",
    )
    return 0 if found is None else ledger.balance(account_id=found).posted


def test_what_was_paid_is_claimed_once_it_is_billed() -> None:
    market = make_reimbursed()
    make_use(market, "acme", duration=10 * HOUR)
    # given an open month: nothing
    assert claimed() == []
    # when it is closed
    close(market, "acme")
    [claim] = claimed()
    # then 30 % of ten yuan are owed to the tenant, in its claim and in the books
    assert (claim.claimant, claim.kind) == (market.tenants["acme"], "reimbursement")
    assert (claim.amount, claim.line_count, claim.sequence) == (3 * YUAN, 1, 1)
    assert amounts(claim) == [(10 * YUAN, 3 * YUAN)]
    assert counter() == (10 * YUAN, 3 * YUAN)
    assert owed(market, claim.fund_id) == 3 * YUAN
    # and asking again makes nothing
    assert claimed() == []
    # when the treasury pays
    operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **PAPERS)
    assert owed(market, claim.fund_id) == 0


def test_a_correction_after_the_payment_is_an_adjustment_of_the_old_line() -> None:
    market = make_reimbursed()
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    [first] = claimed()
    operations.mark_claim_paid(claim_id=first.pk, now=NOW, actor=OFFICER, **PAPERS)
    make_correction(market, "acme", corrects=used, duration=4 * HOUR)
    close(market, "acme", month=NOVEMBER)
    [second] = claimed(NOVEMBER, now=after(NOVEMBER))
    # then four yuan of the ten are taken out, tied to the line of the first claim
    line = ClaimLine.objects.get(claim=second)
    assert (line.basis, line.amount, line.basis_before) == (-4 * YUAN, -1_200_000, 10 * YUAN)
    assert line.adjusts_line == ClaimLine.objects.get(claim=first)
    assert counter() == (6 * YUAN, 1_800_000)
    # and the tenant owes it back until it is paid back
    assert owed(market, first.fund_id) == -1_200_000
    operations.mark_claim_paid(claim_id=second.pk, now=NOW, actor=OFFICER, **PAPERS)
    assert owed(market, first.fund_id) == 0


def test_late_use_is_claimed_with_the_month_in_which_it_is_booked() -> None:
    market = make_reimbursed()
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    claimed()
    make_use(market, "acme", duration=2 * HOUR)
    close(market, "acme", month=NOVEMBER)
    [second] = claimed(NOVEMBER, now=after(NOVEMBER))
    assert amounts(second) == [(2 * YUAN, 600_000)]


def test_arrears_are_not_claimable_until_they_are_paid() -> None:
    # given six yuan for a use of ten
    market = make_reimbursed(paid_yuan=6)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    [first] = claimed()
    assert amounts(first) == [(6 * YUAN, 1_800_000)]
    # when three more come in
    market.top_up("acme", yuan=3)
    with transaction():
        wallets.clear_debts(tenant_id=market.tenants["acme"].pk, now=NOW)
    [second] = claimed()
    # then they are claimed in the next sequence, as an addition to the line before
    assert (second.sequence, amounts(second)) == (2, [(3 * YUAN, 900_000)])
    assert ClaimLine.objects.get(claim=second).adjusts_line == ClaimLine.objects.get(claim=first)


def test_what_a_platform_meters_is_claimed_paid_or_not() -> None:
    market = make_reimbursed(
        paid_yuan=6, mode=AwardMode.PLATFORM_METERED, basis_kind=BasisKind.METERED_AMOUNT
    )
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    assert [amounts(claim) for claim in claimed()] == [[(10 * YUAN, 3 * YUAN)]]


def test_claims_stop_exactly_at_the_cap() -> None:
    market = make_reimbursed(cap_yuan=2)
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    [first] = claimed()
    assert first.amount == 2 * YUAN
    # a correction that leaves enough to reach the cap gives nothing back
    make_correction(market, "acme", corrects=used, duration=3 * HOUR)
    close(market, "acme", month=NOVEMBER)
    [second] = claimed(NOVEMBER, now=after(NOVEMBER))
    assert amounts(second) == [(-3 * YUAN, 0)]
    assert counter() == (7 * YUAN, 2 * YUAN)


def test_the_window_and_the_deadline_are_the_programmes() -> None:
    market = make_reimbursed(
        claim_cycle=ClaimCycle.WINDOW,
        claim_from=NOW,
        redeem_by=NOW + timedelta(days=1),
    )
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    assert claimed(now=NOW - timedelta(seconds=1)) == []
    assert claimed(now=NOW + timedelta(days=1)) == []
    assert [claim.amount for claim in claimed(now=NOW)] == [3 * YUAN]
    # what is to be given back knows no deadline
    make_correction(market, "acme", corrects=used, duration=10 * HOUR)
    close(market, "acme", month=NOVEMBER)
    [back] = claimed(NOVEMBER, now=after(NOVEMBER) + timedelta(days=30))
    assert back.amount == -3 * YUAN


def test_a_quarter_is_claimed_behind_its_last_month() -> None:
    market = make_reimbursed(claim_cycle=ClaimCycle.QUARTER)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    assert claimed(OCTOBER) == []
    december = date(2026, 12, 1)
    assert [claim.amount for claim in claimed(december, now=datetime(2027, 1, 3, tzinfo=UTC))] == [
        3 * YUAN
    ]


def test_a_charge_is_claimed_once_in_a_group_and_again_in_another() -> None:
    # given a voucher and three reimbursements, two of them in the voucher's group
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    fund = market.fund(yuan=1_000)
    half = {"fund": fund, "rate_ppm": 500_000, "cap_yuan": 50}
    market.award("acme", **half)
    same = market.award("acme", **half, terms=terms())
    other = market.award("acme", **half, terms=terms(exclusivity_group="district"))
    third = market.award("acme", **half, terms=terms(exclusivity_group="district"))
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    [claim] = claimed()
    # then only the first of the other group is claimed, on what the tenant really paid
    assert list(claim.lines.values_list("award_id", "basis", "amount")) == [
        (other.pk, 5 * YUAN, 2_500_000)
    ]
    untouched = AwardCounter.objects.filter(award_id__in=[same.pk, third.pk])
    assert list(untouched.values_list("granted", flat=True)) == [0, 0]


def test_city_and_district_owe_their_parts_exactly() -> None:
    market = make_market(price_micro=333_333)
    market.add_tenant("acme", paid_yuan=100)
    city, district = make_fund(amount_micro=90 * YUAN), make_fund(amount_micro=90 * YUAN)
    market.award(
        "acme",
        fund=city,
        rate_ppm=300_000,
        cap_yuan=50,
        terms=terms(),
        fund_shares=[
            FundShare(fund_id=city.pk, share_ppm=333_333),
            FundShare(fund_id=district.pk, share_ppm=666_667),
        ],
    )
    used = make_use(market, "acme", duration=7 * HOUR)
    make_use(market, "acme", start=datetime(2026, 10, 12, tzinfo=UTC), duration=HOUR)
    close(market, "acme")
    by_city, by_district = claimed()
    # then each claims from its own fund and both are the whole: R(0.3 x 2,666,664)
    assert (by_city.fund, by_district.fund) == (city, district)
    assert by_city.amount + by_district.amount == counter()[1] == 799_999
    assert by_city.amount == 799_999 * 333_333 // 1_000_000
    # and all of it is given back exactly
    make_correction(market, "acme", corrects=used, duration=7 * HOUR)
    close(market, "acme", month=NOVEMBER)
    back = claimed(NOVEMBER, now=after(NOVEMBER))
    assert sum(claim.amount for claim in [by_city, by_district, *back]) == counter()[1] == 100_000


def test_a_basis_without_tax_leaves_the_tax_out() -> None:
    market = make_reimbursed(tax_basis=TaxBasis.WITHOUT_TAX)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    # ten yuan hold 566,038 micro-yuan of 6 %
    assert [amounts(claim) for claim in claimed()] == [[(9_433_962, 2_830_189)]]


def test_a_withdrawn_award_claims_nothing_new() -> None:
    market = make_reimbursed()
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    Award.objects.update(withdrawn_at=NOW)
    assert claimed() == []
