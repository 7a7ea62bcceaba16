"""Running jobs: polls of one job become slices, and the finished record brings the rest."""

from __future__ import annotations

from itertools import pairwise

import pytest

from compute_billing.metering.models import Allocation
from tests.builders.usage import Reporter, fix, hour, make_reporter, poll, statuses, tables, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter(accounts=("acme", "beta"))


def test_polls_become_slices_and_the_finished_record_the_last(reporter: Reporter) -> None:
    outcome = reporter.send_each(poll("j", 0, 1), poll("j", 0, 3), use("j", 0, 4))

    assert outcome.accepted == 3
    assert reporter.intervals() == [(0, 1, 1), (1, 3, 2), (3, 4, 1)]
    keys = [row[0] for row in reporter.books()]
    assert keys == [
        f"j@{hour(0)}-{hour(1)}".replace(str(hour(0)), "0"),
        f"j@{hour(1)}-{hour(3)}",
        "j",
    ]


def test_several_polls_of_a_job_in_one_delivery(reporter: Reporter) -> None:
    outcome = reporter.send(
        poll("j", 0, 1), use("other", 0, 1), poll("j", 0, 2), poll("k", 0, 1), use("j", 0, 3)
    )
    assert outcome.accepted == 5
    assert [row[1:] for row in reporter.books() if row[0].startswith("j")] == [
        (0, 1, 1),
        (1, 2, 1),
        (2, 3, 1),
    ]


def test_sliced_equals_whole(reporter: Reporter) -> None:
    reporter.send_each(*[poll("j", 0, number / 4) for number in range(1, 30)], use("j", 0, 7.4))
    assert sum(row[2] for row in reporter.intervals()) == pytest.approx(7.4)
    assert all(left[1] == right[0] for left, right in pairwise(reporter.intervals()))


def test_suspension_shortens_the_quantity_and_not_the_time(reporter: Reporter) -> None:
    outcome = reporter.send_each(
        poll("j", 0, 1),
        poll("j", 0, 3, elapsed=1),  # suspended since
        poll("j", 0, 4, elapsed=1.5),
        use("j", 0, 6, hours=2),
    )
    assert (outcome.accepted, outcome.duplicate) == (3, 1)
    assert reporter.intervals() == [(0, 1, 1), (1, 4, 0.5), (4, 6, 0.5)]


def test_polls_again_or_out_of_order_are_duplicates(reporter: Reporter) -> None:
    outcome = reporter.send_each(poll("j", 0, 2), poll("j", 0, 2), poll("j", 0, 1))
    assert (outcome.accepted, outcome.duplicate) == (1, 2)
    assert reporter.intervals() == [(0, 2, 2)]


def test_a_poll_of_a_job_that_has_just_started_says_nothing(reporter: Reporter) -> None:
    outcome = reporter.send(poll("j", 0, 0))
    assert (outcome.accepted, outcome.duplicate) == (0, 1)
    assert tables()["allocation"] == 0


def test_a_finished_record_again_is_a_duplicate(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 1), use("j", 0, 2))
    assert reporter.send(use("j", 0, 2)).duplicate == 1
    assert reporter.send(use("j", 0, 3)).conflict == 1
    assert reporter.intervals() == [(0, 1, 1), (1, 2, 1)]


def test_a_finished_record_that_brings_nothing_new_still_ends_the_job(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 2))
    assert reporter.send(use("j", 0, 2)).duplicate == 1

    assert statuses(reporter.send(poll("j", 0, 3))) == ["observed_after_end"]
    assert reporter.send(poll("j", 0, 2)).duplicate == 1
    assert reporter.intervals() == [(0, 2, 2)]


def test_a_poll_that_comes_after_the_finished_record(reporter: Reporter) -> None:
    reporter.send(use("never-polled", 0, 2))
    assert reporter.send(poll("never-polled", 0, 1)).duplicate == 1
    assert statuses(reporter.send(poll("never-polled", 0, 3))) == ["overlaps_recorded_use"]

    reporter.send_each(poll("polled", 0, 1), use("polled", 0, 2))
    assert reporter.send(poll("polled", 0, 1.5)).duplicate == 1
    assert statuses(reporter.send(poll("polled", 0, 3))) == ["observed_after_end"]


def test_a_finished_record_that_ends_before_what_was_metered(reporter: Reporter) -> None:
    """It is refused until the slices that did not happen were corrected."""
    reporter.send_each(poll("j", 0, 1), poll("j", 0, 2), poll("j", 0, 3))
    finished = use("j", 0, 1.5)
    assert statuses(reporter.send(finished)) == ["ends_before_metered"]

    last, middle = f"j@{hour(2)}-{hour(3)}", f"j@{hour(1)}-{hour(2)}"
    corrected = reporter.send(fix("c2", middle, 1.5, 2), fix("c1", last, 2, 3))

    assert corrected.accepted == 2
    assert reporter.send(finished).duplicate == 1
    allocation = Allocation.objects.get()
    assert (allocation.metered_elapsed_ms, allocation.ended_at is not None) == (5_400_000, True)
    assert sum(row[2] for row in reporter.intervals()) == 1.5


