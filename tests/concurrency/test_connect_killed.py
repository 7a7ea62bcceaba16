"""SIGKILL before, during and after each call of Connect and each of its webhooks: each fen once.

One call after the other is killed at all of its places in turn, before anybody may finish it: so
the later kills meet what the earlier ones left behind.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.payments.models import StripeEvent
from compute_billing.payouts import connect_working
from compute_billing.payouts.connect_models import (
    ConnectCall,
    ConnectedAccount,
    OnwardPayout,
    PayoutReversal,
)
from compute_billing.payouts.models import Payout
from tests.builders.connect import YUAN, ConnectCentre
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.telling import tell_all
from tests.concurrency.killing_stripe import AFTER, BEFORE, LEASES_OVER, child, killed_at
from tests.services import REPOSITORY

pytestmark = pytest.mark.django_db(transaction=True)

DUE = 26_385
ROOM = "compute_billing.payouts"
GATEWAY = "compute_billing.payments.connect_gateway"
WORKS = f"{ROOM}.connect_working"
HELD_BACK_SECONDS = 2
SECONDS_MAX = 60.0
WORKER = (
    "import django; django.setup(); "
    "from compute_billing.payouts import connect_working; from kernel.clock import utc_now; "
    "from datetime import timedelta; import sys; "
    "connect_working.work(clock=lambda: utc_now() + timedelta(seconds=float(sys.argv[1])))"
)


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def centre(running: StandIn) -> ConnectCentre:
    running.begin()
    return ConnectCentre(running)


def kill_everywhere(centre: ConnectCentre, *places: tuple[str, str]) -> None:
    """Kill a worker at each place in turn; each leaves a lease that ends."""
    for place, when in places:
        killed_at(centre.stripe, place, when, ahead=centre.payer.ahead, works=WORKS)
        centre.payer.ahead += LEASES_OVER


def kill_during(centre: ConnectCentre, path: str, *, method: str = "POST") -> None:
    """Kill a worker while Stripe is at its request, which goes on there all the same."""
    stripe = centre.stripe
    stripe.control("fault", kind="slow", method=method, path=path, seconds=HELD_BACK_SECONDS)
    ahead = str(centre.payer.ahead.total_seconds())
    before = attempts()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, ahead],
        cwd=REPOSITORY,
        env=child(stripe),
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + SECONDS_MAX
        while attempts() == before or not (method == "GET" or stripe.control("state")["in_flight"]):
            assert time.monotonic() < deadline, "the worker never came there"
            assert process.poll() is None, "the worker ended before"
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        assert process.wait(SECONDS_MAX) == -signal.SIGKILL
    finally:
        process.kill()
    while stripe.control("state")["in_flight"]:
        time.sleep(0.02)
    stripe.control("no_faults")
    centre.payer.ahead += LEASES_OVER


def attempts() -> int:
    """Return how often calls and events were taken in hand."""
    taken = [
        *ConnectCall.objects.values_list("attempts", flat=True),
        *StripeEvent.objects.values_list("attempts", flat=True),
    ]
    return sum(taken)


def go_on(centre: ConnectCentre) -> None:
    """Do all that waits and all that is told: twice, as if two workers came."""
    for _ in range(2):
        centre.payer.ahead += LEASES_OVER
        centre.told()


def assert_laws_hold() -> None:
    names = ("payees_money_adds_up", "payouts_leave_once", "transfers_are_booked")
    laws = [law for law in audit_laws.LAWS if law.name in names]
    for verdict in audit.verify_books(full=True, laws=laws):
        assert verdict.holds, verdict.offenders


def test_killed_around_the_opening_of_an_account(centre: ConnectCentre) -> None:
    # Given a payee whose account is to be opened
    centre.connect()

    # When workers die before, during and after the call, and while they note the answer
    kill_everywhere(centre, (f"{GATEWAY}.open_account", BEFORE))
    kill_during(centre, "/v1/accounts")
    kill_everywhere(
        centre,
        (f"{GATEWAY}.open_account", AFTER),
        (f"{ROOM}.connecting._observe", AFTER),
    )
    assert ConnectedAccount.objects.get().stripe_account == ""
    go_on(centre)

    # Then there is one account, here and there
    (made,) = centre.stripe.objects("account")
    assert ConnectedAccount.objects.get().stripe_account == made["id"]
    assert ConnectCall.objects.get().state == "done"


def test_killed_around_an_onboarding_page(centre: ConnectCentre) -> None:
    # Given a payee whose server dies before, and after, the page was made
    centre.connect()
    centre.work()
    before = ConnectedAccount.objects.values().get()
    for when in (BEFORE, AFTER):
        script = (
            "import django, os, signal; django.setup(); "
            "from compute_billing.payments import connect_gateway as g; real = g.onboarding_page\n"
            "def killed(*a, **k):\n"
            f"    {'real(*a, **k)' if when == AFTER else 'pass'}\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
            "g.onboarding_page = killed\n"
            "from compute_billing.payouts import connect_working as w\n"
            "from kernel.clock import utc_now\n"
            f"w.onboarding_page(payee_id={centre.payee.pk}, refresh='http://a/', back='http://b/', "
            "clock=utc_now)"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=REPOSITORY,
            env=child(centre.stripe),
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL

    # When it asks again
    page = connect_working.onboarding_page(
        payee_id=centre.payee.pk, refresh="http://a/", back="http://b/", clock=centre.now
    )

    # Then it gets a page, and nothing was left behind
    assert page.startswith(f"{centre.stripe.url}/onboarding/")
    assert ConnectedAccount.objects.values().get() == before


def test_killed_around_a_transfer(centre: ConnectCentre) -> None:
    # Given an approved payout
    centre.onboard()
    centre.use(300)
    centre.approved()

    # When workers die before, during and after the call, and while they book its answer
    kill_everywhere(centre, (f"{GATEWAY}.send_transfer", BEFORE))
    kill_during(centre, "/v1/transfers")
    kill_everywhere(
        centre,
        (f"{GATEWAY}.send_transfer", AFTER),
        (f"{ROOM}.transferring.arrive", AFTER),
        (f"{ROOM}.transferring.tell_outcome", AFTER),
    )
    assert Payout.objects.get().state == "sent"
    go_on(centre)

    # Then it was transferred once, there and in the books
    assert [one["amount"] for one in centre.stripe.objects("transfer")] == [DUE]
    assert Payout.objects.get().state == "paid"
    assert centre.balance_there() == DUE
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 0}
    assert_laws_hold()


def test_killed_around_a_reversal(centre: ConnectCentre) -> None:
    # Given an approved reversal of a part
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    centre.take_back(payout, fen=10_000)

    # When workers die before, during and after the call, and while they book its answer
    kill_everywhere(centre, (f"{GATEWAY}.send_reversal", BEFORE))
    kill_during(centre, f"/v1/transfers/{payout.stripe_transfer}/reversals")
    kill_everywhere(
        centre,
        (f"{GATEWAY}.send_reversal", AFTER),
        (f"{ROOM}.reversing._take_back", AFTER),
    )
    assert Payout.objects.get().reversed_fen == 0
    go_on(centre)

    # Then it was taken back once, there and in the books
    assert Payout.objects.get().reversed_fen == 10_000
    assert PayoutReversal.objects.get().state == "done"
    assert centre.balance_there() == DUE - 10_000
    assert centre.stands()["payable"] == 100 * YUAN
    assert_laws_hold()


@pytest.mark.parametrize("told", ["account.updated", "transfer.reversed", "payout.failed"])
def test_killed_around_each_webhook(centre: ConnectCentre, told: str) -> None:
    # Given what happened at Stripe after a transfer, and of which an event was stored
    connected = centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    centre.told()
    stripe, account = centre.stripe, connected.stripe_account
    if told == "account.updated":
        stripe.control("account", account=account, require=["company.tax_id"])
        fetched, applied = "fetch_account", "connecting.take_in_account"
        path = f"/v1/accounts/{account}"
    elif told == "transfer.reversed":
        stripe.api(f"/v1/transfers/{payout.stripe_transfer}/reversals", {"amount": 10_000})
        fetched, applied = "fetch_transfer", "transferring.take_in_transfer"
        path = f"/v1/transfers/{payout.stripe_transfer}"
    else:
        form = {"amount": DUE, "currency": "cny"}
        made = stripe.api("/v1/payouts", form, account=account)
        stripe.control("payout", payout=made["id"], outcome="failed", code="account_closed")
        fetched, applied = "fetch_onward", "transferring.take_in_onward"
        path = f"/v1/payouts/{made['id']}"
    tell_all(stripe)

    # When workers die before, during and after it is asked about, applied and marked
    kill_everywhere(centre, (f"{GATEWAY}.{fetched}", BEFORE))
    kill_during(centre, path, method="GET")
    kill_everywhere(
        centre,
        (f"{GATEWAY}.{fetched}", AFTER),
        (f"{ROOM}.{applied}", AFTER),
        ("compute_billing.payments.inbox.handle", AFTER),
    )
    go_on(centre)

    # Then it was applied once
    assert not StripeEvent.objects.filter(state="waiting").exists()
    connected.refresh_from_db()
    assert connected.transfers_enabled == (told != "account.updated")
    taken = 10_000 if told == "transfer.reversed" else 0
    assert Payout.objects.get().reversed_fen == taken
    assert centre.stands()["payable"] == taken * 10_000
    failed = ["failed"] if told == "payout.failed" else []
    assert list(OnwardPayout.objects.values_list("state", flat=True)) == failed
    assert_laws_hold()
