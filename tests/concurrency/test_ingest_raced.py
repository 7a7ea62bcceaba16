"""Deliveries that race: nothing is recorded twice, nothing is lost, nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from compute_billing.metering import operations as metering
from compute_billing.metering.formats import Parsed, ParsedRecord
from compute_billing.metering.models import UsageConflict, UsageReject
from compute_billing.metering.operations import Outcome
from compute_billing.public import add_missing_tenants, open_missing_source
from tests.builders.usage import NOW, Reporter, fix, make_reporter, poll, start_import, tables, use
from tests.concurrency.racing import Race, run_race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = [
    pytest.param(8, id="few"),
    pytest.param(200, id="many", marks=pytest.mark.soak),
]
BATCH = 120


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=("acme", "beta"))


def delivery(reporter: Reporter, *items: Parsed) -> Callable[[], Outcome]:
    """Return the delivery of these items, each racer's as an import of its own."""
    import_id = start_import(reporter.source)
    return lambda: metering.record_batch(
        items, source=reporter.source, import_id=import_id, now=NOW
    )


def race(rounds: int, make: Callable[[int], Sequence[Callable[[], object]]]) -> Race:
    raced = run_race(rounds=rounds, make_works=make, rounds_max=10 * rounds)
    assert raced.lock_waits > 0, "the racers never met"
    return raced


