"""Cases of verification for tests: by the real operations, as far as a test needs them."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Organisation, User, Verification, VerificationPayment
from accounts.permissions import Role, Staff
from accounts.uscc import check_character, organisation_check_character
from accounts.verification import operations, queries
from accounts.verification.cases import fingerprint
from accounts.verification.decisions.operations import decide
from accounts.verification.documents.operations import attach_document
from accounts.verification.kinds import Declaration, DocumentKind, Industry, Outcome, Step
from accounts.verification.payments.operations import confirm_amount, mark_sent, request_payment
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
_numbers = count(1)


def make_uscc(number: int | None = None) -> str:
    """Return a well-formed credit code that no other call has returned."""
    body = f"{next(_numbers) if number is None else number:08d}"
    subject = f"{body}{organisation_check_character(body)}"
    return f"91110109{subject}{check_character(f'91110109{subject}')}"


def seen(organisation: Organisation, step: Step, *, now: datetime = NOW) -> str:
    """Return what a step looks like now to whoever is about to save it."""
    case = queries.open_case(organisation_id=organisation.pk, now=now)
    return fingerprint(case, step)


def owner_of(organisation: Organisation) -> User:
    """Return an owner of the organisation, made when there is none."""
    live = organisation.memberships.filter(role=Role.OWNER, ended_at__isnull=True).first()
    return live.user if live is not None else make_member(organisation=organisation)


def make_case(
    organisation: Organisation | None = None, *, now: datetime = NOW, uscc: str = ""
) -> Verification:
    """Begin a case and fill in who it is, how large, and that nobody is related."""
    subject = organisation or make_organisation()
    who: dict[str, Any] = {
        "organisation_id": subject.pk,
        "user_id": owner_of(subject).pk,
        "now": now,
    }
    case = operations.start(**who)
    operations.save_identity(
        **who,
        uscc=uscc or make_uscc(),
        registered_name=f"{subject.name} 有限公司",
        seen=seen(subject, Step.IDENTITY),
    )
    operations.save_size(
        **who,
        industry=Industry.SOFTWARE,
        employees=99,
        revenue_yuan=500_000_000,
        assets_yuan=None,
        year=2025,
        seen=seen(subject, Step.SIZE),
    )
    operations.declare(**who, declaration=Declaration.NONE, seen=seen(subject, Step.RELATIONS))
    case.refresh_from_db()
    return case


def attach(case: Verification, kind: DocumentKind = DocumentKind.LICENCE, **overrides: Any) -> Any:
    """Attach a paper to a case."""
    values: dict[str, Any] = {
        "organisation_id": case.organisation_id,
        "kind": kind,
        "content": PDF,
        "file_name": f"{kind}.pdf",
        "user_id": case.created_by_id,
        "now": NOW,
    }
    return attach_document(**{**values, **overrides})


def make_payment(case: Verification, *, now: datetime = NOW) -> VerificationPayment:
    """Ask for a payment."""
    return request_payment(
        organisation_id=case.organisation_id,
        bank="中国工商银行",
        branch="北京门头沟支行",
        account_number="0200003409022126678",
        user_id=case.created_by_id,
        now=now,
    )


def make_sent_payment(case: Verification, *, now: datetime = NOW) -> VerificationPayment:
    """Ask for a payment and let a finance officer send it."""
    payment = make_payment(case, now=now)
    payer = make_staff(role=Staff.FINANCE)
    mark_sent(payment_id=payment.public_id, bank_reference="B1", user_id=payer.pk, now=now)
    payment.refresh_from_db()
    return payment


def make_whole_case(
    organisation: Organisation | None = None, *, now: datetime = NOW, uscc: str = ""
) -> Any:
    """Make a case that lacks nothing."""
    case = make_case(organisation, now=now, uscc=uscc)
    for kind in (DocumentKind.LICENCE, DocumentKind.AUTHORISATION):
        attach(case, kind, now=now)
    payment = make_sent_payment(case, now=now)
    confirm_amount(
        organisation_id=case.organisation_id,
        amount_fen=payment.amount_fen,
        user_id=case.created_by_id,
        now=now,
    )
    return case


def submit(case: Verification, *, now: datetime = NOW) -> Any:
    """Submit a case by who began it."""
    made = operations.submit(
        organisation_id=case.organisation_id, user_id=case.created_by_id, now=now
    )
    case.refresh_from_db()
    return made


def make_submitted_case(
    organisation: Organisation | None = None, *, now: datetime = NOW, uscc: str = ""
) -> Any:
    """Make a case that waits for an officer."""
    case = make_whole_case(organisation, now=now, uscc=uscc)
    submit(case, now=now)
    return case


def decide_case(case: Verification, outcome: Outcome, **overrides: Any) -> Any:
    """Decide the newest submission of a case by an officer of its own."""
    values: dict[str, Any] = {
        "verification_id": case.public_id,
        "submission_number": case.submissions.count(),
        "outcome": outcome,
        "reason": "" if outcome == Outcome.APPROVED else "看不清",
        "step_reasons": {},
        "user_id": overrides.pop("user_id", None) or make_staff(role=Staff.SUBSIDY_OFFICER).pk,
        "now": NOW,
    }
    return decide(**{**values, **overrides})
