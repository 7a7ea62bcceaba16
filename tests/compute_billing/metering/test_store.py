"""What is accepted, what is a duplicate, what is a conflict: on the real books."""

from __future__ import annotations

import pytest

from compute_billing.metering.models import UsageConflict, UsageKey, UsagePending, UsageRecord
from tests.builders.usage import CARD_HOUR, Reporter, make_reporter, statuses, tables, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=("acme", "beta"))


def test_an_accepted_record_stands_in_four_tables(reporter: Reporter) -> None:
    outcome = reporter.send(use("a", 0, 2, cards=4))

    assert (outcome.accepted, outcome.statuses) == (1, {})
    assert tables() == {"usage_key": 1, "usage_record": 1, "usage_pending": 1, "allocation": 1}
    record = UsageRecord.objects.get()
    assert (record.quantity, record.milli_cards) == (8 * CARD_HOUR, 4000)
    assert record.tenant_id == reporter.tenants["acme"].pk
    assert UsageKey.objects.get().usage_id == record.id == record.allocation_id
    pending = UsagePending.objects.get()
    assert (pending.usage_id, pending.is_correction, pending.parked_reason) == (
        record.id,
        False,
        "",
    )


def test_fractional_cards_are_exact(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, cards=0.22))
    assert UsageRecord.objects.get().quantity == 220 * 3_600_000


def test_usage_ids_follow_the_order_of_arrival(reporter: Reporter) -> None:
    reporter.send(*[use(name, 0, 1) for name in ("z", "m", "a", "k")])
    assert [row[0] for row in reporter.books()] == ["z", "m", "a", "k"]


@pytest.mark.parametrize("together", [True, False])
def test_equal_records_again_are_duplicates(reporter: Reporter, together: bool) -> None:
    first, again = use("a", 0, 1), use("a", 0, 1)
    send = reporter.send if together else reporter.send_each

    outcome = send(first, again, use("b", 0, 1))

    assert (outcome.accepted, outcome.duplicate) == (2, 1)
    assert outcome.statuses[again.position].status == "duplicate"
    assert tables() == {"usage_key": 2, "usage_record": 2, "usage_pending": 2, "allocation": 2}


def test_known_records_among_new_ones(reporter: Reporter) -> None:
    """The sample finds none of them, so that the keys themselves must."""
    known = [use(f"known-{number}", 0, 1) for number in range(3)]
    reporter.send(*known)
    news = [use(f"new-{number:03}", 0, 1) for number in range(100)]

    outcome = reporter.send(*news[:51], *known, *news[51:])

    assert (outcome.accepted, outcome.duplicate) == (100, 3)
    assert tables()["usage_record"] == tables()["allocation"] == 103


@pytest.mark.parametrize("together", [True, False])
def test_other_content_of_a_key_is_a_conflict_and_not_applied(
    reporter: Reporter, together: bool
) -> None:
    send = reporter.send if together else reporter.send_each
    outcome = send(use("a", 0, 1), use("a", 0, 2), use("a", 0, 1, cards=2), use("a", 0, 2))

    assert (outcome.accepted, outcome.duplicate, outcome.conflict) == (1, 0, 3)
    assert reporter.intervals() == [(0, 1, 1)]
    kept = UsageConflict.objects.order_by("payload").values_list("payload", "times")
    assert list(kept) == [("a,0,1,2", 1), ("a,0,2,1", 2)]


def test_the_same_key_under_another_tenant_is_a_conflict(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1))

    outcome = reporter.send(use("a", 0, 1, account="beta", payload="beta wants it"))

    assert statuses(outcome) == ["conflict"]
    conflict = UsageConflict.objects.get()
    assert (conflict.external_id, conflict.payload, conflict.times) == ("a", "beta wants it", 1)
    assert set(UsageRecord.objects.values_list("tenant_id", flat=True)) == {
        reporter.tenants["acme"].pk
    }


def test_a_key_known_under_another_job_is_found(reporter: Reporter) -> None:
    """Its allocation is new, so that only the key can tell."""
    reporter.send(use("a", 0, 1, allocation_key="job-1"))

    outcome = reporter.send(use("a", 0, 1, allocation_key="job-2"), use("b", 0, 1))

    assert (outcome.accepted, outcome.duplicate) == (1, 1)
    assert tables()["allocation"] == 2  # job-1 and b; the duplicate leaves none


def test_records_of_one_job_may_not_overlap(reporter: Reporter) -> None:
    outcome = reporter.send(
        use("a", 0, 2, allocation_key="job"),
        use("b", 2, 3, allocation_key="job"),
        use("c", 1, 4, allocation_key="job"),
        use("d", 3, 4, allocation_key="job"),
    )

    assert statuses(outcome) == ["overlaps_recorded_use"]
    assert reporter.intervals() == [(0, 2, 2), (2, 3, 1), (3, 4, 1)]
    assert reporter.send(use("e", 0, 1, allocation_key="job")).rejected == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_refused_record_leaves_its_key_to_the_next(reporter: Reporter, together: bool) -> None:
    """The key's second content must be looked at as closely as if it had come alone."""
    reporter.send(use("first", 0, 2, allocation_key="job"))
    send = reporter.send if together else reporter.send_each

    outcome = send(
        use("x", 1, 3, allocation_key="job"),  # overlaps
        use("x", 1, 2, allocation_key="job"),  # overlaps, too
        use("x", 2, 4, allocation_key="job"),
        use("x", 4, 5, allocation_key="job"),  # the key is taken now
    )

    assert statuses(outcome) == ["overlaps_recorded_use", "overlaps_recorded_use", "conflict"]
    assert reporter.intervals() == [(0, 2, 2), (2, 4, 2)]


def test_a_job_belongs_to_one_tenant(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, allocation_key="job"))
    outcome = reporter.send(use("b", 1, 2, allocation_key="job", account="beta"))
    assert statuses(outcome) == ["allocation_of_another_tenant"]


def test_two_jobs_may_run_at_the_same_time(reporter: Reporter) -> None:
    assert reporter.send(use("a", 0, 2), use("b", 1, 3)).accepted == 2


def test_names_with_every_odd_character_are_kept(reporter: Reporter) -> None:
    odd = "tab\t newline\n back\\slash \\N {a,b} \"quoted\" '单引号' 🀄 \x1f \\."
    reporter.send(use(odd, 0, 1), use("plain", 0, 1))
    reporter.send(use(odd, 0, 1), use(odd + "2", 0, 1, allocation_key="plain"))
    assert odd in set(UsageRecord.objects.values_list("external_id", flat=True))


def test_no_name_passes_for_two(reporter: Reporter) -> None:
    """The parts of what is hashed cannot run into each other."""
    reporter.add_tenant("acme\x1f1")
    reporter.send(use("a", 0, 1, account="acme\x1f1"))
    assert reporter.send(use("a", 0, 1, account="acme")).conflict == 1


def test_a_large_batch_is_one_transaction_of_few_statements(
    reporter: Reporter, django_assert_max_num_queries
) -> None:
    records = [use(f"job-{number}", 0, 1) for number in range(500)]
    with django_assert_max_num_queries(15):
        assert reporter.send(*records).accepted == 500
    with django_assert_max_num_queries(35):
        assert reporter.send(*records).duplicate == 500
