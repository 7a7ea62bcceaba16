"""What the operator's desk reads of price drafts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from compute_billing.catalogue.drafting import UnknownPriceDraft
from compute_billing.rating.waterfall import ROOM
from kernel.sql import rows, statement

DRAFTS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A price draft in words; `decision` is None while nobody has decided.

    `former_micro` is the amount before, per card-hour; None where there was none or it has tiers.
    The sums are of all tenants whose use it would have priced in `effect_month`.
    """

    public_id: UUID
    price_list: str
    list_kind: str
    card_type: str
    cluster: str
    band: str
    valid_from: datetime
    unit_price_micro: int
    reason: str
    maker_id: int
    made_at: datetime
    effect_month: date
    decision: str | None
    decided_at: datetime | None
    decider_id: int | None
    replaced_by: UUID | None
    former_micro: int | None
    tenants: int
    quantity: int
    gross_before: int
    gross_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantEffect:
    """What a draft would have changed for a tenant: its month's gross before and after."""

    tenant: str
    tenant_name: str
    quantity: int
    gross_before: int
    gross_after: int


def drafts(*, is_open: bool | None) -> list[DraftLine]:
    """Return the newest drafts: those nobody has decided, those somebody has, or all."""
    return _drafts(public_id=None, is_open=is_open)


def draft(*, public_id: UUID) -> DraftLine:
    """Return a draft.

    Raises:
        UnknownPriceDraft: there is none.
    """
    found = _drafts(public_id=public_id, is_open=None)
    if not found:
        message = f"There is no price draft {public_id}."
        raise UnknownPriceDraft(message)
    return found[0]


def _drafts(*, public_id: UUID | None, is_open: bool | None) -> list[DraftLine]:
    found = rows(
        statement(ROOM, "drafts.sql"), public_id=public_id, is_open=is_open, limit=DRAFTS_MAX
    )
    return [DraftLine(**{**line, "quantity": int(line["quantity"])}) for line in found]


def effects(*, public_id: UUID) -> list[TenantEffect]:
    """Return what a draft would have changed for each tenant, the largest change first."""
    found = rows(statement(ROOM, "draft_effects.sql"), public_id=public_id)
    return [TenantEffect(**{**line, "quantity": int(line["quantity"])}) for line in found]
