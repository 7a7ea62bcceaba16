"""Every write of reconciliation: the day's run, and what officers make of differences."""

from compute_billing.cash.deciding import (
    Booking,
    CashProposalNotFound,
    DifferenceEnded,
    DifferenceNotFound,
    UnableToApproveOwnCashProposal,
    UnableToResolve,
    approve,
    pair,
    propose,
    refuse,
)
from compute_billing.cash.fetching import StripeNotHeard
from compute_billing.cash.running import (
    Reconciled,
    UnableToReconcile,
    open_accounts,
    reconcile,
    reconcile_all,
)
from compute_billing.cash.telling import tell_overdue

__all__ = [
    "Booking",
    "CashProposalNotFound",
    "DifferenceEnded",
    "DifferenceNotFound",
    "Reconciled",
    "StripeNotHeard",
    "UnableToApproveOwnCashProposal",
    "UnableToReconcile",
    "UnableToResolve",
    "approve",
    "open_accounts",
    "pair",
    "propose",
    "reconcile",
    "reconcile_all",
    "refuse",
    "tell_overdue",
]
