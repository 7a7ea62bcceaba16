"""Rows of the permission matrix for what is owed; see permission_rows."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Staff
from compute_billing.ledger import operations as ledger
from kernel.transactions import transaction
from tests.architecture.access import Access, Row, World
from tests.architecture.desk_rows import BILL_READING as PAGE_READING
from tests.architecture.payment_rows import READING
from tests.builders.accounts import NOW, make_organisation
from tests.builders.reading import own_invoice

DESK_READING: Final = Access(staff={Staff.FINANCE, Staff.AUDITOR})
COLLECTING: Final = Access(staff={Staff.FINANCE}, body={"action": "go_on"})


def a_debt(world: World) -> dict[str, object]:
    """Name a tenant and an operator to whom it owes a yuan."""
    operator = make_organisation()
    with transaction():
        ledger.ensure_wallet(tenant_id=world.organisation.pk)
        owed = ledger.account(
            owner_kind="tenant",
            owner_id=world.organisation.pk,
            kind="arrears",
            subject="no_hold",
            operator_id=operator.pk,
        )
        cash = ledger.account(
            owner_kind="operator", owner_id=operator.pk, kind="cash", subject="bank"
        )
        ledger.post(
            kind="chargeback",
            reference=f"debt-{operator.code}",
            occurred_at=NOW,
            now=NOW,
            transfers=[ledger.Transfer(owed, cash, ledger.CNY, 1_000_000)],
        )
    return {"tenant": world.organisation.code, "operator": operator.code}


def own_account(world: World) -> dict[str, object]:
    """Let the caller's organisation have an account with somebody."""
    own_invoice(world.organisation)
    return {"language": "zh"}


RECEIVABLE_ROWS: Final[dict[str, Row]] = {
    "receivables": Row(methods={"GET": PAGE_READING}),
    "account-statement": Row(methods={"GET": PAGE_READING}),
    "account-statement-document": Row(methods={"GET": PAGE_READING}, make=own_account, owned=False),
    "api-receivables": Row(methods={"GET": READING}),
    "api-account-statement": Row(methods={"GET": READING}),
    "receivables-desk": Row(methods={"GET": DESK_READING}),
    "receivable": Row(methods={"GET": DESK_READING, "POST": COLLECTING}, make=a_debt, owned=False),
}
