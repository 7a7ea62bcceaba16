"""Two runs of one day at once, and two people on one difference: one result."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from accounts.models import OrganisationKind
from compute_billing.cash import operations
from compute_billing.cash.days import start_of
from compute_billing.cash.models import CashAccount, CashDay, CashDifference, CashItem
from compute_billing.ledger.models import LedgerTransaction
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.cash import STRIPE, compare, tell, told
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [20, pytest.param(250, marks=pytest.mark.soak)]
FIRST = date(2026, 10, 9)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_runs_of_a_day_come_to_one_result(rounds) -> None:
    account, user = make_account(make_organisation(kind=OrganisationKind.OPERATOR)), make_user()
    operations.open_accounts(now=start_of(FIRST))

    def make_works(number: int):
        day = FIRST + timedelta(days=number)
        rows = [line("1.00", serial=f"{number}-{n}", day=day.isoformat()) for n in range(20)]
        take_in(account, statement(*rows), user_id=user.pk)
        now = start_of(day) + timedelta(days=1)
        work = partial(operations.reconcile, custody=account.custody, day=day, now=now)
        return [work] * 3

    race = run_race(rounds=rounds, make_works=make_works)

    assert CashItem.objects.count() == CashDifference.objects.count() == 20 * rounds
    days = list(CashDay.objects.order_by("day").values_list("told_opening_fen", "told_moves_fen"))
    assert days == [(2_000 * number, 2_000) for number in range(rounds)]
    assert CashAccount.objects.get().reconciled_to == FIRST + timedelta(days=rounds - 1)
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_difference_is_booked_once(rounds) -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    maker, approvers = make_user(), [make_user(), make_user()]
    now = start_of(FIRST) + timedelta(days=1)

    def make_works(number: int):
        account = tell(
            told(number, at=start_of(FIRST), type_="stripe_fee", fen=-100), now=start_of(FIRST)
        )
        compare(account, day=FIRST, now=now)
        difference = CashDifference.objects.get(key=f"stripe_fee:txn_{number}")
        proposal = operations.propose(
            difference_id=difference.public_id,
            booking=operations.Booking(counter="fee", operator_id=operator.pk),
            reason="raced",
            user_id=maker.pk,
            now=now,
        )
        return [
            partial(operations.approve, proposal_id=proposal.public_id, user_id=one.pk, now=now)
            for one in approvers
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        refused = [one for one in outcomes if isinstance(one, operations.CashProposalNotFound)]
        assert len(refused) == 1
    assert LedgerTransaction.objects.filter(kind="cash_difference").count() == rounds
    assert not CashDifference.objects.filter(ended_at=None).exists()
    assert CashItem.objects.filter(account__custody=STRIPE, side="booked").count() == rounds
    race.assert_they_met()
