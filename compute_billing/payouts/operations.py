"""Every write of payouts: terms, earnings, accounts to pay to, runs and what banks answered."""

from compute_billing.payouts.accruing import accrue, accrue_all
from compute_billing.payouts.agreeing import Terms, UnableToAgree, agree
from compute_billing.payouts.connect_working import (
    StripeNotReached,
    look_at_all_accounts,
    onboarding_page,
)
from compute_billing.payouts.connecting import ConnectedAccountNotFound, connect
from compute_billing.payouts.destinations import (
    BankDetails,
    PayoutAccountNotFound,
    UnableToApproveOwnAccount,
    UnableToProposeAccount,
    approve_account,
    propose_account,
    propose_connect,
    refuse_account,
)
from compute_billing.payouts.payment_file import UnableToReadResult, read_result
from compute_billing.payouts.results import (
    ImportedResult,
    UnableToImportOwnResult,
    import_result,
)
from compute_billing.payouts.reversing import (
    ReversalNotFound,
    UnableToApproveOwnReversal,
    UnableToReverse,
    approve_reversal,
    propose_reversal,
    refuse_reversal,
)
from compute_billing.payouts.running import (
    AccountChanged,
    NothingToPay,
    RunDecided,
    RunNotFound,
    RunNotSent,
    UnableToApproveOwnRun,
    approve_run,
    approved_file,
    go_on,
    go_on_with_all,
    propose_run,
    refuse_run,
)

__all__ = [
    "AccountChanged",
    "BankDetails",
    "ConnectedAccountNotFound",
    "ImportedResult",
    "NothingToPay",
    "PayoutAccountNotFound",
    "ReversalNotFound",
    "RunDecided",
    "RunNotFound",
    "RunNotSent",
    "StripeNotReached",
    "Terms",
    "UnableToAgree",
    "UnableToApproveOwnAccount",
    "UnableToApproveOwnReversal",
    "UnableToApproveOwnRun",
    "UnableToImportOwnResult",
    "UnableToProposeAccount",
    "UnableToReadResult",
    "UnableToReverse",
    "accrue",
    "accrue_all",
    "agree",
    "approve_account",
    "approve_reversal",
    "approve_run",
    "approved_file",
    "connect",
    "go_on",
    "go_on_with_all",
    "import_result",
    "look_at_all_accounts",
    "onboarding_page",
    "propose_account",
    "propose_connect",
    "propose_reversal",
    "propose_run",
    "read_result",
    "refuse_account",
    "refuse_reversal",
    "refuse_run",
]
