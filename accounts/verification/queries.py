"""Every read of verification."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from accounts.models import (
    Organisation,
    OrganisationKind,
    RelatedParty,
    Verification,
    VerificationDecision,
    VerificationDocument,
    VerificationPayment,
    VerificationSubmission,
)
from accounts.verification.cases import Case, Document, Figures, Payment, Related
from accounts.verification.kinds import (
    Declaration,
    DocumentKind,
    Industry,
    Outcome,
    Relation,
    Scan,
)
from accounts.verification.models import TRIES_MAX
from accounts.verification.states import FINAL, PaymentState, VerificationState
from kernel.errors import DomainError

MASK = "•••• "


class VerificationNotFound(DomainError):
    """There is no such case, paper or payment for whom it was asked."""

    code = "verification_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A submission with what was decided on it; None while nothing was."""

    number: int
    snapshot: dict[str, Any]
    snapshot_hash: str
    submitted_at: datetime
    due_on: date
    outcome: Outcome | None
    reason: str
    step_reasons: dict[str, str]
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an organisation is verified as, its newest case, and what of that is to be mended."""

    name: str
    uscc: str | None
    size_class: str | None
    verified_at: datetime | None
    verified_until: datetime | None
    case: Case | None
    to_mend: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A case in the officers' queue, as its organisation handed it in last."""

    public_id: UUID
    organisation: str
    kind: OrganisationKind
    uscc: str
    state: VerificationState
    submitted_at: datetime
    due_on: date | None
    submissions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """Where the bytes of a paper lie, for whoever may read them."""

    storage_key: str
    content_type: str
    file_name: str


def open_case(*, organisation_id: int, now: datetime) -> Case | None:
    """Return the case of an organisation that is not decided yet."""
    rows = _cases().filter(organisation_id=organisation_id).exclude(state__in=FINAL)
    return next(iter(_lines(rows, now=now)), None)


def newest_case(*, organisation_id: int, now: datetime) -> Case | None:
    """Return an organisation's last case, decided or not."""
    rows = _cases().filter(organisation_id=organisation_id).order_by("-id")[:1]
    return next(iter(_lines(rows, now=now)), None)


def standing_of(*, organisation_id: int, now: datetime) -> Standing:
    """Return where the verification of an organisation stands."""
    organisation = Organisation.objects.get(id=organisation_id)
    case = newest_case(organisation_id=organisation_id, now=now)
    is_returned = case is not None and case.state == VerificationState.RETURNED
    history = history_of(organisation_id=organisation_id) if is_returned else []
    return Standing(
        name=organisation.name,
        uscc=organisation.uscc,
        size_class=organisation.size_class,
        verified_at=organisation.verified_at,
        verified_until=organisation.verified_until,
        case=case,
        to_mend=history[0].step_reasons if history else {},
    )


def case_by_public_id(*, public_id: UUID, now: datetime) -> Case:
    """Return a case that was submitted at least once.

    Raises:
        VerificationNotFound: there is none, or it is still its organisation's own affair.
    """
    rows = _cases().filter(public_id=public_id, submitted_at__isnull=False)
    for case in _lines(rows, now=now):
        return case
    raise VerificationNotFound("There is no such case.")


def case_by_id(*, verification_id: int, now: datetime) -> Case:
    """Return a case by its number."""
    (case,) = _lines(_cases().filter(id=verification_id), now=now)
    return case


def history_of(*, organisation_id: int) -> list[Decision]:
    """Return everything that an organisation ever submitted, newest first, with the decisions."""
    rows = VerificationSubmission.objects.filter(verification__organisation_id=organisation_id)
    return [
        _decided(row)
        for row in rows.select_related("decision", "decision__decided_by").order_by("-id")
    ]


def queue(*, states: Iterable[VerificationState], due_until: date | None = None) -> list[QueueLine]:
    """Return submitted cases in the states, those first whose term ends first.

    A case that came back to be mended stands under the name that it was handed in with.
    """
    rows = Verification.objects.filter(submitted_at__isnull=False, state__in=list(states))
    if due_until is not None:
        rows = rows.filter(due_on__lte=due_until)
    found = rows.annotate(
        said_name=as_submitted("registered_name"),
        said_uscc=as_submitted("uscc"),
        said_kind=as_submitted("kind"),
        times=Count("submissions"),
    )
    return [
        QueueLine(
            public_id=row.public_id,
            organisation=row.said_name,
            kind=OrganisationKind(row.said_kind),
            uscc=row.said_uscc,
            state=VerificationState(row.state),
            submitted_at=row.submitted_at,
            due_on=row.due_on,
            submissions=row.times,
        )
        for row in found.order_by("due_on", "id")
        if row.submitted_at is not None
    ]


def as_submitted(part: str, *, verification: str = "pk") -> Subquery:
    """Return a part of what a case handed in last, for a query of rows that name the case."""
    newest = VerificationSubmission.objects.filter(verification=OuterRef(verification))
    return Subquery(newest.order_by("-number").values(f"snapshot__{part}")[:1])


def submitted_name(*, verification_id: int) -> str:
    """Return the name that a case was handed in with last."""
    newest = VerificationSubmission.objects.filter(verification_id=verification_id)
    name: str = newest.order_by("-number").values_list("snapshot__registered_name", flat=True)[0]
    return name


