"""What people are told of, whom it concerns, and what of it may be switched off. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.events.vocabulary import EventKind
from accounts.permissions import Role, Staff


class Kind(StrEnum):
    """What somebody is told of. A stored value: never rename one."""

    BILL_ISSUED = "bill_issued"
    MONTH_SETTLED = "month_settled"
    STATEMENT_ISSUED = "statement_issued"
    CLAIM_PAID = "claim_paid"
    AWARD_APPROVED = "award_approved"
    BALANCE_LOW = "balance_low"
    HOLD_EXHAUSTED = "hold_exhausted"
    BUDGET_REACHED = "budget_reached"
    BUDGET_STOPPED = "budget_stopped"
    CREDIT_CHANGED = "credit_changed"
    PACKAGE_CHANGED = "package_changed"
    PACKAGE_ENDING = "package_ending"
    USAGE_REJECTED = "usage_rejected"
    KEY_EXPIRING = "key_expiring"
    KEY_CREATED = "key_created"
    ROLE_GIVEN = "role_given"
    WEBHOOK_DISABLED = "webhook_disabled"
    VERIFICATION_DECIDED = "verification_decided"
    DEADLINE_NEAR = "deadline_near"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_DUE = "payment_due"
    PAYMENT_LONG_OVERDUE = "payment_long_overdue"
    REFUND_PAID = "refund_paid"
    REFUND_FAILED = "refund_failed"
    PAYMENT_DISPUTED = "payment_disputed"
    DISPUTE_CLOSED = "dispute_closed"
    AUTO_TOP_UP_OFF = "auto_top_up_off"
    VERIFICATION_DUE_SOON = "verification_due_soon"
    VERIFICATION_OVERDUE = "verification_overdue"
    VERIFICATION_ENDING = "verification_ending"
    VERIFICATION_ENDED = "verification_ended"
    CASH_DIFFERENCE_OPEN = "cash_difference_open"
    USAGE_DISPUTED = "usage_disputed"
    USAGE_DISPUTE_ANSWERED = "usage_dispute_answered"
    USAGE_DISPUTE_SETTLED = "usage_dispute_settled"
    USAGE_DISPUTE_DUE = "usage_dispute_due"
    USAGE_DISPUTE_ESCALATED = "usage_dispute_escalated"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_RETURNED = "payout_returned"
    PAYOUT_ACCOUNT_CHANGED = "payout_account_changed"
    PAYOUT_REVERSED = "payout_reversed"
    CONNECTED_ACCOUNT_LIMITED = "connected_account_limited"
    ONWARD_PAYOUT_FAILED = "onward_payout_failed"
    EINVOICE_REQUESTED = "einvoice_requested"
    EINVOICE_ISSUED = "einvoice_issued"
    EINVOICE_REFUSED = "einvoice_refused"
    PROGRAMME_PROPOSED = "programme_proposed"
    APPLICATION_MOVED = "application_moved"
    APPLICATION_WAITS = "application_waits"


class Channel(StrEnum):
    """How somebody is told. A stored value."""

    INBOX = "inbox"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who of an organisation is told, how without a preference, and whether he may refuse.

    With `staff` it is told to people with these staff roles, whom the sender names.
    """

    roles: frozenset[Role] = frozenset()
    staff: frozenset[Staff] = frozenset()
    by_email: bool = True
    may_be_refused: bool = True


_MONEY: Final = frozenset({Role.OWNER, Role.FINANCE})
_PROGRAMS: Final = frozenset({Role.OWNER, Role.DEVELOPER})
_OWNERS: Final = frozenset({Role.OWNER})
_OFFICERS: Final = frozenset({Staff.SUBSIDY_OFFICER})
_APPROVERS: Final = frozenset({Staff.SUBSIDY_APPROVER})
_FINANCE: Final = frozenset({Staff.FINANCE})
_OPERATORS: Final = frozenset({Staff.OPERATOR})

