"""Two workers on one transfer, an approval beside a reversal on Stripe's pages: each fen once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.payouts import connect_working, operations
from compute_billing.payouts.connect_models import ConnectCall, PayoutReversal
from compute_billing.payouts.models import Payout
from tests.builders.accounts import make_user
from tests.builders.connect import YUAN, ConnectCentre
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.telling import tell_all
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [5, pytest.param(200, marks=pytest.mark.soak)]
PAYOUTS = "SELECT 1 FROM payouts_payout FOR UPDATE"
LAWS = ("payees_money_adds_up", "payouts_leave_once", "transfers_are_booked")


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def centre(running: StandIn) -> ConnectCentre:
    running.begin()
    centre = ConnectCentre(running, paid_fen=1_000_000, schedule="weekly")
    centre.onboard()
    # What Stripe kept of the payment is the payee's: from here on he earns what is used.
    centre.use(400)
    centre.transferred()
    return centre


def assert_laws_hold() -> None:
    laws = [law for law in audit_laws.LAWS if law.name in LAWS]
    for verdict in audit.verify_books(full=True, laws=laws):
        assert verdict.holds, verdict.offenders


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_workers_make_one_transfer(centre: ConnectCentre, rounds: int) -> None:
    """One claims the call; the other brings what Stripe told of it meanwhile, or finds nothing."""
    before = len(centre.stripe.objects("transfer"))

    def make_works(_: int):
        Payout.objects.update(held_at="2026-01-01T00:00:00Z")
        centre.use(2)
        centre.approved()
        (call,) = ConnectCall.objects.filter(state="waiting").values_list("public_id", flat=True)
        # The answer of a worker that died is told, and the call is made anew at the same time.
        centre.stripe.control("fault", kind="drop_after", path="/v1/transfers")
        connect_working.work_on_call(clock=centre.now, public_id=call)
        tell_all(centre.stripe)
        ConnectCall.objects.filter(public_id=call).update(next_attempt_at=centre.now())
        return [
            partial(connect_working.work_on_call, clock=centre.now, public_id=call),
            partial(connect_working.work, clock=centre.now),
            partial(connect_working.work_on_event, clock=centre.now),
        ]

    race = run_race(rounds=rounds, make_works=make_works, held=PAYOUTS)

    made = centre.stripe.objects("transfer")[before:]
    assert [one["amount"] for one in made] == [200] * len(race.rounds)
    centre.told()
    assert Payout.objects.filter(state="paid").count() == 1 + len(race.rounds)
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 0}
    assert_laws_hold()
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_reversal_approved_twice_beside_one_on_stripes_pages(
    centre: ConnectCentre, rounds: int
) -> None:
    """Whoever comes second is refused; both reversals are booked once."""
    payout = Payout.objects.get()

    def make_works(_: int):
        proposed = operations.propose_reversal(
            payout_id=payout.public_id,
            amount_fen=10,
            reason="多付",
            user_id=make_user().pk,
            now=centre.now(),
        )
        centre.stripe.api(f"/v1/transfers/{payout.stripe_transfer}/reversals", {"amount": 20})
        tell_all(centre.stripe)
        approve = [
            partial(
                operations.approve_reversal,
                reversal_id=proposed.public_id,
                user_id=make_user().pk,
                now=centre.now(),
            )
            for _ in range(2)
        ]
        return [*approve, partial(connect_working.work, clock=centre.now)]

    payout = Payout.objects.get()
    race = run_race(rounds=rounds, make_works=make_works)
    centre.told()

    assert race.rounds_with_a_loser == rounds
    assert PayoutReversal.objects.filter(state="done", is_foreign=False).count() == rounds
    assert PayoutReversal.objects.filter(state="done", is_foreign=True).count() == rounds
    payout.refresh_from_db()
    assert payout.reversed_fen == 30 * rounds
    assert centre.stands()["payable"] == rounds * 30 * YUAN // 100
    assert_laws_hold()
