"""How busy clusters are: what runs now, and card time by day; an operator's own, or any."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import CardSecondsField, CardsField, MonthField
from compute_billing.api.operators import OperatorPageQuestion, operator_or_all
from compute_billing.metering import occupancy
from compute_billing.metering.occupancy import ClusterDay, ClusterNow
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.models import BillingMonth
from kernel.queries import billing_month, billing_month_at

CLUSTER_READERS: Final = Rule(
    required_scope=Scope.USAGE_READ,
    allowed_roles={Role.OWNER, Role.DEVELOPER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={Staff.OPERATOR, Staff.AUDITOR},
)


class UnknownCluster(DomainError):
    """The operator has no such cluster."""

    code = "unknown_cluster"


class ClusterDayQuestion(OperatorPageQuestion):
    """Which days."""

    month = MonthField(required=False, help_text="The present one, unless another is named.")
    card_type = serializers.CharField(required=False, max_length=64)


class ClusterBody(serializers.Serializer[ClusterNow]):
    """A cluster, and what runs on it as its source told last."""

    code = serializers.CharField()
    name = serializers.CharField()
    centre = serializers.CharField()
    cards = CardsField(source="milli_cards", allow_null=True, help_text="null: not known.")
    running_jobs = serializers.IntegerField()
    running_cards = CardsField(source="running_milli_cards")


class ClusterDayBody(serializers.Serializer[ClusterDay]):
    """Card time of a card type of a cluster on a day of the billing time zone."""

    card_type = serializers.CharField()
    day = serializers.DateField()
    quantity_card_seconds = CardSecondsField(source="quantity")


class Clusters(APIView):
    """Clusters of an operator; of all for staff."""

    access_by_method: ClassVar = {"GET": CLUSTER_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="clusters_list",
        summary="Clusters, their cards, and what runs on them",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(ClusterBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of clusters by code."""
        question = asked(request, OperatorPageQuestion)
        found = _clusters(operator_or_all(request, question))
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            found = [cluster for cluster in found if cluster.code > last]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=ClusterBody,
            cursor=lambda cluster: encoded(cluster.code),
        )


class ClusterDays(APIView):
    """Use of a cluster by day."""

    access_by_method: ClassVar = {"GET": CLUSTER_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="cluster_days_list",
        summary="Card time of a cluster by card type and day of a month",
        parameters=[ClusterDayQuestion],
        responses={200: page_of(ClusterDayBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of days with use, by card type and day."""
        question = asked(request, ClusterDayQuestion)
        _refuse_unknown(code, operator_id=operator_or_all(request, question))
        days = occupancy.cluster_days(month=_month(question.get("month")), cluster=code)
        wanted = question.get("card_type")
        found = [day for day in days if wanted is None or day.card_type == wanted]
        if "cursor" in question:
            last = _place(question["cursor"])
            found = [day for day in found if (day.card_type, day.day) > last]
        return page(
            sorted(found, key=lambda day: (day.card_type, day.day))[: question["limit"] + 1],
            limit=question["limit"],
            shown=ClusterDayBody,
            cursor=lambda day: encoded(day.card_type, day.day.isoformat()),
        )


def _clusters(operator_id: int | None) -> list[ClusterNow]:
    found = occupancy.clusters(operator_id=operator_id, now=utc_now())
    return sorted(found, key=lambda cluster: cluster.code)


def _refuse_unknown(code: str, *, operator_id: int | None) -> None:
    if code not in {cluster.code for cluster in _clusters(operator_id)}:
        message = "You have no such cluster."
        raise UnknownCluster(message)


def _month(named: date | None) -> BillingMonth:
    return billing_month_at(moment=utc_now()) if named is None else billing_month(month=named)


def _place(cursor: str) -> tuple[str, date]:
    card_type, day = read_cursor(cursor, parts=2)
    try:
        return card_type, date.fromisoformat(day)
    except ValueError:
        raise CursorMalformed from None
