"""The operator's desk: prices, and price drafts that one proposes and another approves."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.catalogue import desk as catalogue
from compute_billing.catalogue import operations as prices
from compute_billing.catalogue.desk import PriceLine
from compute_billing.catalogue.operations import Proposal
from compute_billing.rating import draft_desk, drafts
from compute_billing.rating.draft_desk import DraftFilter, DraftLine, TenantEffect
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.money import Money
from kernel.periods import month_text
from kernel.quantities import card_seconds_text
from portal.access import rights_of
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import (
    ActingView,
    DeskView,
    address_of,
    chosen_texts,
    local_midnight,
)
from portal.price_forms import PriceForm, named_lists
from portal.price_pages import draft_page, drafts_table, effects_table, prices_table

# Money is finance's as much as the operator's: either may be the second pair of eyes.
APPROVERS: Final = frozenset({Staff.OPERATOR, Staff.FINANCE})
PRICE_COLUMNS: Final = (
    *("price_list", "list_kind", "customer_class", "card_type", "cluster", "band"),
    *("valid_from", "valid_until", "unit_price"),
)
DRAFT_COLUMNS: Final = (
    *("id", "price_list", "card_type", "cluster", "band", "valid_from", "former_unit_price"),
    *("unit_price", "reason", "made_at", "effect_month", "tenants", "gross_before"),
    *("gross_after", "decision", "decided_at"),
)
EFFECT_COLUMNS: Final = (
    *("tenant", "name", "quantity_card_seconds", "gross_before", "gross_after", "difference"),
)


class PricesView(DeskView):
    """Prices in force, and drafts that wait for somebody."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send the prices as a file."""
        chosen = chosen_texts(request, ("price_list", "card_type"))
        every = catalogue.prices_in_force(now=utc_now())
        found = [
            price
            for price in every
            if chosen["price_list"] in ("", price.price_list)
            and chosen["card_type"] in ("", price.card_type)
        ]
        known, kind = draft_desk.drafts(wanted=_wanted(chosen)), wanted_kind(request)
        if kind is not None and request.GET.get("table") == "drafts":
            rows = (_draft_cells(draft) for draft in known)
            return file_response(name="price-drafts", kind=kind, columns=DRAFT_COLUMNS, rows=rows)
        if kind is not None:
            rows = (_price_cells(price) for price in found)
            return file_response(name="prices", kind=kind, columns=PRICE_COLUMNS, rows=rows)
        return self.page(
            request,
            "prices.html",
            table=prices_table(found),
            waiting=drafts_table([draft for draft in known if draft.decision is None]),
            decided=drafts_table([draft for draft in known if draft.decision is not None]),
            lists=named_lists(
                {price.price_list: (price.list_kind, price.customer_class) for price in every}
            ),
            card_types=sorted({price.card_type for price in every}),
            chosen=chosen,
            address=address_of(chosen),
        )


