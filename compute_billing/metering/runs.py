"""Cut a batch into runs: neighbours that take the same way into the books in one transaction. Pure.

Records and polls go together, corrections go together. What a poll adds depends on what is known of
its job, so that a job which is polled has nothing else in its run.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from compute_billing.metering.formats.record import (
    Parsed,
    ParsedRecord,
    Reject,
    RunningObservation,
)


@dataclass(slots=True)
class Run:
    """Records of one kind in order of arrival, with the rejects that stand between them."""

    is_correction: bool = False
    records: list[ParsedRecord] = field(default_factory=list)
    polls: dict[int, RunningObservation] = field(default_factory=dict)
    """By position; each is among the records, too, as use from its job's start until now."""
    rejects: list[Reject] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    """Positions of polls of jobs that have not run a millisecond yet."""
    jobs: set[str] = field(default_factory=set)
    polled_jobs: set[str] = field(default_factory=set)

    def takes(self, item: ParsedRecord | RunningObservation) -> bool:
        """Say whether the item may join the run."""
        if isinstance(item, RunningObservation):
            return not self.is_correction and item.allocation_key not in self.jobs
        is_correction = item.corrects != ""
        return is_correction is self.is_correction and item.allocation_key not in self.polled_jobs

    def add(self, item: ParsedRecord | RunningObservation) -> None:
        """Take the item in."""
        self.jobs.add(item.allocation_key)
        if not isinstance(item, RunningObservation):
            self.records.append(item)
        elif item.elapsed_ms:
            self.polled_jobs.add(item.allocation_key)
            self.polls[item.position] = item
            self.records.append(use_until_now(item))
        else:
            self.idle.append(item.position)

    def between_records_of(self, jobs: AbstractSet[str]) -> Iterator["Run"]:
        """Yield the run in pieces, none of which has two records of one of these jobs."""
        piece = Run(rejects=self.rejects, idle=self.idle)
        for record in self.records:
            if record.allocation_key in jobs and record.allocation_key in piece.jobs:
                yield piece
                piece = Run()
            piece.jobs.add(record.allocation_key)
            piece.records.append(record)
            if record.position in self.polls:
                piece.polls[record.position] = self.polls[record.position]
        yield piece


def cut(parsed: Sequence[Parsed]) -> Iterator[Run]:
    """Yield the runs of a batch, in its order; the last one may be empty."""
    run = Run()
    for item in parsed:
        if isinstance(item, Reject):
            run.rejects.append(item)
            continue
        if not run.takes(item):
            yield run
            run = Run(is_correction=isinstance(item, ParsedRecord) and item.corrects != "")
        run.add(item)
    yield run


def use_until_now(poll: RunningObservation) -> ParsedRecord:
    """Read a poll as use from the job's start until now; the store trims what it has already.

    A slice is its own record: its key is its job's, with where it begins and ends.
    """
    return ParsedRecord(
        position=poll.position,
        external_id=f"{poll.allocation_key}@{poll.started_ms}-{poll.observed_ms}",
        allocation_key=poll.allocation_key,
        account=poll.account,
        cluster=poll.cluster,
        card_type=poll.card_type,
        project=poll.project,
        milli_cards=poll.milli_cards,
        started_ms=poll.started_ms,
        ended_ms=poll.observed_ms,
        quantity=poll.milli_cards * poll.elapsed_ms,
        corrects="",
        licence_ref=poll.licence_ref,
        payload=poll.payload,
    )
