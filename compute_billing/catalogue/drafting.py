"""A price is proposed by one person and published by another's approval.

A draft is never edited. A change is the next draft, which replaces it; and a draft has one fate, so
that two approvers, or an approver and a change, cannot both come first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from compute_billing.catalogue.locks import lock_price_list, prices_like
from compute_billing.catalogue.models import Price, PriceDraft, PriceDraftDecision, PriceList
from compute_billing.catalogue.pricing import (
    ALL_DAY,
    TAX_CLASS,
    UnableToPublishPrice,
    refuse_malformed_amount,
)
from compute_billing.catalogue.publishing import (
    charged_micro,
    end_price,
    publish_price,
    refuse_unknown_key,
)
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction_required

Decision = PriceDraftDecision.Decision


class UnknownPriceDraft(DomainError):
    """There is no such draft."""

    code = "unknown_price_draft"


class PriceDraftDecided(DomainError):
    """The draft was approved, refused or replaced already."""

    code = "price_draft_decided"


class UnableToApproveOwnPrice(DomainError):
    """Whoever made a draft cannot approve it."""

    code = "four_eyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A price as its list would state it: of which key, from when on, how much a card-hour."""

    price_list_id: int
    meter_id: int
    cluster_id: int | None
    valid_from: datetime
    unit_price_micro: int
    reason: str
    band: str = ALL_DAY


@transaction_required
def make_draft(
    *,
    proposal: Proposal,
    maker_id: int,
    effect_month: date,
    now: datetime,
    replaces: UUID | None = None,
) -> PriceDraft:
    """Propose a price, perhaps in place of an earlier draft.

    Raises:
        UnableToPublishPrice: the amount or the band is malformed, or it would not hold later.
        PriceNotFound: no such list or meter.
        UnknownPriceDraft: there is no draft to replace.
        PriceDraftDecided: the draft to replace was decided already.
    """
    refuse_malformed_amount(unit_price_micro=proposal.unit_price_micro, tiers=None)
    if proposal.valid_from <= now:
        message = "A proposed price holds from a later moment on: a wrong price is corrected."
        raise UnableToPublishPrice(message)
    refuse_unknown_key(
        price_list_id=proposal.price_list_id, meter_id=proposal.meter_id, band=proposal.band
    )
    former = None if replaces is None else _open_draft(replaces)
    price_list = PriceList.objects.get(id=proposal.price_list_id)
    charged = charged_micro(
        proposal.unit_price_micro, price_list, tax_class=_tax_class(_key_of(proposal))
    )
    draft = PriceDraft.objects.create(
        price_list_id=proposal.price_list_id,
        meter_id=proposal.meter_id,
        cluster_id=proposal.cluster_id,
        band=proposal.band,
        valid_from=proposal.valid_from,
        unit_price_micro=charged,
        before_tax_micro=None if price_list.tax_included else proposal.unit_price_micro,
        reason=proposal.reason,
        maker_id=maker_id,
        made_at=now,
        effect_month=effect_month,
    )
    if former is not None:
        _decide(former, Decision.REPLACED, decider_id=maker_id, now=now, replaced_by=draft)
    return draft


@transaction_required
def approve_draft(*, public_id: UUID, approver_id: int, now: datetime) -> PriceDraft:
    """Publish a draft: the price of its key that holds then ends where it begins.

    Raises:
        UnknownPriceDraft: there is none.
        PriceDraftDecided: it was decided or replaced already.
        UnableToApproveOwnPrice: the approver made it.
        PriceOverlaps: a price of the key begins later, or has an end beyond its beginning.
        UnableToEndPrice: the price that holds was charged beyond its beginning.
    """
    draft = _open_draft(public_id)
    if draft.maker_id == approver_id:
        message = "Whoever proposed a price does not approve it: ask somebody else."
        raise UnableToApproveOwnPrice(message)
    price = _publish(draft, now=now)
    _decide(draft, Decision.APPROVED, decider_id=approver_id, now=now, price=price)
    return draft


@transaction_required
def refuse_draft(*, public_id: UUID, decider_id: int, now: datetime) -> PriceDraft:
    """Refuse a draft, or take one's own back; nothing is published.

    Raises:
        UnknownPriceDraft: there is none.
        PriceDraftDecided: it was decided or replaced already.
    """
    draft = _open_draft(public_id)
    _decide(draft, Decision.REFUSED, decider_id=decider_id, now=now)
    return draft


@transaction_required
def _open_draft(public_id: UUID) -> PriceDraft:
    """Return a draft that nobody has decided; its list is locked, so that nobody does meanwhile."""
    draft = PriceDraft.objects.filter(public_id=public_id).first()
    if draft is None:
        message = f"There is no price draft {public_id}."
        raise UnknownPriceDraft(message)
    lock_price_list(draft.price_list_id)
    if PriceDraftDecision.objects.filter(pk=draft.pk).exists():
        raise _decided()
    return draft


def _decided() -> PriceDraftDecided:
    return PriceDraftDecided("This draft was decided or replaced already: look at the newest.")


def _key_of(proposed: Proposal | PriceDraft) -> Price:
    return Price(
        price_list_id=proposed.price_list_id,
        meter_id=proposed.meter_id,
        cluster_id=proposed.cluster_id,
        band=proposed.band,
    )


def _tax_class(key: Price) -> str:
    """Return the class of the newest price of a key, which the next one keeps."""
    newest = prices_like(key).order_by("-id").first()
    return TAX_CLASS if newest is None else newest.tax_class


@transaction_required
def _publish(draft: PriceDraft, *, now: datetime) -> Price:
    """End the price of the key that holds when the draft begins, and publish the draft."""
    key = _key_of(draft)
    holding = (
        prices_like(key)
        .filter(valid__contains=draft.valid_from, valid__endswith__isnull=True)
        .order_by("-correction_no")
        .first()
    )
    if holding is not None:
        end_price(price_id=holding.pk, at=draft.valid_from)
    return publish_price(
        price_list_id=draft.price_list_id,
        meter_id=draft.meter_id,
        cluster_id=draft.cluster_id,
        band=draft.band,
        valid_from=draft.valid_from,
        unit_price_micro=(
            draft.unit_price_micro if draft.before_tax_micro is None else draft.before_tax_micro
        ),
        now=now,
        tax_class=_tax_class(key),
    )


@transaction_required
def _decide(
    draft: PriceDraft,
    decision: Decision,
    *,
    decider_id: int,
    now: datetime,
    price: Price | None = None,
    replaced_by: PriceDraft | None = None,
) -> None:
    with constraint_errors({"catalogue_price_draft_decision_pkey": _decided()}):
        PriceDraftDecision.objects.create(
            draft=draft,
            maker_id=draft.maker_id,
            decision=decision,
            decider_id=decider_id,
            decided_at=now,
            price=price,
            replaced_by=replaced_by,
        )
