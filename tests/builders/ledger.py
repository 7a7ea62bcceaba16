"""Accounts, entries, wallets and lots for tests, made by the real operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import Organisation, OrganisationKind
from compute_billing.ledger import operations
from compute_billing.ledger.models import CreditLot
from compute_billing.ledger.operations import CNY, Entry, Result, Transfer
from kernel.transactions import transaction
from tests.builders.accounts import make_organisation

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)

_numbers = count(1)


def make_account(**overrides: Any) -> int:
    """Open an account of an owner of its own; cash, which has no floor, unless told otherwise."""
    number = next(_numbers)
    values = {"owner_kind": "operator", "owner_id": 900_000 + number, "kind": "cash", **overrides}
    if values["kind"] == "cash":
        # Cash says where it lies.
        values.setdefault("subject", "bank")
    with transaction():
        return operations.account(**values)


def make_floored_account(*, amount: int = 0, **overrides: Any) -> int:
    """Open a paid account that holds `amount`."""
    account_id = make_account(**{"owner_kind": "tenant", "kind": "paid", **overrides})
    if amount:
        unit = overrides.get("unit", CNY)
        post_entry(Transfer(make_account(unit=unit), account_id, unit, amount))
    return account_id


def make_entry(*transfers: Transfer, **overrides: Any) -> Entry:
    """Make an entry with a reference of its own."""
    values = {"kind": "test", "reference": f"entry-{next(_numbers)}", "occurred_at": NOW}
    return Entry(transfers=transfers, **{**values, **overrides})


def post_entry(*transfers: Transfer, **overrides: Any) -> int:
    """Post one transaction in its own database transaction and return its id."""
    entry = make_entry(*transfers, **overrides)
    with transaction():
        return operations.post(
            kind=entry.kind,
            reference=entry.reference,
            occurred_at=entry.occurred_at,
            now=NOW,
            transfers=entry.transfers,
        )


def post_entries(entries: Sequence[Entry]) -> list[Result]:
    """Post a batch in its own database transaction."""
    with transaction():
        return operations.post_batch(entries=entries, now=NOW)


def make_tenant(*, mode: str = "prepaid", limit_micro: int | None = None) -> Organisation:
    """Make an organisation with a wallet."""
    tenant = make_organisation()
    operations.open_wallet(tenant_id=tenant.pk, mode=mode)
    if limit_micro is not None:
        operations.set_credit_limit(tenant_id=tenant.pk, limit_micro=limit_micro)
    return tenant


def make_operator() -> Organisation:
    """Make an organisation that sells card time."""
    return make_organisation(kind=OrganisationKind.OPERATOR)


def make_top_up(**overrides: Any) -> CreditLot:
    """Top up 100 yuan that lie in the bank."""
    if "tenant_id" not in overrides:
        overrides["tenant_id"] = make_tenant().pk
    if "operator_id" not in overrides:
        overrides["operator_id"] = make_operator().pk
    values = {
        "amount_micro": 100_000_000,
        "custody": "bank",
        "reference": f"payment-{next(_numbers)}",
        "now": NOW,
    }
    return operations.top_up(**{**values, **overrides})


def make_debt(*, tenant_id: int, operator_id: int, amount: int, cause: str = "late_usage") -> int:
    """Let a tenant owe `amount` micro-yuan to an operator; return his arrears account."""
    arrears = make_account(
        owner_kind="tenant",
        owner_id=tenant_id,
        kind="arrears",
        subject=cause,
        operator_id=operator_id,
    )
    revenue = make_account(owner_id=operator_id, kind="compute_revenue")
    post_entry(Transfer(arrears, revenue, CNY, amount))
    return arrears
