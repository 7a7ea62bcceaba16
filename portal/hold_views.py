"""The desk of the buyer: what is set aside for his jobs."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compute_billing.audit.usage import UsageTenant
from compute_billing.ledger.hold_reading import HoldInWords, parts_of_hold, tenants_holds
from portal.access import BILL_READERS, USAGE_READERS, rights_of, viewer
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.hold_pages import (
    HOLD_COLUMNS,
    PART_COLUMNS,
    STATES,
    hold_cells,
    hold_page,
    holds_table,
    part_cells,
)
from portal.tenant_view import TenantPage, TenantView

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500


class HoldReadersView(TenantView):
    """A page about a tenant's holds."""

    allowed_roles = USAGE_READERS.allowed_roles
    allowed_staff_roles = USAGE_READERS.allowed_staff_roles


class HoldsView(HoldReadersView, TenantPage):
    """A tenant's holds, the newest first."""

    template = "portal/holds.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return a page of them."""
        state, after = _state(request), _after(request)
        found = _holds(tenant, state=state, after=after, limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        return {
            "page": {"tenant": tenant},
            "table": holds_table(shown),
            "states": [(name, words) for name, (words, _state, _used) in STATES.items()],
            "state": state,
            "address": urlencode({"tenant": tenant.code, **({"state": state} if state else {})}),
            "cursor": shown[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": after is None,
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return all of them, filtered as the page is."""
        return file_response(
            name=f"holds-{tenant.code}",
            kind=kind,
            columns=HOLD_COLUMNS,
            rows=(hold_cells(hold) for hold in _every(tenant, state=_state(request))),
        )


class HoldView(HoldReadersView):
    """A hold, and on which lots it lies."""

    def get(self, request: HttpRequest, hold_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its parts."""
        kind = wanted_kind(request)
        found = tenants_holds(tenant_ids=self.viewer.tenant_ids, public_id=hold_id, limit=1)
        if not found:
            raise Http404
        parts = parts_of_hold(public_id=hold_id)
        if kind is not None:
            rows = (part_cells(part) for part in parts)
            return file_response(name=f"hold-{hold_id}", kind=kind, columns=PART_COLUMNS, rows=rows)
        tells_lots = viewer(rights=rights_of(request), rule=BILL_READERS) is not None
        page = hold_page(found[0], parts=parts, tells_lots=tells_lots)
        return render(request, "portal/hold.html", {"page": page})


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    if state and state not in STATES:
        raise Http404
    return state


def _after(request: HttpRequest) -> UUID | None:
    text = request.GET.get("cursor", "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _holds(tenant: UsageTenant, *, state: str, after: UUID | None, limit: int) -> list[HoldInWords]:
    _words, in_books, is_used = STATES[state] if state else (None, None, None)
    return tenants_holds(
        tenant_ids=[tenant.tenant_id], state=in_books, is_used=is_used, after=after, limit=limit
    )


def _every(tenant: UsageTenant, *, state: str) -> Iterator[HoldInWords]:
    after = None
    while page := _holds(tenant, state=state, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id
