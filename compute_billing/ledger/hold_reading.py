"""Holds in words, for their tenant and for the operator whose compute they are on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from compute_billing.ledger.holds import HoldNotFound
from compute_billing.ledger.locks import ROOM
from compute_billing.ledger.models import Hold
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInWords:
    """A hold: on what, until when, and what of it is still set aside.

    Money in micro-yuan, card time in milli-card-milliseconds of the card type.
    """

    public_id: UUID
    tenant: str
    tenant_name: str
    operator: str
    operator_name: str
    cluster: str
    cluster_name: str
    card_type: str
    project: str | None
    project_name: str | None
    reference: str
    allocation_key: str
    milli_cards: int
    starts_at: datetime
    covered_until: datetime
    expires_at: datetime
    ended_at: datetime | None
    state: str
    held: int
    captured: int
    held_card_time: int
    captured_card_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInWords:
    """What of a hold lies on one lot or on the credit limit, in the account's unit."""

    stage: str
    reference: str
    unit: str
    amount: int
    captured: int
    released: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldKey:
    """Which hold, of which tenant."""

    tenant_id: int
    hold_id: int


def hold_page(
    *,
    organisation_id: int,
    state: str | None,
    after: UUID | None,
    limit: int,
    public_id: UUID | None = None,
) -> list[HoldInWords]:
    """Return the holds of a tenant, and those on an operator's compute, the newest first."""
    return _holds(
        organisation_id=organisation_id,
        tenant_ids=None,
        public_id=public_id,
        state=state,
        is_used=None,
        after=after,
        limit=limit,
    )


def tenants_holds(
    *,
    tenant_ids: Sequence[int] | None,
    state: str | None = None,
    is_used: bool | None = None,
    public_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[HoldInWords]:
    """Return holds of some tenants, or of all when None is given, the newest first."""
    return _holds(
        organisation_id=None,
        tenant_ids=None if tenant_ids is None else list(tenant_ids),
        public_id=public_id,
        state=state,
        is_used=is_used,
        after=after,
        limit=limit,
    )


def _holds(**asked: Any) -> list[HoldInWords]:
    return [HoldInWords(**hold) for hold in rows(statement(ROOM, "hold_page.sql"), **asked)]


def parts_of_hold(*, public_id: UUID) -> list[PartInWords]:
    """Return on which lots a hold lies, in the order in which they were set aside."""
    found = rows(statement(ROOM, "parts_of_hold.sql"), public_id=public_id)
    return [PartInWords(**part) for part in found]


def hold_in_words(*, organisation_id: int, public_id: UUID) -> HoldInWords:
    """Return one hold of a tenant, or on an operator's compute.

    Raises:
        HoldNotFound: there is none, or it is somebody else's.
    """
    found = hold_page(
        organisation_id=organisation_id, state=None, after=None, limit=1, public_id=public_id
    )
    if not found:
        message = f"There is no hold {public_id}."
        raise HoldNotFound(message)
    return found[0]


def hold_on_operator(*, operator_id: int, public_id: UUID) -> HoldKey:
    """Return a hold on an operator's compute, to be extended or released by that operator.

    Raises:
        HoldNotFound: there is none, or it is another operator's.
    """
    found = Hold.objects.filter(operator_id=operator_id, public_id=public_id).first()
    if found is None:
        message = f"There is no hold {public_id}."
        raise HoldNotFound(message)
    return HoldKey(tenant_id=found.tenant_id, hold_id=found.pk)
