"""Real use of a real cluster, rated, closed and settled by Celery workers: equal to the oracle.

Two worker processes rate while the file comes in, a third closes and settles; then every total is
compared with one that imports nothing of ours, and a thousand postings are followed to their lines.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import socket
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from compute_billing.audit import queries as audit
from config.celery import send_nudge
from kernel.sql import execute, rows
from tests import database, oracle, services
from tests.flows import philly

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared_data]

SECONDS_MAX = 200
RECORDS = 52_558
MONTHS = (date(2017, 9, 1), date(2017, 10, 1), date(2017, 11, 1))
TRACED = 1_000
# Small runs make many postings to follow.
SMALL_RUNS = {"RATING_RUN_USAGE_MAX": "80", "CLOSE_GRACE_HOURS": "0"}
RATE = "compute_billing.tasks.rating.rate_pending"
CLOSE = "compute_billing.tasks.settlement.close_due_months"


def ask(question: str, **parameters: Any) -> Any:
    """Return the one value that a question asks for."""
    [found] = rows(question, **parameters)
    [value] = found.values()
    return value


def wait_until(is_so: Callable[[], bool], *, nudge: str, worker: services.Worker) -> None:
    """Nudge the workers, as beat would, until it is so."""
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, worker.output()
        send_nudge(nudge)
        time.sleep(0.5)


def ingest(path: Path) -> dict[str, Any]:
    """Bring the file in by the command."""
    answer = io.StringIO()
    call_command(
        "ingest_usage",
        str(path),
        source=philly.SOURCE,
        format="csv",
        json=True,
        stdout=answer,
    )
    return json.loads(answer.getvalue())


@pytest.fixture
def settled(shared_data: Path) -> tuple[philly.Centre, Path, set[int]]:
    """Ingest, rate, close and settle the file by processes of their own."""
    path = shared_data / philly.FILE
    services.empty_redis()
    centre = philly.open_centre(path)
    with (
        services.celery_worker(["rating"], environment=SMALL_RUNS) as one,
        services.celery_worker(["rating"], environment=SMALL_RUNS) as other,
    ):
        pids = {pid for worker in (one, other) for pid in worker.pids() if pid != worker.pid}
        outcome = ingest(path)
        assert (outcome["accepted"], outcome["rejected"]) == (RECORDS, 0)
        wait_until(is_rated, nudge=RATE, worker=one)
    analyze()
    with services.celery_worker(["settlement"], environment=SMALL_RUNS) as closer:
        wait_until(is_settled, nudge=CLOSE, worker=closer)
    analyze()
    return centre, path, pids


def analyze() -> None:
    """Tell the planner how much there is by now, as autovacuum does within a minute."""
    with database.as_owner():
        execute("ANALYZE")


def is_rated() -> bool:
    return ask("SELECT count(*) FROM metering_usage_pending") == 0


def is_settled() -> bool:
    still_open = ask("SELECT count(*) FROM invoices_tenant_month WHERE state = 'open'")
    statements = ask("SELECT count(DISTINCT period) FROM settlement_operator_statement")
    return still_open == 0 and statements == len(MONTHS)


def test_a_real_month(settled: tuple[philly.Centre, Path, set[int]]) -> None:
    centre, path, pids = settled
    expect_real_processes(pids)
    expect_equal_sums()
    expect_the_oracle(centre, path)
    expect_the_truth(path)
    expect_every_law()
    expect_postings_to_add_up_to_lines(path)


def expect_real_processes(pids: set[int]) -> None:
    runs = rows("SELECT DISTINCT host, pid, queue FROM rating_run")
    assert {run["pid"] for run in runs} == pids
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert {(run["host"], run["queue"]) for run in runs} == {(socket.gethostname(), "rating")}


def expect_equal_sums() -> None:
    """Σ charges = Σ shares = Σ postings = Σ lines, in money and in card-time."""
    charges = ask("SELECT sum(gross) FROM rating_charge")
    assert charges > 0
    assert charges == ask("SELECT sum(amount) FROM rating_charge_share WHERE unit = 'CNY'")
    assert charges == ask("SELECT sum(amount) FROM invoices_invoice_line WHERE unit = 'CNY'")
    assert charges == ask("SELECT sum(gross) FROM settlement_operator_statement")
    posted = "SELECT sum(p.amount) FROM ledger_posting p JOIN ledger_account a"
    assert charges == ask(
        f"{posted} ON a.id = p.destination_account_id WHERE a.kind = 'compute_revenue'"
    )
    in_kind = ask("SELECT sum(quantity_in_kind) FROM rating_charge")
    assert in_kind == ask("SELECT sum(amount) FROM rating_charge_share WHERE unit <> 'CNY'")
    assert in_kind == ask("SELECT sum(amount) FROM invoices_invoice_line WHERE unit <> 'CNY'")
    assert in_kind == ask(
        f"{posted} ON a.id = p.destination_account_id WHERE a.kind = 'card_time_used'"
    )
    shared = ask("SELECT sum(amount) FROM rating_charge_share WHERE payer_kind = 'award'")
    assert shared == ask("SELECT sum(amount) FROM settlement_claim")


def expect_the_oracle(centre: philly.Centre, path: Path) -> None:
    """Each charge, and each tenant x month x price and x payer, is what the oracle says."""
    order = [
        row["external_id"]
        for row in rows("SELECT external_id FROM metering_usage_record ORDER BY id")
    ]
    books = oracle.rate(path, centre.prices, centre.awards, centre.lots, order)
    assert len(order) == len({use.job for use in oracle.read_usage(path, order)})

    charged = rows(
        "SELECT u.external_id, c.segment_no, o.code, c.usage_month, c.price_id::text AS price,"
        " c.quantity, c.quantity_in_kind, c.gross, c.discount, c.programme, c.tenant"
        " FROM rating_charge c JOIN metering_usage_record u ON u.id = c.usage_id"
        " JOIN accounts_organisation o ON o.id = c.tenant_id"
    )
    assert sorted(tuple(charge.values()) for charge in charged) == sorted(
        (c.job, c.segment_no, c.tenant, c.month, c.price, c.quantity, c.in_kind, c.gross,
         c.discount, c.programme, c.tenant_pays)
        for c in books.charges
    )  # fmt: skip
    assert by_price("rating_charge c", "c.usage_month") == books.by_price()
    assert by_price_of_lines() == {
        key: (quantity, gross) for key, (quantity, _, gross) in books.by_price().items()
    }
    assert by_payer() == books.by_payer()


def by_price(source: str, month: str) -> dict[tuple[str, date, str], tuple[int, int, int]]:
    found = rows(
        f"SELECT o.code, {month} AS month, c.price_id::text AS price,"
        " sum(c.quantity)::bigint AS quantity, sum(c.quantity_in_kind)::bigint AS in_kind,"
        f" sum(c.gross)::bigint AS gross FROM {source}"
        " JOIN accounts_organisation o ON o.id = c.tenant_id GROUP BY 1, 2, 3"
    )
    return {
        (row["code"], row["month"], row["price"]): (row["quantity"], row["in_kind"], row["gross"])
        for row in found
    }


def by_price_of_lines() -> dict[tuple[str, date, str], tuple[int, int]]:
    found = rows(
        "SELECT o.code, l.usage_month, l.price_id::text AS price,"
        " sum(l.quantity)::bigint AS quantity,"
        " coalesce(sum(l.amount) FILTER (WHERE l.unit = 'CNY'), 0)::bigint AS gross"
        " FROM invoices_invoice_line l JOIN accounts_organisation o ON o.id = l.tenant_id"
        " GROUP BY 1, 2, 3"
    )
    return {
        (row["code"], row["usage_month"], row["price"]): (row["quantity"], row["gross"])
        for row in found
    }


def by_payer() -> dict[tuple[str, date, str, str], int]:
    found = rows(
        "SELECT o.code, c.usage_month, s.payer_kind,"
        " CASE WHEN s.payer_kind = 'arrears' THEN '' ELSE a.subject END AS payer,"
        " sum(s.amount)::bigint AS amount"
        " FROM rating_charge_share s JOIN rating_charge c ON c.id = s.charge_id"
        " JOIN ledger_account a ON a.id = s.account_id"
        " JOIN accounts_organisation o ON o.id = s.tenant_id"
        " GROUP BY 1, 2, 3, 4 HAVING sum(s.amount) <> 0"
    )
    return {
        (row["code"], row["usage_month"], row["payer_kind"], row["payer"]): row["amount"]
        for row in found
    }


def expect_the_truth(path: Path) -> None:
    """Compare what was charged with what others counted, per tenant and month."""
    truth = {}
    for line in Path(str(path).replace(".csv.gz", ".truth.csv")).read_text().splitlines()[1:]:
        _, zone, tenant, month, milli_card_seconds, *_ = line.split(",")
        if zone == "Asia/Shanghai":
            truth[tenant, month] = int(milli_card_seconds) * 1000
    found = rows(
        "SELECT o.code, to_char(c.usage_month, 'YYYY-MM') AS month,"
        " sum(c.quantity)::bigint AS quantity FROM rating_charge c"
        " JOIN accounts_organisation o ON o.id = c.tenant_id GROUP BY 1, 2"
    )
    assert {(row["code"], row["month"]): row["quantity"] for row in found} == truth


def expect_every_law() -> None:
    verdicts = audit.verify_books(full=True)
    assert {v.law.name: v.offenders for v in verdicts if not v.holds} == {}


def expect_postings_to_add_up_to_lines(path: Path) -> None:
    """Follow postings drawn at random down to the lines of the file."""
    lines = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    column = lines[0].index("job_id")
    found = rows(
        "SELECT p.id FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id"
        " WHERE t.kind = 'rating' ORDER BY p.id"
    )
    assert len(found) >= TRACED
    for posting in random.Random(2017).sample(found, TRACED):
        trace = audit.trace(posting_id=posting["id"])
        total = sum(line["amount"] for line in trace.lines)
        assert total == trace.posting["posted"] == trace.posting["line_total"]
        for line in trace.lines:
            assert line["origin"] == path.name
            assert lines[line["position"] - 1][column] == line["external_id"]
