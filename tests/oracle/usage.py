"""Usage as the file states it: who had how many cards from when to when."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Use:
    """One row. `card_seconds` is less than cards x duration when the job was suspended."""

    job: str
    tenant: str
    card_type: str
    cards: Fraction
    starts: datetime
    ends: datetime
    card_seconds: Fraction


def seconds(duration: timedelta) -> Fraction:
    """Return a duration exactly; every instant is a whole millisecond."""
    return Fraction(duration // MILLISECOND, 1000)


def instant(text: str) -> datetime:
    """Read RFC 3339."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _use(row: dict[str, str]) -> Use | None:
    """Return the row's use, or None where it is none: no cards, no times, no duration."""
    if row.get("corrects"):
        message = f"{row['job_id']} is a correction: the oracle knows only what was used"
        raise ValueError(message)
    cards = Fraction(row["cards"] or "0")
    if cards <= 0 or not row["started_at"] or not row["ended_at"]:
        return None
    starts, ends = instant(row["started_at"]), instant(row["ended_at"])
    if ends <= starts:
        return None
    stated = row.get("quantity_card_seconds")
    return Use(
        job=row["job_id"],
        tenant=row["tenant"],
        card_type=row.get("card_type", ""),
        cards=cards,
        starts=starts,
        ends=ends,
        card_seconds=Fraction(stated) if stated else cards * seconds(ends - starts),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def read_usage(csv_path: str | Path, order: Sequence[str] | None = None) -> list[Use]:
    """Return what the file says was used, in order of arrival: of the file, or of these jobs."""
    uses = [use for row in _rows(Path(csv_path)) if (use := _use(row)) is not None]
    if order is None:
        return uses
    place = {job: number for number, job in enumerate(order)}
    return sorted((use for use in uses if use.job in place), key=lambda use: place[use.job])
