"""Short ways to read a text in a test."""

import io
from typing import Any, TypeVar

from compute_billing.metering.formats import Format, Parsed, ParseOptions, Reject, parse

T = TypeVar("T")


def read(text: str, source_format: Format, **options: Any) -> list[Parsed]:
    return list(parse(io.StringIO(text), options=ParseOptions(format=source_format, **options)))


def read_one(text: str, source_format: Format, kind: type[T], **options: Any) -> T:
    """Read a text that holds one piece of usage, which is a `kind`."""
    (parsed,) = read(text, source_format, **options)
    assert isinstance(parsed, kind), parsed
    return parsed


def reasons(parsed: list[Parsed]) -> list[str]:
    """Return the reason of each reject, "" for what was accepted."""
    return [row.reason if isinstance(row, Reject) else "" for row in parsed]
