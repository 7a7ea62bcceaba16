"""Events of disputes about use; see vocabulary. Pure."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.events.kinds import Event, EventKind
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class _UsageDispute(Event):
    dispute: UUID
    source: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDisputed(_UsageDispute):
    """A buyer doubts use that the organisation, the operator, reported; it answers by a day."""

    kind: ClassVar[EventKind] = EventKind.USAGE_DISPUTED
    reason: str
    due_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDisputeAnswered(_UsageDispute):
    """What the organisation doubted was answered: granted, partly or rejected."""

    kind: ClassVar[EventKind] = EventKind.USAGE_DISPUTE_ANSWERED
    level: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDisputeSettled(_UsageDispute):
    """The correction was charged: what the use cost the organisation before, and costs now."""

    kind: ClassVar[EventKind] = EventKind.USAGE_DISPUTE_SETTLED
    before: Money
    after: Money
