"""What lists of words are called in the description of the API, where several have one name."""

from typing import Final

ENUMS: Final = {
    "ListingStateEnum": "marketplace.api.shapes.STATES",
    "ListingStandingEnum": "marketplace.api.shapes.STANDINGS",
    "AlgorithmTaskEnum": "marketplace.api.shapes.TASK_WORDS",
    "AlgorithmIndustryEnum": "marketplace.api.shapes.INDUSTRY_WORDS",
    "ProofKindEnum": "marketplace.api.shapes.PROOF_KINDS",
    "LineageEnum": "marketplace.api.shapes.LINEAGES",
    "ListingOutcomeEnum": "marketplace.api.shapes.REVIEW_OUTCOMES",
    "LicenceEffectEnum": "marketplace.api.shapes.EFFECTS",
    "EInvoiceKindEnum": "compute_billing.api.einvoices.KINDS",
    "EInvoiceStateEnum": "compute_billing.einvoices.queries.STATES",
    "RoleEnum": "accounts.membership.api.ROLES",
    "BudgetKindEnum": "compute_billing.api.budgets.KINDS",
    "EnforcementCauseEnum": "compute_billing.api.enforcement.CAUSES",
    "TopUpStateEnum": "compute_billing.api.top_ups.STATES",
    "RefundStateEnum": "compute_billing.api.refunds.STATES",
    "ProgrammeVersionStateEnum": "compute_billing.api.programmes.STATES",
    "TopUpWayEnum": "compute_billing.api.top_ups.WAYS",
    "WayEnum": "compute_billing.api.top_ups.ALL_WAYS",
}
