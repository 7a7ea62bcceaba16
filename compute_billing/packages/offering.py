"""Offers of packages: one person proposes, another approves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compute_billing.packages.models import (
    PackageOffer,
    PackageOfferDecision,
    PackageOfferDraft,
)
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

Decision = PackageOfferDecision.Decision


class UnableToProposeOffer(DomainError):
    """The price is not in whole fen, the terms make no sense, or it would not hold later."""

    code = "unable_to_propose_package_offer"


class UnknownOfferDraft(DomainError):
    """There is no such proposed offer."""

    code = "unknown_package_offer_draft"


class OfferDraftDecided(DomainError):
    """The proposed offer was decided already."""

    code = "package_offer_draft_decided"


class UnableToApproveOffer(DomainError):
    """Whoever proposed it cannot approve it, or an offer of its kind begins later."""

    code = "unable_to_approve_package_offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferProposal:
    """An offer as it is proposed: cards of which cluster, for which kind of term, at which price.

    `price_micro` is per card and month, in whole fen; `fee_ppm` is kept of what is given back.
    """

    cluster_id: int
    meter_id: int
    term_kind: str
    price_micro: int
    cards_min: int
    tax_class: str
    fee_ppm: int
    valid_from: datetime


def propose_offer(
    *, proposal: OfferProposal, maker_id: int, now: datetime, actor: Actor | None = None
) -> PackageOfferDraft:
    """Propose an offer; somebody else approves it.

    `maker_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnableToProposeOffer: malformed, or it would hold from a moment that is over.
    """
    if proposal.price_micro <= 0 or proposal.price_micro % MICRO_PER_FEN:
        message = f"{Money(proposal.price_micro)} is no price: more than zero, in whole fen."
        raise UnableToProposeOffer(message, details={"field": "price"})
    if proposal.valid_from <= now:
        message = "An offer holds from a later moment on: what is sold keeps its price."
        raise UnableToProposeOffer(message, details={"field": "valid_from"})
    refused = UnableToProposeOffer(
        "An offer is of at least one card, and keeps at most all that is given back."
    )
    with (
        transaction_if_not_already(),
        constraint_errors({"package_draft_terms_make_sense": refused}),
    ):
        draft = PackageOfferDraft.objects.create(
            cluster_id=proposal.cluster_id,
            meter_id=proposal.meter_id,
            term_kind=proposal.term_kind,
            price_micro=proposal.price_micro,
            cards_min=proposal.cards_min,
            tax_class=proposal.tax_class,
            fee_ppm=proposal.fee_ppm,
            valid_from=proposal.valid_from,
            maker_id=maker_id,
            made_at=now,
        )
        actor = actor or Actor.user(maker_id)
        _record("packages.propose_offer", draft, actor=actor, now=now)
        return draft


def approve_offer(*, draft_id: UUID, approver_id: int, now: datetime) -> PackageOffer:
    """Publish a proposed offer; the one of its kind that holds then ends where it begins.

    Raises:
        UnknownOfferDraft: there is none.
        OfferDraftDecided: it was decided already.
        UnableToApproveOffer: the approver proposed it, or an offer of its kind begins later.
    """
    own = UnableToApproveOffer("Whoever proposed an offer does not approve it: ask somebody else.")
    later = UnableToApproveOffer("An offer of this kind begins later: refuse this one.")
    refusals: dict[str, DomainError] = {
        "package_offer_four_eyes": own,
        "package_offer_never_overlaps": later,
    }
    with transaction(), constraint_errors(refusals):
        draft = _decide(draft_id, Decision.APPROVED, decider_id=approver_id, now=now)
        begins = max(draft.valid_from, now)
        _end_former(draft, at=begins)
        offer = PackageOffer.objects.create(
            draft=draft,
            cluster_id=draft.cluster_id,
            meter_id=draft.meter_id,
            term_kind=draft.term_kind,
            price_micro=draft.price_micro,
            cards_min=draft.cards_min,
            tax_class=draft.tax_class,
            fee_ppm=draft.fee_ppm,
            valid=(begins, None),
        )
        _record("packages.approve_offer", draft, actor=Actor.user(approver_id), now=now)
        return offer


def refuse_offer(
    *, draft_id: UUID, decider_id: int, now: datetime, actor: Actor | None = None
) -> None:
    """Refuse a proposed offer, or take one's own back.

    `decider_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnknownOfferDraft: there is none.
        OfferDraftDecided: it was decided already.
    """
    with transaction_if_not_already():
        draft = _decide(draft_id, Decision.REFUSED, decider_id=decider_id, now=now)
        actor = actor or Actor.user(decider_id)
        _record("packages.refuse_offer", draft, actor=actor, now=now)


@transaction_required
def _decide(
    draft_id: UUID, decision: Decision, *, decider_id: int, now: datetime
) -> PackageOfferDraft:
    draft = PackageOfferDraft.objects.filter(public_id=draft_id).first()
    if draft is None:
        message = f"There is no proposed offer {draft_id}."
        raise UnknownOfferDraft(message)
    decided = OfferDraftDecided("This offer was decided already.")
    with constraint_errors({"packages_offer_decision_pkey": decided}):
        PackageOfferDecision.objects.create(
            draft=draft,
            maker_id=draft.maker_id,
            decision=decision,
            decider_id=decider_id,
            decided_at=now,
        )
    return draft


@transaction_required
def _end_former(draft: PackageOfferDraft, *, at: datetime) -> None:
    former = PackageOffer.objects.filter(
        cluster_id=draft.cluster_id,
        meter_id=draft.meter_id,
        term_kind=draft.term_kind,
        valid__contains=at,
        valid__startswith__lt=at,
    ).first()
    if former is not None:
        PackageOffer.objects.filter(pk=former.pk).update(valid=(former.valid.lower, at))


@transaction_required
def _record(action: str, draft: PackageOfferDraft, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        object_type="package_offer_draft",
        object_id=draft.pk,
        actor=actor,
        now=now,
        organisation_id=draft.cluster.centre.operator_id,
        detail={
            "cluster": draft.cluster_id,
            "meter": draft.meter_id,
            "term": draft.term_kind,
            "price_micro": draft.price_micro,
            "cards_min": draft.cards_min,
            "fee_ppm": draft.fee_ppm,
        },
    )
