"""What a reader of usage hands on: a record, a poll of a running job, or a reject with its reason.

Knows: the shape that every source format is normalised to, and its units. Must not know: tenants,
prices, the database, or which format a row came from.

Units: cards in milli-cards, instants in whole milliseconds since 1970 UTC, intervals half-open,
quantities in milli-card-milliseconds (1 card-second = 1_000_000). No floats anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

Format = Literal["csv", "sacct", "sacct-json", "cloudevents"]
Measure = Literal["cards", "cores"]

FORMATS: Final[tuple[Format, ...]] = ("csv", "sacct", "sacct-json", "cloudevents")
MEASURES: Final[tuple[Measure, ...]] = ("cards", "cores")

# The meter of `measure="cores"`: what a core is called where a card type is asked for.
CORE_TYPE: Final = "cpu_core"


# Structs rather than dataclasses: a frozen dataclass costs over ten times as much to make, and one
# is made per row. gc=False is safe because the fields hold only strings and integers.
class ParsedRecord(msgspec.Struct, frozen=True, gc=False):
    """A finished piece of usage, normalised. Equal usage gives equal fields in every format.

    `position` and `payload` say where it came from; all other fields say what it is.
    """

    position: int
    """Line in the file (the header is line 1), or place in a JSON list counted from 1."""
    external_id: str
    """Single key within the source; it names the meter where one job is metered in two ways."""
    allocation_key: str
    """The job's allocation: shared by all slices of one run of one job, and by its corrections."""
    account: str
    """The source's own name for who used it."""
    cluster: str
    """'' when neither the format nor the options name one."""
    card_type: str
    """'' when neither the row nor the options name one."""
    project: str
    milli_cards: int
    started_ms: int
    ended_ms: int
    quantity: int
    """milli-card-milliseconds; less than cards x duration when the job was suspended meanwhile,
    negative for a correction. Never zero."""
    corrects: str
    """External id of the record that this one corrects; '' when it is no correction."""
    licence_ref: str
    """Canonical UUID text, or ''."""
    payload: str
    """The line or the JSON text as received."""


class RunningObservation(msgspec.Struct, frozen=True, gc=False):
    """A poll of a job that had not ended yet; the store cuts slices from successive ones.

    `external_id` and `allocation_key` are those that the finished record of the same run will
    carry. `elapsed_ms` may be 0 (just started) and is less than `observed_ms - started_ms` by the
    time for which the job was suspended.
    """

    position: int
    external_id: str
    allocation_key: str
    account: str
    cluster: str
    card_type: str
    project: str
    milli_cards: int
    started_ms: int
    observed_ms: int
    elapsed_ms: int
    licence_ref: str
    payload: str


class Reject(msgspec.Struct, frozen=True, gc=False):
    """A row that is not usage, and why; it claims no key, so that a mended row may come again."""

    position: int
    reason: str
    """A code of reasons.REASONS."""
    field: str
    """The column, JSON path or '' for the whole row."""
    message: str
    """What is wrong, where, and how to mend it."""
    payload: str
    external_id: str
    """'' when the row has none that can be read."""
    account: str


Parsed = ParsedRecord | RunningObservation | Reject
ParsedStream = Iterator[Parsed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseOptions:
    """How to read a file.

    `measure` chooses what a Slurm job is metered by; CSV and CloudEvents state their own type.
    `default_card_type` stands in where a row names no card type (never for cores).
    `time_zone` is where zone-less times of sacct text were printed.
    `cluster` stands in where the format names none.
    """

    format: Format
    measure: Measure = "cards"
    default_card_type: str = ""
    time_zone: str = "UTC"
    cluster: str = ""
