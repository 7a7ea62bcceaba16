"""The formats that usage comes in: text in, normalised records out.

Knows: CSV, sacct text, sacct and slurmrestd JSON, CloudEvents and plain JSON records; their traps
with money in them; why a row is refused. Owns no table. Must not know: tenants, prices, the
database, Django. docs/formats.md describes each format for those who send it.

One bad row never stops the rest: it becomes a `Reject`. Only what cannot be told apart into rows
raises `UnableToReadUsage`.
"""

from collections.abc import Callable, Iterator
from typing import Final, TextIO

from compute_billing.metering.formats.cloudevents import parse_cloudevents, parse_json_batch
from compute_billing.metering.formats.csv_usage import parse_csv
from compute_billing.metering.formats.lines import open_text
from compute_billing.metering.formats.reasons import (
    INTERVAL_REASONS,
    REASONS,
    Reason,
    UnableToReadUsage,
)
from compute_billing.metering.formats.record import (
    CORE_TYPE,
    FORMATS,
    MEASURES,
    Format,
    Measure,
    Parsed,
    ParsedRecord,
    ParsedStream,
    ParseOptions,
    Reject,
    RunningObservation,
)
from compute_billing.metering.formats.sacct_json import parse_sacct_json
from compute_billing.metering.formats.sacct_text import parse_sacct

__all__ = [
    "CORE_TYPE",
    "FORMATS",
    "INTERVAL_REASONS",
    "MEASURES",
    "REASONS",
    "Format",
    "Measure",
    "ParseOptions",
    "Parsed",
    "ParsedRecord",
    "ParsedStream",
    "Reason",
    "Reject",
    "RunningObservation",
    "UnableToReadUsage",
    "open_text",
    "parse",
    "parse_json_batch",
]

_PARSERS: Final[dict[str, Callable[..., ParsedStream]]] = {
    "csv": parse_csv,
    "sacct": parse_sacct,
    "sacct-json": parse_sacct_json,
    "cloudevents": parse_cloudevents,
}


def parse(stream: TextIO, *, options: ParseOptions) -> Iterator[Parsed]:
    """Read usage out of text, row by row, in the order of the file.

    Never-started jobs, job steps and blank lines yield nothing; every other row yields a record,
    a poll of a running job, or a reject.

    Raises:
        UnableToReadUsage: the format or zone is unknown, or the input as a whole cannot be read.
    """
    parser = _PARSERS.get(options.format)
    if parser is None or options.measure not in MEASURES:
        message = (
            f"There is no format {options.format!r} measured in {options.measure!r}: "
            f"formats are {', '.join(FORMATS)}; measures are {', '.join(MEASURES)}."
        )
        raise UnableToReadUsage(message)
    return parser(stream, options=options)
