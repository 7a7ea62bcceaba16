"""Listings under review, for reviewers alone: taken up, decided, suspended and taken off."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, said
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.queries import answerable
from accounts.permissions import Rule, Staff
from kernel.clock import utc_now
from marketplace.api.shapes import (
    REVIEW_OUTCOMES,
    STANDINGS,
    STATES,
    AlgorithmVersionShown,
    version_told,
)
from marketplace.listings import operations, queries
from marketplace.listings.states import CheckItem, ListingState, Outcome

READERS: Final = Rule(allowed_staff_roles={Staff.LISTING_REVIEWER, Staff.AUDITOR})
# By no key: a review is a person's, with a second factor.
REVIEWERS: Final = Rule(allowed_staff_roles={Staff.LISTING_REVIEWER})
UNSAID: Final = {(422, PROBLEM): problem("invalid_request")}


class ReviewQuestion(PageQuestion):
    """Which versions; without a state those that wait."""

    state = serializers.ChoiceField(
        [state for state in STATES if state != ListingState.DRAFT], required=False
    )


class ChecklistBody(serializers.Serializer[Any]):
    """What the reviewer looked at, item by item."""

    ownership = serializers.BooleanField()
    proof_numbers = serializers.BooleanField()
    training_data = serializers.BooleanField()
    lineage = serializers.BooleanField()
    limits_told = serializers.BooleanField()
    no_filing_as_praise = serializers.BooleanField()


class ListingDecisionBody(serializers.Serializer[Any]):
    """A decision on the round that was looked at."""

    round = serializers.IntegerField(min_value=1, max_value=10_000)
    outcome = serializers.ChoiceField(REVIEW_OUTCOMES)
    checklist = ChecklistBody()
    reason = serializers.CharField(
        max_length=operations.REASON_LENGTH_MAX,
        default="",
        allow_blank=True,
        help_text="The seller reads it; needed unless it is approved.",
    )


class StandingBody(serializers.Serializer[Any]):
    """Where a listing shall stand, and why; everybody reads it."""

    state = serializers.ChoiceField(STANDINGS)
    reason = serializers.CharField(max_length=operations.REASON_LENGTH_MAX)


class ListingReviews(APIView):
    """What is with the reviewers."""

    access_by_method: ClassVar = {"GET": READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="listing_reviews_list",
        summary="Versions that wait for a review or are under one, the oldest first",
        parameters=[ReviewQuestion],
        responses={200: page_of(AlgorithmVersionShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them."""
        question = asked(request, ReviewQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.review_page(
                states=[ListingState(question["state"])] if "state" in question else [],
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.VersionNotFound as error:
            raise CursorMalformed from error
        return page(
            [version_told(version) for version in found],
            limit=question["limit"],
            shown=AlgorithmVersionShown,
            cursor=lambda version: encoded(str(version["id"])),
        )


class ListingReview(APIView):
    """A version under review."""

    access_by_method: ClassVar = {"GET": READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="listing_review_retrieve",
        summary="A version that was handed in, with its rounds",
        responses={200: AlgorithmVersionShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, version_id: UUID) -> Response:
        """Return it."""
        asked(request, Question)
        return _told(version_id)


class ListingReviewStart(APIView):
    """Taking a version up."""

    access_by_method: ClassVar = {"POST": REVIEWERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="listing_review_start",
        summary="Take a version up; its seller takes it back no more",
        request=None,
        responses={
            200: AlgorithmVersionShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("illegal_transition; reviewer_involved"),
            **UNSAID,
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Take it up."""
        asked(request, Question)
        operations.take_up(version_id=version_id, officer_id=_officer(request), now=utc_now())
        return _told(version_id)


class ListingReviewDecide(APIView):
    """Deciding on a version."""

    access_by_method: ClassVar = {"POST": REVIEWERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="listing_review_decide",
        summary="Approve a version, ask for rectification, or reject it",
        request=ListingDecisionBody,
        responses={
            200: AlgorithmVersionShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_decide_listing; reviewer_involved; stale_state; illegal_transition"
            ),
            **UNSAID,
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Decide; an approval lists it and issues its certificate."""
        asked(request, Question)
        # Whether there is one comes before what is said of it.
        queries.reviewed_version(public_id=version_id)
        body = said(request, ListingDecisionBody)
        operations.decide_listing(
            version_id=version_id,
            round_number=body["round"],
            outcome=Outcome(body["outcome"]),
            checklist={CheckItem(item): passed for item, passed in body["checklist"].items()},
            reason=body["reason"],
            officer_id=_officer(request),
            now=utc_now(),
        )
        return _told(version_id)


class ListingStanding(APIView):
    """Where a listing stands."""

    access_by_method: ClassVar = {"POST": REVIEWERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="listing_standing_change",
        summary="Suspend a listing, put it back, or take it off for good",
        request=StandingBody,
        responses={
            200: AlgorithmVersionShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_decide_listing; reviewer_involved; illegal_transition"
            ),
            **UNSAID,
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Change it; running licences go on, and are not renewed after a delisting."""
        asked(request, Question)
        queries.reviewed_version(public_id=version_id)
        body = said(request, StandingBody)
        operations.change_standing(
            version_id=version_id,
            to=ListingState(body["state"]),
            reason=body["reason"],
            officer_id=_officer(request),
            now=utc_now(),
        )
        return _told(version_id)


def _told(version_id: UUID) -> Response:
    version = queries.reviewed_version(public_id=version_id)
    return Response(AlgorithmVersionShown(version_told(version)).data)


def _officer(request: Request) -> int:
    """Return the person who reviews.

    Raises:
        NobodyAnswers: no person asks; the rule lets none but persons in.
    """
    return answerable(caller=caller_of(request))
