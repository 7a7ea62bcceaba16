"""Documents of bills, to be kept by people."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS
from compute_billing.invoices import documents

PDF: Final = "application/pdf"


class PdfRenderer(BaseRenderer):
    """Lets a client ask for a PDF by name; the view sends the bytes itself."""

    media_type = PDF
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_context: Any, **_more: Any) -> bytes:
        """Say what went wrong as JSON, whatever was asked for."""
        return JSONRenderer().render(data)


class DocumentQuestion(Question):
    """In which language."""

    language = serializers.ChoiceField(documents.LANGUAGES, default="zh")


class InvoiceDocument(APIView):
    """A bill as a PDF."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="invoice_document",
        summary="A bill as a PDF, the same bytes whenever it is asked for",
        parameters=[DocumentQuestion],
        responses={
            (200, PDF): OpenApiResponse(
                OpenApiTypes.BINARY,
                description="PDF/A-2b.",
                examples=[OpenApiExample("The file", value="%PDF-1.7 …", media_type=PDF)],
            ),
            **REFUSED,
            **NOT_FOUND,
            **MALFORMED,
        },
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        """Return the document."""
        question = asked(request, DocumentQuestion)
        document = documents.bill_document(
            tenant_id=own_organisation(request),
            public_id=invoice_id,
            language=question["language"],
        )
        return HttpResponse(
            document.content,
            content_type=PDF,
            headers={"Content-Disposition": f'attachment; filename="{document.name}"'},
        )
