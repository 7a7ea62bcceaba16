"""A case as values: what it says, what it lacks, and what of it is frozen. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from accounts.models import OrganisationKind
from accounts.verification import sizes
from accounts.verification.kinds import (
    REQUIRED_DOCUMENTS,
    Declaration,
    DocumentKind,
    Industry,
    Relation,
    Scan,
    Step,
)
from accounts.verification.states import EDITABLE, PaymentState, VerificationState
from kernel.canonical import canonical_hash

# The standard is for enterprises; a university has no size by it.
SIZED_KINDS: Final = frozenset({OrganisationKind.ENTERPRISE, OrganisationKind.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper of a case."""

    public_id: UUID
    kind: DocumentKind
    file_name: str
    content_type: str
    size_bytes: int
    sha256: str
    scan: Scan
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as its case may see it: without the amount, and with the account masked."""

    public_id: UUID
    state: PaymentState
    holder: str
    bank: str
    branch: str
    account_masked: str
    tries_left: int
    requested_at: datetime
    sent_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Say whether it may still be confirmed."""
        return self.state in {PaymentState.REQUESTED, PaymentState.SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A related organisation that was declared."""

    public_id: UUID
    uscc: str
    registered_name: str
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the size is judged by; None is what was not said."""

    industry: Industry | None
    employees: int | None
    revenue_yuan: int | None
    assets_yuan: int | None
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that an organisation says of itself, and where its case stands."""

    id: int
    public_id: UUID
    state: VerificationState
    organisation_id: int
    organisation_code: str
    organisation_name: str
    organisation_kind: OrganisationKind
    uscc: str
    registered_name: str
    figures: Figures
    declaration: Declaration
    documents: tuple[Document, ...]
    payment: Payment | None
    related: tuple[Related, ...]
    created_at: datetime
    submitted_at: datetime | None
    due_on: date | None

    @property
    def is_editable(self) -> bool:
        """Say whether the organisation may change it now."""
        return self.state in EDITABLE

    @property
    def is_sized(self) -> bool:
        """Say whether the organisation has a size by the standard."""
        return self.organisation_kind in SIZED_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that a step lacks before the case may be submitted."""

    step: Step
    code: str


def assessment_of(case: Case) -> sizes.Assessment | None:
    """Return the size with its reasons; None where it does not apply or a figure is missing."""
    figures = case.figures
    if not case.is_sized or figures.industry is None:
        return None
    try:
        return sizes.assess(
            industry=figures.industry,
            employees=figures.employees,
            revenue_yuan=figures.revenue_yuan,
            assets_yuan=figures.assets_yuan,
        )
    except sizes.MissingFigure:
        return None


def lacks_of(case: Case) -> list[Lack]:
    """Return what is missing, in the order of the steps; nothing of a case that is whole."""
    return list(_lacks(case))


def _lacks(case: Case) -> Iterator[Lack]:
    if not (case.uscc and case.registered_name):
        yield Lack(step=Step.IDENTITY, code="identity_missing")
    if case.is_sized and (assessment_of(case) is None or case.figures.year is None):
        yield Lack(step=Step.SIZE, code="size_missing")
    kinds = {document.kind for document in case.documents}
    for kind in REQUIRED_DOCUMENTS:
        if kind not in kinds:
            yield Lack(step=Step.DOCUMENTS, code=f"{kind}_missing")
    if case.payment is None or case.payment.state != PaymentState.CONFIRMED:
        yield Lack(step=Step.ACCOUNT, code="payment_missing")
    elif not same_name(case.payment.holder, case.registered_name):
        yield Lack(step=Step.ACCOUNT, code="holder_differs")
    if case.declaration == Declaration.NOT_MADE:
        yield Lack(step=Step.RELATIONS, code="declaration_missing")
    elif (case.declaration == Declaration.NAMED) is not bool(case.related):
        yield Lack(step=Step.RELATIONS, code="declaration_differs")


def same_name(one: str, other: str) -> bool:
    """Say whether two registered names are the same, however wide their brackets are typed."""
    return _plain_name(one) == _plain_name(other)


def _plain_name(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def fingerprint(case: Case, step: Step) -> str:
    """Return a short hash of what a step holds: whoever saves it says which one he saw."""
    figures = case.figures
    values: dict[Step, list[Any]] = {
        Step.IDENTITY: [case.uscc, case.registered_name],
        Step.SIZE: [
            figures.industry,
            figures.employees,
            figures.revenue_yuan,
            figures.assets_yuan,
            figures.year,
        ],
        Step.DOCUMENTS: [str(document.public_id) for document in case.documents],
        Step.ACCOUNT: [str(case.payment.public_id), case.payment.state] if case.payment else [],
        Step.RELATIONS: [case.declaration, [str(line.public_id) for line in case.related]],
    }
    return canonical_hash(values[step]).hex()[:32]


def snapshot_of(case: Case) -> dict[str, Any]:
    """Return what is submitted as JSON values: an account masked, a paper by its SHA-256."""
    assessment, payment = assessment_of(case), case.payment
    return {
        "uscc": case.uscc,
        "registered_name": case.registered_name,
        "kind": str(case.organisation_kind),
        "size": None if assessment is None else _size(case.figures, assessment),
        "documents": [
            {
                "id": str(document.public_id),
                "kind": str(document.kind),
                "content_type": document.content_type,
                "size_bytes": document.size_bytes,
                "sha256": document.sha256,
                "scan": str(document.scan),
            }
            for document in case.documents
        ],
        "account": None
        if payment is None
        else {
            "payment": str(payment.public_id),
            "holder": payment.holder,
            "bank": payment.bank,
            "branch": payment.branch,
            "account": payment.account_masked,
        },
        "declaration": str(case.declaration),
        "related": [
            {
                "uscc": line.uscc,
                "registered_name": line.registered_name,
                "relation": str(line.relation),
            }
            for line in case.related
        ],
    }


def _size(figures: Figures, assessment: sizes.Assessment) -> dict[str, Any]:
    return {
        "standard": sizes.STANDARD,
        "clause": assessment.thresholds.clause,
        "industry": str(assessment.thresholds.industry),
        "year": figures.year,
        "figures": {str(reason.figure): reason.value for reason in assessment.reasons},
        "size_class": str(assessment.size_class),
    }
