"""A version comes into force by somebody else than its maker, and out of it again."""

from datetime import datetime
from uuid import UUID

from compute_billing.programmes.locks import lock_programme
from compute_billing.programmes.models import (
    ProgrammeTerm,
    ProgrammeVersion,
    ProgrammeVersionDecision,
)
from compute_billing.programmes.queries import document_of, version_by_id
from compute_billing.programmes.readiness import assumptions_of, obstacles
from compute_billing.subsidies.rules.evaluation import EVALUATORS
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_required

Decision = ProgrammeVersionDecision.Decision


class UnableToActivate(DomainError):
    """Parts stand open, an assumption has no reason, or the text is a draft."""

    code = "unable_to_activate_programme"


class UnableToActivateOwn(DomainError):
    """Whoever proposed a version cannot activate it."""

    code = "programme_four_eyes"


class ProgrammeVersionDecided(DomainError):
    """The version was activated, withdrawn or ended already."""

    code = "programme_version_decided"


class UnableToEndProgramme(DomainError):
    """The version is not in force, or no reason is given."""

    code = "unable_to_end_programme"


def activate(*, version_id: UUID, reason: str, decider_id: int, now: datetime) -> ProgrammeVersion:
    """Put a version into force from now on; the one that is in force ends at the same instant.

    Raises:
        ProgrammeVersionNotFound: there is none.
        ProgrammeVersionDecided: it was decided before.
        UnableToActivateOwn: the decider proposed it.
        UnableToActivate: something stands open; the message says which official text is needed.
    """
    own = UnableToActivateOwn("Whoever proposed a version does not activate it: ask somebody else.")
    with transaction(), constraint_errors(_refusals(own)):
        version = _proposed(version_id)
        if version.maker_id == decider_id:
            raise own
        _refuse_unready(version)
        _end_the_one_in_force(version, decider_id=decider_id, now=now)
        _decide(version, Decision.ACTIVATED, reason=reason, decider_id=decider_id, now=now)
        ProgrammeTerm.objects.create(version=version, code=version.code, starts_at=now)
        _note("activate", version, person_id=decider_id, now=now)
        return version


def _refusals(own: UnableToActivateOwn) -> dict[str, DomainError]:
    at_once = UnableToActivate("Another version came into force at this very instant: try again.")
    return {
        "programme_version_four_eyes": own,
        "programme_one_version_in_force": at_once,
        "programme_term_ended_by_somebody": at_once,
    }


def withdraw(*, version_id: UUID, reason: str, decider_id: int, now: datetime) -> ProgrammeVersion:
    """Take a proposed version back, or refuse somebody else's; it never comes into force.

    Raises:
        ProgrammeVersionNotFound: there is none.
        ProgrammeVersionDecided: it was decided before.
        UnableToEndProgramme: no reason is given.
    """
    _refuse_silence(reason)
    with transaction():
        version = _proposed(version_id)
        _decide(version, Decision.WITHDRAWN, reason=reason, decider_id=decider_id, now=now)
        _note("withdraw", version, person_id=decider_id, now=now)
        return version


def end(*, version_id: UUID, reason: str, decider_id: int, now: datetime) -> ProgrammeVersion:
    """End the version in force from now on; nobody applies for it any more.

    Raises:
        ProgrammeVersionNotFound: there is none.
        UnableToEndProgramme: it is not in force, or no reason is given.
    """
    _refuse_silence(reason)
    with transaction():
        version = version_by_id(version_id=version_id)
        lock_programme(version.code)
        ended = ProgrammeTerm.objects.filter(
            version=version, ends_at__isnull=True, starts_at__lt=now
        ).update(ends_at=now, ended_by_id=decider_id, ended_because=reason.strip())
        if ended != 1:
            message = f"Version {version.number} of {version.code} is not in force."
            raise UnableToEndProgramme(message)
        _note("end", version, person_id=decider_id, now=now)
        return version


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        message = "Say why: firms that count on the programme read it."
        raise UnableToEndProgramme(message)


@transaction_required
def _proposed(version_id: UUID) -> ProgrammeVersion:
    """Return a version that nobody has decided; its programme is locked, so nobody does meanwhile.

    What was decided is read behind the lock.
    """
    version = version_by_id(version_id=version_id)
    lock_programme(version.code)
    if ProgrammeVersionDecision.objects.filter(pk=version.pk).exists():
        raise _decided(version)
    return version


def _decided(version: ProgrammeVersion) -> ProgrammeVersionDecided:
    message = f"Version {version.number} of {version.code} was decided already: look again."
    return ProgrammeVersionDecided(message)


def _refuse_unready(version: ProgrammeVersion) -> None:
    if version.evaluator not in EVALUATORS:
        message = f"There is no evaluator {version.evaluator} any more: propose it again."
        raise UnableToActivate(message)
    found = obstacles(document_of(version))
    if found.any:
        needed = [{"path": part.path, "text": part.unset} for part in found.unset]
        raise UnableToActivate(found.sentence(), details={"needed": needed})


@transaction_required
def _end_the_one_in_force(version: ProgrammeVersion, *, decider_id: int, now: datetime) -> None:
    ProgrammeTerm.objects.filter(code=version.code, ends_at__isnull=True).update(
        ends_at=now, ended_by_id=decider_id, ended_because=f"version {version.number} follows"
    )


@transaction_required
def _decide(
    version: ProgrammeVersion, decision: Decision, *, reason: str, decider_id: int, now: datetime
) -> None:
    with constraint_errors({"programmes_version_decision_pkey": _decided(version)}):
        ProgrammeVersionDecision.objects.create(
            version=version,
            maker_id=version.maker_id,
            decision=decision,
            decider_id=decider_id,
            reason=reason.strip(),
            decided_at=now,
        )


@transaction_required
def _note(verb: str, version: ProgrammeVersion, *, person_id: int, now: datetime) -> None:
    audit.record(
        action=f"programmes.{verb}",
        object_type="programme_version",
        object_id=str(version.public_id),
        actor=Actor.user(person_id),
        now=now,
        detail={
            "programme": version.code,
            "number": version.number,
            "document": version.sha256,
            "assumptions": len(assumptions_of(document_of(version))),
        },
    )
