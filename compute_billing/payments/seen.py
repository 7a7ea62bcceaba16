"""What Stripe said of an object when it was asked, in words of this house. Pure.

Amounts are in the smallest unit of `currency`; for CNY these are fen.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSeen:
    """A card that Stripe keeps for later payments."""

    customer: str
    method: str
    brand: str = ""
    last_four: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """A payment: what of a session, an intent and a charge there is.

    `is_paid` and `is_over` are never both true; neither is while the payer may still pay.
    `fee` is None until the charge has its balance transaction.
    """

    observed_at: datetime
    progress: str = ""
    is_paid: bool = False
    is_over: bool = False
    received: int = 0
    currency: str = ""
    session: str = ""
    intent: str = ""
    charge: str = ""
    method: str = ""
    checkout_url: str = ""
    receipt_url: str = ""
    failure: str = ""
    balance_transaction: str = ""
    fee: int | None = None
    fee_currency: str = ""
    card: CardSeen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    """A refund; `state` is pending, succeeded or failed."""

    observed_at: datetime
    refund: str
    intent: str
    amount: int
    currency: str
    state: str
    failure: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSeen:
    """A dispute; `withdrawn` and `returned` are what the bank took and gave back so far."""

    observed_at: datetime
    dispute: str
    intent: str
    amount: int
    currency: str
    state: str
    reason: str = ""
    withdrawn: int = 0
    returned: int = 0
    fee: int = 0
    fee_currency: str = ""
    evidence_due_at: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementSeen:
    """A movement on the balance at Stripe; what came in is positive, the fee is apart."""

    balance_transaction: str
    type: str
    source: str
    amount: int
    fee: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementsSeen:
    """A page of movements, the newest first, and whether older ones follow."""

    movements: tuple[MovementSeen, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """A connected account: what it may do, and what Stripe still wants to know, by when."""

    observed_at: datetime
    account: str
    metadata: dict[str, str]
    details_submitted: bool
    transfers_enabled: bool
    charges_enabled: bool
    payouts_enabled: bool
    disabled_reason: str
    wanted: tuple[str, ...]
    wanted_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalSeen:
    """What was taken back of a transfer at once."""

    reversal: str
    amount: int
    currency: str
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSeen:
    """A transfer to a connected account, with all that was taken back of it."""

    transfer: str
    amount: int
    currency: str
    destination: str
    metadata: dict[str, str]
    reversals: tuple[ReversalSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardSeen:
    """A payout of a connected account to its own bank; `state` is one of our words."""

    observed_at: datetime
    payout: str
    amount: int
    currency: str
    state: str
    failure: str
    arrives_at: datetime | None
