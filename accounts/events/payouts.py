"""Events of money out: payouts, and where they go. Pure; see `vocabulary`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from accounts.events.kinds import Event, EventKind
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payout(Event):
    payout: UUID
    number: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPaid(_Payout):
    """What the organisation earned has arrived on its account."""

    kind: ClassVar[EventKind] = EventKind.PAYOUT_PAID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutReturned(_Payout):
    """A payout did not arrive, or was sent back: it is payable again."""

    kind: ClassVar[EventKind] = EventKind.PAYOUT_RETURNED
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutAccountProposed(Event):
    """Somebody wants the organisation to be paid on another account."""

    kind: ClassVar[EventKind] = EventKind.PAYOUT_ACCOUNT_PROPOSED
    account: UUID
    last_four: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutAccountApproved(Event):
    """From an instant on the organisation is paid on another account; until then it may object."""

    kind: ClassVar[EventKind] = EventKind.PAYOUT_ACCOUNT_APPROVED
    account: UUID
    last_four: str
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutReversed(_Payout):
    """A part of what was transferred was taken back; what was owed is settled by it first."""

    kind: ClassVar[EventKind] = EventKind.PAYOUT_REVERSED
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedAccountLimited(Event):
    """Stripe stopped paying the organisation until it is given what it wants.

    `by` is the last day (UTC) for it, or empty where Stripe names none.
    """

    kind: ClassVar[EventKind] = EventKind.CONNECTED_ACCOUNT_LIMITED
    reason: str
    wanted: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardPayoutFailed(Event):
    """The organisation's own bank sent back what Stripe paid out to it."""

    kind: ClassVar[EventKind] = EventKind.ONWARD_PAYOUT_FAILED
    failure: str


PAYOUT_EVENTS: Final = (
    PayoutPaid,
    PayoutReturned,
    PayoutReversed,
    ConnectedAccountLimited,
    OnwardPayoutFailed,
    PayoutAccountProposed,
    PayoutAccountApproved,
)
