"""Net coverage of one allocation: at every instant it is covered by one record or by none. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

OVERLAP: Final = "overlaps_recorded_use"


class Signed(NamedTuple):
    """An interval that a record covers (+1) or that a correction takes back (-1)."""

    sign: int
    start: int
    end: int


class Coverage:
    """The covered instants of an allocation as disjoint, sorted, half-open intervals."""

    def __init__(self, recorded: Iterable[Signed] = ()) -> None:
        """Start with the net of what is recorded, in whatever order it was."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        change: defaultdict[int, int] = defaultdict(int)
        for sign, start, end in recorded:
            change[start] += sign
            change[end] -= sign
        depth = 0
        for instant in sorted(change):
            before, depth = depth, depth + change[instant]
            if before <= 0 < depth:
                self._starts.append(instant)
            elif depth <= 0 < before:
                self._ends.append(instant)

    @property
    def end(self) -> int | None:
        """The end of the last covered interval, if there is one."""
        return self._ends[-1] if self._ends else None

    def is_free(self, start: int, end: int) -> bool:
        """Say whether no instant of [start, end) is covered."""
        index = bisect_right(self._ends, start)
        return index == len(self._starts) or self._starts[index] >= end

    def cover(self, start: int, end: int) -> None:
        """Add [start, end), which must be free."""
        index = bisect_left(self._starts, start)
        self._starts.insert(index, start)
        self._ends.insert(index, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A record that wants to be appended."""

    position: int
    external_id: str
    payload_hash: bytes
    allocation_id: int
    started_ms: int
    ended_ms: int


def refused_in_turn(
    wanted: Sequence[Wanted],
    *,
    recorded: Mapping[int, Sequence[Signed]],
    known: Mapping[str, bytes],
) -> dict[int, str]:
    """Take records one after the other; return the verdict on those that cannot be appended.

    `recorded` is by allocation; `known` are the hashes of keys that have a record. A refused
    record claims no key.
    """
    refused = {}
    hashes = dict(known)
    coverages = {
        allocation_id: Coverage(recorded.get(allocation_id, ()))
        for allocation_id in {record.allocation_id for record in wanted}
    }
    for record in wanted:
        known_hash = hashes.get(record.external_id)
        coverage = coverages[record.allocation_id]
        if known_hash is not None:
            is_same = known_hash == record.payload_hash
            refused[record.position] = "duplicate" if is_same else "conflict"
        elif coverage.is_free(record.started_ms, record.ended_ms):
            coverage.cover(record.started_ms, record.ended_ms)
            hashes[record.external_id] = record.payload_hash
        else:
            refused[record.position] = OVERLAP
    return refused
