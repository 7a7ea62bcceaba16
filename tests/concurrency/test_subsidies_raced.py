"""No fund is overdrawn, and nobody joins the beneficiary behind his own back: raced."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from accounts import operations as accounts
from accounts.permissions import Role
from compute_billing.subsidies import operations, queries
from compute_billing.subsidies.models import Award
from compute_billing.subsidies.operations import FourEyesViolated, FundExhausted
from tests.builders.subsidies import NOW, award_terms, make_fund
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(250, marks=pytest.mark.soak)]
APPROVALS = 4


@pytest.mark.parametrize("rounds", ROUNDS)
def test_many_approvals_of_the_last_yuan(rounds):
    funds = []

    def make_works(_: int):
        funds.append(make_fund(amount_micro=5_000_000).pk)
        return [
            partial(operations.approve_award, **award_terms(fund_id=funds[-1], cap_micro=2_000_000))
            for _ in range(APPROVALS)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for fund_id, outcomes in zip(funds, race.rounds, strict=True):
        assert sum(isinstance(outcome, Award) for outcome in outcomes) == 2
        assert sum(isinstance(outcome, FundExhausted) for outcome in outcomes) == 2
        burn = queries.fund_burn(fund_id=fund_id)
        assert (burn.awards, burn.awarded, burn.left_in_fund) == (2, 4_000_000, 1_000_000)
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_joining_the_beneficiary_while_approving(rounds):
    """Whoever joined before an award stood does not approve it, however close it was."""

    def join(terms: dict[str, Any]) -> bool:
        accounts.add_member(
            user_id=terms["approver_id"],
            organisation_id=terms["tenant_id"],
            role=Role.VIEWER,
            now=NOW,
        )
        return Award.objects.filter(reference=terms["reference"]).exists()

    def make_works(_: int):
        terms = award_terms()
        return [partial(operations.approve_award, **terms), partial(join, terms)]

    race = run_race(rounds=rounds, make_works=make_works)

    for decision, stood_when_he_joined in race.rounds:
        if stood_when_he_joined:
            assert isinstance(decision, Award)
        else:
            assert isinstance(decision, FourEyesViolated)
    race.assert_they_met()
