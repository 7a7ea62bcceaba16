"""Modes of awards: who is paid and when, several funds of one award, and card time in kind."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from compute_billing.ledger import queries as ledger
from compute_billing.subsidies import operations, queries
from compute_billing.subsidies.funding import CardTime, FundShare
from compute_billing.subsidies.models import Award, AwardFund
from compute_billing.subsidies.terms import (
    AwardMode,
    AwardTerms,
    BasisKind,
    Formula,
    Payee,
    RoundingMode,
    parts,
)
from kernel.audit import Actor
from tests.builders.invoices import HOUR, make_use
from tests.builders.market import CARD_HOUR, NOW, YUAN, make_market
from tests.builders.subsidies import award_terms, make_award, make_fund

pytestmark = pytest.mark.django_db

REIMBURSEMENT = AwardTerms(
    mode=AwardMode.REIMBURSEMENT, payee=Payee.TENANT, basis_kind=BasisKind.SETTLED_AMOUNT
)


def test_an_award_without_terms_is_a_voucher() -> None:
    award = make_award()
    assert (award.mode, award.payee, award.is_share) == ("voucher", "provider", True)


def test_a_reimbursement_leaves_the_whole_charge_to_the_tenant() -> None:
    # given an award that is claimed after use
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award(
        "acme", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50, terms=REIMBURSEMENT
    )
    # when ten hours are used
    make_use(market, "acme", duration=10 * HOUR)
    # then he paid them all, and the award was asked for nothing yet
    assert market.shares("acme") == {"paid": 10 * YUAN}
    assert queries.award_state(award_id=Award.objects.get().pk).granted == 0


def test_two_funds_pay_their_parts_of_a_cap_to_the_micro_yuan() -> None:
    city, district = make_fund(amount_micro=100), make_fund(amount_micro=100, level="district")
    award = make_award(
        fund_id=city.pk,
        cap_micro=100,
        terms=REIMBURSEMENT,
        fund_shares=[
            FundShare(fund_id=city.pk, share_ppm=333_333),
            FundShare(fund_id=district.pk, share_ppm=666_667),
        ],
    )
    assert list(AwardFund.objects.order_by("from_ppm").values_list("fund_id", "cap_micro")) == [
        (city.pk, 33),
        (district.pk, 67),
    ]
    assert ledger.balance(account_id=award.account_id).posted == 100
    assert queries.fund_burn(fund_id=city.pk).left_in_fund == 67
    assert queries.fund_burn(fund_id=district.pk).awarded == 67


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"fund_shares": "two", "terms": AwardTerms()}, "from one fund"),
        ({"fund_shares": "half"}, "sum to 1000000"),
        ({"terms": AwardTerms(payee=Payee.TENANT)}, "a claim the tenant"),
        (
            {
                "terms": AwardTerms(
                    mode=AwardMode.REIMBURSEMENT,
                    payee=Payee.TENANT,
                    days_counted=3,
                    days_whole=2,
                )
            },
            "more days than there are",
        ),
    ],
)
def test_terms_that_nothing_could_be_paid_by_are_refused(overrides, complaint: str) -> None:
    fund = make_fund(amount_micro=50 * YUAN)
    half = FundShare(fund_id=fund.pk, share_ppm=500_000)
    other = FundShare(fund_id=make_fund(amount_micro=50 * YUAN).pk, share_ppm=500_000)
    shares = {"two": (half, other), "half": (half,)}
    if "fund_shares" in overrides:
        overrides = {**overrides, "fund_shares": shares[overrides["fund_shares"]]}
    with pytest.raises(operations.UnableToApproveAward, match=complaint):
        make_award(fund_id=fund.pk, **overrides)


def test_the_database_refuses_a_share_that_its_mode_does_not_have() -> None:
    award = make_award()
    with pytest.raises(IntegrityError, match="award_share_follows_mode"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(is_share=False)


def test_card_time_in_kind_pays_hours_and_is_never_money() -> None:
    # given a fund of a hundred card-hours, of which a tenant is granted sixty
    market = make_market(price_micro=1 * YUAN)
    acme = market.add_tenant("acme", paid_yuan=100)
    fund = make_fund(meter_id=market.meter.pk, amount_micro=100 * CARD_HOUR)
    terms = award_terms(fund_id=fund.pk, tenant_id=acme.pk)
    named = {name: terms[name] for name in ("fund_id", "tenant_id", "reference", "period", "now")}
    eyes = {name: terms[name] for name in ("maker_id", "approver_id", "approver_organisation_id")}
    granted = CardTime(
        operator_id=market.operator.pk, meter_id=market.meter.pk, quantity=60 * CARD_HOUR
    )
    award = operations.approve_card_time(granted=granted, **named, **eyes)
    # when 70 card-hours are used
    make_use(market, "acme", duration=70 * HOUR)
    # then sixty were in kind, ten have a price
    assert market.shares("acme") == {"in_kind": 60 * CARD_HOUR, "paid": 10 * YUAN}
    assert (award.cap_micro, award.quantity) == (0, 60 * CARD_HOUR)
    assert ledger.balance(account_id=fund.account_id).posted == 40 * CARD_HOUR
    # and no second award takes more than is left
    with pytest.raises(operations.FundExhausted):
        operations.approve_card_time(
            granted=CardTime(
                operator_id=market.operator.pk, meter_id=market.meter.pk, quantity=41 * CARD_HOUR
            ),
            **{**named, "reference": "too-much"},
            **eyes,
        )


def test_money_comes_from_a_fund_of_money() -> None:
    market = make_market()
    fund = make_fund(meter_id=market.meter.pk, amount_micro=CARD_HOUR)
    with pytest.raises(operations.UnableToApproveAward, match="card time pays no money"):
        make_award(fund_id=fund.pk, cap_micro=1)


def test_the_nanning_days_give_whole_yuan_down() -> None:
    formula = Formula(
        rate_ppm=300_000,
        cap=2_000_000 * YUAN,
        days_counted=305,
        days_whole=729,
        rounding_unit_micro=YUAN,
        rounding_mode=RoundingMode.DOWN,
    )
    assert formula.given(200_000 * YUAN) == 25_102 * YUAN


def test_parts_sum_to_what_is_split_however_it_grows() -> None:
    upto = [333_333, 500_000, 1_000_000]
    grown = [parts(amount, upto) for amount in (0, 1, 2, 10, 99, 100)]
    assert [sum(split) for split in grown] == [0, 1, 2, 10, 99, 100]
    assert all(
        later >= earlier
        for before, after in pairwise(grown)
        for earlier, later in zip(before, after, strict=True)
    )


def test_who_appropriates_card_time_names_the_meter() -> None:
    with pytest.raises(ledger.AccountNotFound, match="no meter"):
        operations.open_fund(
            programme_id=make_fund().programme_id,
            level="city",
            budget_year=2027,
            budget_document_no="x",
            actor=Actor.system(),
            now=NOW,
            meter_id=10**9,
        )