def test_a_corrected_tail_is_metered_anew(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 1), poll("j", 0, 3))
    reporter.send(fix("c", f"j@{hour(1)}-{hour(3)}", 1, 3))

    reporter.send_each(poll("j", 0, 3), poll("j", 0, 4, elapsed=2), use("j", 0, 5, hours=3))

    assert reporter.intervals() == [(0, 1, 1), (1, 3, 2), (1, 3, -2), (1, 4, 1), (4, 5, 1)]


def test_what_was_taken_back_in_the_middle_does_not_come_again(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 1), poll("j", 0, 2), poll("j", 0, 3))
    reporter.send(fix("c", f"j@{hour(1)}-{hour(2)}", 1, 2))

    reporter.send(use("j", 0, 4))

    assert reporter.intervals()[-1] == (3, 4, 1)
    assert sum(row[2] for row in reporter.intervals()) == 3


def test_a_hole_behind_the_frontier_can_be_filled(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 1), poll("j", 0, 2), poll("j", 0, 3))
    reporter.send(fix("c", f"j@{hour(1)}-{hour(2)}", 1, 2))

    filled = use("filled", 1, 1.5, allocation_key="j")
    assert reporter.send(filled).accepted == 1
    assert reporter.send(use("j", 0, 4)).accepted == 1

    assert reporter.intervals()[-2:] == [(1, 1.5, 0.5), (3, 4, 1)]


def test_when_all_is_taken_back_the_job_begins_anew(reporter: Reporter) -> None:
    reporter.send(poll("j", 0, 2))
    reporter.send(fix("c", f"j@{hour(0)}-{hour(2)}", 0, 2))

    assert reporter.send(use("j", 0, 1)).accepted == 1
    assert reporter.intervals() == [(0, 2, 2), (0, 2, -2), (0, 1, 1)]


def test_elapsed_time_that_goes_back_or_jumps_is_refused(reporter: Reporter) -> None:
    reporter.send(poll("j", 0, 4, elapsed=3))
    assert statuses(reporter.send(poll("j", 0, 5, elapsed=2))) == ["elapsed_went_back"]
    assert statuses(reporter.send(poll("j", 0, 5, elapsed=4.5))) == ["quantity_exceeds_interval"]
    assert reporter.intervals() == [(0, 4, 3)]


def test_cards_that_change_count_from_then_on(reporter: Reporter) -> None:
    reporter.send_each(poll("j", 0, 1), poll("j", 0, 2, milli_cards=3000))
    assert reporter.intervals() == [(0, 1, 1), (1, 2, 3)]


def test_huge_numbers_of_cards_overflow_nothing(reporter: Reporter) -> None:
    reporter.send(poll("j", 0, 100))
    huge = poll("j", 0, 101, milli_cards=2**31 - 1, elapsed=101)
    assert reporter.send(huge).accepted == 1
    colossal = poll("j", 0, 102, milli_cards=2**62, elapsed=0.000_001)
    assert reporter.send(colossal).rejected == 1


def test_a_job_stays_its_tenants_when_the_account_changes_hands(reporter: Reporter) -> None:
    from datetime import timedelta

    from compute_billing.metering import operations as metering
    from tests.builders.usage import NOW

    border = NOW - timedelta(days=19)
    metering.end_mapping(source_id=reporter.source.pk, account="acme", at=border)
    metering.map_account(
        source_id=reporter.source.pk,
        account="acme",
        tenant_id=reporter.tenants["beta"].pk,
        valid_from=border,
    )
    outcome = reporter.send_each(poll("j", 0, 10), poll("j", 0, 100), use("j", 0, 200))
    assert outcome.accepted == 3


def test_polls_of_another_tenants_job_are_refused(reporter: Reporter) -> None:
    reporter.send(poll("j", 0, 1))
    assert statuses(reporter.send(poll("j", 0, 2, account="beta"))) == [
        "allocation_of_another_tenant"
    ]


def test_many_polls_of_many_jobs_take_few_statements(
    reporter: Reporter, django_assert_max_num_queries
) -> None:
    reporter.send(*[poll(f"j{number}", 0, 1) for number in range(200)])
    with django_assert_max_num_queries(35):
        outcome = reporter.send(*[poll(f"j{number}", 0, 2) for number in range(200)])
    assert outcome.accepted == 200
