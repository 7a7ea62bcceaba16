"""A small panel of peers (小同行评议) is drawn, scores blind, and is made whole again."""

import hashlib
import secrets
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from accounts.notifications.kinds import Kind
from accounts.permissions import Staff
from accounts.queries import staff_of, was_member_since
from compute_billing.applications.hands import lend_hand
from compute_billing.applications.locks import lock_application, lock_review
from compute_billing.applications.models import Application
from compute_billing.applications.noting import move, note, tell_staff
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.review_models import Panel, Review, ScoreRule, Track
from compute_billing.applications.states import ApplicationState
from compute_billing.applications.terms import (
    CONFLICT_LOOK_BACK,
    FAST_TRACK,
    OFFICER_WORKING_DAYS,
    REVIEW_WORKING_DAYS,
    due,
)
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

SIZE: Final = 3
SCORE_MAX: Final = 100


class UnableToConvene(DomainError):
    """Too few reviewers are without a conflict of interest, or the fast track has no reason."""

    code = "unable_to_convene"


class UnableToReview(DomainError):
    """The reviewer has answered, was replaced, is too late, or the score is out of range."""

    code = "unable_to_review"


@transaction_if_not_already()
def convene(
    *,
    application_id: UUID,
    officer_id: int,
    now: datetime,
    track: Track = Track.ORDINARY,
    track_reason: str = "",
    size: int = SIZE,
    rule: ScoreRule = ScoreRule.MEDIAN,
) -> Panel:
    """Take up a submitted or appealed application and draw its panel.

    Who may review is ordered by a hash of a fresh seed and his number, so that a draw can be
    repeated by whoever has the seed; the first `size` are asked.

    Raises:
        ApplicationNotFound: there is none.
        UnableToConvene: it is neither submitted nor appealed, too few may review, or the two
            hours are asked for without a reason.
        HandInBothInstances: the officer had a hand in the first instance.
    """
    if track == Track.TWO_HOURS and not track_reason.strip():
        raise UnableToConvene("Say why this application is decided within two hours.")
    application = _locked(application_id)
    if application.state not in (ApplicationState.SUBMITTED, ApplicationState.APPEALED):
        message = f"The application is {application.state}: a panel is convened for a new one."
        raise UnableToConvene(message)
    lend_hand(application, person_id=officer_id)
    seed = secrets.token_hex(32)
    panel = Panel.objects.create(
        application=application,
        instance=application.instance,
        track=track,
        track_reason=track_reason.strip(),
        rule=rule,
        size=size,
        seed=seed,
        officer_id=officer_id,
        convened_at=now,
    )
    until = _due(track, now=now)
    move(
        application,
        ApplicationState.UNDER_REVIEW,
        action="convene",
        actor=Actor.user(officer_id),
        now=now,
        due_at=until,
        detail={"track": str(track), "size": size, "rule": str(rule), "seed": seed},
    )
    drawn = candidates(panel, now=now)[:size]
    if len(drawn) < size:
        message = (
            f"{len(drawn)} reviewers are without a conflict of interest, {size} are needed: "
            "appoint more, or convene a smaller panel."
        )
        raise UnableToConvene(message, details={"found": len(drawn), "needed": size})
    for person_id in drawn:
        _ask(panel, person_id, due_at=until, now=now)
    return panel


def _due(track: str, *, now: datetime) -> datetime:
    if track == Track.TWO_HOURS:
        return now + FAST_TRACK
    return due(now=now, working_days=REVIEW_WORKING_DAYS)


def candidates(panel: Panel, *, now: datetime) -> list[int]:
    """Return who may still be asked for a panel, in the order of its draw.

    Nobody reviews his own case, that of a firm or provider that he belonged to within a year,
    or one that he had a hand in before.
    """
    application = panel.application
    taken = set(
        Review.objects.filter(panel__application=application).values_list("reviewer_id", flat=True)
    ) | set(application.hands.values_list("person_id", flat=True))
    free = [
        person_id
        for person_id in staff_of(role=Staff.SUBSIDY_REVIEWER)
        if person_id not in taken and not has_conflict(application, person_id, now=now)
    ]
    return sorted(free, key=lambda person_id: _lot(panel.seed, person_id))


def _lot(seed: str, person_id: int) -> str:
    return hashlib.sha256(f"{seed}:{person_id}".encode()).hexdigest()


def has_conflict(application: Application, person_id: int, *, now: datetime) -> bool:
    """Say whether a person is, or within a year was, on the firm's or the provider's side."""
    since = now - CONFLICT_LOOK_BACK
    return any(
        was_member_since(user_id=person_id, organisation_id=party, since=since)
        for party in (application.tenant_id, application.provider_id)
    )


@transaction_required
def _ask(panel: Panel, person_id: int, *, due_at: datetime, now: datetime) -> Review:
    review = Review.objects.create(
        panel=panel,
        officer_id=panel.officer_id,
        reviewer_id=person_id,
        asked_at=now,
        due_at=due_at,
    )
    tell_staff(
        panel.application,
        kind=Kind.APPLICATION_WAITS,
        user_ids=[person_id],
        subject=f"review:{review.public_id}",
        now=now,
    )
    return review


