"""The whole demonstration: from nothing to a settled month, by real processes, and away again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request

import psycopg

from compute_billing.receivables import terms
from kernel.clock import utc_now
from kernel.working_days import expected_working_day
from local_services import processes
from portal.wording_of_decisions import ACTIONS, OBJECTS
from tests.demo_server import END_SECONDS_MAX, Demonstration, alive
from tests.services import REPOSITORY


def ask(running: Demonstration, query: str) -> list[tuple]:
    with psycopg.connect(running.database_url) as connection:
        return connection.execute(query).fetchall()


def command(running: Demonstration, *arguments: str) -> dict:
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--json"],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": running.database_url, "DATABASE_ROLE": "suanji_app"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert answer.stdout, answer.stderr
    told: dict = json.loads(answer.stdout)
    return told


def test_every_law_holds_after_a_run_that_was_killed_before(demonstration):
    assert demonstration.has_said("laws, 0 broken")
    told = command(demonstration, "verify_books")
    assert [law for law in told["laws"] if law["verdict"] != "holds"] == []
    assert told["holds"] is True


def test_workers_rated_all_of_it_and_the_web_server_none(demonstration):
    web = json.loads((demonstration.directory / "web.pid").read_text())["pid"]
    pids = {pid for (pid,) in ask(demonstration, "SELECT DISTINCT pid FROM rating_run")}
    of_usage = "SELECT DISTINCT queue FROM rating_run WHERE kind = 'usage'"
    queues = {queue for (queue,) in ask(demonstration, of_usage)}

    assert pids
    assert queues == {"rating"}
    assert pids.isdisjoint({web, demonstration.process.pid, os.getpid()})
    assert ask(demonstration, "SELECT count(*) FROM metering_usage_pending") == [(0,)]


def test_the_month_is_settled_for_everybody_and_late_usage_is_booked_after_it(demonstration):
    settled = command(demonstration, "settlement", "2026-10")
    booked = ask(
        demonstration,
        "SELECT count(*) FROM rating_charge WHERE usage_month = '2026-10-01'"
        " AND booked_month = '2026-11-01'",
    )

    assert settled["open_tenants"] == 0
    assert len(settled["tenants"]) == 11
    assert len(settled["claims"]) == 1
    assert sum(tenant["arrears"] != "0.000000" for tenant in settled["tenants"]) == 1
    assert booked[0][0] > 20


def test_a_firm_in_arrears_was_reminded_once(demonstration):
    """Reminders keep to working days, the demonstration's too."""
    today = terms.local_day(utc_now())
    wanted = int(expected_working_day(day=today) == today)
    found = ask(
        demonstration,
        "SELECT o.code, n.level FROM receivables_notice n "
        "JOIN accounts_organisation o ON o.id = n.tenant_id",
    )
    assert found == [("lixing-driving", 2)] * wanted


def test_stripe_tells_of_connected_accounts_too(demonstration):
    """What a payee does at the local Stripe is heard of: its endpoints are of both kinds."""
    told = ask(
        demonstration,
        "SELECT count(*) FROM payouts_connected_account WHERE stripe_account <> ''",
    )
    assert told == [(1,)]


def test_it_names_the_log_ins(demonstration):
    assert demonstration.has_said("finance@suanji.example")
    assert demonstration.has_said("suanji-demo-2026")


def test_the_server_is_ready_and_shuts_strangers_out(demonstration):
    with urllib.request.urlopen(f"{demonstration.base}/readyz") as answer:  # noqa: S310
        assert answer.status == 200
    with urllib.request.urlopen(f"{demonstration.base}/") as answer:  # noqa: S310
        assert answer.url == f"{demonstration.base}/login?next=/"


def test_ctrl_c_leaves_no_process_behind(demonstration):
    members = demonstration.group_members()
    assert len(members) >= 6, "web with two, workers with three, the schedule"

    demonstration.process.send_signal(signal.SIGINT)

    assert demonstration.process.wait(timeout=END_SECONDS_MAX) == 0
    assert processes.wait_until(lambda: not alive(members), seconds_max=5)
    assert list(demonstration.directory.glob("*.pid")) == []


def test_a_reader_of_the_log_meets_no_code(demonstration):
    written = ask(demonstration, "SELECT DISTINCT action, object_type FROM kernel_audit_entry")
    assert written
    assert {action for action, _ in written} - set(ACTIONS) == set()
    assert {kind for _, kind in written} - set(OBJECTS) == set()
