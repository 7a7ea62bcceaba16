"""Money and card time set aside for a job: on concrete lots, until it is used or let go.

Whoever rates decides which lots and how much; here it is written. Every write stands under the
lock of the tenant's wallet, so a part is never of money that somebody else spends meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compute_billing.ledger.locks import ROOM, lock_wallet, locked_wallet
from compute_billing.ledger.models import Hold
from kernel.errors import DomainError
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction, transaction_required

# What a repeated request must have in common with the first.
TERMS: Final = (
    "operator_id",
    "cluster_id",
    "meter_id",
    "project_id",
    "allocation_key",
    "milli_cards",
    "starts_at",
)


class HoldNotFound(DomainError):
    """There is no such hold, or it is somebody else's."""

    code = "hold_not_found"


class HoldReferenceReused(DomainError):
    """Another hold of the tenant has this reference, or another open one is for this job."""

    code = "hold_reference_reused"


class HoldIsClosed(DomainError):
    """The hold was released, or its time is over."""

    code = "hold_is_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of an account is set aside, in its unit."""

    account_id: int
    amount: int


@transaction_required
def find_hold(*, tenant_id: int, reference: str) -> Hold | None:
    """Return a tenant's hold by the reference of whoever asked for it."""
    return Hold.objects.filter(tenant_id=tenant_id, reference=reference).first()


@transaction_required
def place_hold(hold: Hold, parts: Sequence[Part]) -> Hold:
    """Keep a new hold and set its parts aside."""
    locked_wallet(hold.tenant_id)
    hold.save(force_insert=True)
    _set_aside(hold, parts)
    return hold


@transaction_required
def lengthen_hold(
    hold: Hold, parts: Sequence[Part], *, covered_until: datetime, expires_at: datetime
) -> Hold:
    """Let a hold cover more time, with more set aside."""
    locked_wallet(hold.tenant_id)
    Hold.objects.filter(pk=hold.pk).update(covered_until=covered_until, expires_at=expires_at)
    _set_aside(hold, parts)
    hold.refresh_from_db()
    return hold


def _set_aside(hold: Hold, parts: Sequence[Part]) -> None:
    if parts:
        execute(
            statement(ROOM, "hold_parts.sql"),
            hold_id=hold.pk,
            account_ids=[part.account_id for part in parts],
            amounts=[part.amount for part in parts],
        )


@transaction_required
def open_hold_of(*, tenant_id: int, hold_id: int) -> Hold:
    """Lock the wallet and return the hold, which must be open.

    Raises:
        HoldIsClosed: it was released, or its time is over.
    """
    locked_wallet(tenant_id)
    hold = Hold.objects.get(pk=hold_id, tenant_id=tenant_id)
    if hold.state != Hold.State.OPEN:
        message = f"Hold {hold.reference} is {hold.state}: open another one."
        raise HoldIsClosed(message, details={"state": hold.state})
    return hold


@transaction_required
def shorten_hold(
    hold: Hold, *, ended_at: datetime, covered_until: datetime, expires_at: datetime
) -> Hold:
    """Keep when the job ended; the hold waits for its last usage until `expires_at`."""
    Hold.objects.filter(pk=hold.pk).update(
        ended_at=ended_at, covered_until=covered_until, expires_at=expires_at
    )
    hold.refresh_from_db()
    return hold


@transaction_required
def let_go(hold_ids: Collection[int], *, state: str, now: datetime) -> None:
    """Release what is left of open holds and close them; their wallets are locked."""
    if hold_ids:
        execute(statement(ROOM, "hold_release.sql"), hold_ids=list(hold_ids), state=state, now=now)


def release_expired(*, now: datetime) -> int:
    """Release the holds whose time is over, tenant by tenant; return how many."""
    due = rows(statement(ROOM, "holds_expired.sql"), now=now, tenant_id=None)
    return sum(
        _release_expired_of(tenant_id=tenant_id, now=now)
        for tenant_id in sorted({hold["tenant_id"] for hold in due})
    )


def _release_expired_of(*, tenant_id: int, now: datetime) -> int:
    with transaction():
        lock_wallet(tenant_id)
        due = rows(statement(ROOM, "holds_expired.sql"), now=now, tenant_id=tenant_id)
        let_go([hold["id"] for hold in due], state=Hold.State.EXPIRED, now=now)
    return len(due)
