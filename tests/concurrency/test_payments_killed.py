"""SIGKILL in the middle of a call to Stripe, of an event and of a webhook: no fen lost or doubled.

The stand-in holds a request back, and the rows say when the process is inside it. A process that
is killed there leaves its claim, whose lease ends; whoever comes next finds what was done.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from compute_billing.payments.inbox import LEASE as EVENT_LEASE
from compute_billing.payments.models import Payment, Refund, StripeCall, StripeEvent
from tests.builders.ledger import make_operator, make_tenant
from tests.builders.payments import ask_refund
from tests.builders.stripe import KEY, SECRET, StandIn, stand_in
from tests.compute_billing.payments.books import at_stripe, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all
from tests.services import REPOSITORY, child_environment

pytestmark = pytest.mark.django_db(transaction=True)

YUAN = 1_000_000
SECONDS_MAX = 60.0
POLL_SECONDS = 0.02
HELD_BACK_SECONDS = 4
WORKER = (
    "import django; django.setup(); "
    "from compute_billing.payments import working; from kernel.clock import utc_now; "
    "print('ready', flush=True); working.work(clock=utc_now)"
)


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def stripe(running: StandIn) -> StandIn:
    running.begin()
    return running


@pytest.fixture
def payer() -> Payer:
    return Payer(tenant=make_tenant(), operator=make_operator())


@contextlib.contextmanager
def worker(stripe: StandIn) -> Iterator[subprocess.Popen[str]]:
    """Run a process that does what waits."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER],
        cwd=REPOSITORY,
        env=child_environment(
            DJANGO_SETTINGS_MODULE="config.settings",
            STRIPE_API_KEY=KEY,
            STRIPE_API_BASE=stripe.url,
            STRIPE_WEBHOOK_SECRET=SECRET,
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait(SECONDS_MAX)
        process.stdout.close()


def killed_when(stripe: StandIn, is_there: Callable[[], bool]) -> None:
    """Run a worker and kill it once it is where it should be."""
    with worker(stripe) as process:
        deadline = time.monotonic() + SECONDS_MAX
        while not is_there():
            assert time.monotonic() < deadline, "the worker never came there"
            assert process.poll() is None, "the worker ended before"
            time.sleep(POLL_SECONDS)
        process.send_signal(signal.SIGKILL)
        assert process.wait(SECONDS_MAX) == -signal.SIGKILL


def go_on(stripe: StandIn, payer: Payer) -> None:
    """Let leases end, and do all that waits: twice, as if two workers came."""
    # The request of the killed one is answered in the end, to nobody.
    time.sleep(HELD_BACK_SECONDS)
    deadline = time.monotonic() + SECONDS_MAX
    while stripe.control("state")["in_flight"]:
        assert time.monotonic() < deadline, "the stand-in never came to an end"
        time.sleep(POLL_SECONDS)
    stripe.control("no_faults")
    for _ in range(2):
        payer.ahead += 2 * EVENT_LEASE
        tell_all(stripe)
        payer.work()


def is_in_call() -> bool:
    return StripeCall.objects.filter(state="waiting", attempts=1).exists()


def is_in_event() -> bool:
    return StripeEvent.objects.filter(state="waiting", attempts=1).exists()


@pytest.mark.parametrize("fault", ["slow", "drop_before"])
def test_killed_while_a_checkout_is_opened(stripe: StandIn, payer: Payer, fault: str) -> None:
    # Given a payment that a worker is opening when it dies
    payment = payer.ask()
    if fault == "drop_before":
        stripe.control("fault", kind="drop_before", path="/v1/checkout/sessions")
    stripe.control("fault", kind="slow", path="/v1/checkout/sessions", seconds=HELD_BACK_SECONDS)
    killed_when(stripe, is_in_call)

    # When others go on, and the payer pays
    go_on(stripe, payer)
    payment.refresh_from_db()
    assert payment.state == "open"
    stripe.pay(payment)
    go_on(stripe, payer)

    # Then there is one session and one lot
    assert len(stripe.objects("checkout.session")) == 1
    assert paid_lots(payer) == [(100 * YUAN, 0)]


def test_killed_while_a_refund_is_made(stripe: StandIn, payer: Payer) -> None:
    # Given a refund that a worker is asking for when it dies
    payment = payer.open()
    stripe.pay(payment)
    tell_all(stripe)
    payer.work()
    refund = ask_refund(Payment.objects.get(), fen=4_000, now=payer.now())
    stripe.control("fault", kind="slow", path="/v1/refunds", seconds=HELD_BACK_SECONDS)
    killed_when(stripe, is_in_call)
    assert paid_lots(payer) == [(100 * YUAN, 40 * YUAN)]

    # When others go on
    go_on(stripe, payer)

    # Then it went back once, here and there
    refund.refresh_from_db()
    assert refund.state == "succeeded"
    assert [one["amount"] for one in stripe.objects("refund")] == [4_000]
    assert paid_lots(payer) == [(60 * YUAN, 0)]
    assert at_stripe(payer) == 60 * YUAN - 5_550_000
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/payment_intents"])
def test_killed_while_an_event_is_handled(stripe: StandIn, payer: Payer, path: str) -> None:
    # Given the events of a paid session, of which a worker handles one when it dies
    payment = payer.open()
    stripe.pay(payment)
    tell_all(stripe)
    stripe.control("fault", kind="slow", method="GET", path=path, seconds=HELD_BACK_SECONDS)
    killed_when(stripe, is_in_event)
    assert Payment.objects.get().state == "open"

    # When others go on
    go_on(stripe, payer)

    # Then it is credited once, and no event waits
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert not StripeEvent.objects.filter(state="waiting").exists()
