"""Rows of the permission matrix for transfers by bank."""

from __future__ import annotations

from typing import Final

from accounts.models import OrganisationKind
from accounts.permissions import Role, Scope, Staff
from compute_billing.bank import operations
from compute_billing.bank.models import BankAccount, BankLine, BankProposal
from tests.architecture.access import Access, Row, World
from tests.architecture.desk_rows import BILL_READING
from tests.builders.accounts import NOW, make_organisation, make_user
from tests.builders.bank import line, make_account, statement, take_in

READING: Final = Access(staff={Staff.FINANCE, Staff.AUDITOR})
ACTING: Final = Access(staff={Staff.FINANCE})
CODE_READING: Final = Access(
    scope=Scope.BILLING_READ, roles={Role.OWNER, Role.FINANCE, Role.VIEWER}
)
CODE_MAKING: Final = Access(scope=Scope.BILLING_WRITE, roles={Role.OWNER, Role.FINANCE})


def a_line(_: World) -> dict[str, object]:
    """Name a transfer that waits; transfers are nobody's until they are decided."""
    account = BankAccount.objects.first() or make_account(make_organisation())
    found = BankLine.objects.filter(decision__isnull=True, proposals__isnull=True).first()
    if found is None:
        count = BankLine.objects.count()
        take_in(account, statement(line("1.00", serial=str(count))), user_id=make_user().pk)
        found = BankLine.objects.latest("id")
    return {"line_id": found.public_id}


def a_proposal(world: World) -> dict[str, object]:
    """Name a proposal that somebody else made and nobody has decided."""
    waiting = BankProposal.objects.filter(closed_at__isnull=True).first()
    if waiting is None:
        waiting = operations.decide(
            line_id=a_line(world)["line_id"],
            fate="aside",
            tenant_id=None,
            reason="to be knocked at",
            two_from_fen=0,
            user_id=make_user().pk,
            now=NOW,
        )
    return {"proposal_id": waiting.public_id}


def a_payee(_: World) -> dict[str, object]:
    """Name an operator into whose account tenants remit."""
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    make_account(operator)
    return {"operator": operator.code}


BANK_ROWS: Final[dict[str, Row]] = {
    "bank": Row(methods={"GET": READING}),
    "bank-import": Row(methods={"POST": ACTING}),
    "bank-line": Row(methods={"GET": READING, "POST": ACTING}, make=a_line, owned=False),
    "bank-approve": Row(methods={"POST": ACTING}, make=a_proposal, owned=False),
    "bank-refuse": Row(methods={"POST": ACTING}, make=a_proposal, owned=False),
    "remittances": Row(methods={"GET": CODE_READING}),
    # The path names whom is paid; the code is the caller's own.
    "remittance-code": Row(methods={"PUT": CODE_MAKING}, make=a_payee, owned=False),
    "bank-transfer": Row(
        methods={"GET": BILL_READING, "POST": Access(roles={Role.OWNER, Role.FINANCE})}
    ),
}
