"""Reconciled cash: days, their movements, and differences; an operator's own, or any for staff."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.bank import CASH_READERS
from compute_billing.api.fields import FenField
from compute_billing.api.operators import (
    OperatorPageQuestion,
    OperatorQuestion,
    operator_or_all,
)
from compute_billing.cash import queries
from compute_billing.cash.queries import DayShown, DifferenceFilter, MovementShown

STATES: Final = {"open": True, "agreed": False}
ENDED: Final = {"open": True, "ended": False}
KEEPERS: Final = ("stripe", "bank")
KINDS: Final = ("missing_here", "missing_there", "amount_differs", "fee_not_booked", "late")
ENDINGS: Final = ("found", "paired", "booked")
COUNTERS: Final = ("fee", "own", "transfer")
_ACCOUNT: Final = "As `account` tells it: the name under which the books have it."


class CashDayQuestion(OperatorPageQuestion):
    """Which days."""

    account = serializers.CharField(required=False, max_length=200, help_text=_ACCOUNT)
    state = serializers.ChoiceField(
        list(STATES), required=False, help_text="open: with differences at the day's end."
    )


class CashDifferenceQuestion(OperatorPageQuestion):
    """Which differences."""

    account = serializers.CharField(required=False, max_length=200, help_text=_ACCOUNT)
    state = serializers.ChoiceField(list(ENDED), required=False)
    kind = serializers.ChoiceField(KINDS, required=False)
    day = serializers.DateField(required=False, help_text="Those that stood at its end.")


class CashSideBody(serializers.Serializer[queries.Side]):
    """A day as one side tells it; closing = opening + moves."""

    opening = FenField(source="opening_fen")
    moves = FenField(source="moves_fen")
    closing = FenField(source="closing_fen")


class CashDayBody(serializers.Serializer[DayShown]):
    """A day of a place where money lies; gap = told − booked − aside, each at its closing."""

    account_id = serializers.UUIDField()
    account = serializers.CharField(source="custody")
    keeper = serializers.ChoiceField(KEEPERS)
    day = serializers.DateField()
    told = CashSideBody(help_text="By the keeper.")
    booked = CashSideBody(help_text="By our books.")
    aside = CashSideBody(help_text="Money there that is no tenant's.")
    gap = FenField(source="gap_fen")
    differences = serializers.IntegerField(source="standing", help_text="At the day's end.")
    reconciled_at = serializers.DateTimeField()


class CashMovementBody(serializers.Serializer[MovementShown]):
    """What both sides say of a movement on a day."""

    key = serializers.CharField()
    told_reference = serializers.CharField()
    booked_reference = serializers.CharField()
    told = FenField(source="told_fen")
    booked = FenField(source="booked_fen")
    aside = FenField(source="aside_fen")
    difference = serializers.UUIDField(source="difference_id", allow_null=True)


class CashDifferenceBody(serializers.Serializer[Any]):
    """A movement on which the sides do not agree, from a day up to, not including, another."""

    id = serializers.UUIDField(source="public_id")
    account = serializers.CharField(source="account.custody")
    keeper = serializers.ChoiceField(KEEPERS, source="account.keeper")
    key = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    amount = FenField(source="amount_fen", help_text="What the keeper has more than the books.")
    told_reference = serializers.CharField()
    booked_reference = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="null: it is open.")
    first_seen_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ending = serializers.SerializerMethodField()
    reason = serializers.CharField()

    @extend_schema_field(serializers.ChoiceField(ENDINGS, allow_null=True))
    def get_ending(self, difference: Any) -> str | None:
        """Return how it ended; null while it is open."""
        return difference.ending or None


class CashProposalBody(serializers.Serializer[Any]):
    """What one officer would book, and another has not decided."""

    id = serializers.UUIDField(source="public_id")
    counter = serializers.ChoiceField(COUNTERS)
    operator = serializers.CharField(source="operator.code")
    other = serializers.UUIDField(
        source="other.public_id", allow_null=True, default=None, help_text="Of a transfer."
    )
    amount = FenField(source="amount_fen")
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class CashDifferenceDetailBody(serializers.Serializer[Any]):
    """A difference, and what waits for a second officer."""

    difference = CashDifferenceBody()
    proposal = CashProposalBody(allow_null=True)


class CashDays(APIView):
    """Reconciled days."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="cash_days_list",
        summary="Reconciled days of the places where money lies",
        parameters=[CashDayQuestion],
        responses={200: page_of(CashDayBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of days, the newest first; Stripe keeps for all, so staff read it alone."""
        question = asked(request, CashDayQuestion)
        cursor = question.get("cursor")
        found = queries.days(
            custody=question.get("account"),
            has_open=STATES.get(question.get("state", "")),
            before=_place(cursor) if cursor else None,
            limit=question["limit"] + 1,
            operator_id=operator_or_all(request, question),
        )
        return page(
            found,
            limit=question["limit"],
            shown=CashDayBody,
            cursor=lambda one: encoded(one.day.isoformat(), one.custody),
        )


def _place(cursor: str) -> tuple[date, str]:
    day, custody = read_cursor(cursor, parts=2)
    try:
        return date.fromisoformat(day), custody
    except ValueError:
        raise CursorMalformed from None


class CashMovements(APIView):
    """Movements of a reconciled day."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="cash_movements_list",
        summary="What both sides say of a day, movement by movement",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(CashMovementBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, account_id: UUID, day: str) -> Response:
        """Return a page of movements in the order in which they were taken up."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        one = queries.day(
            account_id=account_id,
            day=_day(day),
            operator_id=operator_or_all(request, question),
        )
        found = queries.movements(
            account_id=one.account_id,
            day=one.day,
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=CashMovementBody,
            cursor=lambda movement: encoded(movement.key),
        )


def _day(text: str) -> date:
    """Return a day; a word that is none is looked up like any other, so that it takes as long."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


class CashDifferences(APIView):
    """Differences between what keepers say and what the books say."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="cash_differences_list",
        summary="Movements on which keeper and books do not agree",
        parameters=[CashDifferenceQuestion],
        responses={200: page_of(CashDifferenceBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of differences, the newest first."""
        question = asked(request, CashDifferenceQuestion)
        cursor = question.get("cursor")
        wanted = DifferenceFilter(
            is_open=ENDED.get(question.get("state", "")),
            custody=question.get("account"),
            kind=question.get("kind"),
            day=question.get("day"),
            operator_id=operator_or_all(request, question),
        )
        try:
            found = queries.differences(
                wanted=wanted,
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.CashDifferenceUnknown as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=CashDifferenceBody,
            cursor=lambda one: encoded(str(one.public_id)),
        )


class CashDifferenceDetail(APIView):
    """A difference."""

    access_by_method: ClassVar = {"GET": CASH_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="cash_difference_retrieve",
        summary="A difference, and what is proposed for it",
        parameters=[OperatorQuestion],
        responses={200: CashDifferenceDetailBody, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, difference_id: UUID) -> Response:
        """Return it, open or ended."""
        operator_id = operator_or_all(request, asked(request, OperatorQuestion))
        found = queries.difference(public_id=difference_id, operator_id=operator_id)
        waiting = queries.open_proposal(difference_id=found.pk)
        return Response(CashDifferenceDetailBody({"difference": found, "proposal": waiting}).data)
