"""An organisation's title book (抬头簿), kept by its owners and its finance."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.permissions import Role
from accounts.uscc import MalformedUscc
from compute_billing.einvoices import operations, queries
from kernel.clock import utc_now
from portal.einvoice_forms import TITLE_FIELDS, TitleForm
from portal.einvoice_pages import TITLE_COLUMNS, title_cells, titles_table
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.organisation import OrganisationView

KEEPERS: Final = frozenset({Role.OWNER, Role.FINANCE})


class TitleBookView(OrganisationView):
    """A page of the book."""

    allowed_roles = KEEPERS

    def said(self, form: TitleForm) -> operations.TitleSaid:
        """Return what the form says."""
        return operations.TitleSaid(**{name: form.cleaned_data[name] for name in TITLE_FIELDS})


def _note(form: TitleForm, error: Exception) -> None:
    if isinstance(error, MalformedUscc):
        form.add_error("uscc", _("This credit code is wrong: look for a typing error."))
    else:
        form.add_error(None, _("The title cannot be kept: shorten it, or retire others first."))


class TitlesView(TitleBookView):
    """All titles, and the form that adds one."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        organisation = self.own(code)
        kind, text = wanted_kind(request), looked_for(request)
        found = narrowed(
            queries.titles_of(tenant_id=organisation.pk),
            table_of=lambda titles: titles_table(titles, code=code),
            text=text,
        )
        if kind is not None:
            rows = title_cells(found)
            return file_response(name=f"titles-{code}", kind=kind, columns=TITLE_COLUMNS, rows=rows)
        first = {"name": organisation.name, "uscc": organisation.uscc or ""}
        return self._page(request, organisation, form=TitleForm(initial=first), status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Add one, or tell what is wrong."""
        organisation, form = self.own(code), TitleForm(request.POST)
        if form.is_valid():
            try:
                operations.add_title(
                    tenant_id=organisation.pk,
                    said=self.said(form),
                    is_default=False,
                    actor=self.actor,
                    now=utc_now(),
                )
            except (operations.UnableToKeepTitle, MalformedUscc) as error:
                _note(form, error)
            else:
                messages.success(request, _("The title stands in the book."))
                return redirect("invoice-titles", code=code)
        return self._page(request, organisation, form=form, status=422)

    def _page(
        self, request: HttpRequest, organisation: Organisation, *, form: TitleForm, status: int
    ) -> HttpResponse:
        text = looked_for(request)
        every = queries.titles_of(tenant_id=organisation.pk)
        found = narrowed(
            every, table_of=lambda titles: titles_table(titles, code=organisation.code), text=text
        )
        context = {
            "table": titles_table(found, code=organisation.code),
            "has_titles": bool(every),
            "text": text,
            "address": address_of({"text": text}),
            "form": form,
        }
        return self.page(
            request,
            "portal/titles.html",
            organisation=organisation,
            context=context,
            status=status,
        )


class TitleView(TitleBookView):
    """A title, to be changed, offered first or retired."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str, title_id: UUID) -> HttpResponse:
        """Show it."""
        organisation = self.own(code)
        title = _known(organisation, title_id)
        form = TitleForm(initial={name: getattr(title, name) for name in TITLE_FIELDS})
        return self._page(request, organisation, title=title, form=form, status=200)

    def post(self, request: HttpRequest, code: str, title_id: UUID) -> HttpResponse:
        """Let it say something else, or tell what is wrong."""
        organisation, form = self.own(code), TitleForm(request.POST)
        title = _known(organisation, title_id)
        if form.is_valid():
            try:
                operations.change_title(
                    tenant_id=organisation.pk,
                    title_id=title_id,
                    said=self.said(form),
                    actor=self.actor,
                    now=utc_now(),
                )
            except (operations.UnableToKeepTitle, MalformedUscc) as error:
                _note(form, error)
            else:
                messages.success(request, _("Changed: requests to come say it so."))
                return redirect("invoice-titles", code=code)
        return self._page(request, organisation, title=title, form=form, status=422)

    def _page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        *,
        title: queries.Title,
        form: TitleForm,
        status: int,
    ) -> HttpResponse:
        context = {"title": title, "form": form}
        return self.page(
            request, "portal/title.html", organisation=organisation, context=context, status=status
        )


class DefaultTitleView(TitleBookView):
    """Offer a title first."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, title_id: UUID) -> HttpResponse:
        """Do it; one of another book is absent."""
        organisation = self.own(code)
        _known(organisation, title_id)
        operations.make_default(
            tenant_id=organisation.pk, title_id=title_id, actor=self.actor, now=utc_now()
        )
        messages.success(request, _("It is offered first from now on."))
        return redirect("invoice-titles", code=code)


class RetireTitleView(TitleBookView):
    """Take a title out of use."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, title_id: UUID) -> HttpResponse:
        """Do it; one of another book is absent."""
        organisation = self.own(code)
        _known(organisation, title_id)
        operations.retire_title(
            tenant_id=organisation.pk, title_id=title_id, actor=self.actor, now=utc_now()
        )
        messages.success(request, _("The title is out of use; invoices keep it."))
        return redirect("invoice-titles", code=code)


def _known(organisation: Organisation, title_id: UUID) -> queries.Title:
    try:
        return queries.title_of(tenant_id=organisation.pk, public_id=title_id)
    except queries.UnknownTitle as error:
        raise Http404 from error
