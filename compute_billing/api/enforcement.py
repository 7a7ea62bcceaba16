"""Running jobs that must be stopped, for the scheduler that has to stop them."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Rule, Staff
from compute_billing.api.fields import CardsField, MoneyField
from compute_billing.api.holds import HOLD_READERS
from compute_billing.api.operators import OperatorPageQuestion, operator_asked
from compute_billing.rating import exhausted_reading
from compute_billing.rating.exhausted_reading import ExhaustedCase
from kernel.clock import utc_now

STATES: Final = ("open", "extended", "ended", "lost")
CAUSES: Final = ("money", "budget", "silence")
IS_OPEN: Final = {"open": True, "over": False}


CASE_READERS: Final = Rule(
    required_scope=HOLD_READERS.required_scope,
    allowed_roles=HOLD_READERS.allowed_roles,
    allowed_staff_roles={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR},
)


class CaseQuestion(OperatorPageQuestion):
    """Which cases."""

    state = serializers.ChoiceField(tuple(IS_OPEN), required=False)


class ExhaustedCaseShown(serializers.Serializer[ExhaustedCase]):
    """A running job whose hold could not be extended."""

    id = serializers.UUIDField(source="public_id")
    hold = serializers.UUIDField()
    tenant = serializers.CharField()
    operator = serializers.CharField()
    cluster = serializers.CharField()
    card_type = serializers.CharField()
    reference = serializers.CharField()
    allocation = serializers.CharField(source="allocation_key")
    cards = CardsField(source="milli_cards")
    state = serializers.ChoiceField(
        STATES, help_text="`lost`: the hold is over, and nothing is heard of the job any more."
    )
    cause = serializers.ChoiceField(
        CAUSES,
        help_text="`silence`: nobody asked for more, and the job was seen to run on.",
    )
    noted_at = serializers.DateTimeField(help_text="When more was refused first.")
    exhausted_at = serializers.DateTimeField(
        help_text="Until when the job is covered: stop it by then."
    )
    refused_at = serializers.DateTimeField(help_text="When more was refused last.")
    refusals = serializers.IntegerField()
    asked_until = serializers.DateTimeField()
    shortfall = MoneyField(help_text="What was missing then.")
    job_ended_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    enforcement_lag_seconds = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_enforcement_lag_seconds(self, case: ExhaustedCase) -> int | None:
        """Return how long the job ran, or has run, behind what covers it, in whole seconds."""
        return None if case.lag is None else case.lag.days * 86_400 + case.lag.seconds


class EnforcementCases(APIView):
    """Jobs that must be stopped: tenants read theirs, operators those on their compute."""

    access_by_method: ClassVar = {"GET": CASE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="enforcement_list",
        summary="Running jobs that are out of money",
        parameters=[CaseQuestion],
        responses={200: page_of(ExhaustedCaseShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of cases, the newest first."""
        question: dict[str, Any] = asked(request, CaseQuestion)
        cursor = question.get("cursor")
        found = exhausted_reading.exhausted_page(
            organisation_id=operator_asked(request, question),
            is_open=IS_OPEN.get(question.get("state", "")),
            after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
            now=utc_now(),
        )
        return page(
            found,
            limit=question["limit"],
            shown=ExhaustedCaseShown,
            cursor=lambda case: encoded(str(case.public_id)),
        )
