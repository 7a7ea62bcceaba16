"""Every event that leaves the house: its kind and what it carries. Pure.

An event carries references and figures, never personal data. A kind and its fields are a promise
to programs: fields are added, never renamed, removed or given another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from accounts.events.applications import ApplicationMoved
from accounts.events.budgets import BudgetReached, BudgetStopped, CreditChanged, PaymentDue
from accounts.events.kinds import LISTENABLE, SCOPE_OF, Event, EventKind
from accounts.events.payouts import (
    PAYOUT_EVENTS,
    PayoutAccountApproved,
    PayoutAccountProposed,
    PayoutPaid,
    PayoutReturned,
)
from accounts.events.usage_disputes import (
    UsageDisputeAnswered,
    UsageDisputed,
    UsageDisputeSettled,
)
from kernel.money import Money

__all__ = ["LISTENABLE", "SCOPE_OF", "BudgetReached", "BudgetStopped", "CreditChanged", "Event"]
__all__ += ["EventKind", "PaymentDue", "PayoutAccountApproved", "PayoutAccountProposed"]
__all__ += ["PayoutPaid", "PayoutReturned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(Event):
    """Somebody tries an endpoint."""

    kind: ClassVar[EventKind] = EventKind.PING
    endpoint: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRejected(Event):
    """A delivery of usage was read to its end, and some of its records were refused."""

    kind: ClassVar[EventKind] = EventKind.USAGE_REJECTED
    source: str
    import_id: UUID
    accepted: int
    duplicate: int
    conflict: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Event):
    """The organisation's month was closed, and this is the bill of it."""

    kind: ClassVar[EventKind] = EventKind.INVOICE_ISSUED
    invoice: UUID
    number: str
    month: date
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSettled(Event):
    """A bill of the organisation stands on its operator's statement: the month is settled."""

    kind: ClassVar[EventKind] = EventKind.MONTH_SETTLED
    month: date
    invoice: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementIssued(Event):
    """The statement of the organisation, an operator, over a month's bills."""

    kind: ClassVar[EventKind] = EventKind.STATEMENT_ISSUED
    statement: UUID
    month: date
    sequence: int
    gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim(Event):
    claim: UUID
    month: date
    sequence: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMade(_Claim):
    """What a fund owes the organisation for a month was claimed."""

    kind: ClassVar[EventKind] = EventKind.CLAIM_MADE


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSubmitted(_Claim):
    """A claim was handed in."""

    kind: ClassVar[EventKind] = EventKind.CLAIM_SUBMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPaid(_Claim):
    """The treasury has paid a claim."""

    kind: ClassVar[EventKind] = EventKind.CLAIM_PAID


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardApproved(Event):
    """A subsidy was granted to the organisation."""

    kind: ClassVar[EventKind] = EventKind.AWARD_APPROVED
    award: str
    cap: Money
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLow(Event):
    """Less is left than the tenant's own `threshold`, or it lasts fewer days than the house's.

    `threshold` is zero for who chose none. `days_left` tells how long lots last at the pace of the
    last seven days: 366 where they last for a year or more, or nothing is used.
    """

    kind: ClassVar[EventKind] = EventKind.BALANCE_LOW
    balance: Money
    days_left: int
    threshold_days: int
    threshold: Money = Money(0)  # noqa: RUF009 (immutable)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldExhausted(Event):
    """More time of a running job could not be paid: from `exhausted_at` on it is not covered.

    Told to the tenant and to the operator on whose cluster it runs. `cause` is `money`, `budget`
    (one of the tenant's stops it), or `silence`: nobody asked for more, and the job runs on.
    """

    kind: ClassVar[EventKind] = EventKind.HOLD_EXHAUSTED
    hold: UUID
    tenant: str
    cluster: str
    exhausted_at: datetime
    shortfall: Money
    cause: str = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package(Event):
    """A package; days are of the billing time zone, and its end is the day after its last."""

    package: UUID
    number: str
    cards: int
    ends_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOrdered(_Package):
    """The organisation has bought cards for a term."""

    kind: ClassVar[EventKind] = EventKind.PACKAGE_ORDERED
    starts_on: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChanged(_Package):
    """A package was resized, renewed or ended; an amount below zero was given back."""

    kind: ClassVar[EventKind] = EventKind.PACKAGE_CHANGED
    change: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageEnding(_Package):
    """A package ends in so many days, unless it is renewed."""

    kind: ClassVar[EventKind] = EventKind.PACKAGE_ENDING
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment(Event):
    payment: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(_Payment):
    """A top-up was paid and stands on the balance; of a `bank_transfer`, it names the transfer."""

    kind: ClassVar[EventKind] = EventKind.PAYMENT_RECEIVED
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(_Payment):
    """A top-up was refused by the payer's bank, or could not be made."""

    kind: ClassVar[EventKind] = EventKind.PAYMENT_FAILED
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPaid(_Payment):
    """Unspent money of a top-up went back to the payer."""

    kind: ClassVar[EventKind] = EventKind.REFUND_PAID
    refund: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(_Payment):
    """A refund did not arrive; its money stands on the balance again."""

    kind: ClassVar[EventKind] = EventKind.REFUND_FAILED
    refund: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(_Payment):
    """The payer's bank questions a top-up."""

    kind: ClassVar[EventKind] = EventKind.DISPUTE_OPENED
    dispute: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClosed(_Payment):
    """The bank has decided on a disputed top-up: `outcome` is won or lost."""

    kind: ClassVar[EventKind] = EventKind.DISPUTE_CLOSED
    dispute: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key(Event):
    key: UUID
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCreated(_Key):
    """An API key was made."""

    kind: ClassVar[EventKind] = EventKind.KEY_CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated(_Key):
    """An API key takes the place of another one."""

    kind: ClassVar[EventKind] = EventKind.KEY_ROTATED
    replaces: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(_Key):
    """An API key was ended."""

    kind: ClassVar[EventKind] = EventKind.KEY_REVOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member(Event):
    member: UUID
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(_Member):
    """Somebody has a role in the organisation now; `member` is his public id."""

    kind: ClassVar[EventKind] = EventKind.MEMBER_ADDED


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEnded(_Member):
    """Somebody lost a role in the organisation."""

    kind: ClassVar[EventKind] = EventKind.MEMBER_ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verification(Event):
    """A case, and the number of its submission; reasons are read at the API, not sent about."""

    case: UUID
    submission: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationSubmitted(_Verification):
    """The organisation has handed its verification in; officers decide until `due_on`."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_SUBMITTED
    due_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReturned(_Verification):
    """An officer asks to mend or to supplement what was handed in."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_RETURNED


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationApproved(_Verification):
    """The organisation is verified until `ends_on`, the first day on which it no longer is."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_APPROVED
    ends_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRefused(_Verification):
    """The verification was not granted."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationEnding(Event):
    """The organisation's verification ends in so many days, unless it is verified anew."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_ENDING
    ends_on: str
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationEnded(Event):
    """The organisation's verification has ended."""

    kind: ClassVar[EventKind] = EventKind.VERIFICATION_ENDED
    ends_on: str


EVENTS: Final[Mapping[EventKind, type[Event]]] = {
    event.kind: event
    for event in (
        Ping,
        UsageRejected,
        UsageDisputed,
        UsageDisputeAnswered,
        UsageDisputeSettled,
        InvoiceIssued,
        MonthSettled,
        StatementIssued,
        ClaimMade,
        ClaimSubmitted,
        ClaimPaid,
        AwardApproved,
        BalanceLow,
        HoldExhausted,
        BudgetReached,
        BudgetStopped,
        CreditChanged,
        PackageOrdered,
        PackageChanged,
        PackageEnding,
        PaymentReceived,
        PaymentFailed,
        PaymentDue,
        RefundPaid,
        RefundFailed,
        DisputeOpened,
        DisputeClosed,
        ApplicationMoved,
        *PAYOUT_EVENTS,
        KeyCreated,
        KeyRotated,
        KeyRevoked,
        MemberAdded,
        MemberEnded,
        VerificationSubmitted,
        VerificationReturned,
        VerificationApproved,
        VerificationRefused,
        VerificationEnding,
        VerificationEnded,
    )
}
