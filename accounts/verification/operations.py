"""Every write to a case by its organisation; papers, payments and decisions are rooms below."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import VerificationSubmitted
from accounts.locks import lock_organisation
from accounts.models import (
    Organisation,
    RelatedParty,
    Verification,
    VerificationSubmission,
)
from accounts.sandboxes.rights import refuse_in_sandbox
from accounts.uscc import check_uscc
from accounts.verification.cases import lacks_of, snapshot_of
from accounts.verification.deadlines import review_deadline
from accounts.verification.editing import (
    ChangedMeanwhile,
    VerificationLocked,
    editable,
    editable_as_seen,
    record,
)
from accounts.verification.kinds import Declaration, Industry, Relation, Step
from accounts.verification.locks import lock_open_case
from accounts.verification.queries import VerificationNotFound, case_by_id
from accounts.verification.states import CASES, FINAL, VerificationState
from kernel.audit import Actor
from kernel.canonical import canonical_hash
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction

__all__ = [
    "ChangedMeanwhile",
    "UnableToRelate",
    "UnableToSubmit",
    "UsccHeld",
    "VerificationLocked",
    "VerificationNotFound",
    "add_related_party",
    "declare",
    "remove_related_party",
    "save_identity",
    "save_size",
    "start",
    "submit",
    "withdraw",
]


class UsccHeld(DomainError):
    """Another organisation has this credit code; which one is not told."""

    code = "uscc_held"


class UnableToRelate(DomainError):
    """The organisation is the asker itself, or was named with this relation already."""

    code = "unable_to_relate"


class UnableToSubmit(DomainError):
    """Something is missing; `details` name it by step."""

    code = "unable_to_submit"


def start(*, organisation_id: int, user_id: int, now: datetime) -> Verification:
    """Open a case, filled with what the last one said; an open one is returned as it is.

    Papers and the proof of the account are asked for anew.

    Raises:
        NotInASandbox: a sandbox is nobody who could be verified.
    """
    refuse_in_sandbox(organisation_id=organisation_id)
    with transaction():
        organisation = lock_organisation(organisation_id)
        if organisation is None:
            raise VerificationNotFound("There is no such organisation.")
        found = lock_open_case(organisation_id)
        if found is not None:
            return found
        made = Verification.objects.create(
            organisation_id=organisation_id,
            state=VerificationState.DRAFT,
            created_at=now,
            created_by_id=user_id,
            **_filled(organisation),
        )
        record("start", made, actor=Actor.user(user_id), now=now)
    return made


def _filled(organisation: Organisation) -> dict[str, Any]:
    """Return what a new case begins with."""
    last = Verification.objects.filter(organisation=organisation, state__in=FINAL)
    previous = last.order_by("-id").first()
    if previous is None:
        return {"uscc": organisation.uscc or "", "registered_name": organisation.name}
    return {
        "uscc": previous.uscc,
        "registered_name": previous.registered_name,
        "industry": previous.industry,
    }


def save_identity(
    *,
    organisation_id: int,
    uscc: str,
    registered_name: str,
    seen: str,
    user_id: int,
    now: datetime,
) -> None:
    """Save the first step.

    Raises:
        MalformedUscc: the credit code fails GB 32100-2015.
        UsccHeld: another organisation has it.
        VerificationNotFound, VerificationLocked, ChangedMeanwhile: see `editing`.
    """
    code = check_uscc(uscc)
    with transaction():
        row, _ = editable_as_seen(
            organisation_id=organisation_id, step=Step.IDENTITY, seen=seen, now=now
        )
        if Organisation.objects.filter(uscc=code).exclude(id=organisation_id).exists():
            raise UsccHeld("This credit code is registered here: ask us if it is yours.")
        row.uscc, row.registered_name = code, " ".join(registered_name.split())
        row.save(update_fields=["uscc", "registered_name"])
        _saved(row, Step.IDENTITY, user_id=user_id, now=now)


def save_size(
    *,
    organisation_id: int,
    industry: Industry,
    employees: int | None,
    revenue_yuan: int | None,
    assets_yuan: int | None,
    year: int,
    seen: str,
    user_id: int,
    now: datetime,
) -> None:
    """Save the second step; what the industry does not ask for may be None.

    Raises:
        VerificationNotFound, VerificationLocked, ChangedMeanwhile: see `editing`.
    """
    with transaction():
        row, _ = editable_as_seen(
            organisation_id=organisation_id, step=Step.SIZE, seen=seen, now=now
        )
        row.industry, row.employees = industry, employees
        row.revenue_yuan, row.assets_yuan, row.figures_year = revenue_yuan, assets_yuan, year
        row.save(
            update_fields=["industry", "employees", "revenue_yuan", "assets_yuan", "figures_year"]
        )
        _saved(row, Step.SIZE, user_id=user_id, now=now)


def declare(
    *, organisation_id: int, declaration: Declaration, seen: str, user_id: int, now: datetime
) -> None:
    """Say that there are related organisations, or that there is none.

    Raises:
        UnableToRelate: "none", while some are named.
        VerificationNotFound, VerificationLocked, ChangedMeanwhile: see `editing`.
    """
    with transaction():
        row, case = editable_as_seen(
            organisation_id=organisation_id, step=Step.RELATIONS, seen=seen, now=now
        )
        if declaration == Declaration.NONE and case.related:
            raise UnableToRelate("Take the named organisations away first.")
        row.declaration = declaration
        row.save(update_fields=["declaration"])
        _saved(row, Step.RELATIONS, user_id=user_id, now=now)


def add_related_party(
    *,
    organisation_id: int,
    uscc: str,
    registered_name: str,
    relation: Relation,
    user_id: int,
    now: datetime,
) -> None:
    """Name a related organisation, which also says that there is one.

    Raises:
        MalformedUscc: its credit code fails GB 32100-2015.
        UnableToRelate: it is the asker itself, or is named with this relation already.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    code = check_uscc(uscc)
    again = UnableToRelate("This organisation is named with this relation already.")
    with transaction(), constraint_errors({"accounts_related_party_once": again}):
        row = editable(organisation_id=organisation_id)
        if code == row.uscc:
            raise UnableToRelate("This is the organisation itself.")
        RelatedParty.objects.create(
            verification=row,
            uscc=code,
            registered_name=" ".join(registered_name.split()),
            relation=relation,
        )
        row.declaration = Declaration.NAMED
        row.save(update_fields=["declaration"])
        _saved(row, Step.RELATIONS, user_id=user_id, now=now)


