"""The buyer's e-invoices (数电票): what was asked for, asking for more, and taking it back."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Role
from compute_billing.audit.usage import UsageTenant
from compute_billing.einvoices import operations, queries
from kernel.clock import utc_now
from portal.access import BILL_READERS, rights_of
from portal.einvoice_forms import RequestForm
from portal.einvoice_pages import (
    EINVOICE_COLUMNS,
    LINE_COLUMNS,
    STATES,
    bill_number,
    einvoice_cells,
    einvoice_page,
    einvoices_table,
    line_cells,
    lines_table,
)
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.operator_desk import address_of, chosen_texts
from portal.tenant_view import TenantPage, TenantView

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
MONEY_ROLES: Final = frozenset({Role.OWNER, Role.FINANCE})
FAULTS: Final = {"invoices": "bills", "kind": "kind", "title": "title", "remarks": "remarks"}


class ReadersView(TenantView):
    """A page about a tenant's e-invoices."""

    allowed_roles = BILL_READERS.allowed_roles
    allowed_staff_roles = BILL_READERS.allowed_staff_roles

    def may_ask(self, tenant_id: int) -> bool:
        """Say whether the viewer asks for invoices of this tenant."""
        roles = rights_of(self.request).roles_by_organisation.get(tenant_id, frozenset())
        return not roles.isdisjoint(MONEY_ROLES)


