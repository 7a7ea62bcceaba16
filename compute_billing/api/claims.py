"""Claims on funds, as the claimant has them: what each demands, handing in, and its payment."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked, said
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    page,
    page_of,
    read_cursor,
    small_number_of,
    uuid_of,
)
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import CardSecondsField, MoneyField, MonthField, RateField
from compute_billing.api.operators import OperatorPageQuestion, OperatorQuestion, operator_asked
from compute_billing.settlement import claims, operations
from compute_billing.settlement.claims import ClaimFilter, ClaimShown, EvidenceLine, LineKey
from compute_billing.settlement.states import ClaimState
from kernel.clock import utc_now
from kernel.idempotency import Answer

CLAIM_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={
        Staff.SUBSIDY_OFFICER,
        Staff.SUBSIDY_APPROVER,
        Staff.FINANCE,
        Staff.AUDITOR,
    },
)
CLAIM_SUBMITTERS: Final = Rule(
    required_scope=Scope.BILLING_WRITE,
    allowed_roles={Role.OWNER, Role.FINANCE},
    allowed_staff_roles={Staff.SUBSIDY_OFFICER, Staff.FINANCE},
)
CLAIM_PAYERS: Final = Rule(
    required_scope=Scope.BILLING_WRITE,
    allowed_roles={Role.OWNER, Role.FINANCE},
    allowed_staff_roles={Staff.FINANCE},
)
PAPER_LENGTH_MAX: Final = 100


class ClaimQuestion(OperatorPageQuestion):
    """Which claims."""

    month = MonthField(required=False)
    state = serializers.ChoiceField([state.value for state in ClaimState], required=False)
    programme = serializers.CharField(required=False, max_length=64)
    level = serializers.CharField(required=False, max_length=32)
    budget_year = serializers.IntegerField(required=False, min_value=2000, max_value=9999)


class ClaimBody(serializers.Serializer[ClaimShown]):
    """What a claimant demands of a fund for a month; later bills of it stand on the next one."""

    id = serializers.UUIDField(source="public_id")
    claimant = serializers.CharField()
    programme = serializers.CharField()
    programme_name = serializers.CharField()
    level = serializers.CharField()
    budget_year = serializers.IntegerField()
    fund_document_no = serializers.CharField(help_text="Of the budget that opened the fund.")
    month = MonthField()
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField([state.value for state in ClaimState])
    amount = MoneyField(help_text="Negative where corrections outweigh: then it is paid back.")
    lines = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    budget_document_no = serializers.CharField(help_text="Of the payment; empty until it is paid.")
    treasury_receipt_no = serializers.CharField(help_text="Empty until it is paid.")


class ClaimedAwardBody(serializers.Serializer[claims.ClaimedAward]):
    """What a claim demands for one award."""

    tenant = serializers.CharField()
    reference = serializers.CharField()
    rate = RateField(source="rate_ppm")
    lines = serializers.IntegerField()
    basis = MoneyField()
    amount = MoneyField()


class ClaimDetailBody(serializers.Serializer[Any]):
    """A claim, and what it demands for each award; Σ amounts = the claim's."""

    claim = ClaimBody()
    awards = ClaimedAwardBody(many=True)


class ClaimLineBody(serializers.Serializer[EvidenceLine]):
    """A charge's share as it is demanded; amount = the award's share of the basis."""

    tenant = serializers.CharField()
    award = serializers.CharField()
    rate = RateField(source="rate_ppm")
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField(help_text="The usage record; see /usage/records.")
    segment_no = serializers.IntegerField()
    revision = serializers.IntegerField()
    segment_start = serializers.DateTimeField()
    segment_end = serializers.DateTimeField()
    card_type = serializers.CharField()
    quantity_card_seconds = CardSecondsField(source="quantity")
    basis = MoneyField(help_text="The net price that was left when the award's turn came.")
    amount = MoneyField()
    is_correction = serializers.BooleanField()


class PaymentBody(serializers.Serializer[Any]):
    """The papers of the treasury's payment."""

    budget_document_no = serializers.CharField(max_length=PAPER_LENGTH_MAX)
    treasury_receipt_no = serializers.CharField(max_length=PAPER_LENGTH_MAX)


class LineQuestion(OperatorPageQuestion):
    """Which page of a claim's lines."""