def remove_related_party(
    *, organisation_id: int, party_id: UUID, user_id: int, now: datetime
) -> None:
    """Take a named organisation away; after the last one nothing is declared.

    Raises:
        VerificationNotFound: the open case does not name it.
        VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        deleted, _ = row.related_parties.filter(public_id=party_id).delete()
        if not deleted:
            raise VerificationNotFound("The case does not name this organisation.")
        if not row.related_parties.exists():
            row.declaration = Declaration.NOT_MADE
            row.save(update_fields=["declaration"])
        _saved(row, Step.RELATIONS, user_id=user_id, now=now)


def submit(*, organisation_id: int, user_id: int, now: datetime) -> VerificationSubmission:
    """Freeze what the case says and hand it to the officers.

    Raises:
        UnableToSubmit: something is missing.
        UsccHeld: another organisation has got the credit code meanwhile.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        case = case_by_id(verification_id=row.pk, now=now)
        lacks = lacks_of(case)
        if lacks:
            details = {"lacks": [lack.code for lack in lacks]}
            raise UnableToSubmit("The case is not complete.", details=details)
        if Organisation.objects.filter(uscc=row.uscc).exclude(id=organisation_id).exists():
            raise UsccHeld("This credit code is registered here: ask us if it is yours.")
        snapshot, due = snapshot_of(case), review_deadline(submitted_at=now)
        made = VerificationSubmission.objects.create(
            verification=row,
            number=row.submissions.count() + 1,
            snapshot=snapshot,
            snapshot_hash=canonical_hash(snapshot),
            submitted_by_id=user_id,
            submitted_at=now,
            due_on=due.day,
        )
        CASES.compare_and_set(
            Verification.objects.filter(id=row.pk),
            from_=VerificationState(row.state),
            to=VerificationState.SUBMITTED,
            also={"submitted_at": now, "due_on": due.day},
        )
        detail = {"number": made.number, "snapshot_hash": made.snapshot_hash.hex()}
        record("submit", row, actor=Actor.user(user_id), detail=detail, now=now)
        told = VerificationSubmitted(
            case=row.public_id, submission=made.number, due_on=due.day.isoformat()
        )
        emit(told, organisation_id=organisation_id, now=now)
    return made


def withdraw(*, organisation_id: int, user_id: int, now: datetime) -> None:
    """Take a case back before it was decided, to change it.

    Raises:
        VerificationNotFound: no case of the organisation is open.
        IllegalTransition: it is not with the officers.
    """
    with transaction():
        row = lock_open_case(organisation_id)
        if row is None:
            raise VerificationNotFound("No case is open.")
        CASES.compare_and_set(
            Verification.objects.filter(id=row.pk),
            from_=VerificationState(row.state),
            to=VerificationState.WITHDRAWN,
            also={"due_on": None},
        )
        record("withdraw", row, actor=Actor.user(user_id), now=now)


def _saved(row: Verification, step: Step, *, user_id: int, now: datetime) -> None:
    record("save", row, actor=Actor.user(user_id), detail={"step": str(step)}, now=now)
