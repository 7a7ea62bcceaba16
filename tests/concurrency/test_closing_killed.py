"""SIGKILL in the midst of closing and settling: the next call finishes what was begun, once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from compute_billing.invoices import operations
from compute_billing.invoices.models import Invoice, InvoiceSeries, TenantMonth
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import Claim, Claimed, ClaimLine, OperatorStatement
from compute_billing.settlement.run import RunState, Step, run_of
from kernel.models import AuditEntry
from kernel.sql import execute, row
from tests import database, services
from tests.builders.invoices import OCTOBER, make_use
from tests.builders.market import NOW, Market, make_market

pytestmark = pytest.mark.django_db(transaction=True)
REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60
TENANTS = 6

WAITING = "SELECT pid FROM pg_locks WHERE relation = %(table)s::regclass AND NOT granted"
ALIVE = "SELECT pid FROM pg_stat_activity WHERE pid = %(pid)s"


def make_used_market() -> Market:
    """Rate a use of October for some tenants, each with an award."""
    market = make_market()
    fund = market.fund(yuan=1_000)
    for number in range(TENANTS):
        code = f"tenant-{number}"
        market.add_tenant(code, paid_yuan=10)
        market.award(code, fund=fund, rate_ppm=500_000, cap_yuan=5)
        make_use(market, code, rate=False)
    market.rate()
    return market


def wait_for(condition: Callable[[], object]) -> object:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        # within a transaction the server shows one picture of its sessions until it is asked anew
        execute("SELECT pg_stat_clear_snapshot()")
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


def kill_at(table: str, *command: str) -> None:
    """SIGKILL a command while its backend is about to write to `table`; wait for its rollback."""
    with database.as_owner(), transaction.atomic():
        execute(f"LOCK TABLE {table} IN SHARE MODE")
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command, "--now", NOW.isoformat(), "--json"],
            cwd=REPOSITORY,
            env=services.child_environment(),
            stdout=subprocess.DEVNULL,
        )
        try:
            waiting = wait_for(lambda: row(WAITING, table=table))
        finally:
            process.kill()
            process.wait(SECONDS_MAX)
    assert isinstance(waiting, dict)
    wait_for(lambda: row(ALIVE, pid=waiting["pid"]) is None)


def run_now() -> tuple[RunState, Counter[Step]]:
    """Return what the page of the settlement run says, two minutes after the kill."""
    run = run_of(month=OCTOBER, now=NOW + timedelta(minutes=2))
    return run.state, Counter(tenant.step for tenant in run.tenants)


@pytest.mark.parametrize(
    "table",
    [
        "invoices_invoice_line",
        pytest.param("kernel_audit_entry", marks=pytest.mark.soak),
    ],
)
def test_a_closing_that_was_killed_leaves_no_gap(table: str) -> None:
    make_used_market()
    # given two tenants closed, and a process that dies while it bills the third
    for tenant_id in TenantMonth.objects.order_by("tenant_id").values_list("tenant_id")[:2]:
        operations.close_tenant_month(tenant_id=tenant_id[0], month=OCTOBER, now=NOW)
    kill_at(table, "close_period", "2026-10")
    # then nothing of the third is left behind
    assert Invoice.objects.count() == InvoiceSeries.objects.get().last_number == 2
    assert TenantMonth.objects.filter(state="open").count() == TENANTS - 2
    # and the run is told as it is: two are billed, nobody is at work
    assert run_now() == (RunState.STILL, {Step.INVOICED: 2, Step.RATED: TENANTS - 2})
    # and the next call bills the rest, without a gap
    closing = operations.close_period(month=OCTOBER, now=NOW)
    assert len(closing.closed) == TENANTS - 2
    numbers = list(Invoice.objects.order_by("tenant_id").values_list("number", flat=True))
    assert numbers == list(range(1, TENANTS + 1))
    assert AuditEntry.objects.filter(action="invoices.close_month").count() == TENANTS


@pytest.mark.parametrize(
    "table",
    [
        "settlement_operator_statement_line",
        pytest.param("settlement_claimed", marks=pytest.mark.soak),
        pytest.param("settlement_claim_line", marks=pytest.mark.soak),
        pytest.param("settlement_operator_statement", marks=pytest.mark.soak),
    ],
)
def test_a_settling_that_was_killed_leaves_nothing(table: str) -> None:
    make_used_market()
    operations.close_period(month=OCTOBER, now=NOW)
    kill_at(table, "settlement", "2026-10")
    assert not Claim.objects.exists()
    assert not Claimed.objects.exists()
    assert not OperatorStatement.objects.exists()
    assert run_now() == (RunState.STILL, {Step.INVOICED: TENANTS})
    # and the next call claims and states all of it
    made = settlement.settle(month=OCTOBER, now=NOW)
    assert (len(made.claim_ids), len(made.statement_ids)) == (1, 1)
    assert ClaimLine.objects.count() == Claimed.objects.count() == TENANTS
    assert OperatorStatement.objects.get().tenant_count == TENANTS
    assert run_now() == (RunState.DONE, {Step.SETTLED: TENANTS})
