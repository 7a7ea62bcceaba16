"""Wrong usage is mended by a signed record that is tied to the original, never by an edit.

A correction takes back time of one original: some of its interval with the card-time used in it.
The corrections of one run are judged in order of arrival and written together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from compute_billing.metering.appending import Appended, number
from compute_billing.metering.candidates import Candidate, content_hash
from compute_billing.metering.context import ROOM, Context, run
from compute_billing.metering.coverage import Coverage, Signed
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.frontier import Frontier, Recorded, pulled_back
from compute_billing.metering.names import Names
from compute_billing.metering.news import copy_into_books
from kernel.sql import rows, statement
from kernel.transactions import savepoint, transaction_required

UNKNOWN_ORIGINAL: Final = "unknown_original"
CORRECTS_A_CORRECTION: Final = "corrects_a_correction"
DIFFERS_FROM_ORIGINAL: Final = "differs_from_original"
EXCEEDS_ORIGINAL: Final = "exceeds_original"
LEAVES_CARD_TIME_WITHOUT_TIME: Final = "leaves_quantity_without_time"
# Another delivery may claim the same key at the same moment; the next attempt sees it.
ATTEMPTS_MAX: Final = 5


@dataclass(slots=True)
class _Original:
    """A record that is corrected, and what is left of it."""

    facts: dict[str, Any]
    left: int
    left_ms: int
    taken: list[Signed] = field(default_factory=list)

    def take(self, *, started_ms: int, ended_ms: int, quantity: int) -> None:
        """Note that a correction took this back."""
        self.left += quantity
        self.left_ms -= ended_ms - started_ms
        self.taken.append(Signed(1, started_ms, ended_ms))


@dataclass(slots=True)
class _Known:
    """What is in the books before a run of corrections, all of it locked."""

    originals: dict[str, _Original]
    recorded: dict[int, list[dict[str, Any]]]
    hashes: dict[str, bytes]


@transaction_required
def correct(records: Sequence[ParsedRecord], *, context: Context) -> Appended:
    """Append a run of corrections.

    The net of an allocation stays 0 or 1 at every instant; what is taken back never exceeds what
    was recorded, and what is left of a record fits into the time that is left of it.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with savepoint():
                return _correct(records, context=context)
        except psycopg.errors.UniqueViolation:
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError


def _correct(records: Sequence[ParsedRecord], *, context: Context) -> Appended:
    names = Names(records, source=context.source)
    known = _known(records, context=context)
    verdicts: dict[int, str] = {}
    candidates: list[Candidate] = []
    for record in records:
        judged = _judged(record, names=names, known=known)
        if isinstance(judged, str):
            verdicts[record.position] = judged
        else:
            candidates.append(judged)
    if candidates:
        number(candidates)
        copy_into_books(candidates, context=context)
        _pull_frontiers_back(candidates, known=known)
    return Appended({c.record.position: c.usage_id for c in candidates}, verdicts)


def _known(records: Sequence[ParsedRecord], *, context: Context) -> _Known:
    source_id = context.source.pk
    wanted = sorted({record.corrects for record in records})
    found = rows(statement(ROOM, "lock_originals.sql"), source_id=source_id, external_ids=wanted)
    recorded: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    allocation_ids = sorted({original["allocation_id"] for original in found})
    for row in rows(statement(ROOM, "recorded_of_allocations.sql"), allocation_ids=allocation_ids):
        recorded[row["allocation_id"]].append(row)
    keys = rows(
        statement(ROOM, "known_keys.sql"),
        source_id=source_id,
        external_ids=sorted({record.external_id for record in records}),
    )
    return _Known(
        originals={facts["external_id"]: _original(facts, recorded) for facts in found},
        recorded=recorded,
        hashes={key["external_id"]: bytes(key["payload_hash"]) for key in keys},
    )


def _original(facts: dict[str, Any], recorded: dict[int, list[dict[str, Any]]]) -> _Original:
    original = _Original(
        facts, left=facts["quantity"], left_ms=facts["ended_ms"] - facts["started_ms"]
    )
    for row in recorded[facts["allocation_id"]]:
        if row["corrects_id"] == facts["usage_id"]:
            original.take(
                started_ms=row["started_ms"], ended_ms=row["ended_ms"], quantity=row["quantity"]
            )
    return original


