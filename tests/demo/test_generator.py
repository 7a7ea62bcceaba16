"""The seeded month: possible, the same every time, and as wrong as it says."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pytest

from compute_billing.metering.formats import ParseOptions, parse
from compute_billing.metering.formats.record import ParsedRecord, Reject, RunningObservation
from demo.cast import CARDS, TENANTS
from demo.generator import Month, generate_month
from demo.workload import DAY, HOUR

MONTH = date(2026, 10, 1)
DAYS = 31


@pytest.fixture(scope="module")
def month() -> Month:
    return generate_month(month=MONTH)


def parsed_of(delivery):
    options = ParseOptions(format="csv" if delivery.is_file else "cloudevents")
    return list(parse(io.StringIO(delivery.content), options=options))


@pytest.fixture(scope="module")
def parsed(month):
    return [item for delivery in month.deliveries for item in parsed_of(delivery)]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(month):
    again = generate_month(month=MONTH)
    other = generate_month(month=MONTH, seed=1)

    assert again.deliveries == month.deliveries
    assert other.deliveries != month.deliveries


def test_never_more_cards_in_use_than_there_are(month):
    changes: Counter[int] = Counter()
    for run in month.runs:
        changes[run.start] += run.job.cards
        changes[run.end] -= run.job.cards
    in_use, most = 0, 0
    for instant in sorted(changes):
        in_use += changes[instant]
        most = max(most, in_use)

    assert in_use == 0
    assert 0.9 * CARDS < most <= CARDS


def test_jobs_use_from_one_card_to_128_and_last_from_seconds_to_days(month):
    sizes = Counter(run.job.cards for run in month.runs)
    lengths = sorted(run.end - run.start for run in month.runs if run.end > run.start)

    assert set(sizes) == {1, 2, 4, 8, 16, 32, 64, 128}
    assert lengths[0] < 60
    assert lengths[-1] > 3 * DAY
    # Heavy-tailed: a tenth of the runs lasts longer than a tenth of the mean of the longest.
    assert lengths[len(lengths) // 2] < 2 * HOUR < lengths[len(lengths) * 95 // 100]


def test_a_job_runs_once_at_a_time_and_starts_again_after_it_failed(month):
    by_job: dict = {}
    for run in month.runs:
        by_job.setdefault(run.job.number, []).append(run)

    assert any(len(runs) > 2 for runs in by_job.values())
    for runs in by_job.values():
        in_order = sorted(runs, key=lambda run: run.attempt)
        for earlier, later in pairwise(in_order):
            assert earlier.end < later.start


def test_nothing_starts_after_the_month_or_lasts_longer_than_two_days_beyond(month):
    assert max(run.start for run in month.runs) < DAYS * DAY
    assert max(run.end for run in month.runs) <= (DAYS + 2) * DAY


def test_every_tenant_works(month):
    assert {run.job.tenant.code for run in month.runs} == {tenant.code for tenant in TENANTS}


def test_all_that_goes_wrong_goes_wrong(month):
    reports = month.reports
    keys = Counter((report.external_id, report.observed) for report in reports)

    assert sum(report.observed is not None for report in reports) > 100, "polls"
    assert sum(report.suspended > 0 for report in reports) > 50
    assert sum(bool(report.corrects) for report in reports) > 30
    assert sum(report.external_id.endswith(".m") for report in reports) > 3, "booked anew"
    assert sum(report.day is None for report in reports) > 30, "after closing"
    assert sum(count > 1 for count in keys.values()) > 100, "sent again"
    assert sum(report.zone_hours == 0 for report in reports) > 100, "in another offset"


def test_our_own_readers_understand_every_report(parsed):
    rejects = Counter(item.reason for item in parsed if isinstance(item, Reject))

    assert set(rejects) == {"missing_start", "zero_duration"}
    assert sum(isinstance(item, RunningObservation) for item in parsed) > 100
    assert sum(isinstance(item, ParsedRecord) for item in parsed) > 8_000


def test_a_correction_stays_within_what_it_corrects_and_comes_after_it(month):
    seen: dict = {}
    for delivery in month.deliveries:
        for item in parsed_of(delivery):
            if not isinstance(item, ParsedRecord):
                continue
            if item.corrects:
                original = seen[item.corrects]
                assert original.started_ms <= item.started_ms < item.ended_ms
                assert item.ended_ms <= original.ended_ms
                assert item.milli_cards == original.milli_cards
                assert item.account == original.account
                assert -original.quantity <= item.quantity < 0
            else:
                seen.setdefault(item.external_id, item)


def test_nothing_is_reported_before_it_was_over(month):
    for delivery in month.deliveries:
        if delivery.after_closing:
            continue
        sent = datetime.fromisoformat(f"{delivery.name[-10:]}T23:59:59+08:00").timestamp() * 1000
        for item in parsed_of(delivery):
            if isinstance(item, ParsedRecord):
                assert item.ended_ms <= sent + 1000, (delivery.name, item.external_id)