@transaction_if_not_already()
def score(*, review_id: UUID, reviewer_id: int, score: int, words: str, now: datetime) -> Review:
    """Score an application, once and blind; the last score closes the panel.

    Raises:
        ApplicationNotFound: the person is asked for no such review.
        UnableToReview: it was answered, its term is over, or the score is not 0 to 100.
    """
    if not 0 <= score <= SCORE_MAX:
        message = f"A score is a whole number from 0 to {SCORE_MAX}, not {score}."
        raise UnableToReview(message, details={"field": "score"})
    if not words.strip():
        raise UnableToReview("Say what the score rests on.", details={"field": "words"})
    review = _own_open(review_id, reviewer_id, now=now)
    _answer(review, Review.State.SCORED, score=score, words=words, now=now)
    _close_when_whole(review.panel, now=now)
    return review


@transaction_if_not_already()
def decline(*, review_id: UUID, reviewer_id: int, words: str, now: datetime) -> Review:
    """Decline for a conflict of interest that nobody could know; another is drawn at once.

    Raises:
        ApplicationNotFound: the person is asked for no such review.
        UnableToReview: it was answered, its term is over, or no reason is given.
    """
    if not words.strip():
        raise UnableToReview("Say why somebody else should review.", details={"field": "words"})
    review = _own_open(review_id, reviewer_id, now=now)
    _answer(review, Review.State.DECLINED, score=None, words=words, now=now)
    replace(review.panel, now=now)
    return review


@transaction_required
def _own_open(review_id: UUID, reviewer_id: int, *, now: datetime) -> Review:
    review = lock_review(review_id)
    if review is None or review.reviewer_id != reviewer_id:
        raise ApplicationNotFound("There is no such review.")
    application = review.panel.application
    if (
        review.state != Review.State.ASKED
        or application.state != ApplicationState.UNDER_REVIEW
        or now >= review.due_at
    ):
        raise UnableToReview("This review is over: it was answered, replaced, or its term ended.")
    if has_conflict(application, reviewer_id, now=now):
        raise UnableToReview("You joined one of the parties: decline this review.")
    return review


@transaction_required
def _answer(
    review: Review, state: Review.State, *, score: int | None, words: str, now: datetime
) -> None:
    Review.objects.filter(pk=review.pk).update(
        state=state, score=score, words=words.strip(), answered_at=now
    )
    review.refresh_from_db()
    detail = {"review": str(review.public_id), "answer": str(state)}
    note(
        "review",
        review.panel.application,
        actor=Actor.user(review.reviewer_id),
        now=now,
        detail=detail,
    )


@transaction_required
def replace(panel: Panel, *, now: datetime) -> Review | None:
    """Draw one more reviewer for a panel; with nobody left it goes on with who is in."""
    found = candidates(panel, now=now)
    if found:
        until = _due(panel.track, now=now)
        Application.objects.filter(pk=panel.application_id).update(due_at=until)
        return _ask(panel, found[0], due_at=until, now=now)
    _close_when_whole(panel, now=now)
    return None


@transaction_required
def _close_when_whole(panel: Panel, *, now: datetime) -> None:
    """Close a panel of which nobody is asked any more, once somebody has scored."""
    reviews = list(panel.reviews.all())
    scores = [review.score for review in reviews if review.score is not None]
    if any(review.state == Review.State.ASKED for review in reviews) or not scores:
        return
    total = joined(scores, rule=ScoreRule(panel.rule))
    Panel.objects.filter(pk=panel.pk).update(score=total, closed_at=now)
    application = panel.application
    Application.objects.filter(pk=application.pk).update(
        due_at=due(now=now, working_days=OFFICER_WORKING_DAYS)
    )
    application.refresh_from_db()
    note(
        "close_panel",
        application,
        actor=Actor.system(),
        now=now,
        detail={"score": total, "scores": len(scores)},
    )
    tell_staff(
        application,
        kind=Kind.APPLICATION_WAITS,
        user_ids=[panel.officer_id],
        subject=f"panel:{panel.public_id}",
        now=now,
    )


def joined(scores: list[int], *, rule: ScoreRule) -> int:
    """Return one whole score of several: their median or average, rounded down."""
    ordered = sorted(scores)
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    counted = middle if rule == ScoreRule.MEDIAN else ordered
    return int(Fraction(sum(counted), len(counted)))


def replace_silent(*, now: datetime, limit: int = 100) -> int:
    """Replace reviewers who did not answer in time, each in a transaction; return how many."""
    over = Review.objects.filter(state=Review.State.ASKED, due_at__lte=now)
    waiting = over.filter(panel__application__state=ApplicationState.UNDER_REVIEW)
    found = list(waiting.order_by("due_at", "pk").values_list("public_id", flat=True)[:limit])
    return sum(_replace_one(review_id, now=now) for review_id in found)


@transaction
def _replace_one(review_id: UUID, *, now: datetime) -> bool:
    review = lock_review(review_id)
    if review is None or review.state != Review.State.ASKED or review.due_at > now:
        return False
    _silence(review, now=now)
    replace(review.panel, now=now)
    return True


@transaction_required
def _silence(review: Review, *, now: datetime) -> None:
    Review.objects.filter(pk=review.pk).update(state=Review.State.SILENT, answered_at=now)
    note(
        "replace_reviewer",
        review.panel.application,
        actor=Actor.system(),
        now=now,
        detail={"review": str(review.public_id), "asked_for": str(now - review.asked_at)},
    )


@transaction_required
def _locked(application_id: UUID) -> Application:
    application = lock_application(application_id)
    if application is None:
        raise ApplicationNotFound("There is no such application.")
    return application
