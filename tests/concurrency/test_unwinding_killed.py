"""SIGKILL between unwinding a counter and charging anew: nothing is half done, and it is done."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from kernel.sql import execute, row, rows
from tests import database, services
from tests.builders.invoices import HOUR, NOVEMBER, make_correction, make_use, middle_of
from tests.builders.market import CARD_HOUR, NOW, YUAN, Market, make_market

pytestmark = pytest.mark.django_db(transaction=True)

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60
GATE = 20_261_122
START = middle_of(NOVEMBER)
WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %(gate)s AND NOT granted"
)
ALIVE = "SELECT pid FROM pg_stat_activity WHERE pid = %(pid)s"
# The run that charges anew is noted when all is taken back: it waits at the gate.
CLOSE_GATE = (
    f"""CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END $$""",
    """CREATE TRIGGER gate BEFORE INSERT ON rating_run FOR EACH ROW
        WHEN (NEW.kind = 'recharge') EXECUTE FUNCTION wait_at_gate()""",
    f"SELECT pg_advisory_lock({GATE})",
)
OPEN_GATE = (
    f"SELECT pg_advisory_unlock({GATE})",
    "DROP TRIGGER gate ON rating_run",
    "DROP FUNCTION wait_at_gate()",
)


@contextmanager
def closed_gate() -> Iterator[None]:
    with database.as_owner():
        for step in CLOSE_GATE:
            execute(step)
    try:
        yield
    finally:
        with database.as_owner():
            for step in OPEN_GATE:
                execute(step)


def wait_for(condition: Callable[[], object]) -> object:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


def kill_at_the_gate() -> None:
    """SIGKILL a rating that has unwound and not charged anew; wait for its rollback."""
    with closed_gate():
        process = subprocess.Popen(
            [sys.executable, "manage.py", "rate_usage", "--now", NOW.isoformat(), "--json"],
            cwd=REPOSITORY,
            env=services.child_environment(),
            stdout=subprocess.DEVNULL,
        )
        try:
            waiting = wait_for(lambda: row(WAITING, gate=GATE))
        finally:
            process.kill()
            process.wait(SECONDS_MAX)
    assert isinstance(waiting, dict)
    wait_for(lambda: row(ALIVE, pid=waiting["pid"]) is None)


def books(market: Market) -> tuple[list[dict[str, Any]], ...]:
    return (
        market.charges("acme"),
        rows("SELECT * FROM rating_counter"),
        rows("SELECT award_id, basis, granted FROM subsidies_award_counter"),
        rows("SELECT account_id, posted, held FROM ledger_balance ORDER BY 1"),
        rows("SELECT usage_id, parked_reason FROM metering_usage_pending"),
    )


def test_an_unwinding_that_was_killed_leaves_nothing() -> None:
    # given an hour in each of two tiers, half of it paid by an award
    tiers = [(0, 2 * YUAN), (CARD_HOUR, YUAN)]
    market = make_market(price_micro=None, unit_price_micro=None, tiers=tiers)
    market.add_tenant("acme", paid_yuan=10)
    market.award("acme", fund=market.fund(yuan=10), rate_ppm=500_000, cap_yuan=10)
    first, _ = [make_use(market, "acme", month=NOVEMBER, start=START + n * HOUR) for n in (0, 1)]
    # when the first is taken back, by a process that dies in the midst of it
    make_correction(market, "acme", corrects=first, month=NOVEMBER, start=START, rate=False)
    before = books(market)
    kill_at_the_gate()
    # then nothing has happened
    assert books(market) == before
    # and the next rating does all of it
    market.rate()
    assert market.shares("acme") == {"award": YUAN, "paid": YUAN}
    assert [c["gross"] // YUAN for c in market.charges("acme")] == [2, 1, -1, -2, 2, 1, -1]
    assert [v.law.name for v in verify_books(full=True) if not v.holds] == []
