"""What the operator's desk reads of price drafts."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
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
    customer_class: str
    card_type: str
    cluster: str
    cluster_name: str
    band: str
    band_starts_minute: int | None
    band_ends_minute: int | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFilter:
    """Which drafts are asked for; None asks for any. An open one has nobody decided."""

    is_open: bool | None = None
    price_list: str | None = None
    card_type: str | None = None


ANY: Final = DraftFilter()


def drafts(
    *,
    wanted: DraftFilter = ANY,
    issuer_id: int | None = None,
    after: UUID | None = None,
    limit: int = DRAFTS_MAX,
) -> list[DraftLine]:
    """Return drafts of an issuer's lists or (None) of all, the newest first, behind `after`.

    Raises:
        UnknownPriceDraft: there is no draft `after` among them.
    """
    if after is not None:
        draft(public_id=after, issuer_id=issuer_id)
    return _drafts(public_id=None, wanted=wanted, issuer_id=issuer_id, after=after, limit=limit)


def draft(*, public_id: UUID, issuer_id: int | None = None) -> DraftLine:
    """Return a draft, of an issuer's list where one is named.

    Raises:
        UnknownPriceDraft: there is none, or it is of another issuer's list.
    """
    found = _drafts(public_id=public_id, wanted=ANY, issuer_id=issuer_id, after=None, limit=1)
    if not found:
        message = f"There is no price draft {public_id}."
        raise UnknownPriceDraft(message)
    return found[0]


def _drafts(*, wanted: DraftFilter, **asked: Any) -> list[DraftLine]:
    found = rows(statement(ROOM, "drafts.sql"), **asdict(wanted), **asked)
    return [DraftLine(**{**line, "quantity": int(line["quantity"])}) for line in found]


def effects(
    *, public_id: UUID, after: str | None = None, limit: int | None = None
) -> list[TenantEffect]:
    """Return what a draft would have changed for each tenant, the largest change first.

    `after` names the tenant behind whom the page begins.
    """
    found = rows(
        statement(ROOM, "draft_effects.sql"), public_id=public_id, after=after, limit=limit
    )
    return [TenantEffect(**{**line, "quantity": int(line["quantity"])}) for line in found]
