"""A limit is lowered while its credit is spent: it is never below what is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from compute_billing.ledger import credit_terms
from compute_billing.ledger.credit_terms import CreditTerms
from compute_billing.ledger.models import LedgerBalance
from compute_billing.rating import operations as rating
from tests.builders.accounts import make_user
from tests.builders.market import NOW, YUAN, instant_ms, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("rounds", [6, pytest.param(200, marks=pytest.mark.soak)])
def test_a_lowered_limit_and_spending_never_cross(rounds: int) -> None:
    # Given a tenant on credit, and two of finance
    market = make_market()
    tenant_id = market.add_tenant("acme").pk
    maker, decider = make_user().pk, make_user().pk

    def propose(yuan: int) -> credit_terms.CreditProposal:
        return credit_terms.propose_credit(
            tenant_id=tenant_id,
            wanted=CreditTerms(mode="postpaid", limit_micro=yuan * YUAN),
            reason="raced",
            maker_id=maker,
            now=NOW,
        )

    def decide(made: credit_terms.CreditProposal, *, approves: bool = True) -> None:
        credit_terms.decide_credit(
            public_id=made.public_id, approves=approves, decider_id=decider, now=NOW
        )

    def works(number: int) -> list[Callable[[], object]]:
        used = -LedgerBalance.objects.filter(account__kind="credit").get().posted
        start = instant_ms(NOW) - (2_000 - number) * 3_600_000
        market.report(
            {
                "account": "acme",
                "milli_cards": 1_000,
                "started_ms": start,
                "ended_ms": start + 3_600_000,
            }
        )
        # Enough for what is used, and too little for what waits to be rated.
        lower = propose(used // YUAN + 1)
        lowering.append(lower)
        rate = partial(rating.rate_next, tenant_id=tenant_id, now=NOW)
        return [partial(decide, lower), rate, partial(decide, lower), rate]

    lowering: list[credit_terms.CreditProposal] = []
    for number in range(rounds):
        decide(propose(100_000 + number))

        # When a lower limit is approved twice while use is rated
        race = run_race(rounds=1, make_works=lambda _, number=number: works(number))  # type: ignore[misc]

        # Then the credit stands above its floor, and one of the two approvals lost
        balance = LedgerBalance.objects.get(account__kind="credit")
        assert balance.posted - balance.held >= balance.floor
        assert race.rounds_with_a_loser == 1, "no round had a loser"
        lowering[-1].refresh_from_db()
        if not lowering[-1].decision:
            decide(lowering[-1], approves=False)
