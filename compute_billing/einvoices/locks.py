"""Row locks of e-invoices. Order: the blue one, then the red one, then counters by line."""

from collections.abc import Collection
from uuid import UUID

from compute_billing.einvoices.models import EInvoice, EInvoiceReversed, InvoiceTitle, State
from kernel.transactions import transaction_required


@transaction_required
def lock_einvoice(public_id: UUID, *, tenant_id: int | None = None) -> EInvoice | None:
    """Lock an e-invoice, of a tenant where one is named; of a red one, its blue one first."""
    known = EInvoice.objects.filter(public_id=public_id)
    if tenant_id is not None:
        known = known.filter(tenant_id=tenant_id)
    found = known.values("pk", "corrects_id").first()
    if found is None:
        return None
    if found["corrects_id"] is not None:
        EInvoice.objects.select_for_update().get(pk=found["corrects_id"])
    return EInvoice.objects.select_for_update().get(pk=found["pk"])


@transaction_required
def lock_requested(*, issuer_id: int) -> list[EInvoice]:
    """Lock what waits to be exported, in the order of its requests."""
    waiting = EInvoice.objects.filter(issuer_id=issuer_id, state=State.REQUESTED).order_by("pk")
    return list(waiting.select_for_update())


@transaction_required
def lock_counters(line_ids: Collection[int]) -> dict[int, EInvoiceReversed]:
    """Lock how much of blue lines is taken back."""
    counters = EInvoiceReversed.objects.filter(pk__in=line_ids).order_by("pk")
    return {counter.pk: counter for counter in counters.select_for_update()}


@transaction_required
def lock_titles(*, tenant_id: int) -> list[InvoiceTitle]:
    """Lock a tenant's title book: its default changes one at a time."""
    titles = InvoiceTitle.objects.filter(tenant_id=tenant_id).order_by("pk")
    return list(titles.select_for_update())
