"""Every event that leaves the house: its kind and what it carries. Pure.

An event carries references and figures, never personal data. A kind and its fields are a promise
to programs: fields are added, never renamed, removed or given another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from accounts.permissions import Scope
from kernel.money import Money
from kernel.periods import month_text


class EventKind(StrEnum):
    """What happened."""

    PING = "ping"
    USAGE_REJECTED = "usage.rejected"
    INVOICE_ISSUED = "invoice.issued"
    MONTH_SETTLED = "month.settled"
    STATEMENT_ISSUED = "statement.issued"
    CLAIM_MADE = "claim.made"
    CLAIM_SUBMITTED = "claim.submitted"
    CLAIM_PAID = "claim.paid"
    AWARD_APPROVED = "award.approved"
    BALANCE_LOW = "balance.low"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    MEMBER_ADDED = "member.added"
    MEMBER_ENDED = "member.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; subclasses say what."""

    kind: ClassVar[EventKind]

    def as_data(self) -> dict[str, Any]:
        """Return the event as JSON values, money and months as the API writes them."""
        return {field.name: _value(getattr(self, field.name)) for field in fields(self)}


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
    """At the pace of the last seven days the balance lasts fewer days than the threshold."""

    kind: ClassVar[EventKind] = EventKind.BALANCE_LOW
    balance: Money
    days_left: int
    threshold_days: int


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


EVENTS: Final[Mapping[EventKind, type[Event]]] = {
    event.kind: event
    for event in (
        Ping,
        UsageRejected,
        InvoiceIssued,
        MonthSettled,
        StatementIssued,
        ClaimMade,
        ClaimSubmitted,
        ClaimPaid,
        AwardApproved,
        BalanceLow,
        KeyCreated,
        KeyRotated,
        KeyRevoked,
        MemberAdded,
        MemberEnded,
    )
}

# What an organisation may listen to; a ping is sent to whom it was asked for.
LISTENABLE: Final = tuple(kind for kind in EventKind if kind is not EventKind.PING)
# Who may not read a thing does not hear of it either.
_SCOPE_OF_FAMILY: Final = {
    "usage": Scope.USAGE_READ,
    "key": Scope.KEYS_READ,
    "member": Scope.MEMBERS_READ,
    "ping": Scope.WEBHOOKS_READ,
}
SCOPE_OF: Final[Mapping[EventKind, Scope]] = {
    kind: _SCOPE_OF_FAMILY.get(kind.partition(".")[0], Scope.BILLING_READ) for kind in EventKind
}


def _value(value: object) -> object:
    if isinstance(value, Money):
        return {"amount": value.to_text(), "currency": value.currency}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return month_text(value)
    return str(value) if isinstance(value, UUID) else value
