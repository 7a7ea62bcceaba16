"""Rows of the permission matrix for the desks of finance, public money and audit."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row, World
from tests.builders.accounts import make_invitation, make_member
from tests.builders.audit import make_decision
from tests.builders.clawbacks import owed_clawback
from tests.builders.reading import own_claim
from tests.builders.subsidies import make_fund

# Who decides on public money, or checks those who do.
AUDIT_READING: Final = Access(
    staff={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.FINANCE, Staff.AUDITOR}
)
RUN_READING: Final = Access(staff={Staff.FINANCE, Staff.AUDITOR, Staff.OPERATOR})
OWNING: Final = Access(roles={Role.OWNER})


def a_fund(_world: World) -> dict[str, object]:
    """Name a fund; funds are nobody's but the authority's."""
    fund = make_fund()
    return {"programme": fund.programme.code, "level": fund.level, "year": fund.budget_year}


def a_clawback(world: World) -> dict[str, object]:
    """Name a clawback that is owed; officers look at those of every tenant."""
    return {"clawback_id": owed_clawback(world.organisation)}


def a_claim(world: World) -> dict[str, object]:
    """Name a claim; officers look at those of every claimant."""
    return {"claim_id": own_claim(world.organisation)}


def an_entry(world: World) -> dict[str, object]:
    """Name a decision on the organisation."""
    made = make_decision(organisation_id=world.organisation.pk)
    return {"code": world.organisation.code, "entry_id": made.public_id}


def a_member(world: World) -> dict[str, object]:
    """Name a viewer of the organisation as the API does."""
    member = make_member(organisation=world.organisation, role=Role.VIEWER)
    return {"member_id": member.public_id}


MEMBERS_READING: Final = Access(scope=Scope.MEMBERS_READ, roles={Role.OWNER})


def members_writing(**body: str) -> Access:
    """Return who may change people, and with what the view is tried."""
    return Access(scope=Scope.MEMBERS_WRITE, roles={Role.OWNER}, body=body)


PEOPLE_ROWS: Final[dict[str, Row]] = {
    "audit-list": Row(
        methods={
            "GET": Access(scope=Scope.AUDIT_READ, roles={Role.OWNER}, staff=AUDIT_READING.staff)
        }
    ),
    "members-list": Row(methods={"GET": MEMBERS_READING}),
    "own-organisation": Row(
        methods={
            "GET": Access(scope=Scope.MEMBERS_READ, roles=set(Role)),
            "PATCH": members_writing(name="Another"),
        }
    ),
    "member-change-role": Row(
        methods={"POST": members_writing(role="viewer", new_role="finance")}, make=a_member
    ),
    "member-end-role": Row(methods={"POST": members_writing(role="viewer")}, make=a_member),
    # A key whose maker is unknown may not invite (tests.accounts.test_members_api).
    "invitations-list": Row(
        methods={
            "GET": MEMBERS_READING,
            "POST": members_writing(role="viewer", email="new@example.com"),
        }
    ),
    "invitation-take-back": Row(
        methods={"POST": members_writing()},
        make=lambda world: {
            "invitation_id": make_invitation(organisation=world.organisation).invitation.public_id
        },
    ),
}

OFFICER_ROWS: Final[dict[str, Row]] = {
    "settlement-run": Row(methods={"GET": RUN_READING}),
    "settlement-progress": Row(methods={"GET": RUN_READING}),
    "settlement-start": Row(methods={"POST": Access(staff={Staff.FINANCE})}),
    "credit-limits": Row(
        methods={
            "GET": Access(staff={Staff.FINANCE, Staff.AUDITOR}),
            "POST": Access(staff={Staff.FINANCE}),
        }
    ),
    # A proposal that there is not is told on the page as one that is decided.
    "credit-decide": Row(
        methods={"POST": Access(staff={Staff.FINANCE})},
        make=lambda _: {"proposal_id": uuid4()},
        owned=False,
    ),
    "funds": Row(methods={"GET": AUDIT_READING}),
    "fund": Row(methods={"GET": AUDIT_READING}, make=a_fund, owned=False),
    "claims": Row(methods={"GET": AUDIT_READING}),
    "claim": Row(methods={"GET": AUDIT_READING}, make=a_claim, owned=False),
    "claim-hand-in": Row(
        methods={"POST": Access(staff={Staff.SUBSIDY_OFFICER, Staff.FINANCE})},
        make=a_claim,
        owned=False,
    ),
    "claim-pay": Row(methods={"POST": Access(staff={Staff.FINANCE})}, make=a_claim, owned=False),
    "clawbacks": Row(
        methods={
            "GET": AUDIT_READING,
            "POST": Access(staff={Staff.SUBSIDY_OFFICER}),
        }
    ),
    "clawback-decide": Row(
        methods={"POST": Access(staff={Staff.SUBSIDY_APPROVER})}, make=a_clawback, owned=False
    ),
    "clawback-receive": Row(
        methods={"POST": Access(staff={Staff.FINANCE})}, make=a_clawback, owned=False
    ),
    "audit": Row(methods={"GET": AUDIT_READING}),
    "audit-entry": Row(
        methods={"GET": AUDIT_READING},
        make=lambda world: {"entry_id": an_entry(world)["entry_id"]},
        owned=False,
    ),
    "organisation-audit": Row(
        methods={"GET": OWNING}, make=lambda world: {"code": world.organisation.code}
    ),
    "organisation-audit-entry": Row(methods={"GET": OWNING}, make=an_entry),
    **PEOPLE_ROWS,
}