def paper(
    *, document_id: UUID, organisation_id: int | None = None, verification_id: UUID | None = None
) -> StoredPaper:
    """Return where a paper lies: of the organisation, or of a case that was submitted.

    Raises:
        VerificationNotFound: it is neither, or was taken away and never submitted.
    """
    rows = VerificationDocument.objects.filter(public_id=document_id).select_related("file")
    if organisation_id is not None:
        rows = rows.filter(verification__organisation_id=organisation_id)
    if verification_id is not None:
        rows = rows.filter(
            verification__public_id=verification_id, verification__submitted_at__isnull=False
        )
    found = None if organisation_id is None and verification_id is None else rows.first()
    if found is None:
        raise VerificationNotFound("There is no such paper.")
    return StoredPaper(
        storage_key=found.file.storage_key,
        content_type=found.file.content_type,
        file_name=found.file_name,
    )


def _cases() -> QuerySet[Verification]:
    documents = VerificationDocument.objects.filter(removed_at__isnull=True)
    return Verification.objects.select_related("organisation").prefetch_related(
        Prefetch("documents", documents.select_related("file").order_by("id"), "papers"),
        Prefetch("payments", VerificationPayment.objects.order_by("-id"), "newest_payments"),
        Prefetch("related_parties", RelatedParty.objects.order_by("id"), "parties"),
    )


def _lines(rows: QuerySet[Verification], *, now: datetime) -> Iterable[Case]:
    for row in rows:
        organisation = row.organisation
        payments: list[VerificationPayment] = vars(row)["newest_payments"]
        yield Case(
            id=row.pk,
            public_id=row.public_id,
            state=VerificationState(row.state),
            organisation_id=organisation.pk,
            organisation_code=organisation.code,
            organisation_name=organisation.name,
            organisation_kind=OrganisationKind(organisation.kind),
            uscc=row.uscc,
            registered_name=row.registered_name,
            figures=Figures(
                industry=Industry(row.industry) if row.industry else None,
                employees=row.employees,
                revenue_yuan=row.revenue_yuan,
                assets_yuan=row.assets_yuan,
                year=row.figures_year,
            ),
            declaration=Declaration(row.declaration),
            documents=tuple(_document(paper) for paper in vars(row)["papers"]),
            payment=_payment(payments[0], now=now) if payments else None,
            related=tuple(_related(party) for party in vars(row)["parties"]),
            created_at=row.created_at,
            submitted_at=row.submitted_at,
            due_on=row.due_on,
        )


def _document(row: VerificationDocument) -> Document:
    return Document(
        public_id=row.public_id,
        kind=DocumentKind(row.kind),
        file_name=row.file_name,
        content_type=row.file.content_type,
        size_bytes=row.file.size_bytes,
        sha256=row.file.sha256,
        scan=Scan(row.scan),
        uploaded_at=row.uploaded_at,
    )


def _payment(row: VerificationPayment, *, now: datetime) -> Payment:
    state = PaymentState(row.state)
    if state == PaymentState.SENT and row.expires_at is not None and row.expires_at <= now:
        state = PaymentState.EXPIRED
    return Payment(
        public_id=row.public_id,
        state=state,
        holder=row.holder,
        bank=row.bank,
        branch=row.branch,
        account_masked=f"{MASK}{row.account_number_end}",
        tries_left=TRIES_MAX - row.tries,
        requested_at=row.requested_at,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )


def _related(row: RelatedParty) -> Related:
    return Related(
        public_id=row.public_id,
        uscc=row.uscc,
        registered_name=row.registered_name,
        relation=Relation(row.relation),
    )


def _decided(row: VerificationSubmission) -> Decision:
    decision: VerificationDecision | None = getattr(row, "decision", None)
    return Decision(
        number=row.number,
        snapshot=row.snapshot,
        snapshot_hash=bytes(row.snapshot_hash).hex(),
        submitted_at=row.submitted_at,
        due_on=row.due_on,
        outcome=None if decision is None else Outcome(decision.outcome),
        reason="" if decision is None else decision.reason,
        step_reasons={} if decision is None else decision.step_reasons,
        decided_at=None if decision is None else decision.decided_at,
        decided_by="" if decision is None else _who(decision),
    )


def _who(decision: VerificationDecision) -> str:
    return decision.decided_by.name or decision.decided_by.email


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What an organisation declared in its case that was approved last: who it is related to."""

    uscc: str
    industry: str | None
    related: frozenset[str]


def attested(*, organisation_ids: Collection[int]) -> dict[int, Attested]:
    """Return what each organisation's last approved case declares; those without are left out."""
    approved = Verification.objects.filter(
        organisation_id__in=organisation_ids, state=VerificationState.APPROVED
    )
    last = {case.organisation_id: case for case in approved.order_by("id")}
    declared = {case.pk: case for case in last.values() if case.declaration != Declaration.NOT_MADE}
    related: dict[int, set[str]] = defaultdict(set)
    for party in RelatedParty.objects.filter(verification__in=declared):
        related[party.verification_id].add(party.uscc)
    return {
        case.organisation_id: Attested(
            uscc=case.uscc, industry=case.industry or None, related=frozenset(related[case.pk])
        )
        for case in declared.values()
    }