RULES: Final[Mapping[Kind, Rule]] = {
    Kind.BILL_ISSUED: Rule(roles=_MONEY),
    Kind.MONTH_SETTLED: Rule(roles=_MONEY, by_email=False),
    Kind.STATEMENT_ISSUED: Rule(roles=_MONEY),
    Kind.CLAIM_PAID: Rule(roles=_MONEY),
    Kind.AWARD_APPROVED: Rule(roles=_MONEY),
    Kind.BALANCE_LOW: Rule(roles=_MONEY),
    Kind.HOLD_EXHAUSTED: Rule(roles=_MONEY | _PROGRAMS),
    Kind.BUDGET_REACHED: Rule(roles=_MONEY),
    Kind.BUDGET_STOPPED: Rule(roles=_MONEY | _PROGRAMS),
    Kind.CREDIT_CHANGED: Rule(roles=_MONEY),
    Kind.PACKAGE_CHANGED: Rule(roles=_MONEY),
    Kind.PACKAGE_ENDING: Rule(roles=_MONEY),
    Kind.PAYMENT_RECEIVED: Rule(roles=_MONEY),
    Kind.PAYMENT_FAILED: Rule(roles=_MONEY),
    Kind.PAYMENT_DUE: Rule(roles=_MONEY, may_be_refused=False),
    Kind.PAYMENT_LONG_OVERDUE: Rule(staff=_FINANCE),
    Kind.REFUND_PAID: Rule(roles=_MONEY, may_be_refused=False),
    Kind.REFUND_FAILED: Rule(roles=_MONEY),
    Kind.PAYMENT_DISPUTED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.DISPUTE_CLOSED: Rule(roles=_MONEY),
    Kind.AUTO_TOP_UP_OFF: Rule(roles=_MONEY, may_be_refused=False),
    Kind.PAYOUT_PAID: Rule(roles=_MONEY),
    Kind.PAYOUT_RETURNED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.PAYOUT_REVERSED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.CONNECTED_ACCOUNT_LIMITED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.ONWARD_PAYOUT_FAILED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.EINVOICE_REQUESTED: Rule(roles=_MONEY),
    Kind.EINVOICE_ISSUED: Rule(roles=_MONEY),
    Kind.EINVOICE_REFUSED: Rule(roles=_MONEY),
    Kind.USAGE_REJECTED: Rule(roles=_PROGRAMS, by_email=False),
    Kind.KEY_EXPIRING: Rule(roles=_PROGRAMS),
    Kind.DEADLINE_NEAR: Rule(roles=_OWNERS),
    Kind.VERIFICATION_ENDING: Rule(roles=_OWNERS),
    Kind.VERIFICATION_ENDED: Rule(roles=_OWNERS),
    Kind.VERIFICATION_DUE_SOON: Rule(staff=_OFFICERS),
    Kind.VERIFICATION_OVERDUE: Rule(staff=_OFFICERS),
    Kind.PROGRAMME_PROPOSED: Rule(staff=_APPROVERS),
    Kind.APPLICATION_MOVED: Rule(roles=_MONEY),
    Kind.APPLICATION_WAITS: Rule(
        staff=_OFFICERS | _APPROVERS | frozenset({Staff.SUBSIDY_REVIEWER})
    ),
    Kind.CASH_DIFFERENCE_OPEN: Rule(staff=_FINANCE),
    Kind.USAGE_DISPUTED: Rule(roles=_PROGRAMS),
    Kind.USAGE_DISPUTE_ANSWERED: Rule(roles=_MONEY | _PROGRAMS),
    Kind.USAGE_DISPUTE_SETTLED: Rule(roles=_MONEY),
    Kind.USAGE_DISPUTE_DUE: Rule(staff=_OPERATORS),
    Kind.USAGE_DISPUTE_ESCALATED: Rule(staff=_FINANCE),
    # What somebody who got hold of an account would switch off first.
    Kind.PAYOUT_ACCOUNT_CHANGED: Rule(roles=_MONEY, may_be_refused=False),
    Kind.KEY_CREATED: Rule(roles=_OWNERS, may_be_refused=False),
    Kind.ROLE_GIVEN: Rule(roles=_OWNERS, may_be_refused=False),
    Kind.WEBHOOK_DISABLED: Rule(roles=_PROGRAMS, may_be_refused=False),
    Kind.VERIFICATION_DECIDED: Rule(roles=_OWNERS, may_be_refused=False),
}

