"""Packages of cards (月租, 年包): what an act comes to, and what may become of a package."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import IDEMPOTENCY_KEY, ONCE_UNREADABLE, answer_request_once
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.permissions import Role, Rule, Scope
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.package_shapes import (
    PackageDetailShown,
    PackageEndBody,
    PackageOrderBody,
    PackageQuoteBody,
    PackageRenewalBody,
    PackageResizeBody,
    PackageShown,
    PlanShown,
)
from compute_billing.packages import operations, queries
from compute_billing.packages.queries import PackageOrder, Plan
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.money import Money

BUYERS: Final = Rule(
    required_scope=Scope.BILLING_WRITE, allowed_roles=frozenset({Role.OWNER, Role.FINANCE})
)
CONFLICTS: Final = {
    (409, PROBLEM): problem(
        "package_capacity_exhausted: on some day too few cards are free; insufficient_balance; "
        "unable_to_pay; package_used_already: more was used than fewer cards would have given; "
        "package_quote_changed: not the `expected_amount`; unable_to_change_package: it is over, "
        "or nothing would change; idempotency_key_in_flight"
    )
}
UNSAID: Final = {
    (422, PROBLEM): problem(
        "invalid_request: a part is missing or malformed; unable_to_order_package: cards, days "
        "or terms out of bounds; unknown_package_offer; idempotency_key_reused"
    )
}
# What describes an act on a package.
ACT: Final[dict[str, Any]] = {
    "parameters": [IDEMPOTENCY_KEY],
    "responses": {
        200: PackageShown,
        **REFUSED,
        **ONCE_UNREADABLE,
        **NOT_FOUND,
        **CONFLICTS,
        **UNSAID,
    },
}
UNQUOTED: Final[dict[Any, Any]] = {
    **UNREADABLE,
    (404, PROBLEM): problem("unknown_package"),
    (409, PROBLEM): problem("unable_to_change_package: it is over, or nothing would change."),
    (422, PROBLEM): problem(
        "invalid_request: a part is missing or malformed; unable_to_order_package: cards, days "
        "or terms out of bounds; unknown_package_offer"
    ),
}


class PackageQuotes(APIView):
    """What something would come to."""

    access_by_method: ClassVar = {"POST": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_quote",
        summary="What an order, a resize, a renewal or an early end would come to",
        request=PackageQuoteBody,
        responses={200: PlanShown, **REFUSED, **UNQUOTED},
    )
    def post(self, request: Request) -> Response:
        """Return every figure of it; nothing is done."""
        tenant_id, body = own_organisation(request), said(request, PackageQuoteBody)
        return Response(PlanShown(_previewed(tenant_id, body)).data)


def _previewed(tenant_id: int, body: dict[str, Any]) -> Plan:
    now = utc_now()
    if body["act"] == "order":
        return queries.preview_order(
            offer_id=body["offer"],
            cards=body["cards"],
            terms=body["terms"],
            starts_on=body["starts_on"],
            now=now,
        )
    key: dict[str, Any] = {"tenant_id": tenant_id, "public_id": body["package"], "now": now}
    if body["act"] == "resize":
        return queries.preview_resize(cards=body["cards"], **key)
    if body["act"] == "renewal":
        return queries.preview_renewal(terms=body["terms"], **key)
    return queries.preview_end(**key)


class Packages(APIView):
    """The packages of the caller."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": BUYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="packages_list",
        summary="Packages, the newest first",
        parameters=[PageQuestion],
        responses={200: page_of(PackageShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of packages."""
        question, tenant_id = asked(request, PageQuestion), own_organisation(request)
        after = None
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            # Behind what is none of the caller's there is nothing.
            after = queries.place_of(tenant_id=tenant_id, public_id=uuid_of(last)) or 0
        found = queries.order_page(tenant_id=tenant_id, after=after, limit=question["limit"] + 1)
        return page(
            found,
            limit=question["limit"],
            shown=PackageShown,
            cursor=lambda order: encoded(str(order.public_id)),
        )

    @extend_schema(
        operation_id="package_order",
        summary="Order a package, and pay it from the wallet",
        parameters=[IDEMPOTENCY_KEY],
        request=PackageOrderBody,
        responses={201: PackageShown, **REFUSED, **ONCE_UNREADABLE, **CONFLICTS, **UNSAID},
    )
    def post(self, request: Request) -> Response:
        """Order it, once for each key."""
        tenant_id, body = own_organisation(request), said(request, PackageOrderBody)

        terms = {"offer_id": body.pop("offer"), **_terms(request, body)}

        def order() -> PackageOrder:
            return operations.order_package(tenant_id=tenant_id, **terms)

        return _done(request, order, status=HTTPStatus.CREATED)


class PackageDetail(APIView):
    """One package."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_retrieve",
        summary="A package, its card time by month, terms and changes",
        responses={200: PackageDetailShown, **REFUSED, **MALFORMED, **NOT_FOUND},
    )
    def get(self, request: Request, package_id: UUID) -> Response:
        """Return all of it."""
        asked(request, Question)
        found = queries.order(tenant_id=own_organisation(request), public_id=package_id)
        shown = {
            "package": found,
            "paid_ahead": found.account.balance.posted,
            "months": queries.months_of(order_id=found.pk),
            "terms": queries.terms_of(order_id=found.pk),
            "changes": queries.changes_of(order_id=found.pk),
        }
        return Response(PackageDetailShown(shown).data)


class PackageAct(APIView):
    """What a buyer does to a package of his, once for each key."""

    access_by_method: ClassVar = {"POST": BUYERS}
    throttle_classes = (ReadingThrottle,)

    def terms(
        self, request: Request, package_id: UUID, body: type[serializers.Serializer[Any]]
    ) -> dict[str, Any]:
        """Return the package and what is wanted; whose it is comes before anything of the body."""
        tenant_id = own_organisation(request)
        queries.order(tenant_id=tenant_id, public_id=package_id)
        wanted = _terms(request, said(request, body))
        return {"tenant_id": tenant_id, "public_id": package_id, **wanted}


class PackageResize(PackageAct):
    """More or fewer cards."""

    @extend_schema(
        operation_id="package_resize",
        summary="Have more or fewer cards from the next day on",
        request=PackageResizeBody,
        **ACT,
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """Resize it, once for each key."""
        terms = self.terms(request, package_id, PackageResizeBody)
        return _done(request, lambda: operations.resize_package(**terms))


class PackageRenewal(PackageAct):
    """Going on."""

    @extend_schema(
        operation_id="package_renew",
        summary="Go on after the end, at the price that is offered now",
        request=PackageRenewalBody,
        **ACT,
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """Renew it, once for each key."""
        terms = self.terms(request, package_id, PackageRenewalBody)
        return _done(request, lambda: operations.renew_package(**terms))


class PackageEnd(PackageAct):
    """An early end."""

    @extend_schema(
        operation_id="package_end",
        summary="End a package with the day, and get back what is left less the fee",
        request=PackageEndBody,
        **ACT,
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """End it, once for each key."""
        terms = self.terms(request, package_id, PackageEndBody)
        return _done(request, lambda: operations.end_package(**terms))


def _terms(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Return what a body says, with who acts, when, and the amount that he has seen."""
    wanted = dict(body)
    expected = wanted.pop("expected_amount", None)
    micro = None if expected is None else Money.from_text(expected["amount"]).amount_micro
    caller = caller_of(request)
    return {**wanted, "actor": actor_of(caller), "now": utc_now(), "expected_micro": micro}


def _done(
    request: Request, act: Callable[[], PackageOrder], *, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    def perform() -> Answer:
        return Answer(status=status, body=dict(PackageShown(act()).data))

    return answer_request_once(request=request, perform=perform)
