"""The operator's desk: what is sold as packages, from which capacity, by which offers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from compute_billing.catalogue import desk as catalogue
from compute_billing.packages import operations, queries
from compute_billing.packages.operations import OfferProposal
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal import figures
from portal.access import rights_of
from portal.exports import FileAnswer, wanted_kind
from portal.operator_desk import ActingView, DeskView, local_midnight
from portal.package_forms import CapacityForm, OfferForm
from portal.package_pages import TERM_KINDS, decision_of
from portal.package_tables import sales_tables
from portal.package_views import today
from portal.page_tables import drawn, file_of
from portal.price_views import APPROVERS
from portal.wording import worded


class SalesView(DeskView):
    """The calendar of capacity, packages that run, and offers that wait for somebody."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send one of the tables as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            tables = sales_tables(today=today(), now=utc_now())
            return file_of(request, tables, name="packages", kind=kind)
        return self.sales(request, form=_capacity_form(), status=200)

    def sales(self, request: HttpRequest, *, form: CapacityForm, status: int) -> HttpResponse:
        """Draw the page with a form of capacity."""
        tables = drawn(request, sales_tables(today=today(), now=utc_now()))
        return self.page(request, "packages.html", status=status, form=form, **tables)


class SetCapacityView(SalesView, ActingView):
    """Say how many cards of a cluster may be sold as packages."""

    http_method_names = ActingView.http_method_names
    allowed_staff_roles = ActingView.allowed_staff_roles

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set it, or say why that cannot be."""
        form = _capacity_form(request.POST)
        if not form.is_valid():
            return self.sales(request, form=form, status=422)
        said, offered = form.cleaned_data, catalogue.price_choices()
        try:
            operations.set_sellable(
                cluster_id=offered.clusters[said["cluster"]],
                meter_id=offered.meters[said["card_type"]],
                starts_on=said["starts_on"],
                ends_on=said["ends_on"],
                cards=said["cards"],
                actor=self.actor,
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(str(error.details.get("field", "cards")), _refusal(error))
            return self.sales(request, form=form, status=409)
        messages.success(request, _("The capacity is set."))
        return redirect("operator-packages")


class ProposeOfferView(ActingView):
    """Propose an offer; somebody else approves it."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.page(request, "package_propose.html", form=_offer_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose it, or say why that cannot be."""
        form = _offer_form(request.POST)
        if not form.is_valid():
            return self.page(request, "package_propose.html", status=422, form=form)
        try:
            draft = operations.propose_offer(
                proposal=_proposal(form.cleaned_data), maker_id=self.user_id, now=utc_now()
            )
        except DomainError as error:
            form.add_error(error.details.get("field"), _refusal(error))
            return self.page(request, "package_propose.html", status=409, form=form)
        messages.success(request, _("The offer is proposed. Somebody else approves it."))
        return redirect("operator-package-offer", draft_id=draft.public_id)


class OfferView(DeskView):
    """A proposed offer."""

    def get(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """Show it."""
        try:
            draft = queries.offer_draft(public_id=draft_id)
        except operations.UnknownOfferDraft as error:
            raise Http404 from error
        return self.page(
            request,
            "package_offer.html",
            draft=draft,
            price=figures.money(draft.price_micro),
            fee=figures.percent(draft.fee_ppm, 1_000_000),
            term=worded(TERM_KINDS, draft.term_kind),
            decision=decision_of(draft),
            is_own=draft.maker_id == self.user_id,
            may_approve=not APPROVERS.isdisjoint(rights_of(request).staff_roles),
        )


class DecideOfferView(ActingView):
    """Decides about the proposed offer that its address names."""

    allowed_staff_roles = APPROVERS

    def post(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """Decide, and lead back to it."""
        try:
            self.decide(draft_id)
        except operations.UnknownOfferDraft as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, _refusal(error))
        else:
            messages.success(request, _("It is decided."))
        return redirect("operator-package-offer", draft_id=draft_id)

    def decide(self, draft_id: UUID) -> None:
        """Decide about it."""
        raise NotImplementedError


class ApproveOfferView(DecideOfferView):
    """Publish an offer that somebody else proposed."""

    def decide(self, draft_id: UUID) -> None:
        """Approve it."""
        operations.approve_offer(draft_id=draft_id, approver_id=self.user_id, now=utc_now())


class RefuseOfferView(DecideOfferView):
    """Refuse an offer, or take one's own back."""

    def decide(self, draft_id: UUID) -> None:
        """Refuse it."""
        operations.refuse_offer(draft_id=draft_id, decider_id=self.user_id, now=utc_now())


def _capacity_form(data: Any = None) -> CapacityForm:
    offered = catalogue.price_choices()
    return CapacityForm(data, clusters=offered.cluster_names, card_types=offered.meters)


def _offer_form(data: Any = None) -> OfferForm:
    offered = catalogue.price_choices()
    return OfferForm(data, clusters=offered.cluster_names, card_types=offered.meters)


def _proposal(said: dict[str, Any]) -> OfferProposal:
    offered = catalogue.price_choices()
    return OfferProposal(
        cluster_id=offered.clusters[said["cluster"]],
        meter_id=offered.meters[said["card_type"]],
        term_kind=said["term_kind"],
        price_micro=said["price"],
        cards_min=said["cards_min"],
        tax_class=said["tax_class"],
        fee_ppm=said["fee"],
        valid_from=local_midnight(said["valid_from"]) or utc_now(),
    )


def _refusal(error: DomainError) -> str:
    if isinstance(error, operations.UnableToSetCapacity):
        if error.details.get("field") == "starts_on":
            return _("Name days from tomorrow on, the first before the last, within three years.")
        return _("More is sold on one of these days already, or the cluster has fewer cards.")
    if isinstance(error, operations.UnableToProposeOffer):
        if error.details.get("field") == "price":
            return _("A price is more than nothing, in whole fen.")
        return _("An offer holds from a day to come on.")
    if isinstance(error, operations.OfferDraftDecided):
        return _("It was decided already.")
    return _("Whoever proposed it does not approve it, or an offer of its kind begins later.")