class Claims(APIView):
    """Claims of a claimant: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": CLAIM_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="claims_list",
        summary="Claims on funds, by month, state and fund",
        parameters=[ClaimQuestion],
        responses={200: page_of(ClaimBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of claims, the newest first."""
        question = asked(request, ClaimQuestion)
        cursor = question.get("cursor")
        wanted = ClaimFilter(
            **{name: question.get(name) for name in ClaimFilter.__dataclass_fields__}
        )
        try:
            found = claims.claims(
                claimant_id=operator_asked(request, question),
                wanted=wanted,
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except operations.ClaimNotFound as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=ClaimBody,
            cursor=lambda claim: encoded(str(claim.public_id)),
        )


def _claim(request: Request, question: dict[str, Any], claim_id: UUID) -> ClaimShown:
    return claims.claim_of(public_id=claim_id, claimant_id=operator_asked(request, question))


class ClaimDetail(APIView):
    """A claim."""

    access_by_method: ClassVar = {"GET": CLAIM_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="claim_retrieve",
        summary="A claim, and what it demands for each award",
        parameters=[OperatorQuestion],
        responses={200: ClaimDetailBody, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, claim_id: UUID) -> Response:
        """Return it with its sums by award."""
        claim = _claim(request, asked(request, OperatorQuestion), claim_id)
        awards = claims.awards_of_claim(claim_id=claim.claim_id)
        return Response(ClaimDetailBody({"claim": claim, "awards": awards}).data)


class ClaimLines(APIView):
    """The lines of a claim: its evidence."""

    access_by_method: ClassVar = {"GET": CLAIM_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="claim_lines_list",
        summary="Lines of a claim, each with the use that it is for",
        parameters=[LineQuestion],
        responses={200: page_of(ClaimLineBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, claim_id: UUID) -> Response:
        """Return a page of lines in the order of their charges."""
        question = asked(request, LineQuestion)
        claim, cursor = _claim(request, question, claim_id), question.get("cursor")
        try:
            found = claims.lines_of_claim(
                claim_id=claim.claim_id,
                after=_line(cursor) if cursor else None,
                limit=question["limit"] + 1,
            )
        except claims.UnknownClaimLine as error:
            raise CursorMalformed from error
        return page(found, limit=question["limit"], shown=ClaimLineBody, cursor=_line_cursor)


def _line_cursor(line: EvidenceLine) -> str:
    numbers = (str(line.segment_no), str(line.revision))
    return encoded(line.source, line.external_id, *numbers, line.award)


def _line(cursor: str) -> LineKey:
    source, external_id, segment_no, revision, award = read_cursor(cursor, parts=5)
    return LineKey(
        source=source,
        external_id=external_id,
        segment_no=small_number_of(segment_no),
        revision=small_number_of(revision),
        award=award,
    )


class ClaimSubmission(APIView):
    """A claim that is handed in."""

    access_by_method: ClassVar = {"POST": CLAIM_SUBMITTERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="claim_submit",
        summary="Note that a claim was handed in",
        parameters=[OperatorQuestion, IDEMPOTENCY_KEY],
        request=None,
        responses={
            200: ClaimBody,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "illegal_transition: it was handed in or paid before; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, claim_id: UUID) -> Response:
        """Hand it in, once."""
        question = asked(request, OperatorQuestion)
        claim = _claim(request, question, claim_id)

        def submit() -> Answer:
            operations.submit_claim(
                claim_id=claim.claim_id, actor=actor_of(caller_of(request)), now=utc_now()
            )
            return Answer(
                status=HTTPStatus.OK, body=ClaimBody(_claim(request, question, claim_id)).data
            )

        return answer_request_once(request=request, perform=submit)


class ClaimPayment(APIView):
    """The treasury's payment of a claim."""

    access_by_method: ClassVar = {"POST": CLAIM_PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="claim_pay",
        summary="Book the treasury's payment of a claim",
        parameters=[OperatorQuestion, IDEMPOTENCY_KEY],
        request=PaymentBody,
        responses={
            200: ClaimBody,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_mark_claim_paid: it was paid with other papers; "
                "idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, claim_id: UUID) -> Response:
        """Book it under its papers; the same papers again change nothing."""
        question = asked(request, OperatorQuestion)
        claim = _claim(request, question, claim_id)
        papers = said(request, PaymentBody)

        def pay() -> Answer:
            operations.mark_claim_paid(
                claim_id=claim.claim_id, actor=actor_of(caller_of(request)), now=utc_now(), **papers
            )
            return Answer(
                status=HTTPStatus.OK, body=ClaimBody(_claim(request, question, claim_id)).data
            )

        return answer_request_once(request=request, perform=pay)
