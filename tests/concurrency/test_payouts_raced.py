"""Two runs at once, money taken back while it is paid, two answers of a bank: each fen once."""

from __future__ import annotations

from functools import partial

import pytest

from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.ledger.operations import CNY, Transfer
from compute_billing.payouts import operations
from compute_billing.payouts.models import Payout, PayoutRun
from tests.builders.accounts import make_user
from tests.builders.ledger import post_entry
from tests.builders.payee import YUAN, Centre
from tests.builders.payouts import NOW, answer
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]
LAWS = ("payees_money_adds_up", "payouts_leave_once")


def assert_laws_hold() -> None:
    laws = [law for law in audit_laws.LAWS if law.name in LAWS]
    for verdict in audit.verify_books(full=True, laws=laws):
        assert verdict.holds, verdict.offenders


def refuse_open_runs() -> None:
    """Make what a round left open payable again, so that the next one has something to pay."""
    for run in PayoutRun.objects.filter(state="proposed"):
        operations.refuse_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_runs_at_once_pay_a_payee_once(rounds: int) -> None:
    centre = Centre(commission_ppm=0, commission_tax_ppm=0)
    centre.use(100)
    first, second = make_user(), make_user()

    def make_works(_: int):
        refuse_open_runs()
        return [
            partial(operations.propose_run, custody=centre.bank.custody, user_id=user.pk, now=NOW)
            for user in (first, second)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, PayoutRun) for outcome in outcomes) == 1
    assert Payout.objects.exclude(state="returned").count() == 1
    assert_laws_hold()
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_what_is_taken_back_meanwhile_is_not_paid_or_is_owed(rounds: int) -> None:
    """A reversal and a run at once: payable, transit and debt always come to what was earned."""
    centre = Centre(commission_ppm=0, commission_tax_ppm=0)
    centre.use(100)
    centre.accrue()
    maker = make_user()

    def take_back() -> int:
        post_entry(Transfer(centre.revenue, centre.lot, CNY, YUAN))
        return centre.accrue()

    def make_works(_: int):
        refuse_open_runs()
        run = partial(
            operations.propose_run, custody=centre.bank.custody, user_id=maker.pk, now=NOW
        )
        return [run, take_back]

    race = run_race(rounds=rounds, make_works=make_works)

    centre.accrue()
    stands = centre.stands()
    assert stands["payable"] + stands["transit"] - stands["debt"] == (100 - rounds) * YUAN
    assert_laws_hold()
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_answer_imported_twice_at_once_pays_once(rounds: int) -> None:
    centre = Centre(commission_ppm=0, commission_tax_ppm=0, paid_in=1_000)

    def make_works(_: int):
        Payout.objects.filter(state="paid").update(held_at="2026-01-01T00:00:00Z")
        centre.use(1)
        run = operations.propose_run(custody=centre.bank.custody, user_id=make_user().pk, now=NOW)
        operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)
        payout = run.payouts.get()
        line = f"{payout.number},{payout.amount_fen // 100}.00,成功,,B"
        return [partial(answer, run, line) for _ in range(2)]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sorted(outcome.applied for outcome in outcomes) == [0, 1]
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 0}
    assert centre.balance("payee_earned") == -rounds * YUAN
    assert_laws_hold()
    race.assert_they_met()
