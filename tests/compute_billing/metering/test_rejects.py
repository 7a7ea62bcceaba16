"""Rejects are kept with their reason, tried again when what they lacked exists, counted once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from compute_billing.metering import operations as metering
from compute_billing.metering import queries
from compute_billing.metering.formats.reasons import REASONS
from compute_billing.metering.models import UsageConflict, UsageRecord, UsageReject
from compute_billing.metering.verdicts import STORE_REASONS, explained
from tests.builders.usage import (
    NOW,
    START_MS,
    Reporter,
    hour,
    make_reject,
    make_reporter,
    poll,
    statuses,
    tables,
    use,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter()


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"account": "stranger"}, "unknown_account", "account"),
        ({"cluster": "elsewhere"}, "unknown_cluster", "cluster"),
        ({"card_type": "abacus"}, "unknown_card_type", "card_type"),
        ({"project": "none"}, "unknown_project", "project"),
        ({"started_ms": hour(1000), "ended_ms": hour(1001)}, "in_the_future", "ended_at"),
        ({"started_ms": 1_000_000_000_000}, "before_billing_began", "started_at"),
    ],
)
def test_a_reject_is_kept_with_its_reason(
    reporter: Reporter, fields: dict[str, object], reason: str, field: str
) -> None:
    outcome = reporter.send(use("good", 0, 1), use("bad", 0, 1, payload="the line", **fields))

    assert (outcome.accepted, outcome.rejected, dict(outcome.reasons)) == (1, 1, {reason: 1})
    kept = UsageReject.objects.get()
    assert (kept.reason, kept.field, kept.payload) == (reason, field, "the line")
    assert kept.message == outcome.statuses[kept.position].message != ""
    assert (kept.external_id, kept.resolved_at) == ("bad", None)
    assert tables() == {"usage_key": 1, "usage_record": 1, "usage_pending": 1, "allocation": 1}


def test_rows_that_could_not_be_read_are_kept_beside_the_others(reporter: Reporter) -> None:
    outcome = reporter.send(make_reject(7), use("a", 0, 1), make_reject(9))
    assert (outcome.accepted, outcome.rejected, dict(outcome.reasons)) == (1, 2, {"zero_cards": 2})
    kept = UsageReject.objects.order_by("position").values_list("position", "message", "parsed")
    assert list(kept) == [
        (7, "Line 7: cards is 0: no card was in use.", None),
        (9, "Line 9: cards is 0: no card was in use.", None),
    ]


def test_every_reason_of_the_store_says_what_to_do() -> None:
    assert not set(STORE_REASONS) & (set(REASONS) - {"quantity_exceeds_interval"})
    for reason in STORE_REASONS:
        field, message = explained(reason, use("job", 0, 1, corrects="original"))
        assert "{" not in message, (reason, field)


def test_the_use_must_have_happened(reporter: Reporter) -> None:
    end = (NOW.timestamp() * 1000 - START_MS) / 3_600_000
    assert reporter.send(use("just-now", 0, end)).accepted == 1
    later = use("later", 0, end + 0.001)
    assert statuses(reporter.send(later)) == ["in_the_future"]
    assert reporter.send(later, now=NOW + timedelta(seconds=4)).accepted == 1


def test_what_lacked_something_is_accepted_once_it_exists(reporter: Reporter) -> None:
    reporter.send(
        use("account", 0, 1, account="late"),
        use("cluster", 0, 1, cluster="annex"),
        use("card", 0, 1, card_type="910C"),
        use("project", 0, 1, project="llm"),
        make_reject(1),
        use("never", 0, 1, account="nobody"),
    )
    assert reporter.counts() == {"accepted": 0, "duplicate": 0, "conflict": 0, "rejected": 6}
    centre_id = reporter.source.default_cluster.centre_id
    reporter.add_tenant("late")
    catalogue.add_cluster(centre_id=centre_id, code="annex", name="annex", milli_cards=None)
    catalogue.add_card_type(code="910C", name="910C")
    contracts.add_project(tenant_id=reporter.tenants["acme"].pk, code="llm", name="LLM")

    outcome = reporter.retry()

    assert (outcome.accepted, outcome.rejected) == (4, 1)
    assert reporter.counts() == {"accepted": 4, "duplicate": 0, "conflict": 0, "rejected": 2}
    resolved = UsageReject.objects.exclude(resolved_at=None)
    assert set(resolved.values_list("resolved_usage_id", flat=True)) == set(
        UsageRecord.objects.values_list("id", flat=True)
    )
    assert set(UsageReject.objects.filter(resolved_at=None).values_list("reason", flat=True)) == {
        "zero_cards",
        "unknown_account",
    }
    again = reporter.retry()
    assert (again.accepted, again.rejected) == (0, 1)
    assert reporter.counts() == {"accepted": 4, "duplicate": 0, "conflict": 0, "rejected": 2}


def test_a_refused_poll_stays_a_poll(reporter: Reporter) -> None:
    reporter.send(poll("j", 0, 1, account="late"))
    assert UsageReject.objects.get().external_id == "j"
    reporter.add_tenant("late")

    assert reporter.retry().accepted == 1
    assert reporter.send(poll("j", 0, 2, account="late")).accepted == 1
    assert reporter.send(use("j", 0, 3, account="late")).accepted == 1
    assert reporter.intervals() == [(0, 1, 1), (1, 2, 1), (2, 3, 1)]


def test_several_refused_polls_of_a_job_are_tried_in_order(reporter: Reporter) -> None:
    reporter.send(*[poll("j", 0, number, account="late") for number in (1, 2, 3)])
    reporter.add_tenant("late")
    assert reporter.retry().accepted == 3
    assert reporter.intervals() == [(0, 1, 1), (1, 2, 1), (2, 3, 1)]


def test_a_reject_that_came_twice_is_accepted_once(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late"))
    reporter.new_import()
    reporter.send(use("a", 0, 1, account="late"))
    reporter.add_tenant("late")

    outcome = reporter.retry()

    assert (outcome.accepted, outcome.duplicate) == (1, 1)
    assert UsageReject.objects.filter(resolved_at=None).count() == 0
    usage_id = UsageRecord.objects.get().id
    assert set(UsageReject.objects.values_list("resolved_usage_id", flat=True)) == {usage_id}


def test_a_retried_conflict_is_settled_and_counted_once(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late"))
    reporter.add_tenant("late")
    reporter.send(use("a", 0, 2, account="acme"))

    assert reporter.retry().conflict == 1
    assert reporter.retry().conflict == 0

    assert UsageConflict.objects.get().times == 1
    assert reporter.counts() == {"accepted": 1, "duplicate": 0, "conflict": 1, "rejected": 0}


def test_rejects_that_nobody_mends_do_not_stand_before_others(reporter: Reporter) -> None:
    reporter.send(*[use(f"bad-{number}", 0, 1, account="nobody") for number in range(7)])
    reporter.send(use("late", 0, 1, account="late"))
    reporter.add_tenant("late")
    assert reporter.retry(page=3).accepted == 1


def test_a_reject_that_fails_for_another_reason_now_says_so(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late", card_type="abacus"))
    reporter.add_tenant("late")
    reporter.retry()
    kept = UsageReject.objects.get()
    assert (kept.reason, kept.field) == ("unknown_card_type", "card_type")
    assert "abacus" in kept.message


def test_sources_with_something_to_try(reporter: Reporter) -> None:
    other = make_reporter()
    other.send(make_reject(1))
    reporter.send(use("a", 0, 1, account="late"))
    assert queries.sources_with_readable_rejects() == [reporter.source]
    reporter.add_tenant("late")
    reporter.retry()
    assert queries.sources_with_readable_rejects() == []


def test_a_delivery_counts_what_became_of_it(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1), use("a", 0, 1), use("a", 0, 2), use("b", 0, 1, account="x"))
    reporter.send(poll("p", 0, 0))
    assert reporter.counts() == {"accepted": 1, "duplicate": 2, "conflict": 1, "rejected": 1}
    metering.finish_import(import_id=reporter.import_id, now=NOW)
