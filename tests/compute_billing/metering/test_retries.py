"""Rejects that somebody asks to be tried again: page by page, by whichever worker is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compute_billing.metering import desk
from compute_billing.metering import operations as metering
from compute_billing.metering.models import RetryRun, UsageReject
from compute_billing.metering.operations import RejectFilter
from kernel.audit import Actor
from kernel.models import AuditEntry
from tests.builders.usage import NOW, Reporter, make_reject, make_reporter, use

pytestmark = pytest.mark.django_db

ASKER = Actor.user(7)


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter()


def ask(reporter: Reporter, **wanted: object) -> RetryRun:
    return metering.ask_retry(
        source_id=reporter.source.pk, actor=ASKER, now=NOW, wanted=RejectFilter(**wanted)
    )


def work(*, page: int = 500) -> int:
    """Work until nothing is left, and return how many pages that took."""
    pages = 0
    while metering.work_on_retry(now=NOW, page=page):
        pages += 1
    return pages


def test_a_retry_goes_page_by_page_and_says_how_far_it_came(reporter: Reporter) -> None:
    reporter.send(*[use(f"late-{n}", n, n + 1, account="late") for n in range(5)])
    reporter.send(use("never", 0, 1, account="nobody"), make_reject(99))
    reporter.add_tenant("late")
    run = ask(reporter)

    assert metering.work_on_retry(now=NOW, page=2)
    halfway = desk.retry(public_id=run.public_id)
    assert work(page=2) == 3

    assert (halfway.total, halfway.tried, halfway.accepted) == (6, 2, 2)
    assert halfway.finished_at is None
    over = desk.retry(public_id=run.public_id)
    assert (over.tried, over.accepted, over.rejected, over.finished_at) == (6, 5, 1, NOW)
    assert len(reporter.books()) == 5


def test_a_retry_means_what_its_filter_says(reporter: Reporter) -> None:
    reporter.send(
        use("a", 0, 1, account="late"),
        use("b", 0, 1, account="other"),
        use("c", 0, 1, card_type="abacus"),
    )
    reporter.add_tenant("late")
    reporter.add_tenant("other")

    run = ask(reporter, reason="unknown_account", account="late")
    work()

    assert desk.retry(public_id=run.public_id).accepted == 1
    assert [row[0] for row in reporter.books()] == ["a"]


def test_single_rejects_are_tried_and_no_others(reporter: Reporter) -> None:
    reporter.send(*[use(f"late-{n}", n, n + 1, account="late") for n in range(3)])
    reporter.add_tenant("late")
    wanted = UsageReject.objects.get(external_id="late-1")

    run = ask(reporter, reject_ids=[wanted.pk])
    work()

    assert desk.retry(public_id=run.public_id).total == 1
    assert [row[0] for row in reporter.books()] == ["late-1"]


def test_rejects_of_another_source_are_never_touched(reporter: Reporter) -> None:
    other = make_reporter()
    other.send(use("foreign", 0, 1, account="late"))
    other.add_tenant("late")
    foreign = UsageReject.objects.get()

    assert ask(reporter, reject_ids=[foreign.pk]).total == 0
    assert ask(reporter).total == 0
    assert work() == 0
    assert UsageReject.objects.get().resolved_at is None


def test_what_comes_after_the_question_is_not_tried(reporter: Reporter) -> None:
    reporter.send(use("before", 0, 1, account="late"))
    run = ask(reporter)
    reporter.send(use("after", 1, 2, account="late"))
    reporter.add_tenant("late")

    work()

    assert desk.retry(public_id=run.public_id).tried == 1
    assert [row[0] for row in reporter.books()] == ["before"]


def test_asking_twice_before_a_worker_begins_is_one_run(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late"))

    assert ask(reporter) == ask(reporter)
    assert ask(reporter, reason="unknown_account") != ask(reporter)


def test_nothing_to_try_is_over_at_once(reporter: Reporter) -> None:
    reporter.send(make_reject(1))

    run = ask(reporter)

    assert (run.total, run.finished_at) == (0, NOW)
    assert work() == 0


def test_a_killed_worker_leaves_its_page_to_the_next(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late"))
    reporter.add_tenant("late")
    run = ask(reporter)
    # given a worker that took the run and was killed
    RetryRun.objects.filter(pk=run.pk).update(leased_until=NOW + timedelta(minutes=2))

    assert not metering.work_on_retry(now=NOW)
    assert metering.work_on_retry(now=NOW + timedelta(minutes=3))

    assert desk.retry(public_id=run.public_id).accepted == 1


def test_who_asked_stands_in_the_audit_log(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1, account="late"))

    run = ask(reporter, reason="unknown_account")

    entry = AuditEntry.objects.get(action="metering.ask_retry")
    assert (entry.actor_id, entry.object_id) == (7, str(run.pk))
    assert entry.detail["rejects"] == 1
