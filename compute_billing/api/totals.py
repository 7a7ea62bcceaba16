"""A source's own totals of a month against the books, until each difference is explained."""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import (
    MALFORMED,
    NOT_FOUND,
    PROBLEM,
    REFUSED,
    UNREADABLE,
    problem,
)
from accounts.api_throttling import ReadingThrottle, UsageThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api.fields import CardSecondsField, MonthField
from compute_billing.api.operators import OperatorPageQuestion, OperatorQuestion, operator_asked
from compute_billing.api.sources import SOURCE_READERS, SOURCE_WRITERS
from compute_billing.metering import queries, reconciling
from compute_billing.metering.reconciling import Difference, TotalsLine
from kernel.clock import utc_now
from kernel.quantities import MILLI_CARD_MS_PER_CARD_SECOND
from kernel.worlds import is_sandbox

CARD_SECONDS: Final = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
SIGNED_CARD_SECONDS: Final = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
REASON_LENGTH_MAX: Final = 1_000
ANSWERED: Final = {(409, PROBLEM): problem("nobody_answers: the installation made the key.")}


@extend_schema_field({"type": "string", "pattern": CARD_SECONDS, "example": "3600.5"})
class StatedSecondsField(serializers.Field[Any, Any, Any, Any]):
    """Card-seconds that a caller states, exactly."""

    pattern = CARD_SECONDS
    default_error_messages = {"invalid": "Write card-seconds as a plain decimal: 3600.5."}

    def to_internal_value(self, data: Any) -> int:
        """Return milli-card-milliseconds."""
        if not isinstance(data, str) or re.fullmatch(self.pattern, data) is None:
            self.fail("invalid")
        return int(Decimal(data) * MILLI_CARD_MS_PER_CARD_SECOND)


@extend_schema_field({"type": "string", "pattern": SIGNED_CARD_SECONDS, "example": "-3600"})
class SignedSecondsField(StatedSecondsField):
    """Card-seconds that corrections may have made negative."""

    pattern = SIGNED_CARD_SECONDS


class TotalsQuestion(OperatorPageQuestion):
    """Which totals."""

    month = MonthField(required=False)


class SourceTotalsShown(serializers.Serializer[TotalsLine]):
    """Totals that a source has given of a month; the newest of a month counts."""

    id = serializers.UUIDField(source="public_id")
    source = serializers.CharField()  # type: ignore[assignment]
    month = MonthField()
    delivered_at = serializers.DateTimeField()
    accounts = serializers.IntegerField()
    quantity_card_seconds = CardSecondsField(source="quantity")
    is_newest = serializers.BooleanField()


class DifferenceShown(serializers.Serializer[Difference]):
    """A tenant's month as the source states it, beside the books."""

    tenant = serializers.CharField(
        allow_blank=True, help_text="Empty: of accounts that nobody has."
    )
    accounts = serializers.ListField(child=serializers.CharField())
    stated_card_seconds = CardSecondsField(source="stated")
    recorded_card_seconds = CardSecondsField(source="recorded")
    difference_card_seconds = CardSecondsField(source="difference")
    reason = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    is_open = serializers.BooleanField(help_text="It waits for somebody to explain it.")


class SourceTotalsDetailShown(serializers.Serializer[Any]):
    """Totals beside the books, tenant by tenant, the largest difference first."""

    totals = SourceTotalsShown()
    differences = DifferenceShown(many=True)


class AccountTotalBody(serializers.Serializer[Any]):
    """What an account used."""

    account = serializers.CharField(max_length=200)
    card_seconds = StatedSecondsField()


