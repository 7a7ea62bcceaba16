"""The one way by which usage enters the books, set-based from end to end.

A run of records is resolved and numbered, then appended: at once when all of it is news, else
after each record was judged against what is in the books.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from compute_billing.metering.candidates import Candidate, milliseconds
from compute_billing.metering.context import ROOM, Context
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.judging import append_judged
from compute_billing.metering.names import Names
from compute_billing.metering.news import append_news
from kernel.sql import rows, statement
from kernel.transactions import transaction_required

NOBODY_POLLED: Final[Collection[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a run, by position: usage ids, and the verdict on what was not appended."""

    usage_ids: dict[int, int] = field(default_factory=dict)
    verdicts: dict[int, str] = field(default_factory=dict)


@transaction_required
def append(
    records: Sequence[ParsedRecord], *, context: Context, polled: Collection[int] = NOBODY_POLLED
) -> Appended:
    """Append positive records; those at the positions `polled` are polls of running jobs.

    A job that is polled has one record in a run, its poll.
    """
    candidates, verdicts = _resolved(records, context=context)
    for candidate in candidates if polled else ():
        candidate.is_running = candidate.record.position in polled
    if candidates:
        number(candidates)
        if not append_news(candidates, context=context):
            verdicts.update(append_judged(candidates, context=context))
    usage_ids = {c.record.position: c.usage_id for c in candidates}
    for position in verdicts:
        usage_ids.pop(position, None)
    return Appended(usage_ids, verdicts)


def _resolved(
    records: Sequence[ParsedRecord], *, context: Context
) -> tuple[list[Candidate], dict[int, str]]:
    """Turn words into our keys, or into a verdict."""
    verdicts: dict[int, str] = {}
    candidates = []
    names = Names(records, source=context.source)
    now_ms = milliseconds(context.now)
    for record in records:
        found = names.candidate(record)
        if isinstance(found, str):
            verdicts[record.position] = found
        elif record.ended_ms > now_ms:
            verdicts[record.position] = "in_the_future"
        elif record.started_ms < names.first_ms:
            verdicts[record.position] = "before_billing_began"
        else:
            candidates.append(found)
    return candidates, verdicts


def number(candidates: Sequence[Candidate]) -> None:
    """Give the candidates their usage ids, in order of arrival."""
    drawn = rows(statement(ROOM, "draw_ids.sql"), count=len(candidates))[0]
    for candidate, usage_id in zip(candidates, drawn["usage_ids"], strict=True):
        candidate.usage_id = usage_id
