"""Documents of bills: what people and their accountants keep. Rendered on demand, never stored.

All that a document says is on rows that never change, so each rendering gives the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Organisation
from compute_billing.invoices.models import Invoice
from compute_billing.invoices.printed import Head, Party, PrintedTax, Sums, printed_bill
from compute_billing.invoices.procurement import procurement_on
from compute_billing.invoices.queries import credits_on, invoice_in_words
from kernel.periods import month_text
from kernel.rendering import LANGUAGES, rendered

__all__ = ["LANGUAGES", "BillDocument", "bill_document"]

FORM: Final = Path(__file__).parent / "forms" / "bill.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    """A PDF and what to call it."""

    name: str
    content: bytes


def bill_document(*, tenant_id: int, public_id: UUID, language: str) -> BillDocument:
    """Return a tenant's bill or credit note as a PDF in "zh" or "en".

    Raises:
        UnknownInvoice: the tenant has no such bill.
    """
    bill, lines = invoice_in_words(tenant_id=tenant_id, public_id=public_id)
    said = printed_bill(
        head=_head(bill),
        lines=lines,
        taxes=[
            PrintedTax(tax_class=tax.tax_class, net=tax.net, tax=tax.tax)
            for tax in sorted(bill.taxes.all(), key=lambda tax: tax.tax_class)
        ],
        sums=Sums(
            gross=bill.gross,
            discount=bill.discount,
            net=bill.net,
            total_fen=bill.total_fen,
            carried_micro=bill.carried_micro,
        ),
        taken_back=credits_on(bill),
        procurement=() if (bought := procurement_on(bill)) is None else bought.said,
        language=language,
    )
    return BillDocument(
        name=f"{said['kind'].replace('_', '-')}-{said['number']}-{language}.pdf",
        content=rendered(form=FORM, said=said, made_at=bill.issued_at),
    )


def _head(bill: Invoice) -> Head:
    issuer, tenant = bill.issuer, bill.tenant
    return Head(
        kind=bill.kind,
        number=f"{bill.series}-{bill.number:06d}",
        period=month_text(bill.period),
        issued_on=bill.issued_at.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date(),
        due_on=bill.due_on,
        issuer=_party(issuer, name=bill.issuer_name, uscc=bill.issuer_uscc),
        tenant=_party(tenant, name=bill.tenant_name, uscc=bill.tenant_uscc),
        document=str(bill.public_id),
        seal_head=bill.seal_head,
    )


def _party(organisation: Organisation, *, name: str, uscc: str) -> Party:
    """Return a party as it was at issue: who had no credit code then gets none by a later one."""
    if not name:
        # A bill from before bills kept names.
        return Party(name=organisation.name, uscc=organisation.uscc or "")
    return Party(name=name, uscc=uscc)
