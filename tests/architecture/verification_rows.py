"""Rows of the permission matrix for verification: the wizard and the desks; see permission_rows."""

from __future__ import annotations

from typing import Final

from accounts.models import Verification, VerificationPayment
from accounts.permissions import Role, Scope, Staff
from accounts.verification import operations
from accounts.verification.kinds import Relation
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import NOW
from tests.builders.verification import (
    attach,
    make_case,
    make_payment,
    make_submitted_case,
    make_uscc,
)

OWNER: Final = Access(roles={Role.OWNER})
READER: Final = Access(staff={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.AUDITOR})
DECIDER: Final = Access(staff={Staff.SUBSIDY_OFFICER})
PAYER: Final = Access(staff={Staff.FINANCE})


def own(world: World) -> dict[str, object]:
    """Name the organisation."""
    return {"code": world.organisation.code}


def a_paper(world: World) -> dict[str, object]:
    """Name a paper of the organisation's draft; one that no knock has taken away yet will do."""
    case = _draft(world)
    document = case.documents.first() or attach(case)
    return {**own(world), "document_id": document.public_id}


def a_related(world: World) -> dict[str, object]:
    """Name an organisation that the draft names."""
    case = _draft(world)
    if not case.related_parties.exists():
        operations.add_related_party(
            organisation_id=case.organisation_id,
            user_id=case.created_by_id,
            uscc=make_uscc(),
            registered_name="母公司",
            relation=Relation.PARENT,
            now=NOW,
        )
    return {**own(world), "party_id": case.related_parties.get().public_id}


def a_case(_: World) -> dict[str, object]:
    """Name a case that waits for an officer."""
    return {"case_id": _submitted().public_id}


def a_case_paper(_: World) -> dict[str, object]:
    """Name a paper of such a case."""
    case = _submitted()
    return {"case_id": case.public_id, "document_id": case.documents.first().public_id}


def a_payment(_: World) -> dict[str, object]:
    """Name a payment that waits to be sent."""
    waiting = VerificationPayment.objects.filter(state="requested").first()
    return {"payment_id": (waiting or make_payment(make_case())).public_id}


def _draft(world: World) -> Verification:
    return world.organisation.verifications.first() or make_case(world.organisation)


def _submitted() -> Verification:
    return Verification.objects.filter(state="submitted").first() or make_submitted_case()


STEP: Final = Row(methods={"GET": OWNER, "POST": OWNER}, make=own)

VERIFICATION_ROWS: Final[dict[str, Row]] = {
    "verification": STEP,
    "verification-identity": STEP,
    "verification-size": STEP,
    "verification-documents": STEP,
    "verification-account": STEP,
    "verification-relations": STEP,
    "verification-review": STEP,
    "verification-withdraw": Row(methods={"POST": OWNER}, make=own),
    "verification-account-cancel": Row(methods={"POST": OWNER}, make=own),
    "verification-none-related": Row(methods={"POST": OWNER}, make=own),
    "verification-paper": Row(methods={"GET": OWNER}, make=a_paper),
    "verification-paper-remove": Row(methods={"POST": OWNER}, make=a_paper),
    "verification-related-remove": Row(methods={"POST": OWNER}, make=a_related),
    "verification-read": Row(
        methods={
            "GET": Access(scope=Scope.MEMBERS_READ, roles={Role.OWNER, Role.FINANCE, Role.SELLER})
        }
    ),
    "verification-queue": Row(methods={"GET": READER}),
    "verification-case": Row(methods={"GET": READER, "POST": DECIDER}, make=a_case),
    "verification-case-paper": Row(methods={"GET": READER}, make=a_case_paper),
    "verification-payments": Row(methods={"GET": PAYER}),
    "verification-payment-sent": Row(methods={"POST": PAYER}, make=a_payment),
    "verification-payment-bounced": Row(methods={"POST": PAYER}, make=a_payment),
}
