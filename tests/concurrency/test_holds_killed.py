"""SIGKILL in a hold's life: while it is opened, extended, captured, released and expired.

Whoever dies there leaves nothing; whoever comes next does all of it, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import Hold
from compute_billing.rating import holding
from compute_billing.rating import operations as rating
from compute_billing.rating.holding import Job
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market
from tests.concurrency.gates import Gate, kill_at

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
START = NOW - 3 * HOUR
PRICE = 2_430_000
# An hour at that price, and what rounding of its pieces could come to.
HELD = 2_433_601
# What a process does before it does what it is killed at.
SETUP = """
import django; django.setup()
from datetime import datetime
from compute_billing.ledger import operations as ledger
from compute_billing.rating import holding
from kernel.transactions import transaction
at = datetime.fromisoformat
"""


CLOSING = Gate(event="UPDATE", table="ledger_hold", when="NEW.state <> 'open'")


class Desk:
    """One tenant with ten yuan, and one job of one card."""

    def __init__(self) -> None:
        self.market: Market = make_market(price_micro=PRICE)
        self.tenant_id = self.market.add_tenant("acme", paid_yuan=10).pk

    def job(self) -> Job:
        return Job(
            tenant_id=self.tenant_id,
            reference="hold-1",
            project_id=None,
            cluster_id=self.market.cluster.pk,
            meter_id=self.market.meter.pk,
            allocation_key="job-1",
            milli_cards=1_000,
            starts_at=START,
        )

    def open(self) -> int:
        with transaction():
            return holding.open_hold(job=self.job(), until=START + HOUR, now=NOW).pk

    def use(self, *, minutes: int) -> None:
        """Report the first minutes of the job; they wait to be rated."""
        start = instant_ms(START)
        self.market.report(
            {
                "account": "acme",
                "milli_cards": 1_000,
                "allocation_key": "job-1",
                "started_ms": start,
                "ended_ms": start + minutes * 60_000,
            }
        )

    def books(self) -> tuple[list[dict[str, Any]], ...]:
        """Return all that a hold touches."""
        return (
            rows("SELECT account_id, posted, held FROM ledger_balance ORDER BY 1"),
            rows("SELECT id, state, covered_until FROM ledger_hold ORDER BY 1"),
            rows("SELECT hold_id, account_id, amount, captured, released FROM ledger_hold_part"),
            rows("SELECT id, gross FROM rating_charge ORDER BY 1"),
            rows("SELECT usage_id, parked_reason FROM metering_usage_pending"),
        )

    def money(self) -> tuple[int, int]:
        """Return what the paid lot has, and what of it is held, in micro-yuan."""
        [found] = rows(
            "SELECT b.posted, b.held FROM ledger_balance b JOIN ledger_account a"
            " ON a.id = b.account_id WHERE a.kind = 'paid'"
        )
        return found["posted"], found["held"]


def acting(call: str) -> tuple[str, str]:
    """Return the arguments of a process that makes one call of the room in a transaction."""
    return ("-c", f"{SETUP}\nwith transaction():\n    {call}\n")


def said(at: datetime) -> str:
    return f"at({at.isoformat()!r})"


def expect_every_law() -> None:
    assert [v.law.name for v in verify_books(full=True) if not v.holds] == []


def test_killed_while_it_is_opened() -> None:
    # Given ten yuan, of which nothing is held
    desk = Desk()
    before = desk.books()

    # When a process dies that has held the money and not yet said of which lot
    job = (
        f"holding.Job(tenant_id={desk.tenant_id}, reference='hold-1', project_id=None,"
        f" cluster_id={desk.market.cluster.pk}, meter_id={desk.market.meter.pk},"
        f" allocation_key='job-1', milli_cards=1_000, starts_at={said(START)})"
    )
    call = f"holding.open_hold(job={job}, until={said(START + HOUR)}, now={said(NOW)})"
    kill_at(Gate(event="INSERT", table="ledger_hold_part"), acting(call))

    # Then nothing is held
    assert desk.books() == before
    # And whoever asks again gets it
    desk.open()
    assert desk.money() == (10 * YUAN, HELD)
    expect_every_law()


def test_killed_while_it_is_extended() -> None:
    # Given an hour that is held
    desk = Desk()
    hold_id = desk.open()
    before = desk.books()

    # When a process dies that has held a second one and not yet said until when
    call = (
        f"holding.extend_hold(tenant_id={desk.tenant_id}, hold_id={hold_id},"
        f" until={said(START + 2 * HOUR)}, now={said(NOW)})"
    )
    kill_at(Gate(event="UPDATE", table="ledger_hold"), acting(call))

    # Then one hour is held, and whoever asks again gets the second
    assert desk.books() == before
    with transaction():
        holding.extend_hold(
            tenant_id=desk.tenant_id, hold_id=hold_id, until=START + 2 * HOUR, now=NOW
        )
    assert desk.money() == (10 * YUAN, 2 * HELD)
    expect_every_law()


def test_killed_while_it_is_released() -> None:
    # Given an hour that is held for a job that never ran
    desk = Desk()
    hold_id = desk.open()
    before = desk.books()

    # When a process dies that has let the money go and not yet closed the hold
    call = (
        f"holding.release_hold(tenant_id={desk.tenant_id}, hold_id={hold_id}, ended_at=None,"
        f" now={said(NOW)})"
    )
    kill_at(CLOSING, acting(call))

    # Then it is held, and whoever asks again lets it go
    assert desk.books() == before
    with transaction():
        holding.release_hold(tenant_id=desk.tenant_id, hold_id=hold_id, ended_at=None, now=NOW)
    assert desk.money() == (10 * YUAN, 0)
    expect_every_law()


def test_killed_while_it_expires() -> None:
    # Given an hour that nobody used or let go, a month later
    desk = Desk()
    desk.open()
    late = NOW + timedelta(days=30)
    before = desk.books()

    # When the process dies that sweeps what is over
    kill_at(CLOSING, ("-c", f"{SETUP}\nledger.release_expired(now={said(late)})"))

    # Then it is held, and the next sweep lets it go
    assert desk.books() == before
    assert ledger.release_expired(now=late) == 1
    assert desk.money() == (10 * YUAN, 0)
    expect_every_law()


def test_killed_between_capture_and_charge() -> None:
    # Given half an hour used under a hold of an hour
    desk = Desk()
    desk.open()
    desk.use(minutes=30)
    before = desk.books()

    # When a worker dies that has charged it and not yet noted which hold it is captured from
    rate = ("manage.py", "rate_usage", "--now", NOW.isoformat(), "--json")
    kill_at(Gate(event="INSERT", table="rating_hold_capture"), rate)

    # Then nothing is charged and all is held
    assert desk.books() == before
    # And the next worker charges it once, from the hold
    list(rating.rate_all(now=NOW))
    assert desk.money() == (10 * YUAN - PRICE // 2, HELD - PRICE // 2)
    assert Hold.objects.get().state == "open"
    expect_every_law()
