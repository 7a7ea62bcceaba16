"""E-invoices for tests, made by the real operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from accounts.models import Organisation
from compute_billing.einvoices import operations
from compute_billing.einvoices.models import EInvoice, InvoiceTitle
from compute_billing.invoices.models import Invoice
from kernel.audit import Actor
from tests.builders.accounts import make_user
from tests.builders.market import NOW
from tests.builders.verification import make_uscc

SERVICE = "3040203000000000000"
ISSUED_ON = date(2026, 10, 10)

_numbers = count(1)


def make_title(tenant: Organisation, **overrides: Any) -> InvoiceTitle:
    """Write a title into a tenant's book; without a code it has a new one."""
    said = {"name": tenant.name, "uscc": make_uscc(), **overrides}
    return operations.add_title(
        tenant_id=tenant.pk,
        said=operations.TitleSaid(**said),
        is_default=False,
        actor=Actor.system(),
        now=NOW,
    )


def own_code(tenant: Organisation) -> str:
    """Give an organisation a credit code, before its bills are issued."""
    if tenant.uscc is None:
        tenant.uscc = make_uscc()
        tenant.save(update_fields=["uscc"])
    return tenant.uscc


def set_item(issuer: Organisation, *, tax_class: str = "vat_6", now: datetime = NOW) -> None:
    """Let an issuer sell what has a tax class as a service of computing."""
    operations.set_tax_item(
        issuer_id=issuer.pk,
        tax_class=tax_class,
        name="*信息技术服务*智能算力服务",
        code=SERVICE,
        actor=Actor.system(),
        now=now,
    )


def make_request(
    bills: Sequence[Invoice],
    *,
    kind: str = "ordinary",
    title: InvoiceTitle | None = None,
    remarks: str = "",
    now: datetime = NOW,
) -> EInvoice:
    """Ask for the e-invoice of bills."""
    chosen = title or make_title(bills[0].tenant)
    wish = operations.Wish(
        tenant_id=bills[0].tenant_id,
        invoice_ids=[bill.public_id for bill in bills],
        kind=kind,
        title_id=chosen.public_id,
        remarks=remarks,
    )
    return operations.request_einvoice(wish=wish, actor=Actor.system(), now=now)


def make_number(issued_on: date = ISSUED_ON) -> str:
    """Return a number that no e-invoice has."""
    return f"{issued_on:%y}112{next(_numbers):015d}"


def answer(einvoice: EInvoice, *, now: datetime = NOW, **said: Any) -> EInvoice:
    """Answer an e-invoice with a new number, or as said."""
    if not said:
        said = {"number": make_number(), "issued_on": ISSUED_ON}
    return operations.record_answer(
        issuer_ids=None,
        answer=operations.Answer(document_no=einvoice.document_no, **said),
        actor=Actor.system(),
        now=now,
    )


def make_issued(bills: Sequence[Invoice], **request: Any) -> EInvoice:
    """Ask for the e-invoice of bills, export it, and answer it with a number."""
    einvoice = make_request(bills, **request)
    now = request.get("now", NOW)
    operations.export_einvoices(issuer_id=einvoice.issuer_id, user_id=make_user().pk, now=now)
    return answer(einvoice, now=now)


def reverse(
    blue: EInvoice, *, note: Invoice | None = None, reason: str = "01", now: datetime = NOW
) -> EInvoice:
    """Ask for the red letter of a blue e-invoice."""
    return operations.request_red_letter(
        issuer_ids=None,
        correction=operations.Correction(
            blue_id=blue.public_id,
            credit_note_id=None if note is None else note.public_id,
            reason=reason,
        ),
        actor=Actor.system(),
        now=now,
    )


def invoice_world(operator: Organisation, *, now: datetime) -> None:
    """Let the bills of the small world be invoiced: one issued, one refused, one undone."""
    set_item(operator, now=now)
    alpha, beta = Invoice.objects.filter(issuer=operator, kind="bill").order_by("pk")[:2]
    blue = _issued_as(make_request([alpha], title=_fixed_title(alpha), now=now), serial=1, now=now)
    _issued_as(reverse(blue, now=now), serial=2, now=now)
    answer(make_request([beta], title=_fixed_title(beta), now=now), now=now, refusal="税号有误")
    _issued_as(make_request([alpha], title=_fixed_title(alpha), now=now), serial=3, now=now)
    make_request([beta], title=_fixed_title(beta), now=now)


def _fixed_title(bill: Invoice) -> InvoiceTitle:
    """Write a title down that is the same in every run; the code is the standard's own example."""
    return make_title(bill.tenant, name="示例科技有限公司", uscc="91350100M000100Y43")


def _issued_as(einvoice: EInvoice, *, serial: int, now: datetime) -> EInvoice:
    """Export an e-invoice and answer it with a number that is the same in every run."""
    operations.export_einvoices(issuer_id=einvoice.issuer_id, user_id=make_user().pk, now=now)
    number = f"{ISSUED_ON:%y}119{serial:015d}"
    return answer(einvoice, now=now, number=number, issued_on=ISSUED_ON)
