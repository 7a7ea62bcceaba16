"""What an operator earned, as it reads it: statements and the bills that stand on them."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    page,
    page_of,
    read_cursor,
    uuid_of,
)
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import CardSecondsField, MoneyField, MonthField
from compute_billing.api.operators import (
    OperatorPageQuestion,
    OperatorQuestion,
    operator_asked,
)
from compute_billing.settlement import queries

STATEMENT_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR},
)


class StatementQuestion(OperatorPageQuestion):
    """Which statements."""

    month = MonthField(required=False)


class EarnedShown(serializers.Serializer[Any]):
    """What was earned; gross = discount + programme + tenant_paid + arrears."""

    quantity_card_seconds = CardSecondsField(source="quantity")
    gross = MoneyField()
    discount = MoneyField()
    programme = MoneyField()
    tenant_paid = MoneyField()
    arrears = MoneyField()


class StatementShown(EarnedShown):
    """An operator's statement of a month; later bills of the month stand on the next one."""

    id = serializers.UUIDField(source="public_id")
    operator = serializers.CharField(source="operator.code")
    month = MonthField(source="period")
    sequence = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    tenant_count = serializers.IntegerField()


class StatementBillShown(EarnedShown):
    """A tenant's bill on a statement."""

    tenant = serializers.CharField()
    number = serializers.SerializerMethodField()

    def get_number(self, bill: queries.StatementBill) -> str:
        """Return the bill's number as it is printed."""
        return f"{bill.series}-{bill.number:06d}"


class StatementWithBillsShown(serializers.Serializer[Any]):
    """A statement with its bills."""

    statement = StatementShown()
    bills = StatementBillShown(many=True)


class Statements(APIView):
    """Statements of an operator: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": STATEMENT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="statements_list",
        summary="Statements of an operator",
        parameters=[StatementQuestion],
        responses={200: page_of(StatementShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of statements, the latest month first."""
        question = asked(request, StatementQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.statement_page(
                operator_id=operator_asked(request, question),
                month=question.get("month"),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownStatement as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=StatementShown,
            cursor=lambda one: encoded(str(one.public_id)),
        )


class StatementDetail(APIView):
    """A statement with its bills."""

    access_by_method: ClassVar = {"GET": STATEMENT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="statement_retrieve",
        summary="A statement with the bills that stand on it",
        parameters=[OperatorQuestion],
        responses={200: StatementWithBillsShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, statement_id: UUID) -> Response:
        """Return the statement and its bills by tenant."""
        question = asked(request, OperatorQuestion)
        found, bills = queries.statement_with_bills(
            operator_id=operator_asked(request, question), public_id=statement_id
        )
        return Response(StatementWithBillsShown({"statement": found, "bills": bills}).data)
