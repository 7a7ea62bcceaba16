"""Every read of versions of programmes: what is in force, what waits, what was before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from compute_billing.programmes.models import ProgrammeVersion
from compute_billing.programmes.states import VersionState, state_of
from compute_billing.subsidies.rules.assumptions import Difference, differences
from compute_billing.subsidies.rules.documents import ProgrammeDocument, from_values
from compute_billing.subsidies.rules.published import published
from kernel.errors import DomainError


class ProgrammeVersionNotFound(DomainError):
    """There is no such programme, or it has no such version."""

    code = "programme_version_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProgramme:
    """A programme as everybody reads it: the version in force, else the text of the library.

    `version` is None while none is in force; then nothing is granted from it.
    """

    document: ProgrammeDocument
    version: ProgrammeVersion | None
    since: datetime | None


def document_of(version: ProgrammeVersion) -> ProgrammeDocument:
    """Return what a version says.

    Raises:
        UnableToReadProgramme: its document holds what no programme can say any more.
    """
    return from_values(json.loads(bytes(version.document)))


def state_of_version(version: ProgrammeVersion) -> VersionState:
    """Return where a version is."""
    decision = getattr(version, "decision", None)
    term = getattr(version, "term", None)
    return state_of(
        decision=None if decision is None else decision.decision,
        ends_at=None if term is None else term.ends_at,
    )


def latest_version(*, code: str) -> ProgrammeVersion | None:
    """Return the version of a programme with the highest number, in whatever state."""
    return ProgrammeVersion.objects.filter(code=code).order_by("-number").first()


def version_by_id(*, version_id: UUID) -> ProgrammeVersion:
    """Return a version with what became of it.

    Raises:
        ProgrammeVersionNotFound: there is none.
    """
    return _one(_versions().filter(public_id=version_id))


def version_by_number(*, code: str, number: int, is_public: bool = False) -> ProgrammeVersion:
    """Return a version of a programme; for the public only what is, or was, in force.

    Raises:
        ProgrammeVersionNotFound: there is none.
    """
    found = _versions().filter(code=code, number=number)
    return _one(found.filter(term__isnull=False) if is_public else found)


def versions(
    *, code: str | None = None, is_public: bool = False, limit: int, below: int | None = None
) -> list[ProgrammeVersion]:
    """Return versions, the newest first; of all programmes what was proposed last.

    `below` reads on behind the version of that number.
    """
    found = _versions()
    if code is not None:
        found = found.filter(code=code)
    if is_public:
        found = found.filter(term__isnull=False)
    if below is not None:
        found = found.filter(number__lt=below)
    order = ("-id",) if code is None else ("-number",)
    return list(found.order_by(*order)[:limit])


def waiting_versions(*, limit: int) -> list[ProgrammeVersion]:
    """Return what was proposed and nobody has decided, by programme and number."""
    found = _versions().filter(decision__isnull=True)
    return list(found.order_by("code", "number")[:limit])


def in_force(*, at: datetime) -> list[ProgrammeVersion]:
    """Return the versions that are in force at an instant, one of each programme, by code."""
    holds = Q(term__ends_at__isnull=True) | Q(term__ends_at__gt=at)
    found = _versions().filter(holds, term__starts_at__lte=at)
    return list(found.order_by("code"))


def known_programmes(*, at: datetime) -> list[KnownProgramme]:
    """Return every programme that is in force or published, by code."""
    active = {version.code: version for version in in_force(at=at)}
    library = {document.code: document for document in published()}
    return [_known(code, active, library) for code in sorted(active.keys() | library.keys())]


def known_programme(*, code: str, at: datetime) -> KnownProgramme:
    """Return one of them.

    Raises:
        ProgrammeVersionNotFound: there is none of this code.
    """
    found = next((one for one in known_programmes(at=at) if one.document.code == code), None)
    if found is None:
        message = f"There is no programme {code}."
        raise ProgrammeVersionNotFound(message)
    return found


def refuse_unknown_code(*, code: str) -> None:
    """Refuse a code that neither the library nor any version has.

    Raises:
        ProgrammeVersionNotFound: there is no such programme.
    """
    is_published = any(document.code == code for document in published())
    if not is_published and latest_version(code=code) is None:
        message = f"There is no programme {code}."
        raise ProgrammeVersionNotFound(message)


def differences_to_the_one_before(version: ProgrammeVersion) -> tuple[Difference, ...]:
    """Return what a version changes of the one that was proposed before it; of a first, nothing."""
    before = (
        ProgrammeVersion.objects.filter(code=version.code, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    if before is None:
        return ()
    return differences(document_of(before), document_of(version))


def _known(
    code: str,
    active: Mapping[str, ProgrammeVersion],
    library: Mapping[str, ProgrammeDocument],
) -> KnownProgramme:
    version = active.get(code)
    if version is None:
        return KnownProgramme(document=library[code], version=None, since=None)
    return KnownProgramme(
        document=document_of(version), version=version, since=version.term.starts_at
    )


def _versions() -> QuerySet[ProgrammeVersion]:
    return ProgrammeVersion.objects.select_related("decision__decider", "term__ended_by", "maker")


def _one(found: QuerySet[ProgrammeVersion]) -> ProgrammeVersion:
    version = found.first()
    if version is None:
        message = "There is no such version of a programme."
        raise ProgrammeVersionNotFound(message)
    return version