def summed(outcomes: Sequence[object]) -> dict[str, int]:
    total = Outcome()
    for outcome in outcomes:
        assert isinstance(outcome, Outcome)
        total.count(outcome)
    return {
        name: count
        for name in ("accepted", "duplicate", "conflict", "rejected")
        if (count := getattr(total, name))
    }


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_same_delivery_twice_at_once(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        records = [use(f"{number}-{each}", 0, 1) for each in range(BATCH)]
        return [delivery(reporter, *records), delivery(reporter, *reversed(records))]

    raced = race(rounds, make)

    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": BATCH, "duplicate": BATCH}
    assert set(tables().values()) == {len(raced.rounds) * BATCH}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_deliveries_that_share_some_jobs(reporter: Reporter, rounds: int) -> None:
    """One half of each is news; the other comes in slices of jobs that the racers share."""

    def make(number: int) -> list[Callable[[], object]]:
        def items(racer: int) -> Sequence[ParsedRecord]:
            own = [use(f"{number}-{racer}-{each}", 0, 1) for each in range(BATCH)]
            shared = [
                use(f"{number}-{job}:{racer}", racer, racer + 1, allocation_key=f"{number}-{job}")
                for job in range(BATCH)
            ]
            mixed = [item for pair in zip(own, shared, strict=True) for item in pair]
            return mixed if racer else list(reversed(mixed))

        return [delivery(reporter, *items(racer)) for racer in range(3)]

    raced = race(rounds, make)

    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": 6 * BATCH}
    assert tables()["allocation"] == len(raced.rounds) * 4 * BATCH


@pytest.mark.parametrize("rounds", ROUNDS)
def test_overlapping_records_of_one_job(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        return [
            delivery(
                reporter,
                *[
                    use(
                        f"{racer}-{number}-{job}",
                        racer,
                        racer + 2,
                        allocation_key=f"{number}-{job}",
                    )
                    for job in range(BATCH)
                ],
            )
            for racer in range(2)
        ]

    raced = race(rounds, make)

    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": BATCH, "rejected": BATCH}
        reasons = {reason for outcome in outcomes for reason in outcome.reasons}
        assert reasons == {"overlaps_recorded_use"}
    assert tables()["usage_record"] == tables()["usage_key"] == len(raced.rounds) * BATCH


@pytest.mark.parametrize("rounds", ROUNDS)
def test_polls_of_one_job_from_two_places(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        return [
            delivery(
                reporter, *[poll(f"{number}-{job}", 0, 2 + racer) for job in range(BATCH // 2)]
            )
            for racer in range(3)
        ]

    raced = race(rounds, make)

    for outcomes in raced.rounds:
        counts = summed(outcomes)
        assert "rejected" not in counts
        assert "conflict" not in counts
        assert sum(counts.values()) == 3 * (BATCH // 2)
    by_job: dict[str, list[tuple[float, float]]] = {}
    for key, start, end, hours in reporter.books():
        assert hours == end - start
        by_job.setdefault(key.partition("@")[0], []).append((start, end))
    assert len(by_job) == len(raced.rounds) * (BATCH // 2)
    for slices in by_job.values():
        slices.sort()
        assert slices[0][0] == 0
        assert slices[-1][1] == 4
        assert all(left[1] == right[0] for left, right in pairwise(slices))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_key_under_two_tenants(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        return [
            delivery(
                reporter,
                *[
                    use(f"{number}-{job}", 0, 1, account=account, allocation_key=f"{account}-{job}")
                    for job in range(BATCH)
                ],
            )
            for account in ("acme", "beta")
        ]

    raced = race(rounds, make)

    for number, outcomes in enumerate(raced.rounds):
        counts = summed(outcomes)
        if number == 0:  # later the jobs are known and their time is taken
            assert counts == {"accepted": BATCH, "conflict": BATCH}
    assert tables()["usage_record"] == tables()["usage_key"]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_corrections_that_together_take_back_too_much(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        jobs = [f"{number}-{job}" for job in range(BATCH // 4)]
        delivery(reporter, *[use(job, 0, 10) for job in jobs])()
        return [
            delivery(
                reporter, *[fix(f"{racer}-{job}", job, 2 * racer, 6 + 2 * racer) for job in jobs]
            )
            for racer in range(2)
        ]

    raced = race(rounds, make)

    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": BATCH // 4, "rejected": BATCH // 4}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_same_corrections_and_conflicts_twice_at_once(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        jobs = [f"{number}-{job}" for job in range(BATCH // 4)]
        delivery(reporter, *[use(job, 0, 10) for job in jobs])()
        items = [fix(f"fix-{job}", job, 0, 1) for job in jobs]
        items += [use(job, 0, 9, allocation_key=f"other-{job}") for job in jobs]
        return [delivery(reporter, *items), delivery(reporter, *reversed(items))]

    raced = race(rounds, make)

    each = BATCH // 4
    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": each, "duplicate": each, "conflict": 2 * each}
    assert set(UsageConflict.objects.values_list("times", flat=True)) == {2}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_retries_share_the_rejects(reporter: Reporter, rounds: int) -> None:
    def make(number: int) -> list[Callable[[], object]]:
        account = f"late-{number}"
        reporter.new_import()
        reporter.send(*[use(f"{number}-{job}", 0, 1, account=account) for job in range(BATCH)])
        reporter.add_tenant(account)
        retry = lambda: metering.retry_rejected(source=reporter.source, now=NOW)  # noqa: E731
        return [retry, retry]

    raced = run_race(rounds=rounds, make_works=make)

    shared = 0
    for outcomes in raced.rounds:
        assert summed(outcomes) == {"accepted": BATCH}
        shared += all(outcome.accepted for outcome in outcomes)
    assert reporter.counts() == {"accepted": BATCH, "duplicate": 0, "conflict": 0, "rejected": 0}
    assert not UsageReject.objects.filter(resolved_at=None).exists()


def test_first_imports_at_once_make_one_of_each() -> None:
    def make(number: int) -> list[Callable[[], object]]:
        def begin() -> int:
            source = open_missing_source(
                code=f"new-{number}", card_type="910B2", time_zone="UTC", now=NOW
            )
            accounts = [f"tenant-{number}-{each}" for each in range(5)]
            add_missing_tenants(source_id=source.pk, accounts=accounts, now=NOW)
            return source.pk

        return [begin, begin]

    raced = run_race(rounds=8, make_works=make)
    assert all(first == second for first, second in raced.rounds)
