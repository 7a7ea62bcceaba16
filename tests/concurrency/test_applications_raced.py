"""No fund and no cap is promised twice, and one word decides once: raced."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from compute_billing.applications import operations
from compute_billing.applications.models import Application
from compute_billing.audit.queries import verify_books
from compute_billing.subsidies.cap_models import CapCounter
from compute_billing.subsidies.capping import CapExhausted
from compute_billing.subsidies.operations import FundExhausted, appropriate_fund
from kernel.audit import Actor
from tests.builders.applications import (
    NOW,
    YUAN,
    Desk,
    decision,
    make_contract,
    make_desk,
    make_proposed,
)
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
# Each round is two or three whole applications.
ROUNDS = [2, pytest.param(60, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_last_yuan_of_a_fund(rounds: int) -> None:
    """Two grants of 20,000 of 30,000 that are left: one is made, the other decides nothing."""
    desk = make_desk(fund_yuan=10_000)

    def make_works(lap: int) -> list[Any]:
        appropriate(desk, lap)
        cases = [make_proposed(desk), make_proposed(desk)]
        return [
            partial(operations.decide, **decision(desk, case, approver_id=desk.approvers[lane].pk))
            for lane, case in enumerate(cases)
        ]

    race = run_race(
        rounds=rounds,
        make_works=make_works,
        held=f"SELECT 1 FROM ledger_balance WHERE account_id = {desk.fund.account_id} FOR UPDATE",
    )

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, Application) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, FundExhausted) for outcome in outcomes) == 1
    race.assert_they_met()
    assert [verdict.law.name for verdict in verify_books() if not verdict.holds] == []


def appropriate(desk: Desk, lap: int) -> None:
    """Add what one grant needs, so that 30,000 yuan are left before each round."""
    appropriate_fund(
        fund_id=desk.fund.pk,
        amount_micro=20_000 * YUAN,
        reference=f"lap-{lap}",
        actor=Actor.system(),
        now=NOW,
    )


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_last_yuan_of_a_firms_cap(rounds: int) -> None:
    """Three contracts of one firm would bring 900,000 each, and its cap is two million."""
    desk = make_desk(fund_yuan=1_000_000_000)

    def make_works(_: int) -> list[Any]:
        firm = desk.firm()
        cases = [make_proposed(desk, firm=firm, yuan=4_500_000) for _ in range(3)]
        return [
            partial(operations.decide, **decision(desk, case, approver_id=desk.approvers[lane].pk))
            for lane, case in enumerate(cases)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, Application) for outcome in outcomes) == 2
        assert sum(isinstance(outcome, CapExhausted) for outcome in outcomes) == 1
    race.assert_they_met()
    of_firms = CapCounter.objects.filter(cap_name="enterprise_year")
    assert {counter.reserved for counter in of_firms} == {1_800_000 * YUAN}
    assert [verdict.law.name for verdict in verify_books() if not verdict.holds] == []


def test_two_words_of_one_approver_are_one() -> None:
    desk = make_desk(fund_yuan=10_000_000)
    firm = desk.firm()
    make_contract(desk, firm)
    case = make_proposed(desk, firm=firm, yuan=5_000_000)
    work = partial(operations.decide, **decision(desk, case))

    race = run_race(rounds=1, make_works=lambda _: [work, work])

    [outcomes] = race.rounds
    assert sum(isinstance(outcome, Application) for outcome in outcomes) == 1
    case.refresh_from_db()
    assert case.state == "proposed"
