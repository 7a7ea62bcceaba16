"""The one place where Django finds the tables of every room.

No room imports this module; a room that is missing here would silently have no table, so a test
walks the packages and compares.
"""

from compute_billing.catalogue.models import (
    CardType,
    Cluster,
    ComputeCentre,
    CustomerClassAssignment,
    Meter,
    Price,
    PriceList,
    PriceTier,
    TimeBand,
)
from compute_billing.contracts.models import ComputeContract, Project
from compute_billing.invoices.models import (
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    InvoiceTax,
    TenantMonth,
)
from compute_billing.ledger.models import (
    CreditLot,
    Hold,
    HoldPart,
    LedgerAccount,
    LedgerBalance,
    LedgerPosting,
    LedgerTransaction,
    Wallet,
)
from compute_billing.metering.models import (
    Allocation,
    SourceAccountMapping,
    UsageConflict,
    UsageImport,
    UsageKey,
    UsagePending,
    UsageRecord,
    UsageReject,
    UsageSource,
)
from compute_billing.rating.models import (
    Charge,
    ChargeShare,
    RatingCounter,
    RatingRun,
    RerateRequest,
)
from compute_billing.settlement.models import (
    Claim,
    Claimed,
    ClaimLine,
    OperatorStatement,
    OperatorStatementLine,
)
from compute_billing.subsidies.models import Award, AwardCounter, Fund, Programme

__all__ = [
    "Allocation",
    "Award",
    "AwardCounter",
    "CardType",
    "Charge",
    "ChargeShare",
    "Claim",
    "ClaimLine",
    "Claimed",
    "Cluster",
    "ComputeCentre",
    "ComputeContract",
    "CreditLot",
    "CustomerClassAssignment",
    "Fund",
    "Hold",
    "HoldPart",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceTax",
    "LedgerAccount",
    "LedgerBalance",
    "LedgerPosting",
    "LedgerTransaction",
    "Meter",
    "OperatorStatement",
    "OperatorStatementLine",
    "Price",
    "PriceList",
    "PriceTier",
    "Programme",
    "Project",
    "RatingCounter",
    "RatingRun",
    "RerateRequest",
    "SourceAccountMapping",
    "TenantMonth",
    "TimeBand",
    "UsageConflict",
    "UsageImport",
    "UsageKey",
    "UsagePending",
    "UsageRecord",
    "UsageReject",
    "UsageSource",
    "Wallet",
]