class EInvoicesView(ReadersView, TenantPage):
    """A tenant's e-invoices, the newest first, above the bills that have none."""

    template = "portal/einvoices.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return a page of them."""
        chosen, cursor = _chosen(request), request.GET.get("cursor", "")
        found = _page(tenant, chosen, after=_uuid(cursor), limit=PAGE_ROWS + 1)
        rows = found[:PAGE_ROWS]
        return {
            "tenant": tenant,
            "page": {"tenant": tenant},
            "table": einvoices_table(rows, page="einvoice", shows_tenant=False),
            "states": list(STATES.items()),
            "chosen": chosen,
            "address": address_of({"tenant": tenant.code, **chosen}),
            "cursor": rows[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": not cursor,
            "open_bills": len(queries.open_bills(tenant_id=tenant.tenant_id)),
            "may_ask": self.may_ask(tenant.tenant_id),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return all of them, filtered as the page is."""
        return file_response(
            name=f"e-invoices-{tenant.code}",
            kind=kind,
            columns=EINVOICE_COLUMNS,
            rows=einvoice_cells(_every(tenant, _chosen(request))),
        )


def _chosen(request: HttpRequest) -> dict[str, str]:
    chosen = chosen_texts(request, ("state",))
    if chosen["state"] not in {"", *STATES}:
        raise Http404
    return chosen


def _page(
    tenant: UsageTenant, chosen: dict[str, str], *, after: UUID | None, limit: int
) -> list[Any]:
    try:
        return list(
            queries.einvoice_page(
                tenant_ids=[tenant.tenant_id], state=chosen["state"], after=after, limit=limit
            )
        )
    except queries.UnknownEInvoice as error:
        raise Http404 from error


def _every(tenant: UsageTenant, chosen: dict[str, str]) -> Iterator[Any]:
    after = None
    while page := _page(tenant, chosen, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


class EInvoiceView(ReadersView):
    """One e-invoice with its lines."""

    def get(self, request: HttpRequest, einvoice_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its lines."""
        try:
            found = queries.einvoice_of(public_id=einvoice_id, tenant_ids=self.viewer.tenant_ids)
        except queries.UnknownEInvoice as error:
            raise Http404 from error
        kind, lines = wanted_kind(request), queries.lines_of(found)
        sign = -1 if found.colour == queries.Colour.RED else 1
        if kind is not None:
            rows, name = line_cells(lines, sign=sign), f"e-invoice-{found.document_no}"
            return file_response(name=name, kind=kind, columns=LINE_COLUMNS, rows=rows)
        is_own = self.may_ask(found.tenant_id)
        context = {
            "page": einvoice_page(found, queries.red_letters_of(found)),
            "table": lines_table(lines, sign=sign),
            "may_withdraw": is_own and found.state == queries.State.REQUESTED and sign > 0,
            "may_ask_again": is_own and found.state == queries.State.REFUSED and sign > 0,
        }
        return render(request, "portal/einvoice.html", context)


class WithdrawView(ReadersView):
    """Take a request back before it leaves."""

    http_method_names = ["post", "options"]
    allowed_roles = MONEY_ROLES
    allowed_staff_roles = ()

    def post(self, request: HttpRequest, einvoice_id: UUID) -> HttpResponse:
        """Do it, or say that it has left."""
        try:
            found = queries.einvoice_of(public_id=einvoice_id, tenant_ids=self.viewer.tenant_ids)
            operations.withdraw_einvoice(
                tenant_id=found.tenant_id, public_id=einvoice_id, actor=self.actor, now=utc_now()
            )
        except queries.UnknownEInvoice as error:
            raise Http404 from error
        except operations.UnableToWithdraw:
            messages.error(request, _("It was handed to the tax bureau already: ask the issuer."))
        else:
            messages.success(request, _("Taken back: its bills are free again."))
        return redirect("einvoice", einvoice_id)


class RequestView(ReadersView):
    """Ask for an e-invoice."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_roles = MONEY_ROLES
    allowed_staff_roles = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, with the bill chosen that the address names."""
        tenant = self._tenant(request)
        bill = request.GET.get("bill", "")
        first = {"bills": [bill] if bill else []}
        return self._form_page(request, tenant, form=_form(tenant, initial=first), status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, or tell what is wrong and keep what was typed."""
        tenant = self._tenant(request)
        form = _form(tenant, request.POST)
        if not form.is_valid():
            return self._form_page(request, tenant, form=form, status=422)
        told = form.cleaned_data
        wish = operations.Wish(
            tenant_id=tenant.tenant_id,
            invoice_ids=[UUID(bill) for bill in told["bills"]],
            kind=told["kind"],
            title_id=UUID(told["title"]),
            remarks=told["remarks"],
        )
        try:
            made = operations.request_einvoice(wish=wish, actor=self.actor, now=utc_now())
        except operations.UnableToRequestEInvoice as error:
            field = FAULTS[error.details["field"]]
            form.add_error(field, _refusals()[field])
        except operations.UnableToInvoiceCredit:
            form.add_error("bills", _("More is taken back than sold: take a later bill along."))
        except operations.TaxItemMissing:
            form.add_error(None, _("The issuer has not set its tax codes yet: ask it to."))
        except operations.AlreadyInvoiced:
            form.add_error("bills", _("Somebody asked for one of these bills meanwhile."))
        else:
            messages.success(request, _("Asked for: the issuer was told."))
            return redirect("einvoice", made.public_id)
        return self._form_page(request, tenant, form=form, status=422)

    def _tenant(self, request: HttpRequest) -> UsageTenant:
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def _form_page(
        self, request: HttpRequest, tenant: UsageTenant, *, form: RequestForm, status: int
    ) -> HttpResponse:
        context = {
            "tenant": tenant,
            "form": form,
            "has_titles": bool(form.fields["title"].choices),  # type: ignore[attr-defined]
            "has_bills": bool(form.fields["bills"].choices),  # type: ignore[attr-defined]
        }
        return render(request, "portal/einvoice_request.html", context, status=status)


def _refusals() -> dict[str, str]:
    return {
        "bills": _("Choose bills of one issuer that come to money."),
        "kind": _("Choose a kind."),
        "title": _(
            "A special invoice goes to the buyer himself, for what is taxed: choose the title "
            "with the credit code of your organisation, or an ordinary invoice."
        ),
        "remarks": _("Remarks have up to 100 characters."),
    }


def _form(tenant: UsageTenant, data: Any = None, **options: Any) -> RequestForm:
    bills = queries.open_bills(tenant_id=tenant.tenant_id)
    return RequestForm(
        data,
        bills=[(str(bill.public_id), _bill_words(bill)) for bill in bills],
        titles=[
            (str(title.public_id), f"{title.name} {title.uscc}".strip())
            for title in queries.titles_of(tenant_id=tenant.tenant_id)
        ],
        **options,
    )


def _bill_words(bill: Any) -> str:
    total = f"{bill.total_fen // 100:,}.{bill.total_fen % 100:02d}"
    return f"{bill_number(bill)} · {bill.issuer.name} · ¥ {total}"