class TotalsBody(serializers.Serializer[Any]):
    """What a source itself says of a month."""

    month = MonthField()
    accounts = serializers.ListField(
        child=AccountTotalBody(), allow_empty=False, max_length=reconciling.ACCOUNTS_MAX
    )

    def validate_accounts(self, accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse an account that is named twice, since nobody could tell which total counts."""
        if len({line["account"] for line in accounts}) < len(accounts):
            message = "Name each account once."
            raise serializers.ValidationError(message, code="repeated")
        return accounts


class ExplanationBody(serializers.Serializer[Any]):
    """Why a source and the books differ, for the figures that were seen."""

    tenant = serializers.CharField(allow_blank=True, max_length=64)
    stated_card_seconds = StatedSecondsField(source="stated")
    recorded_card_seconds = SignedSecondsField(source="recorded")
    reason = serializers.CharField(max_length=REASON_LENGTH_MAX)


class AllSourceTotals(APIView):
    """The totals that a source has given."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS, "POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="source_totals_list",
        summary="Totals that a source has given of its months",
        parameters=[TotalsQuestion],
        responses={200: page_of(SourceTotalsShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of totals, the newest first."""
        question = asked(request, TotalsQuestion)
        cursor = question.get("cursor")
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        try:
            found = reconciling.totals_page(
                source=source.code,
                month=question.get("month"),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
                in_sandbox=is_sandbox(source.pk),
            )
        except reconciling.UnknownTotals as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=SourceTotalsShown,
            cursor=lambda totals: encoded(str(totals.public_id)),
        )

    @extend_schema(
        operation_id="source_totals_deliver",
        summary="Give a source's own totals of a month, to be compared with the books",
        request=TotalsBody,
        responses={
            201: SourceTotalsDetailShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            **ANSWERED,
            (422, PROBLEM): problem(
                "invalid_request: a part is unknown or malformed; billing_month_missing: nothing "
                "is billed in that month."
            ),
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Keep them; totals of the same month that came before count no more."""
        asked(request, Question)
        source = queries.source_of_operator(code=code, operator_id=own_organisation(request))
        body, caller = said(request, TotalsBody), caller_of(request)
        made = reconciling.deliver_totals(
            source_id=source.pk,
            month=body["month"],
            quantities={line["account"]: line["card_seconds"] for line in body["accounts"]},
            delivered_by_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        place = reverse("source-totals", kwargs={"code": code, "totals_id": made.public_id})
        shown = _shown(source.code, in_sandbox=is_sandbox(source.pk), totals_id=made.public_id)
        return Response(shown, status=HTTPStatus.CREATED, headers={"Location": place})


def _shown(source_code: str, *, in_sandbox: bool, totals_id: UUID) -> dict[str, Any]:
    totals = reconciling.totals_of(public_id=totals_id, source=source_code, in_sandbox=in_sandbox)
    differences = reconciling.differences(public_id=totals_id)
    return dict(SourceTotalsDetailShown({"totals": totals, "differences": differences}).data)


class SourceTotals(APIView):
    """Totals of a source, beside the books."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_totals_retrieve",
        summary="A source's totals beside the books",
        parameters=[OperatorQuestion],
        responses={200: SourceTotalsDetailShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str, totals_id: UUID) -> Response:
        """Return the totals with the differences of each tenant."""
        question = asked(request, OperatorQuestion)
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        return Response(_shown(source.code, in_sandbox=is_sandbox(source.pk), totals_id=totals_id))


class TotalsExplanation(APIView):
    """Why a source and the books differ."""

    access_by_method: ClassVar = {"POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="source_totals_explain",
        summary="Explain a difference between a source and the books",
        request=ExplanationBody,
        responses={
            200: SourceTotalsDetailShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "difference_changed: a figure is another by now, or it was explained; "
                "nobody_answers: the installation made the key."
            ),
            **MALFORMED,
        },
    )
    def post(self, request: Request, code: str, totals_id: UUID) -> Response:
        """Keep the explanation; it holds until one of the two figures changes."""
        asked(request, Question)
        source = queries.source_of_operator(code=code, operator_id=own_organisation(request))
        in_sandbox = is_sandbox(source.pk)
        reconciling.totals_of(public_id=totals_id, source=source.code, in_sandbox=in_sandbox)
        body, caller = said(request, ExplanationBody), caller_of(request)
        reconciling.explain_difference(
            public_id=totals_id,
            **body,
            decided_by_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
            in_sandbox=in_sandbox,
        )
        return Response(_shown(source.code, in_sandbox=in_sandbox, totals_id=totals_id))
