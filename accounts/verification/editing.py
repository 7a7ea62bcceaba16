"""What every change of a draft has in common: locked, still editable, and seen as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Verification
from accounts.verification.cases import Case, fingerprint
from accounts.verification.kinds import Step
from accounts.verification.locks import lock_open_case
from accounts.verification.queries import VerificationNotFound, case_by_id
from accounts.verification.states import EDITABLE
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction_required


class VerificationLocked(DomainError):
    """The case is with the officers, or decided: it cannot be changed now."""

    code = "verification_locked"


class ChangedMeanwhile(DomainError):
    """Somebody saved this step after it was shown: look at what stands there now."""

    code = "changed_meanwhile"


@transaction_required
def editable(*, organisation_id: int) -> Verification:
    """Lock the organisation's case for a change.

    Raises:
        VerificationNotFound: it has no open case.
        VerificationLocked: the case is with the officers.
    """
    row = lock_open_case(organisation_id)
    if row is None:
        raise VerificationNotFound("Begin a verification first.")
    if row.state not in EDITABLE:
        raise VerificationLocked("The case is with the officers: take it back to change it.")
    return row


@transaction_required
def editable_as_seen(
    *, organisation_id: int, step: Step, seen: str, now: datetime
) -> tuple[Verification, Case]:
    """Lock the case for a change of a step that looked like `seen` when it was shown.

    Raises:
        VerificationNotFound: there is no open case.
        VerificationLocked: the case is with the officers.
        ChangedMeanwhile: the step holds something else by now.
    """
    row = editable(organisation_id=organisation_id)
    case = case_by_id(verification_id=row.pk, now=now)
    if fingerprint(case, step) != seen:
        raise ChangedMeanwhile("This step was saved elsewhere: look at it and save again.")
    return row, case


@transaction_required
def record(
    action: str,
    row: Verification,
    *,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down who did what to a case, by reference."""
    audit.record(
        action=f"verification.{action}",
        object_type="verification",
        object_id=row.pk,
        actor=actor,
        organisation_id=row.organisation_id,
        detail=detail,
        now=now,
    )
