"""A person decides about a conflict: what was first stays, or the other content is right.

The other content comes into the books as any correction does: a signed record takes the first one
back, and the other content stands as a record of its own, both with the line that reported it.
"""

from datetime import datetime
from typing import Any

import msgspec

from compute_billing.metering import appending, corrections
from compute_billing.metering.context import ROOM, Context
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.locks import lock_conflict
from compute_billing.metering.models import ConflictResolution, UsageConflict
from compute_billing.metering.queries import operator_of_source
from compute_billing.metering.refusals import revived
from compute_billing.metering.verdicts import explained
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.nudges import wake_after_commit
from kernel.sql import row, statement
from kernel.transactions import transaction_if_not_already, transaction_required

Decision = ConflictResolution.Decision


class UnknownConflict(DomainError):
    """A source has no conflict of this key and content."""

    code = "unknown_conflict"


class ConflictResolvedAlready(DomainError):
    """Somebody has decided about the conflict."""

    code = "conflict_resolved_already"


class UnableToCorrectConflict(DomainError):
    """The other content cannot take the place of the first one."""

    code = "unable_to_correct_conflict"


@transaction_if_not_already()
def resolve_conflict(
    *,
    source_id: int,
    external_id: str,
    payload_hash: str,
    decision: Decision,
    reason: str,
    decided_by_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> ConflictResolution:
    """Keep the first content of a key, or put the other one in its place by signed records.

    `decided_by_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnknownConflict: there is none.
        ConflictResolvedAlready: it was decided before.
        UnableToCorrectConflict: the other content cannot stand; the message says why.
    """
    conflict = _open_conflict(source_id, external_id=external_id, payload_hash=payload_hash)
    records: tuple[int | None, int | None] = (None, None)
    if decision == Decision.CORRECTED:
        records = _correct(conflict, now=now)
        wake_after_commit("rating")
    resolution = ConflictResolution.objects.create(
        conflict=conflict,
        decision=decision,
        reason=reason,
        decided_by_id=decided_by_id,
        decided_at=now,
        taken_back_usage_id=records[0],
        recorded_usage_id=records[1],
    )
    UsageConflict.objects.filter(pk=conflict.pk).update(resolved_at=now)
    audit.record(
        action="metering.resolve_conflict",
        object_type="usage_conflict",
        object_id=conflict.pk,
        actor=actor or Actor.user(decided_by_id),
        now=now,
        organisation_id=operator_of_source(source_id=source_id),
        detail={"source": source_id, "decision": decision.value, "usage": list(records)},
    )
    return resolution


def _open_conflict(source_id: int, *, external_id: str, payload_hash: str) -> UsageConflict:
    conflict = lock_conflict(
        source_id=source_id, external_id=external_id, payload_hash=payload_hash
    )
    if conflict is None:
        message = f"This source has no conflict of {external_id!r} with that content."
        raise UnknownConflict(message)
    if conflict.resolved_at is not None:
        message = f"The conflict of {external_id!r} was decided already."
        raise ConflictResolvedAlready(message)
    return conflict


@transaction_required
def _correct(conflict: UsageConflict, *, now: datetime) -> tuple[int, int]:
    """Take the first record back and record the other content; return both usage ids."""
    other = _other_content(conflict)
    first = row(
        statement(ROOM, "conflict_first.sql"),
        source_id=conflict.source_id,
        external_id=conflict.external_id,
    )
    if first is None or first["account"] is None:
        message = "No account of this source belongs to the tenant of the first content any more."
        raise UnableToCorrectConflict(message)
    context = Context(source=conflict.source, import_id=conflict.first_import_id, now=now)
    back = _taking_back(first, other=other, conflict=conflict)
    taken = corrections.correct([back], context=context)
    _refuse(taken, back)
    anew = _anew(first, other=other, conflict=conflict)
    recorded = appending.append([anew], context=context)
    _refuse(recorded, anew)
    return taken.usage_ids[back.position], recorded.usage_ids[anew.position]


def _other_content(conflict: UsageConflict) -> ParsedRecord:
    if conflict.parsed is None:
        message = "Of this conflict only the text was kept: let the source send a correction."
        raise UnableToCorrectConflict(message)
    other = revived(msgspec.json.encode(conflict.parsed).decode(), payload=conflict.payload)
    if not isinstance(other, ParsedRecord) or other.corrects:
        message = "A correction in conflict is not applied: let the source send another one."
        raise UnableToCorrectConflict(message)
    return other


def _taking_back(
    first: dict[str, Any], *, other: ParsedRecord, conflict: UsageConflict
) -> ParsedRecord:
    """Return the signed record that takes all of the first content back."""
    return ParsedRecord(
        position=other.position,
        external_id=f"{conflict.external_id}~back{conflict.pk}",
        allocation_key=first["allocation_key"],
        account=first["account"],
        cluster=first["cluster"],
        card_type=first["card_type"],
        project="",
        milli_cards=first["milli_cards"],
        started_ms=first["started_ms"],
        ended_ms=first["ended_ms"],
        quantity=-first["quantity"],
        corrects=conflict.external_id,
        licence_ref="",
        payload=other.payload,
    )


def _anew(first: dict[str, Any], *, other: ParsedRecord, conflict: UsageConflict) -> ParsedRecord:
    """Return the other content under a key of its own; an allocation has one tenant for ever."""
    external_id = f"{conflict.external_id}~anew{conflict.pk}"
    is_same = other.account in first["accounts"]
    allocation_key = other.allocation_key if is_same else external_id
    return msgspec.structs.replace(other, external_id=external_id, allocation_key=allocation_key)


def _refuse(appended: appending.Appended, record: ParsedRecord) -> None:
    verdict = appended.verdicts.get(record.position)
    if verdict is None:
        return
    _field, message = explained(verdict, record)
    raise UnableToCorrectConflict(message, details={"reason": verdict})
