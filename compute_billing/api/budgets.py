"""Budgets of the own organisation: what is meant to be spent, what is, and what was told."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_etags import TAG, PreconditionFailed, etag_of, if_match, tagged
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyField, MonthField
from compute_billing.api.money_in import PAYERS, MoneySaid
from compute_billing.audit.budgets import standing_of, standings
from compute_billing.budgets import operations, queries
from compute_billing.budgets.operations import (
    USUAL_ACTUAL,
    USUAL_FORECAST,
    BudgetChanged,
    BudgetTerms,
)
from compute_billing.budgets.queries import Budget
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.money import Money

KINDS: Final = ("monthly", "term")
UNSET: Final[dict[Any, Any]] = {
    (422, PROBLEM): problem(
        "unable_to_set_budget: `details.field` says what is out of bounds; invalid_request"
    )
}
CHANGED: Final[dict[Any, Any]] = {
    (412, PROBLEM): problem("precondition_failed: it was changed meanwhile; read it again"),
    (428, PROBLEM): problem("precondition_required: send If-Match"),
}


class BudgetBody(serializers.Serializer[Any]):
    """What is meant to be spent. A change names all of it."""

    name = serializers.CharField(max_length=100)
    project = serializers.CharField(
        max_length=64, allow_null=True, default=None, help_text="Null: all use."
    )
    kind = serializers.ChoiceField(KINDS, help_text="Each month anew, or once for the term.")
    first_month = MonthField()
    last_month = MonthField(
        allow_null=True, default=None, help_text="A term has one; a monthly budget may."
    )
    amount = MoneySaid()
    actual_percents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1000),
        max_length=10,
        default=list(USUAL_ACTUAL),
        help_text="Told when so much of it is spent.",
    )
    forecast_percents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1000),
        max_length=10,
        default=list(USUAL_FORECAST),
        help_text="Told when the forecast for its end comes to so much of it.",
    )
    stops = serializers.BooleanField(
        default=False, help_text="Refuse holds that it could not pay (402 budget_exhausted)."
    )


class BudgetFigures(serializers.Serializer[Any]):
    """How far a period is: what is used in it counts, whenever it was booked."""

    first_month = MonthField(source="period.month")
    last_month = MonthField(source="period.until_month")
    spent = MoneyField(source="period.spent", help_text="Own money, credit and arrears.")
    held = MoneyField(source="period.held", help_text="Set aside for jobs.")
    left = MoneyField(source="period.left", help_text="Below zero: over budget.")
    forecast = MoneyField(help_text="Spent at its end, at the mean pace of the last seven days.")


class BudgetAlertShown(serializers.Serializer[Any]):
    """What was told."""

    month = MonthField(help_text="The first of the period.")
    measure = serializers.ChoiceField(["actual", "forecast", "stop"])
    percent = serializers.IntegerField()
    amount = MoneyField()
    spent = MoneyField()
    forecast = MoneyField()
    told_at = serializers.DateTimeField()


class BudgetShown(serializers.Serializer[Any]):
    """A budget with its present period, and what was told of it."""

    id = serializers.UUIDField(source="budget.public_id")
    name = serializers.CharField(source="budget.name")
    project = serializers.CharField(source="budget.project.code", allow_null=True, default=None)
    kind = serializers.ChoiceField(KINDS, source="budget.kind")
    first_month = MonthField(source="budget.first_month")
    last_month = MonthField(source="budget.last_month", allow_null=True)
    amount = MoneyField(source="budget.amount")
    actual_percents = serializers.ListField(
        child=serializers.IntegerField(), source="budget.actual_percents"
    )
    forecast_percents = serializers.ListField(
        child=serializers.IntegerField(), source="budget.forecast_percents"
    )
    stops = serializers.BooleanField(source="budget.stops")
    ended_at = serializers.DateTimeField(source="budget.ended_at", allow_null=True)
    now = BudgetFigures(
        source="figures", allow_null=True, help_text="Null: no period of it is running."
    )
    alerts = BudgetAlertShown(many=True, help_text="The newest first.")


class Budgets(APIView):
    """The budgets of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="budgets_list",
        summary="Budgets, with what is spent and held of each",
        parameters=[PageQuestion],
        responses={200: page_of(BudgetShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of budgets, the newest first; those that have ended too."""
        question, now = asked(request, PageQuestion), utc_now()
        cursor = question.get("cursor")
        found = queries.budget_page(
            tenant_id=own_organisation(request),
            after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            standings(tenant_id=own_organisation(request), budgets=found, now=now),
            limit=question["limit"],
            shown=BudgetShown,
            cursor=lambda standing: encoded(str(standing.budget.public_id)),
        )

    @extend_schema(
        operation_id="budget_create",
        summary="Make a budget",
        parameters=[IDEMPOTENCY_KEY],
        request=BudgetBody,
        responses={
            201: BudgetShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem("idempotency_key_in_flight"),
            (422, PROBLEM): problem(
                "unable_to_set_budget: `details.field` says what is out of bounds; "
                "invalid_request; idempotency_key_reused"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Make it; what was spent already in its months counts."""
        asked(request, Question)
        wanted = _terms(said(request, BudgetBody))
        tenant_id, actor, now = own_organisation(request), actor_of(caller_of(request)), utc_now()

        def make() -> Answer:
            made = operations.create_budget(
                tenant_id=tenant_id, wanted=wanted, actor=actor, now=now
            )
            return Answer(status=HTTPStatus.CREATED, body=_shown(made, now=now))

        return answer_request_once(request=request, perform=make)


class BudgetDetail(APIView):
    """One budget."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "PUT": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="budget_retrieve",
        summary="A budget",
        responses={200: BudgetShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, budget_id: UUID) -> Response:
        """Return it with its entity tag."""
        asked(request, Question)
        found = _own(request, budget_id)
        return tagged(Response(_shown(found, now=utc_now())), _tag(found))

    @extend_schema(
        operation_id="budget_change",
        summary="Set a budget anew",
        parameters=[TAG],
        request=BudgetBody,
        responses={
            200: BudgetShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            **CHANGED,
            **UNSET,
        },
    )
    def put(self, request: Request, budget_id: UUID) -> Response:
        """Change it as it was read; what was told in this period is not told again."""
        asked(request, Question)
        budget, seen, now = _own(request, budget_id), if_match(request), utc_now()
        if "*" not in seen and _tag(budget) not in seen:
            raise PreconditionFailed
        try:
            changed = operations.change_budget(
                tenant_id=budget.tenant_id,
                budget_id=budget.pk,
                wanted=_terms(said(request, BudgetBody)),
                expected=[] if "*" in seen else [budget.version],
                actor=actor_of(caller_of(request)),
                now=now,
            )
        except BudgetChanged as error:
            raise PreconditionFailed from error
        return tagged(Response(_shown(changed, now=now)), _tag(changed))


class BudgetEnd(APIView):
    """The end of a budget."""

    access_by_method: ClassVar = {"POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="budget_end",
        summary="End a budget: it limits and tells nothing any more",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={
            200: BudgetShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("idempotency_key_in_flight"),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, budget_id: UUID) -> Response:
        """End it; one that has ended stays as it is."""
        asked(request, Question)
        budget, now = _own(request, budget_id), utc_now()

        def end() -> Answer:
            ended = operations.end_budget(
                tenant_id=budget.tenant_id,
                budget_id=budget.pk,
                actor=actor_of(caller_of(request)),
                now=now,
            )
            return Answer(status=HTTPStatus.OK, body=_shown(ended, now=now))

        return answer_request_once(request=request, perform=end)


def _own(request: Request, budget_id: UUID) -> Budget:
    return queries.budget_of(tenant_ids=[own_organisation(request)], public_id=budget_id)


def _tag(budget: Budget) -> str:
    return etag_of(budget.public_id, budget.version)


def _terms(body: dict[str, Any]) -> BudgetTerms:
    return BudgetTerms(
        name=body["name"],
        project=body["project"],
        is_term=body["kind"] == "term",
        first_month=body["first_month"],
        last_month=body["last_month"],
        amount_micro=Money.from_text(body["amount"]["amount"]).amount_micro,
        actual_percents=body["actual_percents"],
        forecast_percents=body["forecast_percents"],
        stops=body["stops"],
    )


def _shown(budget: Budget, *, now: datetime) -> dict[str, Any]:
    return dict(BudgetShown(standing_of(budget, now=now)).data)
