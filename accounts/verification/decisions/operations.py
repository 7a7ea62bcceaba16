"""What an officer decides on a submission: approve, return for rectification, reject.

Four eyes: who decides did not submit it, did not pay the amount that proves the account, and is
not, nor within a year was, a member of the organisation.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import (
    Event,
    VerificationApproved,
    VerificationRefused,
    VerificationReturned,
)
from accounts.locks import lock_organisation
from accounts.models import (
    Organisation,
    Verification,
    VerificationDecision,
    VerificationSubmission,
)
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.queries import was_member_since
from accounts.verification.deadlines import local_day, term_end
from accounts.verification.editing import record
from accounts.verification.kinds import Outcome, Step
from accounts.verification.locks import lock_case, lock_person
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import (
    CASES,
    STATE_AFTER,
    PaymentState,
    VerificationState,
)
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.states import StaleState
from kernel.transactions import transaction

MEMBERSHIP_LOOK_BACK: Final = timedelta(days=365)
REASON_LENGTH_MAX: Final = 1000


class FourEyesMissing(DomainError):
    """Who decides has to do with the case himself."""

    code = "four_eyes_missing"


class UnableToDecide(DomainError):
    """A refusal says why; an approval has nothing to mend."""

    code = "unable_to_decide"


class UsccTaken(DomainError):
    """Another organisation got this credit code meanwhile."""

    code = "uscc_taken"


def decide(
    *,
    verification_id: UUID,
    submission_number: int,
    outcome: Outcome,
    reason: str,
    step_reasons: Mapping[Step, str],
    user_id: int,
    now: datetime,
) -> VerificationDecision:
    """Decide the submission that was looked at; approving writes it to the organisation.

    Raises:
        VerificationNotFound: there is no such submission.
        StaleState: it was decided or taken back meanwhile.
        UnableToDecide: returned or rejected without a reason, or approved with one to mend.
        FourEyesMissing: the officer has to do with the case.
        UsccTaken: another organisation has the credit code.
    """
    said = {str(step): text.strip() for step, text in step_reasons.items() if text.strip()}
    _refuse_unreasoned(outcome, reason=reason.strip(), said=said)
    taken = UsccTaken("Another organisation has this credit code: return or reject the case.")
    with transaction(), constraint_errors({"accounts_organisation_uscc_key": taken}):
        row, submission = _locked(verification_id, submission_number, user_id=user_id)
        _refuse_partial(row, submission, user_id=user_id, now=now)
        CASES.compare_and_set(
            Verification.objects.filter(id=row.pk),
            from_=VerificationState.SUBMITTED,
            to=STATE_AFTER[outcome],
            also={"due_on": None},
        )
        made = VerificationDecision.objects.create(
            submission=submission,
            outcome=outcome,
            reason=reason.strip(),
            step_reasons=said,
            submitted_by_id=submission.submitted_by_id,
            decided_by_id=user_id,
            decided_at=now,
        )
        if outcome == Outcome.APPROVED:
            _write_to_organisation(row, submission, now=now)
        event = _event(row, submission, outcome=outcome, now=now)
        emit(event, organisation_id=row.organisation_id, now=now)
        detail = {
            "outcome": str(outcome),
            "number": submission.number,
            "snapshot_hash": bytes(submission.snapshot_hash).hex(),
            "steps": sorted(said),
        }
        record("decide", row, actor=Actor.user(user_id), detail=detail, now=now)
        notify(
            kind=Kind.VERIFICATION_DECIDED,
            about={"outcome": str(outcome)},
            subject=f"submission:{submission.pk}",
            organisation_id=row.organisation_id,
            now=now,
        )
    return made


def _event(
    row: Verification, submission: VerificationSubmission, *, outcome: Outcome, now: datetime
) -> Event:
    about: dict[str, Any] = {"case": row.public_id, "submission": submission.number}
    if outcome == Outcome.APPROVED:
        ends_on = local_day(term_end(verified_at=now))
        return VerificationApproved(**about, ends_on=ends_on.isoformat())
    if outcome == Outcome.RETURNED:
        return VerificationReturned(**about)
    return VerificationRefused(**about)


def _refuse_unreasoned(outcome: Outcome, *, reason: str, said: dict[str, str]) -> None:
    if outcome == Outcome.APPROVED and said:
        raise UnableToDecide("An approval has nothing to mend: return the case instead.")
    if outcome != Outcome.APPROVED and not (reason or said):
        raise UnableToDecide("Say why, so that the organisation knows what to mend.")


def _locked(
    verification_id: UUID, number: int, *, user_id: int
) -> tuple[Verification, VerificationSubmission]:
    lock_person(user_id)
    rows = Verification.objects.filter(public_id=verification_id, submitted_at__isnull=False)
    found = rows.values_list("id", "organisation_id").first()
    if found is None:
        raise VerificationNotFound("There is no such case.")
    lock_organisation(found[1])
    row = lock_case(found[0])
    newest = VerificationSubmission.objects.filter(verification_id=found[0]).order_by("-number")
    submission = newest.first()
    if row is None or submission is None:
        raise VerificationNotFound("There is no such case.")
    if submission.number != number or row.state != VerificationState.SUBMITTED:
        raise StaleState("The case was decided or taken back meanwhile: look at it again.")
    return row, submission


def _refuse_partial(
    row: Verification, submission: VerificationSubmission, *, user_id: int, now: datetime
) -> None:
    """Refuse an officer who submitted, paid, or belongs to the organisation."""
    paid = row.payments.filter(state=PaymentState.CONFIRMED, sent_by_id=user_id)
    since = now - MEMBERSHIP_LOOK_BACK
    if (
        submission.submitted_by_id == user_id
        or paid.exists()
        or was_member_since(user_id=user_id, organisation_id=row.organisation_id, since=since)
    ):
        message = (
            "You submitted this case, made its payment, or are or within the last year were a "
            "member of the organisation: another officer decides."
        )
        raise FourEyesMissing(message)


def _write_to_organisation(
    row: Verification, submission: VerificationSubmission, *, now: datetime
) -> None:
    """Let what was frozen become what the organisation is."""
    said = submission.snapshot
    Organisation.objects.filter(id=row.organisation_id).update(
        uscc=said["uscc"],
        name=said["registered_name"],
        size_class=said["size"]["size_class"] if said["size"] else None,
        verified_at=now,
        verified_until=term_end(verified_at=now),
    )
