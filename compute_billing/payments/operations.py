"""Every write to payments that somebody outside asks for."""

from compute_billing.payments.asking import (
    TopUpTokenReused,
    UnableToCancelTopUp,
    UnableToTopUp,
    Wish,
    ask_top_up,
    cancel_top_up,
)
from compute_billing.payments.automatic import (
    AutoTerms,
    UnableToSetAutoTopUp,
    set_auto_top_up,
    switch_off_auto_top_up,
    top_up_if_low,
)
from compute_billing.payments.calls import retry_call
from compute_billing.payments.inbox import Told, keep, retry_event
from compute_billing.payments.models import Way
from compute_billing.payments.refunding import UnableToRefund, ask_refunds
from compute_billing.payments.terms import PaymentsNotSetUp, Terms, is_set_up, terms

__all__ = [
    "AutoTerms",
    "PaymentsNotSetUp",
    "Terms",
    "Told",
    "TopUpTokenReused",
    "UnableToCancelTopUp",
    "UnableToRefund",
    "UnableToSetAutoTopUp",
    "UnableToTopUp",
    "Way",
    "Wish",
    "ask_refunds",
    "ask_top_up",
    "cancel_top_up",
    "is_set_up",
    "keep",
    "retry_call",
    "retry_event",
    "set_auto_top_up",
    "switch_off_auto_top_up",
    "terms",
    "top_up_if_low",
]
