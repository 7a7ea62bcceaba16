"""The issuer's desk of e-invoices: the tax codes under which issuers sell."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compute_billing.einvoices import operations, queries
from kernel.clock import utc_now
from portal.einvoice_desk_views import DeskReadersView
from portal.einvoice_forms import ItemForm
from portal.einvoice_item_pages import item_cells, items_table
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of

ITEM_COLUMNS: Final = ("issuer", "tax_class", "item", "tax_code", "preference", "version")


class ItemsView(DeskReadersView):
    """The tax codes under which issuers sell, and the form that sets one."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            rows = item_cells(self._found(request))
            return file_response(name="tax-codes", kind=kind, columns=ITEM_COLUMNS, rows=rows)
        return self._page(request, form=ItemForm(issuers=self.issuers()), status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set one, or tell what is wrong.

        Raises:
            PermissionDenied: who only reads.
        """
        if not self.may_act:
            raise PermissionDenied
        form = ItemForm(request.POST, issuers=self.issuers())
        if not form.is_valid():
            return self._page(request, form=form, status=422)
        told = form.cleaned_data
        try:
            operations.set_tax_item(
                issuer_id=self.issuer_id(told["issuer"]) or 0,
                tax_class=told["tax_class"],
                name=told["name"],
                code=told["code"],
                preference=told["preference"],
                actor=self.actor,
                now=utc_now(),
            )
        except operations.UnableToSetTaxItem:
            form.add_error(None, _("Somebody was faster: look again."))
            return self._page(request, form=form, status=422)
        messages.success(request, _("Set: requests from now on say it so."))
        return redirect("einvoice-items")

    def _found(self, request: HttpRequest) -> list[Any]:
        items = queries.items_of(issuer_ids=self.issuer_ids)
        return narrowed(items, table_of=items_table, text=looked_for(request))

    def _page(self, request: HttpRequest, *, form: ItemForm, status: int) -> HttpResponse:
        text = looked_for(request)
        context = {
            "table": items_table(self._found(request)),
            "text": text,
            "address": address_of({"text": text}),
            "may_act": self.may_act and bool(self.issuers()),
            "form": form,
        }
        return render(request, "portal/einvoice_items.html", context, status=status)
