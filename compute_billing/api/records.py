"""Usage records as their tenant reads them, and why each costs what it costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, PageQuestion, Question, asked, own_organisation
from accounts.api_paging import encoded, instant_of, page, read_cursor
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.permissions import Role, Rule, Scope, may_enter
from compute_billing.api import names
from compute_billing.api.charges import BILLING_READERS, ExplainedChargeShown
from compute_billing.api.fields import CardSecondsField, CardsField, MonthField
from compute_billing.audit import billed
from compute_billing.audit.billed import OnBill
from compute_billing.audit.charges import Explanation, explain_usage
from compute_billing.metering import queries
from compute_billing.metering.queries import Usage, UsageFilter

USAGE_READERS: Final = Rule(
    required_scope=Scope.USAGE_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER},
)


class UsageQuestion(PageQuestion):
    """Which records; those that started in [started_from, started_until)."""

    started_from = InstantField(required=False)
    started_until = InstantField(required=False)
    source = serializers.CharField(required=False, max_length=64)  # type: ignore[assignment]
    external_id = serializers.CharField(required=False, max_length=255)
    project = serializers.CharField(required=False, max_length=64)
    cluster = serializers.CharField(required=False, max_length=64)
    card_type = serializers.CharField(required=False, max_length=64)
    booked_month = MonthField(
        required=False, help_text="The month on whose bill it stands; needs billing:read."
    )
    invoice = serializers.UUIDField(
        required=False, help_text="With `line`: what is behind a line of a bill."
    )
    line = serializers.IntegerField(required=False, min_value=1, help_text="Of it, from 1.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a line, and a line of one bill together with the month of another."""
        if ("invoice" in attrs) != ("line" in attrs):
            raise serializers.ValidationError({"line": "Name invoice and line together."})
        if "invoice" in attrs and "booked_month" in attrs:
            raise serializers.ValidationError({"booked_month": "The invoice has its own month."})
        return attrs


class UsageShown(serializers.Serializer[Usage]):
    """A usage record."""

    id = serializers.SerializerMethodField(help_text="Stands for source and external_id.")
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    allocation = serializers.CharField(
        allow_null=True, help_text="The job that the record is a piece of."
    )
    project = serializers.CharField(allow_null=True)
    cluster = serializers.CharField()
    card_type = serializers.CharField()
    cards = CardsField(source="milli_cards")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(help_text="Not included.")
    quantity_card_seconds = CardSecondsField(
        source="quantity", help_text="Negative in a correction."
    )
    corrects = serializers.CharField(
        allow_null=True, help_text="The external_id of the record that is taken back."
    )
    licence = serializers.UUIDField(allow_null=True)
    recorded_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        ["waiting", "parked", "charged"], help_text="Parked waits for a person."
    )
    parked_reason = serializers.CharField(allow_blank=True)

    def get_id(self, usage: Usage) -> str:
        """Return the name in addresses."""
        return names.record_id(source=usage.source, external_id=usage.external_id)


class SourceLineShown(serializers.Serializer[Any]):
    """Where the record was reported: its line in a file, or its place in a request."""

    format = serializers.CharField()
    origin = serializers.CharField()
    position = serializers.IntegerField()
    delivered_at = serializers.DateTimeField()


class ExplainedUsageShown(serializers.Serializer[Explanation]):
    """A usage record with its source line, its charges, and who bears them."""

    usage = UsageShown()
    source_line = SourceLineShown(source="usage.line")
    charges = ExplainedChargeShown(
        many=True, allow_null=True, help_text="Null for those who may not read bills."
    )


class UsageRecordDetail(APIView):
    """A usage record and why it costs what it costs."""

    access_by_method: ClassVar = {"GET": USAGE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_record_retrieve",
        summary="Why a usage record costs what it costs",
        responses={200: ExplainedUsageShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, record_id: str) -> Response:
        """Return the record with its charges, shares, postings and source line."""
        asked(request, Question)
        source, external_id = names.read_record_id(record_id)
        found = explain_usage(
            tenant_id=own_organisation(request),
            source=source,
            external_id=external_id,
            with_charges=may_enter(caller=caller_of(request), rule=BILLING_READERS),
        )
        return Response(ExplainedUsageShown(found).data)


def usage_page(request: Request) -> Response:
    """Answer a page of the caller's usage."""
    question = asked(request, UsageQuestion)
    limit, after = question.pop("limit"), _after(question.pop("cursor", None))
    tenant_id = own_organisation(request)
    on = _on_bill(request, question, tenant_id=tenant_id)
    which: dict[str, Any] = {
        "tenant_id": tenant_id,
        "wanted": UsageFilter(**question),
        "after": after,
        "limit": limit + 1,
    }
    found = (
        queries.usage_page(**which)
        if on is None
        else [one.usage for one in billed.billed_page(on=on, **which)]
    )
    return page(
        found,
        limit=limit,
        shown=UsageShown,
        cursor=lambda usage: encoded(usage.started_at.isoformat(), usage.external_id, usage.source),
    )


def _on_bill(request: Request, question: dict[str, Any], *, tenant_id: int) -> OnBill | None:
    """Take out of a question on what bill the usage stands.

    Raises:
        PermissionDenied: who asks may not read bills.
        UnknownInvoice: there is no such bill or line.
    """
    month, invoice = question.pop("booked_month", None), question.pop("invoice", None)
    position = question.pop("line", None)
    if month is None and invoice is None:
        return None
    if not may_enter(caller=caller_of(request), rule=BILLING_READERS):
        raise PermissionDenied
    if month is not None:
        return OnBill(booked_month=month)
    return billed.line_of_bill(tenant_id=tenant_id, bill=invoice, position=position).on


def _after(cursor: str | None) -> tuple[datetime, str, str] | None:
    if cursor is None:
        return None
    started_at, external_id, source = read_cursor(cursor, parts=3)
    return instant_of(started_at), external_id, source
