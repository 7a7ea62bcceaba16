"""Price drafts with their effect on last month's use, and their approval by somebody else.

The effect is reckoned when a draft is made, in one statement over all tenants, and kept: whoever
approves has seen the same figures as whoever proposed.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from compute_billing.catalogue import drafting
from compute_billing.catalogue.drafting import Proposal
from compute_billing.catalogue.models import PriceDraft
from compute_billing.rating.waterfall import ROOM
from kernel import audit
from kernel.audit import Actor
from kernel.periods import month_text
from kernel.queries import billing_month_at
from kernel.sql import execute, row, statement
from kernel.transactions import transaction, transaction_if_not_already, transaction_required


@transaction_if_not_already()
def propose_price(
    *,
    proposal: Proposal,
    maker_id: int,
    now: datetime,
    replaces: UUID | None = None,
    actor: Actor | None = None,
) -> PriceDraft:
    """Propose a price, with its effect on the use of the month before.

    `maker_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnableToPublishPrice: the proposal is malformed.
        PriceNotFound: no such list or meter.
        UnknownPriceDraft: there is no draft to replace.
        PriceDraftDecided: the draft to replace was decided already.
    """
    this_month = billing_month_at(moment=now)
    last_month = billing_month_at(moment=this_month.starts_at - timedelta(milliseconds=1))
    draft = drafting.make_draft(
        proposal=proposal,
        maker_id=maker_id,
        effect_month=last_month.month,
        now=now,
        replaces=replaces,
    )
    execute(
        statement(ROOM, "draft_effect.sql"),
        draft_id=draft.pk,
        month=last_month.month,
        starts_at=last_month.starts_at,
        ends_at=last_month.ends_at,
        time_zone=settings.BILLING_TIME_ZONE,
    )
    actor = actor or Actor.user(maker_id)
    _record(draft, action="rating.propose_price", actor=actor, now=now)
    return draft


@transaction
def approve_price(*, draft_id: UUID, approver_id: int, now: datetime) -> PriceDraft:
    """Publish a draft that somebody else made; a draft is never edited, so it is what was seen.

    Raises:
        UnknownPriceDraft: there is none.
        PriceDraftDecided: it was decided or replaced already.
        UnableToApproveOwnPrice: the approver made it.
        PriceOverlaps: a price of the key stands against it.
        UnableToEndPrice: the price that holds was charged beyond its beginning.
    """
    draft = drafting.approve_draft(public_id=draft_id, approver_id=approver_id, now=now)
    _record(draft, action="rating.approve_price", actor=Actor.user(approver_id), now=now)
    return draft


@transaction
def refuse_price(
    *, draft_id: UUID, decider_id: int, now: datetime, actor: Actor | None = None
) -> PriceDraft:
    """Refuse a draft, or take one's own back.

    `decider_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnknownPriceDraft: there is none.
        PriceDraftDecided: it was decided or replaced already.
    """
    draft = drafting.refuse_draft(public_id=draft_id, decider_id=decider_id, now=now)
    actor = actor or Actor.user(decider_id)
    _record(draft, action="rating.refuse_price", actor=actor, now=now)
    return draft


@transaction_required
def _record(draft: PriceDraft, *, action: str, actor: Actor, now: datetime) -> None:
    total = row(statement(ROOM, "draft_effect_total.sql"), draft_id=draft.pk) or {}
    audit.record(
        action=action,
        object_type="price_draft",
        object_id=draft.pk,
        actor=actor,
        now=now,
        detail={
            "unit_price_micro": draft.unit_price_micro,
            "month": month_text(draft.effect_month),
            "tenants": total["tenants"],
            "difference": total["difference"],
        },
    )