class ProposePriceView(ActingView):
    """Propose a price; its effect on last month's use is shown then."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, filled from the draft that is to be changed."""
        replaced = _named(request.GET.get("replaces", ""))
        initial = {} if replaced is None else _as_typed(replaced)
        return self._page(request, _form(initial=initial), replaces=replaced, status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the draft, or say why that cannot be."""
        replaced = _named(request.POST.get("replaces", ""))
        form = _form(request.POST)
        if not form.is_valid():
            return self._page(request, form, replaces=replaced, status=422)
        try:
            draft = drafts.propose_price(
                proposal=_proposal(form.cleaned_data),
                maker_id=self.user_id,
                now=utc_now(),
                replaces=None if replaced is None else replaced.public_id,
            )
        except DomainError as error:
            form.add_error(None, _refusal(error))
            return self._page(request, form, replaces=replaced, status=409)
        messages.success(request, _("The draft is made. Somebody else approves it."))
        return redirect("operator-draft", draft_id=draft.public_id)

    def _page(
        self, request: HttpRequest, form: PriceForm, *, replaces: DraftLine | None, status: int
    ) -> HttpResponse:
        named = "" if replaces is None else replaces.public_id
        return self.page(request, "propose.html", status=status, form=form, replaces=named)


class DraftView(DeskView):
    """A draft with its effect on last month's use, tenant by tenant."""

    def get(self, request: HttpRequest, draft_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its effect as a file."""
        draft = _found(draft_id)
        text, kind = looked_for(request), wanted_kind(request)
        effects = narrowed(
            draft_desk.effects(public_id=draft_id), table_of=effects_table, text=text
        )
        if kind is not None:
            rows = (_effect_cells(effect) for effect in effects)
            return file_response(name="price-effect", kind=kind, columns=EFFECT_COLUMNS, rows=rows)
        return self.page(
            request,
            "draft.html",
            draft=draft_page(draft, user_id=self.user_id),
            table=effects_table(effects),
            text=text,
            address=address_of({"text": text}),
            may_approve=not APPROVERS.isdisjoint(rights_of(request).staff_roles),
        )


class DecidingView(ActingView):
    """Decides about the draft that its address names: what is named is what was seen."""

    allowed_staff_roles = APPROVERS

    def post(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """Decide, and lead back to the draft."""
        try:
            self.decide(draft_id)
        except prices.UnknownPriceDraft as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, _refusal(error))
        else:
            messages.success(request, _("It is decided."))
        return redirect("operator-draft", draft_id=draft_id)

    def decide(self, draft_id: UUID) -> None:
        """Decide about a draft."""
        raise NotImplementedError


class ApprovePriceView(DecidingView):
    """Publish a draft that somebody else made."""

    def decide(self, draft_id: UUID) -> None:
        """Approve it."""
        drafts.approve_price(draft_id=draft_id, approver_id=self.user_id, now=utc_now())


class RefusePriceView(DecidingView):
    """Refuse a draft, or take one's own back."""

    def decide(self, draft_id: UUID) -> None:
        """Refuse it."""
        drafts.refuse_price(draft_id=draft_id, decider_id=self.user_id, now=utc_now())


def _wanted(chosen: dict[str, str]) -> DraftFilter:
    return DraftFilter(
        price_list=chosen["price_list"] or None, card_type=chosen["card_type"] or None
    )


def _form(data: Any = None, *, initial: dict[str, Any] | None = None) -> PriceForm:
    offered = catalogue.price_choices()
    return PriceForm(
        data,
        initial=initial,
        price_lists=offered.list_names,
        card_types=offered.meters,
        clusters=offered.cluster_names,
        bands=offered.bands,
    )


def _proposal(said: dict[str, Any]) -> Proposal:
    offered = catalogue.price_choices()
    valid_from = local_midnight(said["valid_from"])
    return Proposal(
        price_list_id=offered.price_lists[said["price_list"]],
        meter_id=offered.meters[said["card_type"]],
        cluster_id=offered.clusters[said["cluster"]] if said["cluster"] else None,
        band=said["band"],
        valid_from=valid_from or utc_now(),
        unit_price_micro=said["amount"],
        reason=said["reason"],
    )


def _as_typed(draft: DraftLine) -> dict[str, Any]:
    """Return a draft as somebody would type it."""
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    local: datetime = draft.valid_from.astimezone(zone)
    return {
        "price_list": draft.price_list,
        "card_type": draft.card_type,
        "cluster": draft.cluster,
        "band": draft.band,
        "amount": Money(draft.unit_price_micro).to_text(),
        "valid_from": local.date().isoformat(),
        "reason": draft.reason,
    }


def _named(text: str) -> DraftLine | None:
    if not text:
        return None
    try:
        return _found(UUID(text))
    except ValueError as error:
        raise Http404 from error


def _found(draft_id: UUID) -> DraftLine:
    try:
        return draft_desk.draft(public_id=draft_id)
    except prices.UnknownPriceDraft as error:
        raise Http404 from error


def _refusal(error: DomainError) -> str:
    if isinstance(error, prices.PriceDraftDecided):
        return _("This draft was decided or replaced meanwhile: look at it as it is now.")
    if isinstance(error, prices.UnableToApproveOwnPrice):
        return _("Whoever proposed a price does not approve it. Ask somebody else.")
    if isinstance(error, prices.UnableToEndPrice):
        return _("Use behind that day is charged at the present price. Propose a later day.")
    if isinstance(error, prices.PriceOverlaps):
        return _("A price of the same key begins later already, or ends behind that day.")
    if isinstance(error, prices.PriceNotFound):
        return _("This price list or card type is gone.")
    return _("A price holds from a later day on; the time of day must be one of its list.")


def _price_cells(price: PriceLine) -> list[Cell]:
    exact = price.unit_price_micro
    return [
        price.price_list,
        price.list_kind,
        price.customer_class,
        price.card_type,
        price.cluster,
        price.band,
        price.valid_from,
        price.valid_until,
        None if exact is None else Decimal(Money(exact).to_text()),
    ]


def _draft_cells(draft: DraftLine) -> list[Cell]:
    former = draft.former_micro
    return [
        str(draft.public_id),
        draft.price_list,
        draft.card_type,
        draft.cluster,
        draft.band,
        draft.valid_from,
        None if former is None else Decimal(Money(former).to_text()),
        Decimal(Money(draft.unit_price_micro).to_text()),
        draft.reason,
        draft.made_at,
        month_text(draft.effect_month),
        draft.tenants,
        Decimal(Money(draft.gross_before).to_text()),
        Decimal(Money(draft.gross_after).to_text()),
        draft.decision,
        draft.decided_at,
    ]


def _effect_cells(effect: TenantEffect) -> list[Cell]:
    return [
        effect.tenant,
        effect.tenant_name,
        Decimal(card_seconds_text(effect.quantity)),
        Decimal(Money(effect.gross_before).to_text()),
        Decimal(Money(effect.gross_after).to_text()),
        Decimal(Money(effect.gross_after - effect.gross_before).to_text()),
    ]
