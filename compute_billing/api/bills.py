"""Bills and months as their tenant reads them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    month_of_cursor,
    page,
    page_of,
    read_cursor,
    uuid_of,
)
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS, PAYER_KINDS, ValueShown
from compute_billing.api.fields import CardSecondsField, FenField, MoneyField, MonthField
from compute_billing.api.procurement import ProcurementShown
from compute_billing.einvoices import queries as invoiced
from compute_billing.invoices import queries
from compute_billing.invoices.procurement import procurement_on
from kernel.periods import month_text


class InvoiceQuestion(PageQuestion):
    """Which bills."""

    month = MonthField(required=False)


class InvoiceShown(serializers.Serializer[Any]):
    """A bill or credit note; gross = discount + net = discount + programme + paid + arrears."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(["bill", "credit_note"])
    number = serializers.SerializerMethodField(help_text="Gapless within the issuer's series.")
    issuer = serializers.CharField(source="issuer.code")
    month = MonthField(source="period")
    issued_at = serializers.DateTimeField()
    due_on = serializers.DateField(
        allow_null=True,
        help_text="When what was used on credit is to be paid; null where nothing was.",
    )
    quantity_card_seconds = CardSecondsField(source="quantity")
    gross = MoneyField()
    discount = MoneyField()
    net = MoneyField()
    tax = MoneyField(help_text="Within net.")
    programme = MoneyField()
    tenant_paid = MoneyField()
    arrears = MoneyField()
    total = FenField(source="total_fen", help_text="Whole fen.")
    carried = MoneyField(source="carried_micro", help_text="Below a fen, on the next bill.")

    def get_number(self, bill: Any) -> str:
        """Return the number as it is printed."""
        return f"{bill.series}-{bill.number:06d}"


class InvoiceTaxShown(serializers.Serializer[Any]):
    """The tax of one class on a bill."""

    tax_class = serializers.CharField()
    net = MoneyField()
    tax = MoneyField()


class InvoicePackageShown(serializers.Serializer[Any]):
    """What a line says of a package: cards bought, or given back below zero, and for which days."""

    id = serializers.UUIDField(source="package")
    number = serializers.CharField()
    contract = serializers.CharField(source="contract_no")
    cards = serializers.IntegerField()
    starts_on = serializers.DateField()
    last_on = serializers.DateField(help_text="Inclusive.")
    card_month_price = MoneyField(source="price_micro")


class InvoiceLineShown(ValueShown):
    """The charges of one price, project, cluster and payer, summed; or a change of a package."""

    usage_month = MonthField(help_text="Of a package: when it was bought or changed.")
    price_list = serializers.CharField(
        source="price.price_list", allow_blank=True, help_text="Empty: a package."
    )
    card_type = serializers.CharField(source="price.meter")
    cluster = serializers.CharField(allow_blank=True)
    band = serializers.CharField(
        source="price.band", allow_blank=True, help_text="Empty: a package."
    )
    unit_price = MoneyField(
        source="price.unit_price_micro",
        allow_null=True,
        help_text="Null: tiers say it, or a package.",
    )
    project = serializers.CharField(allow_blank=True, help_text="Empty: none.")
    payer_kind = serializers.ChoiceField(PAYER_KINDS)
    quantity_card_seconds = CardSecondsField(source="quantity")
    package = InvoicePackageShown(allow_null=True)


class InvoiceCreditShown(serializers.Serializer[Any]):
    """How much a line of a credit note takes back from a line of a bill."""

    line = serializers.IntegerField(source="position", help_text="Of the credit note, from 1.")
    bill = serializers.UUIDField()
    bill_number = serializers.CharField()
    bill_line = serializers.IntegerField(source="bill_position", help_text="Of the bill, from 1.")


class InvoicedShown(serializers.Serializer[Any]):
    """An e-invoice (数电票) that was asked for, the newest first; see /e-invoices."""

    id = serializers.UUIDField(source="public_id")
    colour = serializers.ChoiceField(["blue", "red"])
    state = serializers.ChoiceField(invoiced.STATES)
    number = serializers.CharField(allow_null=True, help_text="20 digits, once it is issued.")
    issued_on = serializers.DateField(allow_null=True)


class InvoiceWithLinesShown(serializers.Serializer[Any]):
    """A bill with its taxes and lines, a credit note also with the lines it takes back from."""

    invoice = InvoiceShown()
    taxes = InvoiceTaxShown(many=True)
    lines = InvoiceLineShown(many=True)
    credits = InvoiceCreditShown(many=True)
    einvoices = InvoicedShown(many=True)
    procurement = ProcurementShown(
        allow_null=True, help_text="What the buyer's purchase was called at issue."
    )


class MonthShown(serializers.Serializer[Any]):
    """A month; its totals are sealed when it is closed, and null before."""

    month = MonthField()
    state = serializers.ChoiceField(["open", "closed"])
    parked_reason = serializers.CharField(allow_blank=True, help_text="Why it cannot be closed.")
    closed_at = serializers.DateTimeField(allow_null=True)
    charge_count = serializers.IntegerField(allow_null=True)
    quantity_card_seconds = CardSecondsField(source="quantity", allow_null=True)
    gross = MoneyField(allow_null=True)
    discount = MoneyField(allow_null=True)
    programme = MoneyField(allow_null=True)
    tenant = MoneyField(allow_null=True)
    arrears = MoneyField(allow_null=True, help_text="Of the tenant's part.")


class Invoices(APIView):
    """Bills."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoices_list",
        summary="Bills of the own organisation",
        parameters=[InvoiceQuestion],
        responses={200: page_of(InvoiceShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of bills, the latest month first."""
        question = asked(request, InvoiceQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.invoice_page(
                tenant_id=own_organisation(request),
                month=question.get("month"),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownInvoice as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=InvoiceShown,
            cursor=lambda bill: encoded(str(bill.public_id)),
        )


class InvoiceDetail(APIView):
    """A bill with its lines."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invoice_retrieve",
        summary="A bill with its lines",
        responses={200: InvoiceWithLinesShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, invoice_id: UUID) -> Response:
        """Return the bill with taxes and lines."""
        asked(request, Question)
        bill, lines = queries.invoice_in_words(
            tenant_id=own_organisation(request), public_id=invoice_id
        )
        shown: dict[str, Any] = {
            "invoice": bill,
            "taxes": bill.taxes.all(),
            "lines": lines,
            "credits": queries.credits_on(bill),
            "procurement": procurement_on(bill),
            "einvoices": invoiced.einvoices_on(invoice_ids=[bill.pk])[bill.pk],
        }
        return Response(InvoiceWithLinesShown(shown).data)


class Months(APIView):
    """Billing months."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="months_list",
        summary="Billing months of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(MonthShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of months, the latest first."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        found = queries.month_page(
            tenant_id=own_organisation(request),
            after=month_of_cursor(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=MonthShown,
            cursor=lambda month: encoded(month_text(month.month)),
        )
