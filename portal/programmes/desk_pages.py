"""Versions of programmes as the officers' desk shows them: primitives only."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
import yaml
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.programmes import queries
from compute_billing.programmes.readiness import Obstacles, assumptions_of, obstacles
from compute_billing.programmes.states import VersionState
from compute_billing.subsidies.rules.assumptions import Difference
from compute_billing.subsidies.rules.documents import OpenPart, ProgrammeDocument, unset_parts
from portal.exports import Cell
from portal.programmes.pages import named, part_name
from portal.programmes.words import VALUES
from portal.tables import Table, TableRow, count, instant, words
from portal.wording import Text

STATES: Final = {
    VersionState.PROPOSED: gettext_lazy("waits for somebody else"),
    VersionState.ACTIVE: gettext_lazy("in force"),
    VersionState.ENDED: gettext_lazy("ended"),
    VersionState.WITHDRAWN: gettext_lazy("withdrawn"),
}
ORIGINS: Final = {
    "library": gettext_lazy("from the library"),
    "officer": gettext_lazy("by an officer"),
}
VERSION_COLUMNS: Final = (
    *("programme", "number", "state", "origin", "proposed_at", "in_force_from"),
    *("in_force_until", "open_parts", "assumptions", "evaluator", "sha256"),
)
DIFFERENCE_COLUMNS: Final = ("path", "before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version with what it says, read once."""

    version: Any
    document: ProgrammeDocument
    state: VersionState


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """A version in words; `gaps` are (where, which text is needed), `assumed` have reasons."""

    code: str
    number: int
    public_id: str
    name: str
    state: VersionState
    state_text: Text
    origin: Text
    reason: str
    made_at: datetime
    evaluator: int
    sha256: str
    starts_at: datetime | None
    ends_at: datetime | None
    decided_because: str
    ended_because: str
    gaps: Sequence[tuple[Text, str]]
    assumed: Sequence[tuple[Text, str, str]]
    unexplained: Sequence[Text]
    is_draft_text: bool
    is_own: bool


def version_lines(versions: Iterable[Any]) -> list[VersionLine]:
    """Read what versions say."""
    return [
        VersionLine(
            version=version,
            document=queries.document_of(version),
            state=queries.state_of_version(version),
        )
        for version in versions
    ]


def versions_table(lines: Sequence[VersionLine]) -> Table:
    """Return versions as a table."""
    return Table(
        name=_("Versions"),
        columns=[
            _("Programme"),
            _("Version"),
            _("State"),
            _("Proposed"),
            _("In force from"),
            _("until"),
            _("Open parts"),
        ],
        rows=[
            TableRow(
                key=f"{line.version.code}-{line.version.number}",
                cells=[
                    words(
                        named(line.document.names),
                        url=reverse(
                            "programme-version", args=(line.version.code, line.version.number)
                        ),
                        code=line.version.code,
                    ),
                    count(line.version.number),
                    words(STATES[line.state], note=ORIGINS[line.version.origin]),
                    instant(line.version.made_at),
                    instant(_term(line.version, "starts_at")),
                    instant(_term(line.version, "ends_at")),
                    count(len(unset_parts(line.document)), alarm=True),
                ],
            )
            for line in lines
        ],
    )


def version_cells(lines: Iterable[VersionLine]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of versions."""
    for line in lines:
        version = line.version
        yield (
            version.code,
            version.number,
            line.state.value,
            version.origin,
            version.made_at,
            _term(version, "starts_at"),
            _term(version, "ends_at"),
            len(unset_parts(line.document)),
            len(assumptions_of(line.document)),
            version.evaluator,
            version.sha256,
        )


def _term(version: Any, name: str) -> datetime | None:
    found: datetime | None = getattr(getattr(version, "term", None), name, None)
    return found


def differences_table(differences: Sequence[Difference]) -> Table:
    """Return what differs from the version before."""
    return Table(
        name=_("Differences"),
        columns=[_("Place"), _("Before"), _("After")],
        rows=[
            TableRow(
                key=each.path,
                cells=[
                    words(part_name(each.path), code=each.path),
                    words(_told(each.before)),
                    words(_told(each.after)),
                ],
            )
            for each in differences
        ],
    )


def difference_cells(differences: Iterable[Difference]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of differences."""
    for each in differences:
        yield each.path, _told(each.before), _told(each.after)


def _told(value: object) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def version_page(version: Any, *, user_id: int) -> VersionPage:
    """Return a version in words."""
    document = queries.document_of(version)
    state = queries.state_of_version(version)
    found: Obstacles = obstacles(document)
    decision, term = getattr(version, "decision", None), getattr(version, "term", None)
    return VersionPage(
        code=version.code,
        number=version.number,
        public_id=str(version.public_id),
        name=named(document.names),
        state=state,
        state_text=STATES[state],
        origin=ORIGINS[version.origin],
        reason=version.reason,
        made_at=version.made_at,
        evaluator=version.evaluator,
        sha256=version.sha256,
        starts_at=None if term is None else term.starts_at,
        ends_at=None if term is None else term.ends_at,
        decided_because="" if decision is None else decision.reason,
        ended_because="" if term is None else term.ended_because,
        gaps=[(part_name(part.path), part.unset) for part in found.unset],
        assumed=assumed_parts(document),
        unexplained=[part_name(part.path) for part in found.unexplained],
        is_draft_text=found.is_draft_text,
        is_own=version.maker_id == user_id,
    )


def assumed_parts(document: ProgrammeDocument) -> list[tuple[Text, str, str]]:
    """Return what is assumed: where, which value, why."""
    return [
        (part_name(part.path), _assumed(part.assumed), part.because)
        for part in assumptions_of(document)
    ]


def _assumed(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(VALUES.get(str(value), _told(value)))


def open_parts_of(version: Any) -> tuple[OpenPart, ...]:
    """Return what stands open in a version and is not assumed."""
    return unset_parts(queries.document_of(version))


def as_text(version: Any) -> str:
    """Return what a version says as people write it."""
    values = msgspec.to_builtins(queries.document_of(version))
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=100)
    return text
