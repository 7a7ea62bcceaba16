"""What people are told of, whom it concerns, and what of it may be switched off. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.events.vocabulary import EventKind
from accounts.permissions import Role


class Kind(StrEnum):
    """What somebody is told of. A stored value: never rename one."""

    BILL_ISSUED = "bill_issued"
    MONTH_SETTLED = "month_settled"
    STATEMENT_ISSUED = "statement_issued"
    CLAIM_PAID = "claim_paid"
    AWARD_APPROVED = "award_approved"
    BALANCE_LOW = "balance_low"
    USAGE_REJECTED = "usage_rejected"
    KEY_EXPIRING = "key_expiring"
    KEY_CREATED = "key_created"
    ROLE_GIVEN = "role_given"
    WEBHOOK_DISABLED = "webhook_disabled"
    VERIFICATION_DECIDED = "verification_decided"
    DEADLINE_NEAR = "deadline_near"


class Channel(StrEnum):
    """How somebody is told. A stored value."""

    INBOX = "inbox"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who of an organisation is told, how without a preference, and whether he may refuse."""

    roles: frozenset[Role]
    by_email: bool = True
    may_be_refused: bool = True


_MONEY: Final = frozenset({Role.OWNER, Role.FINANCE})
_PROGRAMS: Final = frozenset({Role.OWNER, Role.DEVELOPER})
_OWNERS: Final = frozenset({Role.OWNER})

RULES: Final[Mapping[Kind, Rule]] = {
    Kind.BILL_ISSUED: Rule(roles=_MONEY),
    Kind.MONTH_SETTLED: Rule(roles=_MONEY, by_email=False),
    Kind.STATEMENT_ISSUED: Rule(roles=_MONEY),
    Kind.CLAIM_PAID: Rule(roles=_MONEY),
    Kind.AWARD_APPROVED: Rule(roles=_MONEY),
    Kind.BALANCE_LOW: Rule(roles=_MONEY),
    Kind.USAGE_REJECTED: Rule(roles=_PROGRAMS, by_email=False),
    Kind.KEY_EXPIRING: Rule(roles=_PROGRAMS),
    Kind.DEADLINE_NEAR: Rule(roles=_OWNERS),
    # What somebody who got hold of an account would switch off first.
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
    EventKind.USAGE_REJECTED: Kind.USAGE_REJECTED,
    EventKind.KEY_CREATED: Kind.KEY_CREATED,
    EventKind.KEY_ROTATED: Kind.KEY_CREATED,
    EventKind.MEMBER_ADDED: Kind.ROLE_GIVEN,
}


def is_told(kind: Kind, channel: Channel, *, preference: bool | None) -> bool:
    """Say whether somebody is told this way; `preference` is None where he has none."""
    rule = RULES[kind]
    usual = channel is Channel.INBOX or rule.by_email
    return usual if preference is None or not rule.may_be_refused else preference
