"""Wrong usage is taken back by signed records that are tied to the original."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsagePending, UsageRecord
from tests.builders.usage import NOW, Reporter, fix, make_reporter, statuses, tables, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Reporter:
    reporter = make_reporter(accounts=("acme", "beta"))
    reporter.send(use("a", 0, 10))
    return reporter


def test_a_correction_is_negative_and_names_its_original(reporter: Reporter) -> None:
    assert reporter.send(fix("c", "a", 0, 10)).accepted == 1

    original, correction = UsageRecord.objects.order_by("id")
    assert correction.corrects_id == original.id
    assert correction.allocation_id == original.allocation_id
    assert correction.quantity == -original.quantity
    assert list(
        UsagePending.objects.order_by("usage_id").values_list("usage_id", "is_correction")
    ) == [(original.id, False), (correction.id, True)]


def test_a_part_can_be_taken_back_and_then_the_rest(reporter: Reporter) -> None:
    outcome = reporter.send_each(fix("c1", "a", 7, 10), fix("c2", "a", 0, 2), fix("c3", "a", 2, 7))
    assert outcome.accepted == 3
    assert sum(row[2] for row in reporter.intervals()) == 0


@pytest.mark.parametrize("together", [True, False])
def test_no_more_can_be_taken_back_than_was_recorded(reporter: Reporter, together: bool) -> None:
    send = reporter.send if together else reporter.send_each
    outcome = send(
        fix("c1", "a", 5, 10),
        fix("c2", "a", 4, 6),  # in part gone already
        fix("c3", "a", 9, 11),  # beyond the original
        fix("c4", "a", 0, 5),
        fix("c5", "a", 0, 1),  # nothing is left
    )
    assert statuses(outcome) == ["exceeds_original"] * 3
    assert sum(row[2] for row in reporter.intervals()) == 0


def test_what_is_left_must_fit_into_the_time_that_is_left(reporter: Reporter) -> None:
    """Else the hour could be recorded again beside card-time that has no hour any more."""
    assert statuses(reporter.send(fix("c", "a", 0, 10, hours=3))) == [
        "leaves_quantity_without_time"
    ]

    reporter.send(use("suspended", 0, 10, hours=5))
    assert statuses(reporter.send(fix("s1", "suspended", 0, 9, hours=3))) == [
        "leaves_quantity_without_time"
    ]
    assert reporter.send(fix("s2", "suspended", 0, 9, hours=4)).accepted == 1


def test_corrections_again_are_duplicates_and_others_conflicts(reporter: Reporter) -> None:
    outcome = reporter.send(fix("c", "a", 0, 5), fix("c", "a", 0, 5), fix("c", "a", 0, 6))
    assert (outcome.accepted, outcome.duplicate, outcome.conflict) == (1, 1, 1)
    again = reporter.send(fix("c", "a", 0, 5))
    assert again.duplicate == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_correction_cannot_be_corrected(reporter: Reporter, together: bool) -> None:
    send = reporter.send if together else reporter.send_each
    outcome = send(fix("c", "a", 0, 5), fix("d", "c", 0, 5))
    assert statuses(outcome) == ["corrects_a_correction"]


def test_the_original_must_be_known(reporter: Reporter) -> None:
    outcome = reporter.send(fix("c", "nobody", 0, 1))
    assert statuses(outcome) == ["unknown_original"]
    assert tables()["usage_key"] == 1
    # When it has come, the correction that waited is tried again.
    reporter.send(use("nobody", 0, 1))
    assert reporter.retry().accepted == 1


@pytest.mark.parametrize(
    "difference",
    [{"cards": 2}, {"account": "beta"}],
    ids=["cards", "tenant"],
)
def test_a_correction_speaks_of_what_was_recorded(
    reporter: Reporter, difference: dict[str, object]
) -> None:
    outcome = reporter.send(fix("c", "a", 0, 1, **difference))
    assert statuses(outcome) == ["differs_from_original"]


def test_words_that_mean_nothing_are_refused_in_corrections_too(reporter: Reporter) -> None:
    outcome = reporter.send(
        fix("c1", "a", 0, 1, account="nobody"),
        fix("c2", "a", 0, 1, cluster="nowhere"),
        fix("c3", "a", 0, 1, card_type="abacus"),
        fix("c4", "a", 0, 1, project="nothing"),
    )
    assert statuses(outcome) == [
        "unknown_account",
        "unknown_cluster",
        "unknown_card_type",
        "differs_from_original",
    ]


def test_a_refused_correction_claims_no_key(reporter: Reporter) -> None:
    outcome = reporter.send(fix("c", "a", 9, 11), fix("c", "a", 9, 10))
    assert (outcome.accepted, outcome.rejected) == (1, 1)


def test_correction_and_replacement_in_one_delivery(reporter: Reporter) -> None:
    outcome = reporter.send(
        fix("c", "a", 6, 10), use("a2", 6, 8, allocation_key="a"), fix("c2", "a2", 7, 8)
    )
    assert outcome.accepted == 3
    assert reporter.intervals() == [(0, 10, 10), (6, 10, -4), (6, 8, 2), (7, 8, -1)]


def test_a_replacement_before_its_correction_waits_for_it(reporter: Reporter) -> None:
    outcome = reporter.send(use("a2", 6, 8, allocation_key="a"), fix("c", "a", 6, 10))
    assert statuses(outcome) == ["overlaps_recorded_use"]
    assert reporter.retry().accepted == 1


def test_the_replaced_part_is_corrected_through_its_replacement(reporter: Reporter) -> None:
    reporter.send(fix("c", "a", 6, 10), use("a2", 6, 8, allocation_key="a"))
    assert statuses(reporter.send(fix("c2", "a", 6, 7))) == ["exceeds_original"]
    assert reporter.send(fix("c3", "a2", 6, 7)).accepted == 1


def test_a_correction_holds_although_the_account_changed_hands_since(reporter: Reporter) -> None:
    border = NOW - timedelta(days=19)
    metering.end_mapping(source_id=reporter.source.pk, account="acme", at=border)
    metering.map_account(
        source_id=reporter.source.pk,
        account="acme",
        tenant_id=reporter.tenants["beta"].pk,
        valid_from=border,
    )
    reporter.send(use("long", 0, 100))
    assert reporter.send(fix("c", "long", 50, 100)).accepted == 1
    tenants = set(UsageRecord.objects.values_list("tenant_id", flat=True))
    assert tenants == {reporter.tenants["acme"].pk}


def test_many_corrections_are_one_transaction(
    reporter: Reporter, django_assert_max_num_queries
) -> None:
    reporter.send(*[use(f"job-{number}", 0, 1) for number in range(300)])
    corrections = [fix(f"fix-{number}", f"job-{number}", 0, 1) for number in range(300)]
    with django_assert_max_num_queries(20):
        assert reporter.send(*corrections).accepted == 300
