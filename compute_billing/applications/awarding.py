"""How the award of a decision is paid: the words of the programme's document as terms. Pure."""

from typing import Final

from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.settable import settled
from compute_billing.subsidies.rules.verdicts import Assessment
from compute_billing.subsidies.terms import (
    AwardMode,
    AwardTerms,
    BasisKind,
    Payee,
    RoundingMode,
    TaxBasis,
)

UNITS_MICRO: Final = {"micro_yuan": 1, "fen": 10_000, "yuan": 1_000_000}
MODES: Final = {mode.value for mode in AwardMode}
BASES: Final = {basis.value for basis in BasisKind}


def terms_of(document: ProgrammeDocument, assessment: Assessment) -> AwardTerms:
    """Return mode, basis, tax basis, days and rounding as the document says them.

    A programme whose mode is none of the five pays as a voucher.
    """
    mode = AwardMode(document.mode) if document.mode in MODES else AwardMode.VOUCHER
    basis = str(document.basis.__struct_config__.tag)
    inside, whole = _days(assessment)
    return AwardTerms(
        mode=mode,
        payee=Payee.PROVIDER if mode is AwardMode.VOUCHER else Payee.TENANT,
        basis_kind=BasisKind(basis) if basis in BASES else BasisKind.METERED_AMOUNT,
        tax_basis=TaxBasis(settled(document.tax_basis) or "with_tax"),
        days_counted=inside,
        days_whole=whole,
        rounding_unit_micro=UNITS_MICRO[document.rounding.unit],
        rounding_mode=RoundingMode(settled(document.rounding.mode) or "half_up"),
    )


def _days(assessment: Assessment) -> tuple[int, int]:
    """Return the part of the contract's days that counts; all of it where none are told."""
    inputs = next((step.inputs for step in assessment.steps if step.name == "basis"), {})
    if "days" not in inputs:
        return 1, 1
    return int(inputs["days"]), int(inputs["days_of_contract"])
