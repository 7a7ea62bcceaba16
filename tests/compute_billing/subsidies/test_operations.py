"""Programmes, funds and awards: exact money, four eyes, and an entry for every decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import operations as accounts
from accounts.permissions import Role
from compute_billing.ledger import queries as ledger
from compute_billing.ledger.operations import ReferenceReused
from compute_billing.subsidies import operations, queries
from compute_billing.subsidies.models import Award, AwardCounter, Fund
from compute_billing.subsidies.queries import AwardState, FundBurn
from kernel.audit import Actor
from kernel.models import AuditEntry
from kernel.periods import Period
from tests.builders.accounts import make_member, make_user
from tests.builders.ledger import make_tenant
from tests.builders.subsidies import (
    NOW,
    YEAR_2026,
    award_terms,
    make_authority,
    make_award,
    make_fund,
    make_programme,
)

pytestmark = pytest.mark.django_db
YUAN = 1_000_000


def run(text: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def burn(fund: Fund) -> FundBurn:
    return queries.fund_burn(fund_id=fund.pk)


class TestFunds:
    def test_a_programme_is_founded_once(self):
        programme = make_programme(code="bj-2026")
        assert queries.programme_by_code(code="bj-2026") == programme
        with pytest.raises(operations.UnableToFoundProgramme):
            make_programme(code="bj-2026")

    def test_a_fund_is_opened_once_for_level_and_year(self):
        programme = make_programme()
        city = make_fund(programme_id=programme.pk, level="city")
        district = make_fund(programme_id=programme.pk, level="district")
        assert queries.funds_of(programme_id=programme.pk) == [city, district]
        assert city.account_id != district.account_id
        with pytest.raises(operations.UnableToOpenFund):
            make_fund(programme_id=programme.pk, level="city")
        with pytest.raises(operations.UnableToOpenFund):
            make_fund(programme_id=404)

    def test_appropriated_money_lies_in_the_fund(self):
        fund = make_fund(amount_micro=70 * YUAN)
        assert burn(fund) == FundBurn(
            fund_id=fund.pk,
            appropriated=70 * YUAN,
            awarded=0,
            granted=0,
            left_in_fund=70 * YUAN,
            awards=0,
        )
        source = ledger.find_account(
            owner_kind="programme", owner_id=fund.programme_id, kind="appropriation"
        )
        assert ledger.balance(account_id=source).posted == -70 * YUAN

    def test_an_appropriation_happens_once(self):
        fund = make_fund()
        terms = {"fund_id": fund.pk, "reference": "doc-1", "actor": Actor.system(), "now": NOW}
        first = operations.appropriate_fund(amount_micro=5, **terms)
        assert operations.appropriate_fund(amount_micro=5, **terms) == first
        with pytest.raises(ReferenceReused):
            operations.appropriate_fund(amount_micro=6, **terms)
        assert burn(fund).left_in_fund == 5
        assert AuditEntry.objects.filter(action="subsidies.appropriate_fund").count() == 1

    @pytest.mark.parametrize("terms", [{"amount_micro": 0}, {"fund_id": 404}])
    def test_a_malformed_appropriation_is_refused(self, terms):
        values = {"fund_id": make_fund().pk, "amount_micro": 5, "reference": "r", "now": NOW}
        with pytest.raises(operations.UnableToAppropriate):
            operations.appropriate_fund(**{**values, **terms}, actor=Actor.system())

    def test_an_unknown_fund_has_no_burn(self):
        with pytest.raises(queries.SubsidyNotFound):
            queries.fund_burn(fund_id=404)
        with pytest.raises(queries.SubsidyNotFound):
            queries.award_state(award_id=404)


class TestAwards:
    def test_the_cap_moves_from_the_fund_to_the_award(self):
        fund = make_fund(amount_micro=70 * YUAN)
        award = make_award(fund_id=fund.pk, cap_micro=50 * YUAN, reference="A1")
        assert ledger.balance(account_id=award.account_id).posted == 50 * YUAN
        assert burn(fund) == FundBurn(
            fund_id=fund.pk,
            appropriated=70 * YUAN,
            awarded=50 * YUAN,
            granted=0,
            left_in_fund=20 * YUAN,
            awards=1,
        )
        state = queries.award_state(award_id=award.pk)
        assert state == AwardState(
            award_id=award.pk,
            reference="A1",
            rate_ppm=500_000,
            cap=50 * YUAN,
            basis=0,
            granted=0,
            left=50 * YUAN,
        )
        assert not state.is_exhausted
        assert queries.awards_of(tenant_id=award.tenant_id) == [award]

    def test_the_approval_is_written_down(self):
        award = make_award()
        entry = AuditEntry.objects.get(action="subsidies.approve_award")
        assert (entry.actor_id, entry.organisation_id) == (award.approver_id, award.tenant_id)
        assert (entry.object_type, entry.object_id) == ("award", str(award.pk))
        assert entry.detail == {
            "reference": award.reference,
            "fund": award.fund_id,
            "mode": "voucher",
            "rate_ppm": 500_000,
            "cap_micro": 50 * YUAN,
            "quantity": 0,
            "maker": award.maker_id,
            "approver_organisation": award.approver_organisation_id,
        }

    def test_a_fund_promises_no_more_than_it_has(self):
        fund = make_fund(amount_micro=50 * YUAN)
        make_award(fund_id=fund.pk, cap_micro=49 * YUAN)
        with pytest.raises(operations.FundExhausted) as refusal:
            make_award(fund_id=fund.pk, cap_micro=1 * YUAN + 1)
        assert refusal.value.details["shortfall"] == 1
        assert (Award.objects.count(), burn(fund).left_in_fund) == (1, 1 * YUAN)
        assert AuditEntry.objects.filter(action="subsidies.approve_award").count() == 1
        make_award(fund_id=fund.pk, cap_micro=1 * YUAN)
        assert burn(fund).left_in_fund == 0

    def test_a_reference_is_taken_once(self):
        fund = make_fund(amount_micro=50 * YUAN)
        terms = award_terms(fund_id=fund.pk, reference="A1", cap_micro=5)
        operations.approve_award(**terms)
        with pytest.raises(operations.UnableToApproveAward):
            operations.approve_award(**terms)
        assert burn(fund).awarded == 5

    @pytest.mark.parametrize(
        "terms",
        [
            {"rate_ppm": 0},
            {"rate_ppm": 1_000_001},
            {"cap_micro": 0},
            {"period": Period(NOW, NOW)},
            {"period": Period(NOW)},
            {"fund_id": 404},
        ],
    )
    def test_malformed_terms_are_refused(self, terms):
        with pytest.raises(operations.UnableToApproveAward):
            make_award(**terms)
        assert Award.objects.count() == 0
        assert not AuditEntry.objects.filter(action="subsidies.approve_award").exists()


class TestFourEyes:
    def refused(self, terms) -> None:
        fund = Fund.objects.get(id=terms["fund_id"])
        before = burn(fund)
        with pytest.raises(operations.FourEyesViolated):
            operations.approve_award(**terms)
        assert (burn(fund), Award.objects.count()) == (before, 0)

    def test_nobody_approves_what_he_made(self):
        terms = award_terms()
        self.refused({**terms, "maker_id": terms["approver_id"]})

    def test_the_beneficiary_does_not_approve(self):
        tenant = make_tenant()
        self.refused(award_terms(tenant_id=tenant.pk, approver_organisation_id=tenant.pk))

    def test_an_approver_belongs_to_the_organisation_that_he_names(self):
        self.refused(award_terms(approver_id=make_user().pk))

    def test_an_approver_is_no_member_of_the_beneficiary(self):
        tenant, office = make_tenant(), make_authority()
        approver = make_member(organisation=office)
        make_member(organisation=tenant, role=Role.VIEWER, user=approver)
        self.refused(
            award_terms(
                tenant_id=tenant.pk,
                approver_organisation_id=office.pk,
                approver_id=approver.pk,
            )
        )

    def test_a_former_member_waits_a_year(self):
        tenant, office = make_tenant(), make_authority()
        approver = make_member(organisation=office)
        make_member(organisation=tenant, user=approver, role=Role.VIEWER)
        accounts.end_membership(
            user_id=approver.pk, organisation_id=tenant.pk, role=Role.VIEWER, now=NOW
        )
        terms = award_terms(
            tenant_id=tenant.pk, approver_organisation_id=office.pk, approver_id=approver.pk
        )
        self.refused({**terms, "now": NOW + timedelta(days=364)})
        award = operations.approve_award(**{**terms, "now": NOW + timedelta(days=365)})
        assert award.approver_id == approver.pk

    @pytest.mark.parametrize(
        "change", ["approver_id = maker_id", "approver_organisation_id = tenant_id"]
    )
    def test_raw_sql_is_refused_as_well(self, change):
        make_award()
        with pytest.raises(IntegrityError, match="award_four_eyes"):
            run(f"UPDATE subsidies_award SET {change}")


class TestRawSqlIsRefused:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("rate_ppm = 0", "award_rate_and_cap_in_range"),
            ("rate_ppm = 1000001", "award_rate_and_cap_in_range"),
            ("cap_micro = 0", "award_rate_and_cap_in_range"),
            ("ends_at = starts_at", "award_period_in_order"),
        ],
    )
    def test_terms_out_of_range(self, change, constraint):
        make_award()
        with pytest.raises(IntegrityError, match=constraint):
            run(f"UPDATE subsidies_award SET {change}")

    @pytest.mark.parametrize("granted", [-1, 50 * YUAN + 1])
    def test_a_share_past_the_cap(self, granted):
        make_award(cap_micro=50 * YUAN)
        with pytest.raises(IntegrityError, match="award_counter_within_cap"):
            run("UPDATE subsidies_award_counter SET granted = %s", granted)
        assert AwardCounter.objects.get().granted == 0

    def test_a_fund_below_zero(self):
        fund = make_fund(amount_micro=5)
        with pytest.raises(IntegrityError, match="ledger_balance_never_below_floor"):
            run("UPDATE ledger_balance SET posted = -1 WHERE account_id = %s", fund.account_id)

    def test_a_period_is_the_calendar_year_in_shanghai(self):
        assert YEAR_2026.end is not None
        assert make_award().ends_at == YEAR_2026.end
