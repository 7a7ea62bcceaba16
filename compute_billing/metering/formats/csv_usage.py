"""CSV of usage: comma separated, UTF-8, one record per line, columns found by the header's names.

Required: job_id, tenant, cards, started_at, ended_at. Understood besides: card_type, cluster,
project, allocation, quantity_card_seconds, corrects, licence, observed_at, elapsed_seconds.
All other columns are for people.
"""

import csv
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final, TextIO

from compute_billing.metering.formats.lines import numbered_lines, refuse_damage, reject
from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.record import Parsed, ParseOptions
from compute_billing.metering.formats.stated import read_stated_usage

REQUIRED: Final = ("job_id", "tenant", "cards", "started_at", "ended_at")
OPTIONAL: Final = (
    "card_type",
    "cluster",
    "project",
    "allocation",
    "quantity_card_seconds",
    "corrects",
    "licence",
    "observed_at",
    "elapsed_seconds",
)


def parse_csv(stream: TextIO, *, options: ParseOptions) -> Iterator[Parsed]:
    """Read usage rows; a bad row becomes a reject and the next is read.

    Raises:
        UnableToReadUsage: no header, a required column is missing, or a column stands twice.
    """
    lines = numbered_lines(stream)
    header = _header(next(lines, (1, ""))[1])
    width = len(header)
    columns = _columns(header)
    card_type, cluster = options.default_card_type, options.cluster
    for position, line in lines:
        if not line:
            continue
        cells: list[str] = []
        try:
            if not line.isascii() or "\0" in line or len(line) > 4096:
                refuse_damage(line)
            cells = _cells(line) if '"' in line or " " in line else line.split(",")
            if len(cells) != width:
                _refuse_width(len(cells), width)
            cells.append("")  # what a column that the header lacks says in every row
            row = columns(cells)
            yield read_stated_usage(
                position=position,
                payload=line,
                external_id=row[0],
                account=row[1],
                cards=row[2],
                started_at=row[3],
                ended_at=row[4],
                card_type=row[5] or card_type,
                cluster=row[6] or cluster,
                project=row[7],
                allocation=row[8],
                quantity=row[9],
                corrects=row[10],
                licence=row[11],
                observed_at=row[12],
                elapsed=row[13],
            )
        except UnableToReadRow as error:
            known = columns(cells) if len(cells) > width else ("", "")
            yield reject(
                error, position=position, payload=line, external_id=known[0], account=known[1]
            )


def _header(line: str) -> list[str]:
    try:
        refuse_damage(line)
        return [name.lower() for name in _cells(line)]
    except UnableToReadRow as error:
        raise UnableToReadUsage(f"The header cannot be read. {error.message}") from None


def _columns(header: list[str]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return what picks the known columns, in order, out of a row that ends in one ''."""
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        message = (
            f"The first line lacks the column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)}: it must name the columns, separated by commas."
        )
        raise UnableToReadUsage(message, details={"missing": missing})
    known = (*REQUIRED, *OPTIONAL)
    twice = [name for name in known if header.count(name) > 1]
    if twice:
        message = f"The column {twice[0]} stands twice in the header: leave one."
        raise UnableToReadUsage(message, details={"twice": twice})
    first, *others = (header.index(name) if name in header else len(header) for name in known)
    return itemgetter(first, *others)


def _cells(line: str) -> list[str]:
    """Split a line with quotes or blanks in it."""
    try:
        rows = list(csv.reader([line], strict=True, skipinitialspace=True))
    except csv.Error as error:
        message = (
            f"The quotes do not match ({error}): a quote inside quotes is doubled, and a value "
            "holds no line break."
        )
        raise UnableToReadRow("malformed_row", "", message) from None
    return [cell.strip() for cell in rows[0]] if rows else [""]


def _refuse_width(found: int, width: int) -> None:
    message = (
        f"The row has {found} columns and the header {width}: put a value that holds a comma "
        "between double quotes."
    )
    raise UnableToReadRow("malformed_row", "", message)
