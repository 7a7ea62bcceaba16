"""What a seller says of a version: model card, what it runs on, what it needs. Typed, and pure."""

import re
from itertools import pairwise
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from kernel.errors import DomainError
from marketplace.listings.taxonomy import Chip, Framework

FORMAT: Final = 1
WORDS_LENGTH_MAX: Final = 4_000
LINES_MAX: Final = 64
_VERSION: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")
_PARTS: Final = 4

Words = Annotated[str, Meta(min_length=1, max_length=WORDS_LENGTH_MAX)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
DottedVersion = Annotated[str, Meta(min_length=1, max_length=27)]


class MalformedDossier(DomainError):
    """A part is missing or not of its type; the message says which."""

    code = "malformed_dossier"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a dossier: what is not known is refused."""


class Metric(_Part, frozen=True, kw_only=True):
    """A figure that the seller states, with what it was measured on; a text keeps its digits."""

    name: Short
    value: Annotated[str, Meta(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
    dataset: Short


class ModelCard(_Part, frozen=True, kw_only=True):
    """What it is meant for, where it fails, and what it learnt from."""

    intended_use: Words
    limits: Words
    training_data: Words
    metrics: Annotated[tuple[Metric, ...], Meta(max_length=LINES_MAX)] = ()


class Compatibility(_Part, frozen=True, kw_only=True):
    """Versions of a framework, on a family of cards, on which it was run.

    The range is half-open; without an end it goes on.
    """

    chip: Chip
    framework: Framework
    from_version: DottedVersion
    below_version: DottedVersion | None = None


class Needs(_Part, frozen=True, kw_only=True):
    """The least that one run takes: cards, memory of each card, and memory of the host."""

    cards: Annotated[int, Meta(ge=0, le=10_000)]
    card_memory_mib: Annotated[int, Meta(ge=0, le=10_000_000)]
    host_memory_mib: Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Dossier(_Part, frozen=True, kw_only=True):
    """Everything that is said of a version beside its files."""

    card: ModelCard
    compatibility: Annotated[tuple[Compatibility, ...], Meta(min_length=1, max_length=LINES_MAX)]
    needs: Needs
    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT)] = FORMAT


def read_dossier(values: Any) -> Dossier:
    """Return JSON values as a dossier.

    Raises:
        MalformedDossier: a part is missing, unknown or not of its type, a version is malformed,
            a range is empty, or two ranges of one chip and framework overlap.
    """
    try:
        dossier = msgspec.convert(values, Dossier)
    except msgspec.ValidationError as error:
        raise MalformedDossier(f"The dossier: {error}") from error
    _refuse_ranges(dossier.compatibility)
    return dossier


def as_values(dossier: Dossier) -> dict[str, Any]:
    """Return a dossier as JSON values."""
    values: dict[str, Any] = msgspec.to_builtins(dossier)
    return values


def dotted(text: str) -> tuple[int, ...]:
    """Return a framework's version as numbers: 2.1 is 2.1.0.0.

    Raises:
        MalformedDossier: it is not up to four numbers between dots.
    """
    if not _VERSION.fullmatch(text):
        message = f"{text!r} is no framework version: write up to four numbers, such as 2.1.0."
        raise MalformedDossier(message, details={"reason": "framework_version"})
    numbers = [int(part) for part in text.split(".")]
    return tuple(numbers + [0] * (_PARTS - len(numbers)))


def _refuse_ranges(lines: tuple[Compatibility, ...]) -> None:
    """Refuse ranges that are empty, and two that say the same of one chip and framework."""
    spans = sorted((line.chip, line.framework, *_span(line)) for line in lines)
    for one, next_one in pairwise(spans):
        if one[:2] == next_one[:2] and next_one[2] < one[3]:
            message = f"Two ranges of {one[1]} on {one[0]} overlap: write them as one."
            raise MalformedDossier(message, details={"reason": "overlap"})


def _span(line: Compatibility) -> tuple[tuple[int, ...], tuple[int, ...]]:
    start = dotted(line.from_version)
    end = (10**7,) * _PARTS if line.below_version is None else dotted(line.below_version)
    if end <= start:
        message = (
            f"{line.framework} from {line.from_version} to below {line.below_version} is no range."
        )
        raise MalformedDossier(message, details={"reason": "empty_range"})
    return start, end
