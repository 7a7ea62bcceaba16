"""A programme's version as a document: what it may hold, how it is read and compared. Pure.

The types below are the schema. A value that is misspelt, unknown or out of range is refused with
its place in the document.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import msgspec
import yaml

from compute_billing.subsidies.rules.bases import AnyBasis, CardTime, ContractAmount, DecidedAmount
from compute_billing.subsidies.rules.caps import Cap
from compute_billing.subsidies.rules.cost_rules import AnyCostRule
from compute_billing.subsidies.rules.facts import Known, TaxBasis
from compute_billing.subsidies.rules.predicates import AnyRule
from compute_billing.subsidies.rules.rates import AnyRate, CostClassRate
from compute_billing.subsidies.rules.rounding import Rounding
from compute_billing.subsidies.rules.settable import Open
from kernel.canonical import canonical_json
from kernel.errors import DomainError


class UnableToReadProgramme(DomainError):
    """A programme's document is no YAML, or holds what a programme cannot say."""

    code = "malformed_programme"


class Mode(StrEnum):
    """How the money reaches whom."""

    CLAIM_THEN_REDEEM = "claim_then_redeem"
    VOUCHER = "voucher"
    REIMBURSEMENT = "reimbursement"
    PLATFORM_METERED = "platform_metered"
    IN_KIND = "in_kind"
    AWARD = "award"
    DISCOUNT = "discount"


class Exhaustion(StrEnum):
    """What happens when a pool is not enough for all."""

    FIRST_COME = "first_come"
    RANKING = "ranking"
    PRO_RATA = "pro_rata"


class Names(Known, frozen=True, kw_only=True):
    """A name in both languages of the portal."""

    zh: str
    en: str


class Clause(Known, frozen=True, kw_only=True):
    """What a text says, in a few words of ours, and where it says so."""

    says: str
    place: str = ""


class Source(Known, frozen=True, kw_only=True):
    """The text, its number and day, and how it was seen.

    `grade` is A (official), B (press quoting it), C (repost), D (weak).
    """

    title: str
    published_on: date | None = None
    number: str = ""
    grade: Literal["A", "B", "C", "D"]
    seen: str
    is_draft: bool = False


class Jurisdiction(Known, frozen=True, kw_only=True):
    """Whose programme it is; `region` is a GB/T 2260 code."""

    region: str
    name: str
    level: Literal["nation", "province", "city", "district", "zone"]


class Minimum(Known, frozen=True, kw_only=True):
    """Below this amount in micro-yuan nothing is given."""

    clause: str
    amount: int


class Together(Known, frozen=True, kw_only=True):
    """All public money for a cost together is at most this part of it."""

    clause: str
    ppm_max: int


class LevelPart(Known, frozen=True, kw_only=True):
    """How many parts one level of government pays."""

    level: str
    parts: int


class LevelParts(Known, frozen=True, kw_only=True):
    """In which parts the levels of government pay what is given (省市 1:1)."""

    clause: str
    parts: tuple[LevelPart, ...]


class Pool(Known, frozen=True, kw_only=True):
    """What a programme has in a year, and who comes first when it is not enough."""

    clause: str
    amount_year: int | Open
    exhaustion: Exhaustion | Open


class Benefit(Known, frozen=True, kw_only=True):
    """Help that is not money: space, housing, schooling; with a clock in months if it has one."""

    clause: str
    kind: str
    months: int | Open | None = None


class ProgrammeDocument(Known, frozen=True, kw_only=True):
    """One version of one programme."""

    format: Literal[1]
    code: str
    version: int
    names: Names
    plain: Names
    jurisdiction: Jurisdiction
    authority: str
    source: Source
    mode: Mode
    clauses: Mapping[str, Clause]
    rules: tuple[AnyRule, ...]
    costs: tuple[AnyCostRule, ...] = ()
    tax_basis: TaxBasis | Open
    basis: AnyBasis
    rate: AnyRate | None = None
    caps: tuple[Cap, ...] = ()
    minimum: Minimum | None = None
    together: Together | None = None
    rounding: Rounding
    levels: LevelParts | None = None
    pool: Pool | None = None
    notice_working_days: int | Open
    retention_years: int | Open
    is_fair_competition_reviewed: bool | Open
    benefits: tuple[Benefit, ...] = ()

    def canonical(self) -> bytes:
        """Return the one text of this document."""
        return canonical_json(msgspec.to_builtins(self))

    def sha256(self) -> str:
        """Return the hash of its one text."""
        return hashlib.sha256(self.canonical()).hexdigest()


class OpenPart(Known, frozen=True, kw_only=True):
    """A part of a document that stands open, and the official text that is needed."""

    path: str
    unset: str
    assumed: Any = None
    because: str = ""


def read_yaml(text: str) -> ProgrammeDocument:
    """Read a document from YAML.

    Raises:
        UnableToReadProgramme: it is no YAML, or not a programme; the message says where.
    """
    try:
        return from_values(yaml.safe_load(text))
    except yaml.YAMLError as error:
        message = f"The document is no YAML: {error}"
        raise UnableToReadProgramme(message) from error


def from_values(values: object) -> ProgrammeDocument:
    """Read a document from the values of JSON or YAML.

    Raises:
        UnableToReadProgramme: not a programme; the message says where.
    """
    try:
        document = msgspec.convert(values, ProgrammeDocument)
    except msgspec.ValidationError as error:
        message = f"The document cannot be read as a programme: {error}."
        raise UnableToReadProgramme(message) from error
    _refuse_unknown_clauses(document, values)
    _refuse_classes_of_no_costs(document)
    return document


def _refuse_unknown_clauses(document: ProgrammeDocument, values: object) -> None:
    unknown = sorted(set(_clauses_named(values)) - set(document.clauses))
    if unknown:
        message = f"The document names clauses that it does not hold: {', '.join(unknown)}."
        raise UnableToReadProgramme(message, details={"clauses": unknown})


def _refuse_classes_of_no_costs(document: ProgrammeDocument) -> None:
    """Refuse a rate by class of cost over a basis that is no sum of costs."""
    is_by_class = isinstance(document.rate, CostClassRate)
    if is_by_class and isinstance(document.basis, ContractAmount | CardTime | DecidedAmount):
        message = (
            "A rate by class of cost needs a basis that sums costs, not "
            f"{document.basis.__struct_config__.tag}: at `$.rate`."
        )
        raise UnableToReadProgramme(message)


def _clauses_named(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "clause" and isinstance(inner, str) and inner:
                yield inner
            yield from _clauses_named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _clauses_named(inner)


def open_parts(document: ProgrammeDocument) -> tuple[OpenPart, ...]:
    """Return what stands open in a document, assumed or not, in its own order."""
    return tuple(_open_parts(msgspec.to_builtins(document), "$"))


def _open_parts(value: object, path: str) -> Iterator[OpenPart]:
    if isinstance(value, Mapping):
        if "unset" in value:
            yield OpenPart(
                path=path,
                unset=value["unset"],
                assumed=value.get("assumed"),
                because=value.get("because", ""),
            )
            return
        for key, inner in value.items():
            yield from _open_parts(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _open_parts(inner, f"{path}[{position}]")


def unset_parts(document: ProgrammeDocument) -> tuple[OpenPart, ...]:
    """Return what stands open and is not assumed: a document that has any cannot be activated."""
    return tuple(part for part in open_parts(document) if part.assumed is None)
