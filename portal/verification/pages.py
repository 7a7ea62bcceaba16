"""A case in the reader's words: primitives for templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import SizeClass
from accounts.verification import sizes
from accounts.verification.cases import Case, Payment, assessment_of, lacks_of
from accounts.verification.kinds import DocumentKind, Industry, Relation, Scan, Step
from accounts.verification.queries import Decision
from accounts.verification.sizes import TEN_THOUSAND, Figure
from portal.verification.words import (
    DOCUMENTS,
    FIGURES,
    INDUSTRIES,
    KINDS,
    LACKS,
    OUTCOMES,
    PAYMENTS,
    RELATIONS,
    SCANS,
    SIZES,
    STATES,
    STEPS,
)

KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * 1024
Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step in the list beside the wizard."""

    text: Text
    url: str
    is_current: bool
    is_done: bool
    lacks: list[Text]
    to_mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundLine:
    """A figure against its three bounds."""

    figure: Text
    value: str
    large: str
    medium: str
    small: str
    allows: Text
    is_deciding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLine:
    """The size, and why it is that."""

    size: Text
    industry: Text
    clause: str
    classes: str
    bounds: list[BoundLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A paper."""

    id: UUID
    kind: Text
    name: str
    size: str
    sha256: str
    scan: Text
    is_scanned: bool
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """A payment as its organisation sees it."""

    state: str
    state_text: Text
    holder: str
    bank: str
    branch: str
    account: str
    tries_left: int
    requested_at: datetime
    sent_at: datetime | None
    expires_at: datetime | None
    is_under_way: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLine:
    """A related organisation."""

    id: UUID
    uscc: str
    name: str
    relation: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A case."""

    id: UUID
    code: str
    organisation: str
    kind: Text
    state: str
    state_text: Text
    uscc: str
    registered_name: str
    is_sized: bool
    size: SizeLine | None
    year: int | None
    papers: list[PaperLine]
    payment: PaymentPage | None
    declaration: str
    related: list[RelatedLine]
    is_editable: bool
    is_whole: bool
    submitted_at: datetime | None
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """A submission and what became of it."""

    number: int
    submitted_at: datetime
    due_on: date
    outcome: str
    outcome_text: Text
    reason: str
    step_reasons: list[tuple[Text, str]]
    decided_at: datetime | None
    decided_by: str
    hash: str


def case_page(case: Case) -> CasePage:
    """Return a case as it is shown."""
    return CasePage(
        id=case.public_id,
        code=case.organisation_code,
        organisation=case.organisation_name,
        kind=KINDS[case.organisation_kind],
        state=case.state.value,
        state_text=STATES[case.state],
        uscc=case.uscc,
        registered_name=case.registered_name,
        is_sized=case.is_sized,
        size=size_line(case),
        year=case.figures.year,
        papers=[_paper(document) for document in case.documents],
        payment=None if case.payment is None else payment_page(case.payment),
        declaration=case.declaration.value,
        related=[
            RelatedLine(
                id=line.public_id,
                uscc=line.uscc,
                name=line.registered_name,
                relation=RELATIONS[line.relation],
            )
            for line in case.related
        ],
        is_editable=case.is_editable,
        is_whole=not lacks_of(case),
        submitted_at=case.submitted_at,
        due_on=case.due_on,
    )


def step_lines(
    case: Case, *, current: str, to_mend: Mapping[str, str] | None = None
) -> list[StepLine]:
    """Return the steps of the wizard with what each still lacks."""
    lacks: dict[Step, list[Text]] = {step: [] for step in Step}
    for lack in lacks_of(case):
        lacks[lack.step].append(LACKS[lack.code])
    return [
        StepLine(
            text=text,
            url=reverse(f"verification-{step}", kwargs={"code": case.organisation_code}),
            is_current=current == step,
            is_done=not lacks[step],
            lacks=lacks[step],
            to_mend=(to_mend or {}).get(step, ""),
        )
        for step, text in STEPS.items()
    ]


def size_line(case: Case) -> SizeLine | None:
    """Return the size with the figures that it comes from; None where there is none yet."""
    found = assessment_of(case)
    if found is None:
        return None
    return SizeLine(
        size=SIZES[found.size_class],
        industry=INDUSTRIES[found.thresholds.industry],
        clause=found.thresholds.clause,
        classes=found.thresholds.classes,
        bounds=[_bound(reason, decided=found.size_class) for reason in found.reasons],
    )


def _bound(reason: sizes.Reason, *, decided: SizeClass) -> BoundLine:
    large, medium, small = (figure_text(reason.figure, bound) for bound in reason.bounds)
    return BoundLine(
        figure=FIGURES[reason.figure],
        value=figure_text(reason.figure, reason.value),
        large=large,
        medium=medium,
        small=small,
        allows=SIZES[reason.allows],
        is_deciding=reason.allows == decided,
    )


def figure_text(figure: Figure, value: int) -> str:
    """Return persons as they are, and yuan as the reader counts them: Chinese in ten thousands."""
    if figure == Figure.EMPLOYEES:
        return f"{value:,}"
    if not (get_language() or "").startswith("zh"):
        return f"¥{value:,}"
    return _("%(amount)s ten thousand yuan") % {"amount": wan_text(value, grouped=True)}


def wan_text(yuan: int, *, grouped: bool = False) -> str:
    """Return whole yuan in ten thousands, exactly and without zeros at the end."""
    whole, rest = divmod(yuan, TEN_THOUSAND)
    text = f"{whole:,}" if grouped else str(whole)
    return f"{text}.{rest:04d}".rstrip("0") if rest else text


def payment_page(payment: Payment) -> PaymentPage:
    """Return a payment as it is shown."""
    return PaymentPage(
        state=payment.state.value,
        state_text=PAYMENTS[payment.state],
        holder=payment.holder,
        bank=payment.bank,
        branch=payment.branch,
        account=payment.account_masked,
        tries_left=payment.tries_left,
        requested_at=payment.requested_at,
        sent_at=payment.sent_at,
        expires_at=payment.expires_at,
        is_under_way=payment.is_under_way,
    )


def decision_lines(history: list[Decision]) -> list[DecisionLine]:
    """Return submissions as they are shown."""
    return [
        DecisionLine(
            number=line.number,
            submitted_at=line.submitted_at,
            due_on=line.due_on,
            outcome="" if line.outcome is None else line.outcome.value,
            outcome_text="" if line.outcome is None else OUTCOMES[line.outcome],
            reason=line.reason,
            step_reasons=[
                (STEPS[step], line.step_reasons[step]) for step in Step if step in line.step_reasons
            ],
            decided_at=line.decided_at,
            decided_by=line.decided_by,
            hash=line.snapshot_hash,
        )
        for line in history
    ]


def size_text(snapshot: Mapping[str, Any]) -> Text:
    """Return the size that a snapshot says."""
    size = snapshot["size"]
    return SIZES[SizeClass(size["size_class"])] if size else "–"


def industry_text(snapshot: Mapping[str, Any]) -> Text:
    """Return the industry that a snapshot says."""
    size = snapshot["size"]
    return INDUSTRIES[Industry(size["industry"])] if size else "–"


def relation_text(code: str) -> Text:
    """Return what a relation of a snapshot means."""
    return RELATIONS[Relation(code)]


def document_text(code: str) -> Text:
    """Return what a paper of a snapshot is."""
    return DOCUMENTS[DocumentKind(code)]


def _paper(document: Any) -> PaperLine:
    return PaperLine(
        id=document.public_id,
        kind=DOCUMENTS[document.kind],
        name=document.file_name,
        size=bytes_text(document.size_bytes),
        sha256=document.sha256,
        scan=SCANS[document.scan],
        is_scanned=document.scan == Scan.CLEAN,
        uploaded_at=document.uploaded_at,
    )


def bytes_text(size: int) -> str:
    """Return a size as people read it, rounded up."""
    unit, name = (MEBIBYTE, "MB") if size >= MEBIBYTE else (KIBIBYTE, "kB")
    return f"{-(-size // unit)} {name}"
