"""A conflict is decided by a person: the first content stays, or the other takes its place."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from compute_billing.audit import queries as audit
from compute_billing.metering import desk
from compute_billing.metering import operations as metering
from compute_billing.metering.models import ConflictResolution, UsageConflict
from compute_billing.metering.operations import Decision
from kernel.models import AuditEntry
from tests.builders.accounts import make_user
from tests.builders.market import Market, make_market
from tests.builders.usage import NOW, Reporter, fix, make_reporter, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter()


def decide(reporter: Reporter, decision: Decision, **more: object) -> ConflictResolution:
    conflict = UsageConflict.objects.get()
    return metering.resolve_conflict(
        **{
            "source_id": reporter.source.pk,
            "external_id": conflict.external_id,
            "payload_hash": bytes(conflict.payload_hash).hex(),
            "decision": decision,
            "reason": "the scheduler's log says so",
            "decided_by_id": make_user().pk,
            "now": NOW,
            **more,
        }
    )


def test_keeping_the_first_content_changes_no_book(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 2), use("a", 0, 3))

    resolution = decide(reporter, Decision.KEPT)

    assert reporter.intervals() == [(0, 2, 2)]
    assert UsageConflict.objects.get().resolved_at == NOW
    entry = AuditEntry.objects.get(action="metering.resolve_conflict")
    assert entry.actor_id == resolution.decided_by_id
    assert entry.detail["decision"] == "kept"
    assert "log" not in str(entry.detail), "words of a person stay out of what is sealed"


def test_the_other_content_takes_its_place_by_signed_records(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 2), use("b", 5, 6))
    reporter.send(use("a", 0, 3, cards=2))

    resolution = decide(reporter, Decision.CORRECTED)

    books = reporter.books()
    assert [row[1:] for row in books] == [(0, 2, 2), (5, 6, 1), (0, 2, -2), (0, 3, 6)]
    assert books[2][0].startswith("a~back")
    assert books[3][0].startswith("a~anew")
    assert resolution.recorded_usage_id is not None
    assert resolution.taken_back_usage_id is not None


def test_the_other_content_may_be_of_another_tenant(reporter: Reporter) -> None:
    reporter.add_tenant("other")
    reporter.send(use("a", 0, 2), use("a", 0, 2, account="other"))

    decide(reporter, Decision.CORRECTED)

    assert [row[3] for row in reporter.books()] == [2, -2, 2]
    found = desk.first_content(source=reporter.source.code, external_id="a")
    assert found is not None
    assert found.is_corrected


def test_a_decision_is_made_once(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 2), use("a", 0, 3))
    decide(reporter, Decision.KEPT)

    with pytest.raises(metering.ConflictResolvedAlready):
        decide(reporter, Decision.CORRECTED)

    assert reporter.intervals() == [(0, 2, 2)]


@pytest.mark.parametrize("payload_hash", ["00" * 16, "no hash", ""])
def test_what_is_no_conflict_cannot_be_decided(reporter: Reporter, payload_hash: str) -> None:
    reporter.send(use("a", 0, 2), use("a", 0, 3))

    with pytest.raises(metering.UnknownConflict):
        decide(reporter, Decision.KEPT, payload_hash=payload_hash)


def test_what_cannot_stand_is_refused_and_leaves_nothing(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 2), fix("a-c", "a", 1, 2))
    reporter.send(use("a", 0, 3))

    with pytest.raises(metering.UnableToCorrectConflict, match="takes back more than is left"):
        decide(reporter, Decision.CORRECTED)

    assert len(reporter.books()) == 2
    assert UsageConflict.objects.get().resolved_at is None
    assert not ConflictResolution.objects.exists()


def test_a_conflict_of_which_only_the_text_was_kept_is_left_to_the_source(
    reporter: Reporter,
) -> None:
    reporter.send(use("a", 0, 2), use("a", 0, 3))
    UsageConflict.objects.update(parsed=None)

    with pytest.raises(metering.UnableToCorrectConflict, match="let the source send"):
        decide(reporter, Decision.CORRECTED)


def test_a_correction_names_its_records_in_sql_too(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 2), use("a", 0, 3))
    conflict = UsageConflict.objects.get()
    person = make_user()

    with (
        pytest.raises(IntegrityError, match="conflict_corrected_by_records"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO metering_conflict_resolution (conflict_id, decision, reason,"
            " decided_by_id, decided_at) VALUES (%s, 'corrected', '', %s, now())",
            [conflict.pk, person.pk],
        )


def resolve_in_market() -> Market:
    """Charge a job of two card-hours, then decide that it was four cards for an hour."""
    market = make_market()
    market.add_tenant("rich", paid_yuan=100)
    market.report({"account": "rich", "external_id": "job"})
    market.rate()
    market.report({"account": "rich", "external_id": "job", "milli_cards": 4_000})
    conflict = UsageConflict.objects.get()
    metering.resolve_conflict(
        source_id=market.source.pk,
        external_id="job",
        payload_hash=bytes(conflict.payload_hash).hex(),
        decision=Decision.CORRECTED,
        reason="four cards",
        decided_by_id=make_user().pk,
        now=NOW,
    )
    market.rate()
    return market


def test_what_was_corrected_is_charged_as_the_other_content_says() -> None:
    market = resolve_in_market()

    charged = [(charge["quantity"], charge["gross"]) for charge in market.charges("rich")]
    hours = 3_600_000 * 1_000
    assert charged == [
        (2 * hours, 4_860_000),
        (-2 * hours, -4_860_000),
        (4 * hours, 9_720_000),
    ]
    assert all(not verdict.offenders for verdict in audit.verify_books())
