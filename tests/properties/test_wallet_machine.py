"""One wallet against a model of lists and integers, whatever is done to it in whatever order.

After each step every lot, every hold, what is available and what is owed are the model's; what is
refused is refused by the model too, for the same amount. At the end every law holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.wallet_machine import WalletMachine
from tests.properties.wallet_world import HOUR, START

pytestmark = pytest.mark.django_db

# What a short run has to meet beside every rule, whatever its seed.
ALWAYS = frozenset(
    {
        "rate: paid by in_kind",
        "rate: paid by promotion",
        "rate: paid by paid",
        "rate: captured what was held",
        "hold: given",
        "hold: refused for money",
        "release: closed",
    }
)
# What there is beside; the walk further down meets it in any case.
RARE = frozenset(
    {
        "rate: paid by credit",
        "rate: owed for no_hold",
        "rate: owed for enforcement_lag",
        "rate: owed for late_usage",
        "pay: cleared a debt",
        "pay_by_bank: cleared a debt",
        "hold: refused, as the job has one",
        "extend: given",
        "extend: covered already",
        "extend: refused for money",
        "extend: refused, as it is closed",
        "extend: refused, as its job has ended",
        "release: waits for its use",
        "release: refused, as it is closed",
        "wait: a hold expired",
        "close_november: booked what expired",
        "ask_back: asked",
        "ask_back: refused",
        "settle_refund: pending to succeeded",
        "settle_refund: pending to failed",
        "settle_refund: succeeded to failed",
    }
)


@pytest.fixture(autouse=True)
def _stripe_named(settings: Any) -> None:
    settings.STRIPE_API_KEY = "sk_test_nobody"


def test_a_wallet_is_its_model() -> None:
    WalletMachine.seen.clear()
    run_state_machine_as_test(
        WalletMachine, settings=settings(max_examples=40, stateful_step_count=15, deadline=None)
    )

    # Then no rule was passed over, and what the wallet is for came to pass
    seen = WalletMachine.seen
    rules = {one.function.__name__ for one in WalletMachine.setup_state().rules}
    assert rules == {what.partition(":")[0] for what in seen} - {"rate"}, sorted(seen.items())
    assert seen.keys() >= ALWAYS, sorted(ALWAYS - seen.keys())


@pytest.fixture
def machine() -> Iterator[WalletMachine]:
    """Return a prepaid wallet with eighty yuan; in the end every law holds."""
    machine = WalletMachine()
    machine.open(limit=None, fen=8_000)
    yield machine
    machine.teardown()


def test_a_job_of_the_same_name_on_another_cluster_does_not_end_a_hold(machine) -> None:
    # Given a hold for a job, and a job of that name on another cluster that is metered to its end
    machine.hold("other", "a", 1_000, 60)
    machine.use("plain", "a", 1_000, 100, is_rated=True)

    # When the first one has ended after fifty minutes, of which nothing was reported yet
    [hold] = machine.model.holds
    machine.end(hold, START + timedelta(minutes=50))

    # Then its money is set aside still: 2.430042 yuan, and up to 3602 roundings
    machine.the_wallet_is_the_model()
    assert (hold.state, [part.rest for part in hold.parts]) == ("open", [2_433_644])

    # And it pays what the job used, although all the rest of the wallet is spent meanwhile
    machine.use("plain", "b", 30_000, 240, is_rated=True)
    machine.use("other", "a", 1_000, 50, is_rated=True)
    machine.the_wallet_is_the_model()
    assert hold.state == "closed"
    assert set(+machine.model.owed_by_cause) == {"no_hold"}


@pytest.fixture
def filled() -> Iterator[WalletMachine]:
    """Return a wallet with 80 yuan, credit of ten, an hour of cards and a yuan of promotion."""
    machine = WalletMachine()
    machine.open(limit=10_000_000, fen=8_000, card_hours=1, promotion=1_000_000, length=6)
    yield machine
    machine.teardown()


def test_a_walk_meets_what_is_rare(filled: WalletMachine) -> None:
    machine, model = filled, filled.model
    WalletMachine.seen.clear()

    # When holds are given, refused, extended, ended and let go
    machine.hold("other", "a", 1_000, 60)
    machine.hold("other", "a", 1_000, 60)
    machine.hold("plain", "b", 500_000, 600)
    [held] = model.holds
    for minutes in (-10, 60, 20_000):
        machine.lengthen(held, held.until + timedelta(minutes=minutes))
    machine.use("other", "a", 1_000, 60, is_rated=True)
    machine.end(held, START + timedelta(minutes=90))
    machine.lengthen(held, held.until + HOUR)
    machine.use("other", "a", 1_000, 60, is_rated=True)
    machine.lengthen(held, held.until + HOUR)
    machine.end(held, None)
    machine.hold("other", "b", 500, 30)
    machine.end(model.holds[-1], None)

    # And money is asked back, goes, and comes back
    for fen in (100, 200, 10_000):
        machine.ask(None, fen)
    machine.settle(model.refunds[0], "succeeded")
    machine.settle(model.refunds[0], "failed")
    machine.settle(model.refunds[1], "failed")

    # And all is spent, also behind a hold, and paid in again, by bank and by card
    machine.hold("plain", "a", 1_000, 5)
    machine.use("plain", "b", 30_000, 90, is_rated=True)
    machine.use("plain", "a", 1_000, 60, is_rated=True)
    machine.use("plain", "b", 1_000, 60, is_rated=True)
    machine.pay_by_bank(2_000_000, "everything", length=None)
    machine.pay(8_000)

    # And time goes by: a hold expires, lots end, the month is closed, and use comes late
    machine.hold("project", "a", 500, 30)
    machine.promote(500_000, "everything", starts=0, length=7)
    machine.wait(60, days=0)
    machine.close_november()
    machine.use("plain", "b", 30_000, 150, is_rated=True)

    # Then each way that a rule may end was met
    assert machine.seen.keys() >= ALWAYS | RARE, sorted((ALWAYS | RARE) - machine.seen.keys())


@pytest.mark.soak
def test_a_wallet_is_its_model_for_long() -> None:
    run_state_machine_as_test(
        WalletMachine,
        settings=settings(
            max_examples=1_000, stateful_step_count=30, deadline=None, derandomize=False
        ),
    )
