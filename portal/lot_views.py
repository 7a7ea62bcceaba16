"""The desk of the buyer: one lot, and every use that it paid."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.api_paging import decoded
from compute_billing.audit import lots
from compute_billing.audit.usage import UsageTenant, usage_tenants
from compute_billing.ledger.queries import Lot, find_lot
from kernel.clock import utc_now
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.lot_pages import COLUMNS, MOVEMENT_COLUMNS, lot_page, movement_cells, use_cells
from portal.operator_desk import address_of

PAGE_ROWS: Final = 50
# `?table=` of the file of what else moved.
MOVEMENTS: Final = "movements"
# A word that is none is looked up like any other, so that it takes as long.
NO_LOT: Final = ("", "", "", "")


class LotView(BillReadersView):
    """A lot with its terms, each charge that it paid, and what else moved in it."""

    def get(self, request: HttpRequest, word: str) -> HttpResponse | FileAnswer:
        """Show it, or send all that it paid, or what else moved, as a file."""
        kind = wanted_kind(request)
        tenant, lot = self._found(word)
        job = request.GET.get("job", "").replace("\0", "").strip()
        whose: dict[str, Any] = {
            "tenant_id": tenant.tenant_id,
            "account_id": lot.account_id,
            "job": job,
        }
        if kind is not None and request.GET.get("table") == MOVEMENTS:
            moved = lots.lot_movements(account_id=lot.account_id)
            rows = [movement_cells(movement, unit=lot.unit) for movement in moved]
            name = f"lot-{tenant.code}-{MOVEMENTS}"
            return file_response(name=name, kind=kind, columns=MOVEMENT_COLUMNS, rows=rows)
        if kind is not None:
            uses = (use_cells(use, unit=lot.unit) for use in lots.every_lot_use(**whose))
            return file_response(name=f"lot-{tenant.code}", kind=kind, columns=COLUMNS, rows=uses)
        found = lots.lot_uses(**whose, after=_place(request), limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        page = lot_page(
            lot,
            tenant=tenant,
            uses=shown,
            movements=lots.lot_movements(account_id=lot.account_id),
            now=utc_now(),
        )
        cursor = _cursor(shown[-1]) if len(found) > PAGE_ROWS else ""
        is_first = not request.GET.get("cursor")
        context = {
            "page": page,
            "cursor": cursor,
            "is_first": is_first,
            "job": job,
            "address": address_of({"job": job}),
        }
        return render(request, "portal/lot.html", context)

    def _found(self, word: str) -> tuple[UsageTenant, Lot]:
        code, stage, reference, unit = decoded(word, parts=4) or NO_LOT
        for tenant in usage_tenants(tenant_ids=self.viewer.tenant_ids):
            if tenant.code == code:
                lot = find_lot(
                    tenant_id=tenant.tenant_id, stage=stage, reference=reference, unit=unit
                )
                if lot is not None:
                    return tenant, lot
        raise Http404


def _cursor(use: lots.LotUse) -> str:
    return f"{use.recorded_month.isoformat()}.{use.charge_id}"


def _place(request: HttpRequest) -> lots.UseKey | None:
    text = request.GET.get("cursor", "")
    if not text:
        return None
    month, _dot, charge_id = text.partition(".")
    try:
        return lots.use_key(month, charge_id)
    except ValueError as error:
        raise Http404 from error
