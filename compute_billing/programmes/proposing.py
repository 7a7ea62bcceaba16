"""Versions are proposed: from the library, from an officer's text, or by filling what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.programmes.locks import lock_programme
from compute_billing.programmes.models import Origin, ProgrammeVersion
from compute_billing.programmes.queries import document_of, latest_version
from compute_billing.subsidies.rules.assumptions import assume, differences
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.evaluation import EVALUATOR
from compute_billing.subsidies.rules.published import published
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required

NUMBER_PATH: Final = "$.version"
REASON_LENGTH_MAX: Final = 2_000
OF_THE_LIBRARY: Final = "from the library of published programmes"


class UnableToPropose(DomainError):
    """The version differs in nothing, is of another programme, or has no reason."""

    code = "unable_to_propose_programme"


class ProgrammeMoved(DomainError):
    """Somebody proposed another version meanwhile."""

    code = "programme_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What an officer puts at one place that stands open, and why."""

    path: str
    value: object
    because: str


def propose(
    *,
    document: ProgrammeDocument,
    reason: str,
    maker_id: int,
    now: datetime,
    after: int | None = None,
) -> ProgrammeVersion:
    """Propose the next version of a programme; nothing holds before somebody else activates it.

    The version's number is counted here, whatever the document says. `after` is the number of the
    newest version that the maker has seen.

    Raises:
        UnableToPropose: it differs in nothing from the newest, or has no reason.
        ProgrammeMoved: there is a newer version than `after`.
    """
    if not reason.strip():
        message = "Say why the version is proposed: whoever checks later has only this."
        raise UnableToPropose(message)
    with transaction():
        lock_programme(document.code)
        latest = latest_version(code=document.code)
        _refuse_passed_by(latest, after=after)
        _refuse_same(latest, document)
        made = _insert(document, latest, reason=reason.strip(), maker_id=maker_id, now=now)
        _tell([made], now=now)
        return made


def fill(
    *,
    version: ProgrammeVersion,
    fillings: Sequence[Filling],
    reason: str,
    maker_id: int,
    now: datetime,
) -> ProgrammeVersion:
    """Propose the next version with values put where one stands open, each with its reason.

    Raises:
        UnableToPropose: nothing is filled, or no reason is given.
        UnableToAssume: nothing stands open at a place, or a value has no reason.
        UnableToReadProgramme: a place cannot hold its value.
        ProgrammeMoved: there is a newer version.
    """
    document = document_of(version)
    for filling in fillings:
        document = assume(
            document=document, path=filling.path, value=filling.value, because=filling.because
        )
    return propose(
        document=document, reason=reason, maker_id=maker_id, now=now, after=version.number
    )


def load_library(*, maker_id: int, now: datetime) -> list[ProgrammeVersion]:
    """Propose what the library holds and nobody loaded yet; again it makes nothing.

    A text of the library that changed becomes the next version of its programme.
    """
    with transaction():
        made = [
            loaded
            for document in published()
            if (loaded := _loaded(document, maker_id=maker_id, now=now)) is not None
        ]
        _tell(made, now=now)
    return made


@transaction_required
def _loaded(
    document: ProgrammeDocument, *, maker_id: int, now: datetime
) -> ProgrammeVersion | None:
    lock_programme(document.code)
    published_sha256 = document.sha256()
    is_known = ProgrammeVersion.objects.filter(
        code=document.code, origin=Origin.LIBRARY, published_sha256=published_sha256
    )
    if is_known.exists():
        return None
    return _insert(
        document,
        latest_version(code=document.code),
        reason=OF_THE_LIBRARY,
        maker_id=maker_id,
        now=now,
        published_sha256=published_sha256,
    )


def _refuse_passed_by(latest: ProgrammeVersion | None, *, after: int | None) -> None:
    newest = None if latest is None else latest.number
    if after is not None and after != newest:
        message = f"Version {newest} was proposed meanwhile: begin from that one."
        raise ProgrammeMoved(message, details={"newest": newest})


def _refuse_same(latest: ProgrammeVersion | None, document: ProgrammeDocument) -> None:
    if latest is None:
        return
    found = differences(document_of(latest), document)
    if all(difference.path == NUMBER_PATH for difference in found):
        message = f"It differs in nothing from version {latest.number}."
        raise UnableToPropose(message)


@transaction_required
def _insert(
    document: ProgrammeDocument,
    latest: ProgrammeVersion | None,
    *,
    reason: str,
    maker_id: int,
    now: datetime,
    published_sha256: str = "",
) -> ProgrammeVersion:
    number = 1 if latest is None else latest.number + 1
    numbered = msgspec.structs.replace(document, version=number)
    made = ProgrammeVersion.objects.create(
        code=document.code,
        number=number,
        document=numbered.canonical(),
        sha256=numbered.sha256(),
        evaluator=EVALUATOR,
        origin=Origin.LIBRARY if published_sha256 else Origin.OFFICER,
        published_sha256=published_sha256,
        reason=reason,
        maker_id=maker_id,
        made_at=now,
    )
    audit.record(
        action="programmes.propose",
        object_type="programme_version",
        object_id=str(made.public_id),
        actor=Actor.user(maker_id),
        now=now,
        detail={
            "programme": made.code,
            "number": made.number,
            "document": made.sha256,
            "origin": str(made.origin),
        },
    )
    return made


@transaction_required
def _tell(made: Sequence[ProgrammeVersion], *, now: datetime) -> None:
    """Tell those who activate; of a whole library once."""
    if not made:
        return
    newest = made[-1]
    notify(
        kind=Kind.PROGRAMME_PROPOSED,
        about={"programme": newest.code, "number": newest.number, "versions": len(made)},
        subject=f"programme:{newest.public_id}",
        user_ids=staff_of(role=Staff.SUBSIDY_APPROVER),
        now=now,
    )
