"""Every write of the bank rail: accounts, codes, statements, and what becomes of their lines."""

from compute_billing.bank.accounts import (
    UnableToMakeCode,
    UnableToOpenAccount,
    open_account,
    remittance_code,
)
from compute_billing.bank.deciding import (
    LineDecided,
    LineNotFound,
    ProposalNotFound,
    UnableToApproveOwnProposal,
    UnableToDecide,
    approve,
    credit_exact_lines,
    decide,
    refuse,
)
from compute_billing.bank.importing import (
    AccountNotFound,
    Imported,
    StatementOfAnotherAccount,
    import_statement,
)

__all__ = [
    "AccountNotFound",
    "Imported",
    "LineDecided",
    "LineNotFound",
    "ProposalNotFound",
    "StatementOfAnotherAccount",
    "UnableToApproveOwnProposal",
    "UnableToDecide",
    "UnableToMakeCode",
    "UnableToOpenAccount",
    "approve",
    "credit_exact_lines",
    "decide",
    "import_statement",
    "open_account",
    "refuse",
    "remittance_code",
]
