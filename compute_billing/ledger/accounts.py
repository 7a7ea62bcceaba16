"""Accounts of the books, opened when they are first asked for."""

from typing import Final

from compute_billing.ledger.locks import ROOM
from compute_billing.ledger.models import CNY
from kernel.sql import execute, statement
from kernel.transactions import transaction_required

FLOORED_KINDS: Final = frozenset(
    {
        *("paid", "promotion", "in_kind", "credit", "fund", "award", "package_deferred"),
        *("payee_payable", "payee_reserve", "payee_transit", "licence_owed"),
    }
)


@transaction_required
def account(
    *,
    owner_kind: str,
    owner_id: int,
    kind: str,
    subject: str = "",
    unit: str = CNY,
    operator_id: int | None = None,
) -> int:
    """Return the id of an account, opening it when there is none; safe under any concurrency.

    A floored account is opened with its live balance row, at zero with a floor of zero. Only
    arrears name an operator: whom they are owed to.
    """
    key = {
        "owner_kind": owner_kind,
        "owner_id": owner_id,
        "kind": kind,
        "subject": subject,
        "unit": unit,
        "operator_id": operator_id,
    }
    found = execute(statement(ROOM, "find_account.sql"), **key).fetchone()
    if found is None:
        has_floor = kind in FLOORED_KINDS
        opened = execute(statement(ROOM, "open_account.sql"), has_floor=has_floor, **key)
        found = opened.fetchone() or execute(statement(ROOM, "find_account.sql"), **key).fetchone()
    return int(found[0])
