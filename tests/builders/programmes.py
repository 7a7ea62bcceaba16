"""Versions of programmes for tests, made by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from accounts.models import Organisation
from accounts.permissions import Staff
from compute_billing.contracts.operations import sign_compute_contract
from compute_billing.programmes import operations, queries
from compute_billing.programmes.models import ProgrammeVersion
from compute_billing.subsidies.rules.assumptions import assume
from compute_billing.subsidies.rules.documents import ProgrammeDocument, unset_parts
from compute_billing.subsidies.rules.published import published_programme
from tests.builders.accounts import make_organisation, make_staff
from tests.builders.subsidy_documents import USUAL

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
NANNING = "nanning-2025"
_numbers = count(1)


def in_words() -> ProgrammeDocument:
    """Return the programme of Nanning with every gap assumed, for a reason in Chinese."""
    document = published_programme(NANNING)
    for part in unset_parts(document):
        document = assume(
            document=document, path=part.path, value=USUAL[part.path], because="主管部门口头答复"
        )
    return document


def make_version(
    document: ProgrammeDocument | None = None, *, maker_id: int | None = None
) -> ProgrammeVersion:
    """Propose a version; without a document that of Nanning with every gap assumed."""
    return operations.propose(
        document=document or in_words(),
        reason="试行",
        maker_id=maker_id or make_staff(role=Staff.SUBSIDY_OFFICER).pk,
        now=NOW,
    )


def make_active(
    document: ProgrammeDocument | None = None, *, at: datetime = NOW
) -> ProgrammeVersion:
    """Propose a version and have somebody else activate it."""
    made = make_version(document)
    return operations.activate(
        version_id=made.public_id,
        reason="已与文本核对",
        decider_id=make_staff(role=Staff.SUBSIDY_APPROVER).pk,
        now=at,
    )


def a_version_in_force(_: object = None) -> dict[str, object]:
    """Name the version of a programme that is in force; programmes are nobody's."""
    found = queries.in_force(at=LATER) or [make_active()]
    return {"code": found[0].code, "number": found[0].number}


def own_prospect(organisation: Organisation) -> dict[str, object]:
    """Name a programme in force for an organisation that signed a compute contract."""
    sign_compute_contract(
        contract_no=f"HT-{next(_numbers)}-{organisation.code}",
        tenant_id=organisation.pk,
        provider_id=make_organisation().pk,
        signed_on=date(2025, 1, 1),
        starts_on=date(2025, 1, 1),
        ends_on=date(2099, 1, 1),
        amount_micro=1_000_000,
    )
    return {"code": a_version_in_force()["code"]}
