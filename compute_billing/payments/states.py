"""The lives of payments, refunds and disputes. Pure."""

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class PaymentState(StrEnum):
    """Where a payment is."""

    ASKED = "asked"
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """Where a refund is."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """Where a dispute is. A warning is an inquiry of the bank: no money has left."""

    WARNING = "warning"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


# Money that came in is booked whatever was said before: a payer may be faster than who cancels.
PAYMENT_TRANSITIONS: Final = Transitions(
    {
        PaymentState.ASKED: frozenset(
            {PaymentState.OPEN, PaymentState.PAID, PaymentState.FAILED, PaymentState.CANCELLED}
        ),
        PaymentState.OPEN: frozenset(
            {PaymentState.PAID, PaymentState.FAILED, PaymentState.CANCELLED}
        ),
        PaymentState.FAILED: frozenset({PaymentState.PAID}),
        PaymentState.CANCELLED: frozenset({PaymentState.PAID}),
        PaymentState.PAID: frozenset(),
    }
)
# A bank may send a refund back days after it was told to have succeeded.
REFUND_TRANSITIONS: Final = Transitions(
    {
        RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
        RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
        RefundState.FAILED: frozenset(),
    }
)
LIVE_PAYMENTS: Final = (PaymentState.ASKED, PaymentState.OPEN)
LIVE_REFUNDS: Final = (RefundState.PENDING, RefundState.SUCCEEDED)
