"""The title book (抬头簿) of the own organisation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.permissions import Role, Rule, Scope
from compute_billing.api.charges import BILLING_READERS
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.queries import Title
from kernel.clock import utc_now

KEEPERS: Final = Rule(
    required_scope=Scope.BILLING_WRITE, allowed_roles=frozenset({Role.OWNER, Role.FINANCE})
)
UNKEPT: Final[dict[Any, Any]] = {
    (409, PROBLEM): problem("unable_to_keep_title: too long, too many, or of a sandbox."),
    (422, PROBLEM): problem("malformed_uscc: a check character is wrong; invalid_request"),
}


class InvoiceTitleBody(serializers.Serializer[Any]):
    """What stands on an invoice about its buyer."""

    name = serializers.CharField(max_length=200)
    uscc = serializers.CharField(
        required=False, max_length=18, help_text="Without it for ordinary invoices alone."
    )
    address = serializers.CharField(required=False, max_length=200)
    phone = serializers.CharField(required=False, max_length=50)
    bank = serializers.CharField(required=False, max_length=100)
    bank_account = serializers.CharField(required=False, max_length=64)
    email = serializers.EmailField(required=False, help_text="Where the invoice is delivered.")
    mobile = serializers.CharField(required=False, max_length=20)


class InvoiceTitleShown(serializers.Serializer[Title]):
    """A title as it is now; an e-invoice keeps the version it was asked for with."""

    id = serializers.UUIDField(source="public_id")
    is_default = serializers.BooleanField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    uscc = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    bank = serializers.CharField(allow_blank=True)
    bank_account = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    mobile = serializers.CharField(allow_blank=True)


class InvoiceTitlesShown(serializers.Serializer[Any]):
    """The book, the default first."""

    data = InvoiceTitleShown(many=True)  # type: ignore[assignment]


class InvoiceTitles(APIView):
    """Titles in use."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoice_titles_list",
        summary="The title book",
        responses={200: InvoiceTitlesShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return all titles in use."""
        asked(request, Question)
        found = queries.titles_of(tenant_id=own_organisation(request))
        return Response(InvoiceTitlesShown({"data": found}).data)

    @extend_schema(
        operation_id="invoice_title_create",
        summary="Add a title; the first one is the default",
        request=InvoiceTitleBody,
        responses={
            201: OpenApiResponse(InvoiceTitleShown, description="The title."),
            **UNREADABLE,
            **REFUSED,
            **UNKEPT,
        },
    )
    def post(self, request: Request) -> Response:
        """Write it down."""
        asked(request, Question)
        title = operations.add_title(
            tenant_id=own_organisation(request),
            said=operations.TitleSaid(**said(request, InvoiceTitleBody)),
            is_default=False,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return _shown(request, title.public_id, status=HTTPStatus.CREATED)


class InvoiceTitleDetail(APIView):
    """One title."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoice_title_retrieve",
        summary="One title",
        responses={200: InvoiceTitleShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, title_id: UUID) -> Response:
        """Return it."""
        asked(request, Question)
        return _shown(request, title_id)

    @extend_schema(
        operation_id="invoice_title_change",
        summary="Let a title say something else from now on",
        request=InvoiceTitleBody,
        responses={200: InvoiceTitleShown, **UNREADABLE, **REFUSED, **NOT_FOUND, **UNKEPT},
    )
    def post(self, request: Request, title_id: UUID) -> Response:
        """Write the next version down; what is not said is empty."""
        asked(request, Question)
        operations.change_title(
            tenant_id=own_organisation(request),
            title_id=title_id,
            said=operations.TitleSaid(**said(request, InvoiceTitleBody)),
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return _shown(request, title_id)


class InvoiceTitleDefault(APIView):
    """Which title is offered first."""

    access_by_method: ClassVar = {"POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoice_title_make_default",
        summary="Offer a title first",
        request=None,
        responses={200: InvoiceTitleShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def post(self, request: Request, title_id: UUID) -> Response:
        """Do it."""
        asked(request, Question)
        operations.make_default(
            tenant_id=own_organisation(request),
            title_id=title_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return _shown(request, title_id)


class InvoiceTitleRetirement(APIView):
    """Titles out of use."""

    access_by_method: ClassVar = {"POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoice_title_retire",
        summary="Take a title out of use; invoices keep it",
        request=None,
        responses={200: InvoiceTitlesShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def post(self, request: Request, title_id: UUID) -> Response:
        """Do it, and return those that are left."""
        asked(request, Question)
        tenant_id = own_organisation(request)
        operations.retire_title(
            tenant_id=tenant_id,
            title_id=title_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        found = queries.titles_of(tenant_id=tenant_id)
        return Response(InvoiceTitlesShown({"data": found}).data)


def _shown(request: Request, title_id: UUID, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    title = queries.title_of(tenant_id=own_organisation(request), public_id=title_id)
    return Response(InvoiceTitleShown(title).data, status=status)
