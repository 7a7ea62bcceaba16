"""What reviewers do: take a version up, decide on it, and suspend or delist what was listed.

Who decides did not hand the version in, and is not, nor within a year was, a member of the seller.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.queries import was_member_since
from accounts.verification.locks import lock_person
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.states import StaleState
from kernel.transactions import transaction, transaction_required
from marketplace.listings.certifying import issue_certificate
from marketplace.listings.locks import lock_certificate_numbers, lock_version
from marketplace.listings.models import (
    AlgorithmVersion,
    ListingDecision,
    ListingSubmission,
    StandingChange,
)
from marketplace.listings.noting import note
from marketplace.listings.queries import reviewed_version
from marketplace.listings.states import (
    REGISTERED,
    STATE_AFTER,
    CheckItem,
    ListingState,
    Outcome,
)
from marketplace.listings.submitting import move

MEMBERSHIP_LOOK_BACK: Final = timedelta(days=365)
REASON_LENGTH_MAX: Final = 2_000


class ReviewerInvolved(DomainError):
    """The reviewer handed the version in, or belongs to its seller."""

    code = "reviewer_involved"


class UnableToDecideListing(DomainError):
    """The checklist does not bear the outcome, or a refusal does not say why."""

    code = "unable_to_decide_listing"


def take_up(*, version_id: UUID, officer_id: int, now: datetime) -> None:
    """Begin the review of a version: from now on its seller does not take it back.

    Raises:
        VersionNotFound: there is none.
        ReviewerInvolved: another reviewer takes it up.
        IllegalTransition: it does not wait for a reviewer.
    """
    with transaction():
        version, _ = _locked(version_id, officer_id=officer_id, now=now)
        move(version, to=ListingState.IN_REVIEW, due_on=version.due_on)
        _note("take_up", version, officer_id=officer_id, now=now)


def decide_listing(
    *,
    version_id: UUID,
    round_number: int,
    outcome: Outcome,
    checklist: Mapping[CheckItem, bool],
    reason: str,
    officer_id: int,
    now: datetime,
) -> ListingDecision:
    """Decide the round that was looked at; an approval lists it and issues its certificate.

    Raises:
        VersionNotFound: there is none.
        ReviewerInvolved: the reviewer has to do with it.
        StaleState: another round was handed in, or it was decided meanwhile.
        IllegalTransition: nobody took it up.
        UnableToDecideListing: an item is not answered, an approval has one that failed, or a
            refusal does not say why.
    """
    said = reason.strip()
    _refuse_unfounded(outcome, checklist=checklist, reason=said)
    own = ReviewerInvolved("Whoever handed a version in does not decide on it.")
    with transaction(), constraint_errors({"decision_four_eyes": own}):
        if outcome is Outcome.APPROVED:
            lock_certificate_numbers()
        version, submission = _locked(version_id, officer_id=officer_id, now=now)
        if submission.round != round_number:
            message = f"Round {submission.round} was handed in meanwhile: look at it."
            raise StaleState(message, details={"round": submission.round})
        move(version, to=STATE_AFTER[outcome])
        made = ListingDecision.objects.create(
            submission=submission,
            submitted_by_id=submission.submitted_by_id,
            outcome=outcome,
            checklist={str(item): checklist[item] for item in CheckItem},
            reason=said,
            decided_by_id=officer_id,
            decided_at=now,
        )
        if outcome is Outcome.APPROVED:
            issue_certificate(decision=made, version=version, now=now)
        detail = {
            "round": submission.round,
            "outcome": str(outcome),
            "snapshot_sha256": submission.snapshot_sha256,
            "failed": sorted(str(item) for item in CheckItem if not checklist[item]),
        }
        _note("decide", version, officer_id=officer_id, now=now, detail=detail)
    return made


def _refuse_unfounded(
    outcome: Outcome, *, checklist: Mapping[CheckItem, bool], reason: str
) -> None:
    missing = sorted(str(item) for item in CheckItem if item not in checklist)
    if missing:
        message = f"Answer every item of the checklist; these are open: {', '.join(missing)}."
        raise UnableToDecideListing(message, details={"missing": missing})
    failed = sorted(str(item) for item in CheckItem if not checklist[item])
    if outcome is Outcome.APPROVED and failed:
        message = f"These items failed: {', '.join(failed)}. Ask for rectification, or reject."
        raise UnableToDecideListing(message, details={"failed": failed})
    if outcome is not Outcome.APPROVED and not reason:
        raise UnableToDecideListing("Say why, so that the seller knows what to mend.")


def change_standing(
    *, version_id: UUID, to: ListingState, reason: str, officer_id: int, now: datetime
) -> StandingChange:
    """Suspend a listing, put it back or take it off; everybody reads the reason.

    Raises:
        VersionNotFound: there is none.
        ReviewerInvolved: the officer belongs to the seller.
        UnableToDecideListing: no reason is given, or it was never listed.
        IllegalTransition: it stands so already, or was taken off for good.
    """
    if not reason.strip():
        raise UnableToDecideListing("Say why: whoever holds a licence reads it.")
    with transaction():
        version, _ = _locked(version_id, officer_id=officer_id, now=now)
        before = ListingState(version.state)
        if before not in REGISTERED:
            message = f"The version is {before}: only what was listed is suspended or taken off."
            raise UnableToDecideListing(message, details={"state": str(before)})
        move(version, to=to)
        made = StandingChange.objects.create(
            version=version,
            from_state=before,
            to_state=to,
            reason=reason.strip(),
            changed_by_id=officer_id,
            changed_at=now,
        )
        detail = {"from": str(before), "to": str(to)}
        _note("change_standing", version, officer_id=officer_id, now=now, detail=detail)
    return made


@transaction_required
def _locked(
    version_id: UUID, *, officer_id: int, now: datetime
) -> tuple[AlgorithmVersion, ListingSubmission]:
    """Lock the reviewer and the version, and return it with its newest round.

    The person is locked so that nobody makes him a member of the seller meanwhile.
    """
    lock_person(officer_id)
    found = reviewed_version(public_id=version_id)
    version = lock_version(found.pk) or found
    _refuse_involved(version, officer_id=officer_id, now=now)
    return version, version.submissions.latest("round")


def _refuse_involved(version: AlgorithmVersion, *, officer_id: int, now: datetime) -> None:
    since = now - MEMBERSHIP_LOOK_BACK
    seller_id = version.algorithm.seller_id
    is_member = was_member_since(user_id=officer_id, organisation_id=seller_id, since=since)
    if is_member or version.submissions.filter(submitted_by_id=officer_id).exists():
        message = (
            "You handed this version in, or are or within the last year were a member of its "
            "seller: another reviewer decides."
        )
        raise ReviewerInvolved(message)


@transaction_required
def _note(
    verb: str,
    version: AlgorithmVersion,
    *,
    officer_id: int,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    note(
        verb,
        version,
        seller_id=version.algorithm.seller_id,
        actor=Actor.user(officer_id),
        now=now,
        detail=detail,
    )
