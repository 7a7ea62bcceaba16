"""Claims are made, paid and taken back at once: nothing twice, nothing above the rule."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from accounts.models import Organisation, User
from compute_billing.audit.queries import verify_books
from compute_billing.settlement import clawbacks, operations
from compute_billing.settlement.clawback_models import Clawback, ClawbackPart
from compute_billing.settlement.models import Claim
from compute_billing.settlement.reimbursing import claim_of_tenant
from compute_billing.subsidies.models import Award, AwardCounter
from compute_billing.subsidies.terms import AwardMode, AwardTerms, BasisKind, Payee
from kernel.audit import Actor
from tests.builders.accounts import make_member, make_user
from tests.builders.invoices import HOUR, NOVEMBER, OCTOBER, after, close, make_use
from tests.builders.market import NOW, YUAN, Market, make_market
from tests.builders.subsidies import make_authority
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [4, pytest.param(200, marks=pytest.mark.soak)]
OFFICER = Actor.user(7)
LATER = after(NOVEMBER)
TERMS = AwardTerms(
    mode=AwardMode.REIMBURSEMENT, payee=Payee.TENANT, basis_kind=BasisKind.SETTLED_AMOUNT
)
COUNTERS = "SELECT FROM subsidies_award_counter ORDER BY award_id FOR UPDATE"


def make_claimed(market: Market, office: Organisation, *, lap: int) -> tuple[Award, Claim]:
    """Claim ten yuan's share of October, and let November's use wait for its claim."""
    code = f"tenant-{lap}"
    tenant = market.add_tenant(code, paid_yuan=100)
    award = market.award(
        code, fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50, terms=TERMS
    )
    make_use(market, code, duration=10 * HOUR)
    close(market, code)
    [claim_id] = claim_of_tenant(tenant_id=tenant.pk, month=OCTOBER, now=NOW)
    make_use(market, code, start=datetime(2026, 11, 10, tzinfo=UTC), duration=8 * HOUR)
    close(market, code, month=NOVEMBER)
    return award, Claim.objects.get(pk=claim_id)


def proposed(award: Award, maker: User) -> Clawback:
    return clawbacks.propose(
        award_reference=award.reference,
        grounds=clawbacks.Grounds(reason="fraud", clause="第十五条", statement="材料不实"),
        extent=clawbacks.Extent(used_until=datetime(2026, 10, 31, tzinfo=UTC)),
        maker_id=maker.pk,
        now=NOW,
    )


@pytest.mark.parametrize("rounds", ROUNDS)
def test_made_paid_and_taken_back_at_once(rounds: int) -> None:
    market, office, maker = make_market(price_micro=1 * YUAN), make_authority(), make_user()
    decider = make_member(organisation=office)
    awards: list[Award] = []

    def make_works(lap: int) -> list[Any]:
        award, claim = make_claimed(market, office, lap=lap)
        awards.append(award)
        decide = partial(
            clawbacks.decide,
            public_id=proposed(award, maker).public_id,
            approves=True,
            decider_id=decider.pk,
            decider_organisation_id=office.pk,
            answer="",
            now=LATER,
        )
        again = partial(claim_of_tenant, tenant_id=award.tenant_id, month=NOVEMBER, now=LATER)
        pay = partial(
            operations.mark_claim_paid,
            claim_id=claim.pk,
            budget_document_no="京财〔2026〕17号",
            treasury_receipt_no=f"GK-{lap}",
            now=LATER,
            actor=OFFICER,
        )
        return [again, decide, again, pay, decide, pay]

    race = run_race(rounds=rounds, make_works=make_works, held=COUNTERS)

    # then November was claimed once, October taken back once, and paid once
    for outcomes in race.rounds:
        first, one, second, _, other, _ = outcomes
        assert sorted([len(first), len(second)]) == [0, 1]
        assert sorted(type(each).__name__ for each in (one, other)) == [
            "Clawback",
            "UnableToClawBack",
        ]
    for award in awards:
        counter = AwardCounter.objects.get(award=award)
        assert (counter.basis, counter.granted) == (8 * YUAN, 2_400_000)
        november = Claim.objects.get(claimant_id=award.tenant_id, period=NOVEMBER)
        left = ClawbackPart.objects.get(clawback__award=award)
        assert november.netted == left.settled in (0, 2_400_000)
    race.assert_they_met()
    assert [each.law.name for each in verify_books() if not each.holds] == []
