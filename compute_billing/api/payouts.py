"""What a payee is paid, as it reads it: payouts, and what each consists of to the last fen."""

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
from compute_billing.api.fields import FenField, MoneyField, MonthField, RateField
from compute_billing.api.operators import (
    OperatorPageQuestion,
    OperatorQuestion,
    operator_asked,
)
from compute_billing.payouts import queries

PAYOUT_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR},
)


class PayoutShown(serializers.Serializer[Any]):
    """A payout: `held` waits for approval, `sent` is at the bank, `returned` is payable again."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField(help_text="What the bank writes into its statements.")
    payee = serializers.CharField(source="payee.organisation.code")
    amount = FenField(source="amount_fen")
    state = serializers.ChoiceField(choices=["held", "sent", "paid", "returned"])
    failure = serializers.CharField(help_text="Why it came back; else empty.")
    account_last_four = serializers.CharField(source="account.last_four")
    bank_reference = serializers.CharField()
    transfer = serializers.CharField(
        source="stripe_transfer", help_text="At Stripe, where it left by Connect; else empty."
    )
    reversed = FenField(source="reversed_fen", help_text="Taken back of a transfer.")
    held_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class EarningShown(serializers.Serializer[Any]):
    """What was earned of one kind, month, cluster and price, and what it bore."""

    kind = serializers.CharField(
        help_text="use, arrears, credit, package, breakage, programme, fee, own or other."
    )
    month = MonthField()
    cluster = serializers.CharField(allow_null=True)
    card_type = serializers.CharField(source="meter", allow_null=True)
    unit_price = MoneyField(allow_null=True, help_text="Of a card-hour; null where it has tiers.")
    tenants = serializers.IntegerField()
    commission_rate = RateField(source="commission_ppm")
    earned = MoneyField(source="amount")
    commission = MoneyField()
    commission_tax = MoneyField()


class PayoutStatementShown(serializers.Serializer[Any]):
    """What happened between two payouts.

    opening + earned - commission - commission_tax + came_back - paid_out = closing.
    The closing is payable + held back - owed. Without a payout it is what happened since the last.
    """

    payout = PayoutShown(allow_null=True)
    opening = MoneyField()
    earned = MoneyField()
    commission = MoneyField()
    commission_tax = MoneyField()
    came_back = MoneyField()
    paid_out = MoneyField()
    closing = MoneyField()
    held_back = MoneyField(source="kept_back", help_text="For a while, out of what was earned.")
    let_go = MoneyField(help_text="Of what was held back before.")
    settled_debt = MoneyField(source="netted")
    closing_payable = MoneyField()
    closing_held_back = MoneyField(source="closing_reserve")
    closing_owed = MoneyField(source="closing_debt")
    earnings = EarningShown(source="parts", many=True)


class Payouts(APIView):
    """Payouts of a payee: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": PAYOUT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="payouts_list",
        summary="Payouts",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(PayoutShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of payouts, the newest first."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.payout_page(
                payee_id=operator_asked(request, question),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownPayout as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=PayoutShown,
            cursor=lambda one: encoded(str(one.public_id)),
        )


class OpenPayout(APIView):
    """What was earned since the last payout, and how it stands."""

    access_by_method: ClassVar = {"GET": PAYOUT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="payout_open_retrieve",
        summary="What happened since the last payout",
        parameters=[OperatorQuestion],
        responses={200: PayoutStatementShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it."""
        question = asked(request, OperatorQuestion)
        found = queries.open_statement(payee_id=operator_asked(request, question))
        return Response(PayoutStatementShown(found).data)


class PayoutDetail(APIView):
    """A payout, and what it consists of."""

    access_by_method: ClassVar = {"GET": PAYOUT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="payout_retrieve",
        summary="A payout with its statement",
        parameters=[OperatorQuestion],
        responses={200: PayoutStatementShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, payout_id: UUID) -> Response:
        """Return the statement of the payout."""
        question = asked(request, OperatorQuestion)
        found = queries.statement_of(
            payout_id=payout_id, payee_id=operator_asked(request, question)
        )
        return Response(PayoutStatementShown(found).data)