# Events of the outbox that people are told of as well.
KIND_OF_EVENT: Final[Mapping[EventKind, Kind]] = {
    EventKind.INVOICE_ISSUED: Kind.BILL_ISSUED,
    EventKind.MONTH_SETTLED: Kind.MONTH_SETTLED,
    EventKind.STATEMENT_ISSUED: Kind.STATEMENT_ISSUED,
    EventKind.CLAIM_PAID: Kind.CLAIM_PAID,
    EventKind.AWARD_APPROVED: Kind.AWARD_APPROVED,
    EventKind.BALANCE_LOW: Kind.BALANCE_LOW,
    EventKind.HOLD_EXHAUSTED: Kind.HOLD_EXHAUSTED,
    EventKind.BUDGET_REACHED: Kind.BUDGET_REACHED,
    EventKind.BUDGET_STOPPED: Kind.BUDGET_STOPPED,
    EventKind.CREDIT_CHANGED: Kind.CREDIT_CHANGED,
    EventKind.PAYMENT_DUE: Kind.PAYMENT_DUE,
    EventKind.PACKAGE_ORDERED: Kind.PACKAGE_CHANGED,
    EventKind.PACKAGE_CHANGED: Kind.PACKAGE_CHANGED,
    EventKind.PACKAGE_ENDING: Kind.PACKAGE_ENDING,
    EventKind.PAYMENT_RECEIVED: Kind.PAYMENT_RECEIVED,
    EventKind.PAYMENT_FAILED: Kind.PAYMENT_FAILED,
    EventKind.REFUND_PAID: Kind.REFUND_PAID,
    EventKind.REFUND_FAILED: Kind.REFUND_FAILED,
    EventKind.DISPUTE_OPENED: Kind.PAYMENT_DISPUTED,
    EventKind.DISPUTE_CLOSED: Kind.DISPUTE_CLOSED,
    EventKind.USAGE_DISPUTED: Kind.USAGE_DISPUTED,
    EventKind.USAGE_DISPUTE_ANSWERED: Kind.USAGE_DISPUTE_ANSWERED,
    EventKind.USAGE_DISPUTE_SETTLED: Kind.USAGE_DISPUTE_SETTLED,
    EventKind.PAYOUT_PAID: Kind.PAYOUT_PAID,
    EventKind.PAYOUT_RETURNED: Kind.PAYOUT_RETURNED,
    EventKind.PAYOUT_REVERSED: Kind.PAYOUT_REVERSED,
    EventKind.CONNECTED_ACCOUNT_LIMITED: Kind.CONNECTED_ACCOUNT_LIMITED,
    EventKind.ONWARD_PAYOUT_FAILED: Kind.ONWARD_PAYOUT_FAILED,
    EventKind.PAYOUT_ACCOUNT_PROPOSED: Kind.PAYOUT_ACCOUNT_CHANGED,
    EventKind.PAYOUT_ACCOUNT_APPROVED: Kind.PAYOUT_ACCOUNT_CHANGED,
    EventKind.USAGE_REJECTED: Kind.USAGE_REJECTED,
    EventKind.KEY_CREATED: Kind.KEY_CREATED,
    EventKind.KEY_ROTATED: Kind.KEY_CREATED,
    EventKind.MEMBER_ADDED: Kind.ROLE_GIVEN,
    EventKind.VERIFICATION_ENDING: Kind.VERIFICATION_ENDING,
    EventKind.VERIFICATION_ENDED: Kind.VERIFICATION_ENDED,
}


def kinds_for(staff_roles: Collection[Staff]) -> list[Kind]:
    """Return what somebody with these staff roles may be told of, and so choose about."""
    return [kind for kind, rule in RULES.items() if not rule.staff or rule.staff & set(staff_roles)]


def is_told(kind: Kind, channel: Channel, *, preference: bool | None) -> bool:
    """Say whether somebody is told this way; `preference` is None where he has none."""
    rule = RULES[kind]
    usual = channel is Channel.INBOX or rule.by_email
    return usual if preference is None or not rule.may_be_refused else preference
