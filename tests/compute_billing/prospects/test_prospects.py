"""What programmes would bring a firm on its real use: exact sums, what is missing, the best."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Organisation, OrganisationKind
from accounts.verification.kinds import Outcome, Relation
from accounts.verification.operations import add_related_party
from compute_billing.contracts.operations import sign_compute_contract
from compute_billing.prospects import queries
from compute_billing.prospects.knowing import engagements
from compute_billing.subsidies.rules.verdicts import Outcome as Answer
from compute_billing.subsidies.rules.verdicts import State
from kernel.sql import rows
from tests.builders.accounts import make_organisation
from tests.builders.invoices import make_use
from tests.builders.market import NOW, Market, make_market
from tests.builders.programmes import make_active
from tests.builders.subsidy_documents import activated
from tests.builders.verification import (
    decide_case,
    make_submitted_case,
    make_uscc,
    make_whole_case,
    owner_of,
    submit,
)

pytestmark = pytest.mark.django_db
YUAN = 1_000_000
ETOWN = "etown-2024"
BEIJING = "beijing-2023"
CARDS = 100_000
TEN_HOURS = timedelta(hours=10)
OCTOBER_5 = datetime(2026, 10, 5, 4, tzinfo=UTC)


@pytest.fixture
def market() -> Market:
    return make_market()


def use(market: Market, *, start: datetime = OCTOBER_5) -> None:
    """Let a firm use a hundred cards for ten hours: 2,430 yuan."""
    make_use(market, "acme", start=start, duration=TEN_HOURS, milli_cards=CARDS)


def sign(market: Market, tenant: Organisation, number: str, **changed):
    values = {
        "contract_no": number,
        "tenant_id": tenant.pk,
        "provider_id": market.operator.pk,
        "signed_on": date(2026, 9, 1),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 9, 1),
        "amount_micro": 100_000 * YUAN,
    }
    return sign_compute_contract(**{**values, **changed})


def prospects(tenant: Organisation) -> dict[tuple[str, str], queries.Prospect]:
    found = queries.prospects_of(tenant_id=tenant.pk, now=NOW)
    return {(each.document.code, each.engagement.contract_no): each for each in found.prospects}


def test_what_is_paid_is_settled_and_what_is_not_is_not(market):
    # given a firm that used 4,860 yuan and had 4,000
    tenant = market.add_tenant("acme", paid_yuan=4_000)
    sign(market, tenant, "HT-1")
    use(market)
    use(market, start=OCTOBER_5 + timedelta(days=1))
    make_active(activated(ETOWN), at=NOW - timedelta(days=1))

    # then 30 % of what is paid, in whole yuan
    found = queries.prospects_of(tenant_id=tenant.pk, now=NOW)
    [only] = found.prospects
    assert (found.since, found.as_of, found.net) == (
        date(2026, 8, 20),
        date(2026, 11, 20),
        4_860 * YUAN,
    )
    assert (only.assessment.unit, only.assessment.amount) == ("micro_yuan", 1_200 * YUAN)
    steps = {step.name: step.value for step in only.assessment.steps}
    assert steps["basis"] == 4_000 * YUAN
    assert only.assessment.outcome is Answer.INCOMPLETE
    assert only.assessment.missing == ("subject.lists.etown-registered", "decision.score")
    assert (only.best, found.best) == (1_200 * YUAN, 1_200 * YUAN)


def test_costs_are_the_charges_to_the_last_micro(market):
    tenant = market.add_tenant("acme", paid_yuan=1)
    sign(market, tenant, "HT-1", starts_on=date(2026, 10, 6))
    for day in range(4):
        make_use(
            market,
            "acme",
            start=OCTOBER_5 + timedelta(days=day),
            duration=timedelta(minutes=7, seconds=day),
        )

    engaged = engagements(tenant_id=tenant.pk, now=NOW)

    [charged] = rows(
        "SELECT sum(programme + tenant)::bigint AS net FROM rating_charge WHERE tenant_id = %(id)s",
        id=tenant.pk,
    )
    assert sum(each.net for each in engaged) == charged["net"]
    # and the day before the contract began is without one
    days = {each.contract_no: {c.incurred_on for c in each.facts.costs} for each in engaged}
    assert {number: len(found) for number, found in days.items()} == {"HT-1": 3, "": 1}


def test_use_falls_under_the_contract_that_was_signed_last(market):
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    sign(market, tenant, "HT-1")
    sign(market, tenant, "HT-2", signed_on=date(2026, 10, 1), starts_on=date(2026, 10, 1))
    use(market)

    engaged = {each.contract_no: each.net for each in engagements(tenant_id=tenant.pk, now=NOW)}

    assert engaged == {"HT-1": 0, "HT-2": 2_430 * YUAN}


def test_older_use_is_not_looked_at(market):
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    use(market, start=datetime(2026, 8, 19, 1, tzinfo=UTC))

    assert engagements(tenant_id=tenant.pk, now=NOW) == []


def test_without_a_programme_in_force_there_is_nothing_to_reckon(market):
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    use(market)

    found = queries.prospects_of(tenant_id=tenant.pk, now=NOW)

    assert (found.prospects, found.best, found.net) == ([], 0, 2_430 * YUAN)


def test_other_money_here_excludes_and_own_money_counts_against_the_cap(market):
    # given a firm with an award of this programme and one of another of the city's
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    sign(market, tenant, "HT-1", signed_on=date(2025, 1, 1), ends_on=date(2026, 12, 1))
    use(market)
    make_active(activated(BEIJING), at=NOW - timedelta(days=1))
    market.award("acme", fund=market.fund(yuan=500), rate_ppm=100_000, cap_yuan=300)

    found = prospects(tenant)[BEIJING, "HT-1"]

    failing = {v.rule for v in found.assessment.verdicts if v.state is State.FAILS}
    assert "no_other_funding" in failing
    assert found.assessment.outcome is Answer.REFUSED
    assert found.best == 0


@pytest.mark.parametrize("direction", ["firm", "provider", None])
def test_related_parties_are_asked_in_both_directions(market, direction):
    # given both sides verified, and one of them names the other, or neither does
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    sign(market, tenant, "HT-1")
    codes = {"firm": make_uscc(), "provider": make_uscc()}
    firms = {"firm": tenant, "provider": market.operator}
    make_active(activated(BEIJING), at=NOW - timedelta(days=1))
    assert prospects(tenant)[BEIJING, "HT-1"].facts.provider.is_related is None

    for side, other in (("firm", "provider"), ("provider", "firm")):
        verify(firms[side], uscc=codes[side], names=codes[other] if side == direction else "")

    facts = prospects(tenant)[BEIJING, "HT-1"].facts
    assert facts.provider.is_related is (direction is not None)
    assert (facts.subject.registered_region, facts.provider.region) == ("110109", "110109")
    assert (facts.subject.industry, facts.subject.size_class) == ("software", "small")


def verify(organisation: Organisation, *, uscc: str, names: str) -> None:
    if not names:
        decide_case(make_submitted_case(organisation, uscc=uscc), Outcome.APPROVED)
        return
    case = make_whole_case(organisation, uscc=uscc)
    who = {"organisation_id": organisation.pk, "user_id": owner_of(organisation).pk, "now": NOW}
    relation = {"registered_name": "关联公司", "relation": Relation.SUBSIDIARY, "uscc": names}
    add_related_party(**who, **relation)
    submit(case, now=NOW)
    decide_case(case, Outcome.APPROVED)


def test_ones_own_facility_is_known():
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    market = make_market(operator=operator)
    tenant = market.add_tenant("acme", paid_yuan=9_000)
    use(market)
    make_active(activated(BEIJING), at=NOW - timedelta(days=1))

    [(_, found)] = prospects(tenant).items()

    assert found.facts.provider.is_own_facility is False
    assert found.engagement.contract_no == ""
    assert "contract.signed_on" in found.assessment.missing
