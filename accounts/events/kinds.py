"""The kinds of events, what each has in common, and who may hear of which. Pure."""

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
    USAGE_DISPUTED = "usage.disputed"
    INVOICE_ISSUED = "invoice.issued"
    MONTH_SETTLED = "month.settled"
    STATEMENT_ISSUED = "statement.issued"
    CLAIM_MADE = "claim.made"
    CLAIM_SUBMITTED = "claim.submitted"
    CLAIM_PAID = "claim.paid"
    AWARD_APPROVED = "award.approved"
    BALANCE_LOW = "balance.low"
    HOLD_EXHAUSTED = "hold.exhausted"
    BUDGET_REACHED = "budget.reached"
    BUDGET_STOPPED = "budget.stopped"
    CREDIT_CHANGED = "credit.changed"
    PACKAGE_ORDERED = "package.ordered"
    PACKAGE_CHANGED = "package.changed"
    PACKAGE_ENDING = "package.ending"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_DUE = "payment.due"
    REFUND_PAID = "refund.paid"
    REFUND_FAILED = "refund.failed"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_CLOSED = "dispute.closed"
    USAGE_DISPUTE_ANSWERED = "usage_dispute.answered"
    USAGE_DISPUTE_SETTLED = "usage_dispute.settled"
    APPLICATION_MOVED = "application.moved"
    PAYOUT_PAID = "payout.paid"
    PAYOUT_RETURNED = "payout.returned"
    PAYOUT_REVERSED = "payout.reversed"
    CONNECTED_ACCOUNT_LIMITED = "connected_account.limited"
    ONWARD_PAYOUT_FAILED = "onward_payout.failed"
    PAYOUT_ACCOUNT_PROPOSED = "payout_account.proposed"
    PAYOUT_ACCOUNT_APPROVED = "payout_account.approved"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    MEMBER_ADDED = "member.added"
    MEMBER_ENDED = "member.ended"
    VERIFICATION_SUBMITTED = "verification.submitted"
    VERIFICATION_RETURNED = "verification.returned"
    VERIFICATION_APPROVED = "verification.approved"
    VERIFICATION_REFUSED = "verification.refused"
    VERIFICATION_ENDING = "verification.ending"
    VERIFICATION_ENDED = "verification.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; subclasses say what."""

    kind: ClassVar[EventKind]

    def as_data(self) -> dict[str, Any]:
        """Return the event as JSON values, money and months as the API writes them."""
        return {field.name: _value(getattr(self, field.name)) for field in fields(self)}


# What an organisation may listen to; a ping is sent to whom it was asked for.
LISTENABLE: Final = tuple(kind for kind in EventKind if kind is not EventKind.PING)
# Who may not read a thing does not hear of it either.
_SCOPE_OF_FAMILY: Final = {
    "usage": Scope.USAGE_READ,
    "hold": Scope.USAGE_READ,
    "key": Scope.KEYS_READ,
    "member": Scope.MEMBERS_READ,
    "verification": Scope.MEMBERS_READ,
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
