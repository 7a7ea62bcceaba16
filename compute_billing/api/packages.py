"""Packages of cards (月租, 年包): what is offered, what it comes to, and what may become of it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import HEADER, answer_request_once
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.permissions import Role, Rule, Scope
from compute_billing.api.catalogue import CATALOGUE_READERS
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.package_shapes import (
    PackageDetailShown,
    PackageEndBody,
    PackageOfferShown,
    PackageOrderBody,
    PackageQuoteBody,
    PackageRenewalBody,
    PackageResizeBody,
    PackageShown,
    PlanShown,
)
from compute_billing.packages import operations, queries
from compute_billing.packages.queries import PackageOrder, Plan
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.money import Money

BUYERS: Final = Rule(
    required_scope=Scope.BILLING_WRITE, allowed_roles=frozenset({Role.OWNER, Role.FINANCE})
)
KEY: Final = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)
UNREADABLE: Final = {
    (400, PROBLEM): problem("malformed_request: not JSON; idempotency_key_missing"),
    (415, PROBLEM): problem("unsupported_media_type"),
}
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
UNQUOTED: Final = {
    (400, PROBLEM): problem("malformed_request: not JSON."),
    (415, PROBLEM): problem("unsupported_media_type"),
    (404, PROBLEM): problem("unknown_package"),
    (409, PROBLEM): problem("unable_to_change_package: it is over, or nothing would change."),
    (422, PROBLEM): problem(
        "invalid_request: a part is missing or malformed; unable_to_order_package: cards, days "
        "or terms out of bounds; unknown_package_offer"
    ),
}


class PackageOffers(APIView):
    """What is offered."""

    access_by_method: ClassVar = {"GET": CATALOGUE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_offers_list",
        summary="Offers of packages that hold now",
        parameters=[PageQuestion],
        responses={200: page_of(PackageOfferShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of offers by cluster and card type."""
        question = asked(request, PageQuestion)
        found = queries.offers(now=utc_now())
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            shown = [str(offer.public_id) for offer in found]
            found = found[shown.index(last) + 1 :] if last in shown else []
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=PackageOfferShown,
            cursor=lambda offer: encoded(str(offer.public_id)),
        )


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
        parameters=[KEY],
        request=PackageOrderBody,
        responses={201: PackageShown, **REFUSED, **UNREADABLE, **CONFLICTS, **UNSAID},
    )
    def post(self, request: Request) -> Response:
        """Order it, once for each key."""
        tenant_id, body = own_organisation(request), said(request, PackageOrderBody)

        def order() -> PackageOrder:
            return operations.order_package(
                tenant_id=tenant_id,
                offer_id=body["offer"],
                cards=body["cards"],
                terms=body["terms"],
                starts_on=body["starts_on"],
                **_act(request, body),
            )

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


class PackageResize(APIView):
    """More or fewer cards."""

    access_by_method: ClassVar = {"POST": BUYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_resize",
        summary="Have more or fewer cards from the next day on",
        parameters=[KEY],
        request=PackageResizeBody,
        responses={
            200: PackageShown,
            **REFUSED,
            **UNREADABLE,
            **NOT_FOUND,
            **CONFLICTS,
            **UNSAID,
        },
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """Resize it, once for each key."""
        key = _own(request, package_id)
        body = said(request, PackageResizeBody)
        return _done(
            request,
            lambda: operations.resize_package(cards=body["cards"], **key, **_act(request, body)),
        )


class PackageRenewal(APIView):
    """Going on."""

    access_by_method: ClassVar = {"POST": BUYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_renew",
        summary="Go on after the end, at the price that is offered now",
        parameters=[KEY],
        request=PackageRenewalBody,
        responses={
            200: PackageShown,
            **REFUSED,
            **UNREADABLE,
            **NOT_FOUND,
            **CONFLICTS,
            **UNSAID,
        },
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """Renew it, once for each key."""
        key = _own(request, package_id)
        body = said(request, PackageRenewalBody)
        return _done(
            request,
            lambda: operations.renew_package(terms=body["terms"], **key, **_act(request, body)),
        )


class PackageEnd(APIView):
    """An early end."""

    access_by_method: ClassVar = {"POST": BUYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_end",
        summary="End a package with the day, and get back what is left less the fee",
        parameters=[KEY],
        request=PackageEndBody,
        responses={
            200: PackageShown,
            **REFUSED,
            **UNREADABLE,
            **NOT_FOUND,
            **CONFLICTS,
            **UNSAID,
        },
    )
    def post(self, request: Request, package_id: UUID) -> Response:
        """End it, once for each key."""
        key = _own(request, package_id)
        body = said(request, PackageEndBody)
        return _done(request, lambda: operations.end_package(**key, **_act(request, body)))


def _own(request: Request, package_id: UUID) -> dict[str, Any]:
    """Return the key of a package of the caller's, before anything is said about the body."""
    tenant_id = own_organisation(request)
    queries.order(tenant_id=tenant_id, public_id=package_id)
    return {"tenant_id": tenant_id, "public_id": package_id}


def _act(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    caller = caller_of(request)
    actor = (
        Actor.user(caller.user_id or 0)
        if caller.api_key_id is None
        else Actor.api_key(caller.api_key_id)
    )
    expected = body.get("expected_amount")
    micro = None if expected is None else Money.from_text(expected["amount"]).amount_micro
    return {"actor": actor, "now": utc_now(), "expected_micro": micro}


def _done(
    request: Request, act: Callable[[], PackageOrder], *, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    def perform() -> Answer:
        return Answer(status=status, body=dict(PackageShown(act()).data))

    return answer_request_once(request=request, perform=perform)
