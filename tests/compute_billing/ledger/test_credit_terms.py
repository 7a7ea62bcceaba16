"""Credit limits: two people, never below what is used, and told to whom they are given."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.models import Organisation
from compute_billing.ledger import credit_terms
from compute_billing.ledger.credit_models import CreditProposal
from compute_billing.ledger.credit_terms import (
    CreditTerms,
    UnableToDecideCredit,
    UnableToSetCredit,
)
from compute_billing.ledger.queries import wallet_state
from kernel.models import OutboxEvent
from tests.builders.accounts import make_member, make_user
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    market = make_market()
    market.add_tenant("acme")
    return market


@pytest.fixture
def acme(market: Market) -> Organisation:
    return market.tenants["acme"]


def propose(tenant: Organisation, *, yuan: int = 100, **changes: Any) -> CreditProposal:
    mode = changes.pop("mode", "postpaid")
    values: dict[str, Any] = {"reason": "framework contract", "maker_id": make_user().pk}
    return credit_terms.propose_credit(
        tenant_id=tenant.pk,
        wanted=CreditTerms(mode=mode, limit_micro=yuan * YUAN),
        now=NOW,
        **{**values, **changes},
    )


def decide(made: CreditProposal, *, by: int | None = None, approves: bool = True) -> None:
    credit_terms.decide_credit(
        public_id=made.public_id,
        approves=approves,
        decider_id=by or make_user().pk,
        now=NOW,
    )


def use_on_credit(market: Market, *, hours: int = 2) -> None:
    start = instant_ms(NOW) - 12 * 3_600_000
    market.report(
        {
            "account": "acme",
            "milli_cards": 1_000,
            "started_ms": start,
            "ended_ms": start + hours * 3_600_000,
        }
    )
    market.rate()


def test_nothing_changes_before_somebody_else_approves(acme: Organisation) -> None:
    made = propose(acme)
    before = wallet_state(tenant_id=acme.pk)

    with pytest.raises(UnableToDecideCredit):
        decide(made, by=made.maker_id)
    decide(made)

    after = wallet_state(tenant_id=acme.pk)
    assert (before.mode, before.credit_limit) == ("prepaid", 0)
    assert (after.mode, after.credit_limit) == ("postpaid", 100 * YUAN)
    event = OutboxEvent.objects.get(kind="credit.changed")
    assert event.payload["limit"]["amount"] == "100.000000"


def test_a_member_of_the_tenant_cannot_approve(acme: Organisation) -> None:
    made = propose(acme)

    with pytest.raises(UnableToDecideCredit):
        decide(made, by=make_member(organisation=acme).pk)


def test_the_database_refuses_a_maker_who_approves(acme: Organisation) -> None:
    made = propose(acme)

    with pytest.raises(IntegrityError, match="credit_proposal_four_eyes"), connection.cursor() as c:
        c.execute(
            "UPDATE ledger_credit_proposal SET decision = 'approved', decider_id = maker_id,"
            " decided_at = made_at WHERE id = %s",
            [made.pk],
        )


def test_a_limit_is_never_below_what_is_used(market: Market, acme: Organisation) -> None:
    decide(propose(acme))
    use_on_credit(market)
    assert wallet_state(tenant_id=acme.pk).credit_used == 4_860_000

    with pytest.raises(UnableToSetCredit) as refusal:
        propose(acme, yuan=4)
    assert refusal.value.details == {"used": "4.860000"}
    with pytest.raises(UnableToSetCredit):
        propose(acme, mode="prepaid", yuan=0)
    decide(propose(acme, yuan=5))
    assert wallet_state(tenant_id=acme.pk).credit_limit == 5 * YUAN


def test_what_was_used_since_the_proposal_counts(market: Market, acme: Organisation) -> None:
    decide(propose(acme))
    made = propose(acme, yuan=4)
    use_on_credit(market)

    with pytest.raises(UnableToSetCredit):
        decide(made)

    made.refresh_from_db()
    assert (made.decision, wallet_state(tenant_id=acme.pk).credit_limit) == ("", 100 * YUAN)


def test_one_proposal_waits_at_a_time_and_a_maker_takes_his_back(acme: Organisation) -> None:
    made = propose(acme)
    with pytest.raises(UnableToSetCredit):
        propose(acme, yuan=7)

    decide(made, by=made.maker_id, approves=False)

    made.refresh_from_db()
    assert made.decision == "withdrawn"
    with pytest.raises(UnableToDecideCredit):
        decide(made)
    assert propose(acme, yuan=7).pk


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "prepaid", "yuan": 1},
        {"mode": "prepaid", "yuan": 0},
        {"mode": "later"},
        {"yuan": -1},
        {"reason": " "},
    ],
)
def test_what_does_not_fit_is_refused(acme: Organisation, changes: dict[str, Any]) -> None:
    with pytest.raises(UnableToSetCredit):
        propose(acme, **changes)
