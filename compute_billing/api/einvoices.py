"""E-invoices (数电票) as their buyer asks for and reads them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import IDEMPOTENCY_KEY, ONCE_UNREADABLE, answer_request_once
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import CardSecondsField, FenField
from compute_billing.api.invoice_titles import KEEPERS
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.data_file import rate_text
from compute_billing.einvoices.queries import EInvoice
from kernel.clock import utc_now
from kernel.idempotency import Answer

KINDS = ("special", "ordinary")


class EInvoiceShown(serializers.Serializer[EInvoice]):
    """A 数电票, blue or red; amounts are whole fen above zero, a red one takes them back."""

    id = serializers.UUIDField(source="public_id")
    document_no = serializers.CharField(help_text="By which issuer and tax bureau know it.")
    colour = serializers.ChoiceField(["blue", "red"])
    kind = serializers.ChoiceField(KINDS, help_text="专票 or 普票.")
    state = serializers.ChoiceField(queries.STATES)
    number = serializers.CharField(allow_null=True, help_text="20 digits, once it is issued.")
    issued_on = serializers.DateField(allow_null=True)
    refusal = serializers.CharField(allow_blank=True, help_text="Why it was refused.")
    issuer = serializers.CharField(source="issuer.code")
    title = serializers.CharField(source="title.name")
    title_uscc = serializers.CharField(source="title.uscc", allow_blank=True)
    remarks = serializers.CharField(allow_blank=True)
    amount = FenField(source="amount_fen", help_text="Without tax.")
    tax = FenField(source="tax_fen")
    total = FenField(source="total_fen", help_text="With tax.")
    corrects = serializers.UUIDField(
        source="corrects.public_id", allow_null=True, default=None, help_text="Of a red one."
    )
    invoices = serializers.SerializerMethodField(help_text="Its bills, or the credit note.")
    requested_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_invoices(self, one: EInvoice) -> list[UUID]:
        """Return the bills, of a red one the credit note."""
        if one.credit_note is not None:
            return [one.credit_note.public_id]
        return [bill.invoice.public_id for bill in one.bills.all()]


class EInvoiceLineShown(serializers.Serializer[Any]):
    """A line as it is printed."""

    item = serializers.CharField(source="item.name")
    tax_code = serializers.CharField(source="item.code")
    specification = serializers.CharField(allow_blank=True)
    quantity_card_seconds = CardSecondsField(source="quantity")
    amount = FenField(source="amount_fen", help_text="Without tax.")
    tax_rate = serializers.SerializerMethodField(help_text='"0.06"')
    tax = FenField(source="tax_fen")
    total = FenField(source="total_fen", help_text="With tax.")

    def get_tax_rate(self, line: Any) -> str:
        """Return the rate as a decimal."""
        return rate_text(line.rate_ppm)


class EInvoiceWithLinesShown(serializers.Serializer[Any]):
    """An e-invoice with its lines."""

    einvoice = EInvoiceShown()
    lines = EInvoiceLineShown(many=True)


class EInvoiceBody(serializers.Serializer[Any]):
    """Which bills of one issuer, which kind, in whose name."""

    invoices = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=24)
    kind = serializers.ChoiceField(KINDS)
    title = serializers.UUIDField(help_text="From the title book.")
    remarks = serializers.CharField(required=False, max_length=100, default="")


class EInvoiceQuestion(PageQuestion):
    """Which e-invoices."""

    state = serializers.ChoiceField(queries.STATES, required=False)


class EInvoices(APIView):
    """E-invoices of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="einvoices_list",
        summary="E-invoices, the newest first",
        parameters=[EInvoiceQuestion],
        responses={200: page_of(EInvoiceShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them."""
        question = asked(request, EInvoiceQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.einvoice_page(
                tenant_ids=[own_organisation(request)],
                state=question.get("state", ""),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownEInvoice as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=EInvoiceShown,
            cursor=lambda one: encoded(str(one.public_id)),
        )

    @extend_schema(
        operation_id="einvoice_request",
        summary="Ask for the e-invoice of bills of one issuer",
        parameters=[IDEMPOTENCY_KEY],
        request=EInvoiceBody,
        responses={
            201: OpenApiResponse(EInvoiceShown, description="The request as it is now."),
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "already_invoiced: a bill has one; tax_item_missing: the issuer has set no tax "
                "code; einvoice_below_zero; idempotency_key_in_flight"
            ),
            (422, PROBLEM): problem(
                "unable_to_request_einvoice: bills, kind or title; "
                "idempotency_key_reused; invalid_request"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Write it down; the issuer is told, lines and title stay as they are now."""
        asked(request, Question)
        body = said(request, EInvoiceBody)
        return answer_request_once(request=request, perform=lambda: _ask(request, body))


def _ask(request: Request, body: dict[str, Any]) -> Answer:
    wish = operations.Wish(
        tenant_id=own_organisation(request),
        invoice_ids=body["invoices"],
        kind=body["kind"],
        title_id=body["title"],
        remarks=body["remarks"],
    )
    made = operations.request_einvoice(wish=wish, actor=actor_of(caller_of(request)), now=utc_now())
    shown = EInvoiceShown(_own(request, made.public_id)).data
    return Answer(
        status=HTTPStatus.CREATED,
        body={**shown, "invoices": [str(one) for one in shown["invoices"]]},
    )


class EInvoiceDetail(APIView):
    """One e-invoice."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="einvoice_retrieve",
        summary="An e-invoice with its lines",
        responses={200: EInvoiceWithLinesShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, einvoice_id: UUID) -> Response:
        """Return it as it is now."""
        asked(request, Question)
        found = _own(request, einvoice_id)
        shown: dict[str, Any] = {"einvoice": found, "lines": queries.lines_of(found)}
        return Response(EInvoiceWithLinesShown(shown).data)


class EInvoiceWithdrawal(APIView):
    """A request that is taken back."""

    access_by_method: ClassVar = {"POST": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="einvoice_withdraw",
        summary="Take a request back before it is handed to the tax bureau",
        request=None,
        responses={
            200: EInvoiceShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("unable_to_withdraw_einvoice: it has left, or is over."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, einvoice_id: UUID) -> Response:
        """Take it back; its bills are free again."""
        asked(request, Question)
        operations.withdraw_einvoice(
            tenant_id=own_organisation(request),
            public_id=einvoice_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return Response(EInvoiceShown(_own(request, einvoice_id)).data)


def _own(request: Request, public_id: UUID) -> EInvoice:
    return queries.einvoice_of(public_id=public_id, tenant_ids=[own_organisation(request)])
