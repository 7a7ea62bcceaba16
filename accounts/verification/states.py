"""The ways of a case and of a payment, as tables."""

from enum import StrEnum
from typing import Final

from accounts.verification.kinds import Outcome
from kernel.states import Transitions


class VerificationState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"


# What was taken back or returned for rectification is mended and submitted anew.
CASES: Final = Transitions(
    {
        VerificationState.DRAFT: frozenset({VerificationState.SUBMITTED}),
        VerificationState.SUBMITTED: frozenset(
            {
                VerificationState.WITHDRAWN,
                VerificationState.RETURNED,
                VerificationState.APPROVED,
                VerificationState.REJECTED,
            }
        ),
        VerificationState.WITHDRAWN: frozenset({VerificationState.SUBMITTED}),
        VerificationState.RETURNED: frozenset({VerificationState.SUBMITTED}),
        VerificationState.APPROVED: frozenset(),
        VerificationState.REJECTED: frozenset(),
    }
)
EDITABLE: Final = frozenset(
    {VerificationState.DRAFT, VerificationState.WITHDRAWN, VerificationState.RETURNED}
)
FINAL: Final = frozenset(state for state in VerificationState if CASES.is_final(state))
STATE_AFTER: Final = {
    Outcome.APPROVED: VerificationState.APPROVED,
    Outcome.RETURNED: VerificationState.RETURNED,
    Outcome.REJECTED: VerificationState.REJECTED,
}


class PaymentState(StrEnum):
    """Where the small payment to a corporate account stands."""

    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


PAYMENTS: Final = Transitions(
    {
        PaymentState.REQUESTED: frozenset(
            {PaymentState.SENT, PaymentState.BOUNCED, PaymentState.CANCELLED}
        ),
        PaymentState.SENT: frozenset(
            {
                PaymentState.CONFIRMED,
                PaymentState.FAILED,
                PaymentState.EXPIRED,
                PaymentState.BOUNCED,
                PaymentState.CANCELLED,
            }
        ),
        PaymentState.CONFIRMED: frozenset(),
        PaymentState.FAILED: frozenset(),
        PaymentState.EXPIRED: frozenset(),
        PaymentState.BOUNCED: frozenset(),
        PaymentState.CANCELLED: frozenset(),
    }
)
UNDER_WAY: Final = frozenset({PaymentState.REQUESTED, PaymentState.SENT})