def _judged(record: ParsedRecord, *, names: Names, known: _Known) -> Candidate | str:
    """Return the correction as it will stand, or why it cannot; `known` takes it in."""
    meaning = names.meaning(record)
    if meaning.cluster_id is None:
        return "unknown_cluster"
    if meaning.meter_id is None:
        return "unknown_card_type"
    payload_hash = content_hash(record, cluster_id=meaning.cluster_id, meter_id=meaning.meter_id)
    known_hash = known.hashes.get(record.external_id)
    if known_hash is not None:
        return "duplicate" if known_hash == payload_hash else "conflict"
    original = known.originals.get(record.corrects)
    if original is None:
        return CORRECTS_A_CORRECTION if record.corrects in known.hashes else UNKNOWN_ORIGINAL
    verdict = _verdict(record, original, names=names)
    if verdict:
        return verdict
    original.take(started_ms=record.started_ms, ended_ms=record.ended_ms, quantity=record.quantity)
    known.hashes[record.external_id] = payload_hash
    return _candidate(record, original.facts, payload_hash=payload_hash)


def _verdict(record: ParsedRecord, original: _Original, *, names: Names) -> str:
    """Say why the correction cannot stand, or '' when it can."""
    facts = original.facts
    if facts["quantity"] < 0:
        return CORRECTS_A_CORRECTION
    if not names.meaning(record).owners:
        return "unknown_account"
    if not _is_of(record, facts, names=names):
        return DIFFERS_FROM_ORIGINAL
    is_inside = facts["started_ms"] <= record.started_ms and record.ended_ms <= facts["ended_ms"]
    left = original.left + record.quantity
    left_ms = original.left_ms - (record.ended_ms - record.started_ms)
    is_there = Coverage(original.taken).is_free(record.started_ms, record.ended_ms)
    if not is_inside or left < 0 or not is_there:
        return EXCEEDS_ORIGINAL
    if left > facts["milli_cards"] * left_ms:
        return LEAVES_CARD_TIME_WITHOUT_TIME
    return ""


def _is_of(record: ParsedRecord, facts: dict[str, Any], *, names: Names) -> bool:
    """Say whether the correction speaks of the original; what it leaves unsaid is as there.

    Whose the account is may have changed since, so that it is enough that it was the tenant's.
    """
    meaning = names.meaning(record)
    same_tenant = any(owner.tenant_id == facts["tenant_id"] for owner in meaning.owners)
    same_cluster = not record.cluster or meaning.cluster_id == facts["cluster_id"]
    same_meter = not record.card_type or meaning.meter_id == facts["meter_id"]
    project_id = names.project_id(tenant_id=facts["tenant_id"], code=record.project)
    same_project = not record.project or (project_id or 0) == facts["project_id"]
    same_cards = record.milli_cards == facts["milli_cards"]
    return same_tenant and same_cluster and same_meter and same_project and same_cards


def _candidate(record: ParsedRecord, facts: dict[str, Any], *, payload_hash: bytes) -> Candidate:
    return Candidate(
        record,
        facts["tenant_id"],
        facts["project_id"],
        facts["cluster_id"],
        facts["meter_id"],
        payload_hash,
        licence_ref=facts["licence_ref"] or "",
        allocation_id=facts["allocation_id"],
        corrects_id=facts["usage_id"],
    )


def _pull_frontiers_back(candidates: Sequence[Candidate], *, known: _Known) -> None:
    """Let jobs that are metered in slices go on from where their net use ends."""
    facts_by_allocation = {
        original.facts["allocation_id"]: original.facts for original in known.originals.values()
    }
    corrected: defaultdict[int, list[Recorded]] = defaultdict(list)
    for candidate in candidates:
        record = candidate.record
        corrected[candidate.allocation_id].append(
            Recorded(record.started_ms, record.ended_ms, record.milli_cards, record.quantity)
        )
    for allocation_id, corrections in corrected.items():
        facts = facts_by_allocation[allocation_id]
        if not facts["metered_elapsed_ms"]:
            continue
        before = Frontier(facts["metered_until_ms"], facts["metered_elapsed_ms"])
        recorded = [
            Recorded(row["started_ms"], row["ended_ms"], row["milli_cards"], row["quantity"])
            for row in known.recorded[allocation_id]
        ]
        after = pulled_back(before, recorded=[*recorded, *corrections])
        if after != before:
            run(
                "pull_back.sql",
                allocation_id=allocation_id,
                until_ms=after.until_ms,
                elapsed_ms=after.elapsed_ms,
            )
