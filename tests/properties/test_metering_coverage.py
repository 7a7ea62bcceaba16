"""Net coverage under random slices, overlaps, polls and corrections, however they are delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compute_billing.metering.coverage import Coverage, Signed
from compute_billing.metering.formats import Parsed, RunningObservation
from kernel.sql import rows
from tests.builders.usage import START_MS, Reporter, fix, make_reporter, poll, use

pytestmark = pytest.mark.django_db

HOURS = 9
# What is reported: kind, job, number of its key, hours from, hours to.
Report = tuple[str, str, int, int, int]

_runs = count(1)

# Each example is several deliveries to a real store.
on_books = settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

reports = st.tuples(
    st.sampled_from(["use", "use", "use", "poll", "poll", "fix", "fix"]),
    st.sampled_from("ab"),
    st.integers(0, 4),
    st.integers(0, HOURS - 1),
    st.integers(1, HOURS),
).filter(lambda report: report[3] < report[4])

SIGNED = """
    SELECT allocation_id, external_id, corrects_id, quantity, milli_cards,
        (extract(epoch FROM started_at) * 1000)::bigint AS started_ms,
        (extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms
    FROM metering_usage_record WHERE source_id = %(source_id)s AND external_id LIKE %(like)s
    ORDER BY id
"""


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter()


def item(run: str, report: Report, position: int) -> Parsed:
    kind, job, number, start, end = report
    key = f"{run}{job}"
    if kind == "poll":
        return poll(key, 0, end, elapsed=end - min(start, end - 1) / 2, position=position)
    name = f"{key}-{number}"
    if kind == "use":
        # Number 0 is the finished record of the job that is polled, under the job's own key.
        external_id = key if number == 0 else name
        return use(external_id, start, end, allocation_key=key, position=position)
    original = f"{key}-{number}" if number else slice_key(key, start, end)
    return fix(f"{name}-fix-{start}-{end}", original, start, end, position=position)


def slice_key(key: str, start: int, end: int) -> str:
    first, last = (START_MS + hour * 3_600_000 for hour in (start, end))
    return f"{key}@{first}-{last}"


def deliver(
    reporter: Reporter, run: str, given_reports: Sequence[Report], *, cuts: Sequence[int]
) -> list[str]:
    """Deliver in batches cut at these places; return the status of each report, in order."""
    items = [item(run, report, position) for position, report in enumerate(given_reports)]
    told: dict[int, str] = {}
    borders = sorted({0, len(items), *(cut for cut in cuts if cut <= len(items))})
    for first, last in pairwise(borders):
        reporter.new_import()
        outcome = reporter.send(*items[first:last])
        told |= {
            place: status.reason or status.status for place, status in outcome.statuses.items()
        }
    return [told.get(position, "accepted") for position in range(len(items))]


def books(reporter: Reporter, run: str) -> list[tuple[str, int, int, int]]:
    return [
        (row["external_id"].replace(run, ""), row["started_ms"], row["ended_ms"], row["quantity"])
        for row in signed(reporter, run)
    ]


def signed(reporter: Reporter, run: str) -> list[dict[str, Any]]:
    return rows(SIGNED, source_id=reporter.source.pk, like=f"{run}%")


def assert_covered_once_at_most(found: list[dict[str, Any]]) -> None:
    by_allocation: defaultdict[object, list[tuple[int, int]]] = defaultdict(list)
    for row in found:
        sign = 1 if row["quantity"] > 0 else -1
        by_allocation[row["allocation_id"]] += [(row["started_ms"], sign), (row["ended_ms"], -sign)]
    for edges in by_allocation.values():
        depth = 0
        for instant in sorted({at for at, _ in edges}):
            depth += sum(delta for at, delta in edges if at == instant)
            assert depth in (0, 1), sorted(edges)
        assert depth == 0


def assert_time_holds_what_is_left(found: list[dict[str, Any]]) -> None:
    """Let the net quantity of an allocation fit into its net time."""
    for allocation_id in {row["allocation_id"] for row in found}:
        own = [row for row in found if row["allocation_id"] == allocation_id]
        net = sum(row["quantity"] for row in own)
        net_ms = sum(
            (row["ended_ms"] - row["started_ms"]) * (1 if row["quantity"] > 0 else -1)
            for row in own
        )
        assert 0 <= net <= 1000 * net_ms


@on_books
@given(st.lists(reports, max_size=12), st.lists(st.integers(1, 11), max_size=4))
@example([("use", "a", 1, 0, 4), ("use", "a", 2, 2, 5), ("use", "a", 2, 5, 6)], [])
@example([("use", "a", 1, 0, 4), ("fix", "a", 1, 2, 4), ("use", "a", 2, 2, 3)], [2])
@example([("poll", "a", 0, 0, 2), ("poll", "a", 0, 0, 4), ("use", "a", 0, 0, 3)], [1])
@example([("poll", "b", 0, 0, 1), ("use", "b", 0, 0, 5), ("use", "b", 0, 0, 1)], [])
@example([("use", "a", 0, 0, 2), ("poll", "a", 0, 0, 1), ("poll", "a", 0, 0, 3)], [])
def test_deliveries_cut_anywhere_give_the_same_books(
    reporter: Reporter, given_reports: list[Report], cuts: list[int]
) -> None:
    one_by_one = list(range(len(given_reports)))
    results = []
    for borders in (one_by_one, [], cuts):
        run = f"run{next(_runs):06}:"
        told = deliver(reporter, run, given_reports, cuts=borders)
        found = signed(reporter, run)
        assert_covered_once_at_most(found)
        assert_time_holds_what_is_left(found)
        assert sum(status == "accepted" for status in told) == len(found)
        results.append((told, books(reporter, run)))

    assert results[1] == results[0]
    assert results[2] == results[0]


@on_books
@given(
    st.sets(st.integers(1, 40), max_size=8),
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 15), max_size=3),
)
def test_slices_in_any_order_and_batch_give_the_whole(
    reporter: Reporter, borders: set[int], random: object, cuts: list[int]
) -> None:
    run = f"run{next(_runs):06}:"
    edges = sorted({0, 41, *borders})
    slices = [
        use(f"{run}{start}", start, end, allocation_key=f"{run}job")
        for start, end in pairwise(edges)
    ]
    sent = slices + random.sample(slices, k=len(slices) // 2)
    random.shuffle(sent)
    outcome = deliver_items(reporter, sent, cuts)

    assert outcome == {"accepted": len(slices), "duplicate": len(sent) - len(slices)}
    found = signed(reporter, run)
    assert_covered_once_at_most(found)
    assert sum(row["quantity"] for row in found) == 41 * 3_600_000_000


def deliver_items(
    reporter: Reporter, items: Sequence[Parsed], cuts: Sequence[int]
) -> dict[str, int]:
    borders = sorted({0, len(items), *(cut for cut in cuts if cut <= len(items))})
    total = {"accepted": 0, "duplicate": 0}
    for first, last in pairwise(borders):
        outcome = reporter.send(*items[first:last])
        assert not outcome.reasons
        total["accepted"] += outcome.accepted
        total["duplicate"] += outcome.duplicate
    return total


@on_books
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=8),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_polls_come_to_the_same_as_the_finished_record(
    reporter: Reporter, steps: list[tuple[int, int]], lossy: bool, random: object
) -> None:
    """Each step a job runs for some hours and is suspended for some; polls may be lost or late."""
    run = f"run{next(_runs):06}:"
    now = elapsed = 0
    polls: list[RunningObservation] = []
    for ran, paused in steps:
        now, elapsed = now + ran + paused, elapsed + ran
        polls.append(poll(f"{run}job", 0, now, elapsed=elapsed))
    seen = [each for each in polls if not lossy or random.random() < 0.6]
    seen += random.sample(seen, k=len(seen) // 3)
    for each in seen:
        assert reporter.send(each).rejected == 0
    finished = use(f"{run}job", 0, now + 1, hours=elapsed + 1)
    assert reporter.send(finished).rejected == 0
    assert reporter.send(finished, polls[0]).accepted == 0

    found = signed(reporter, run)
    assert_covered_once_at_most(found)
    assert sum(row["quantity"] for row in found) == (elapsed + 1) * 3_600_000_000


intervals = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


def spread(given_intervals: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    covered: set[int] = set()
    for start, end in given_intervals:
        if covered.isdisjoint(range(start, end)):
            covered.update(range(start, end))
            yield start, end


@given(st.lists(intervals, max_size=10), intervals)
def test_coverage_says_what_is_free(
    given_intervals: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    coverage = Coverage()
    covered: set[int] = set()
    for start, end in spread(given_intervals):
        assert coverage.is_free(start, end)
        coverage.cover(start, end)
        covered.update(range(start, end))
    assert coverage.is_free(*asked) is covered.isdisjoint(range(*asked))
    assert (coverage.end or 0) == max((instant + 1 for instant in covered), default=0)


@given(st.lists(intervals, max_size=10), st.lists(st.integers(0, 9), max_size=4), intervals)
def test_coverage_of_records_and_corrections_in_any_order(
    given_intervals: list[tuple[int, int]], taken_back: list[int], asked: tuple[int, int]
) -> None:
    kept = list(spread(given_intervals))
    gone = {number for number in taken_back if number < len(kept)}
    recorded = [Signed(-1, *kept[number]) for number in gone]
    recorded += [Signed(1, start, end) for start, end in reversed(kept)]
    covered = {
        instant
        for number, (start, end) in enumerate(kept)
        if number not in gone
        for instant in range(start, end)
    }
    assert Coverage(recorded).is_free(*asked) is covered.isdisjoint(range(*asked))
