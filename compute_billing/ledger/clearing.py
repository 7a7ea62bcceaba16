"""What is owed meets what was paid: arrears first, then credit; what was paid too much comes back.

Arrears are owed to one operator, what was used on credit too, and a lot buys one operator's
compute: money paid to one never clears what is owed to another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from compute_billing.ledger import queries
from compute_billing.ledger.arrears import Portion, clearing
from compute_billing.ledger.locks import ROOM, locked_wallet
from compute_billing.ledger.models import CNY
from compute_billing.ledger.posting import post
from compute_billing.ledger.transfers import Transfer
from kernel.sql import execute, row, rows, statement
from kernel.transactions import transaction_required


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """What is owed to an operator from one account, in micro-yuan."""

    account_id: int
    operator_id: int
    outstanding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrearsCleared:
    """How much a clearing moved from paid lots to arrears, and what is still owed, in µ¥."""

    amount: int
    outstanding: int
    transaction_id: int | None = None


@transaction_required
def return_overpaid_arrears(*, tenant_id: int, reference: str, now: datetime) -> int:
    """Give back what a correction repaid on arrears that the tenant has paid since; return it.

    Arrears are paid from paid lots of their operator only, so the money has a lot to go back to.
    """
    overpaid = rows(statement(ROOM, "overpaid_arrears.sql"), tenant_id=tenant_id)
    transfers = [
        Transfer(owed["account_id"], owed["lot_account_id"], CNY, owed["amount"])
        for owed in overpaid
    ]
    if not transfers:
        return 0
    post(
        kind="arrears_returned",
        reference=reference,
        occurred_at=now,
        now=now,
        transfers=transfers,
    )
    return sum(transfer.amount for transfer in transfers)


@transaction_required
def clear_arrears(*, tenant_id: int, now: datetime) -> ArrearsCleared:
    """Pay a tenant's oldest arrears from the paid lots of whom they are owed to.

    Only lots without a scope pay, as far as they reach. Vouchers, promotion and card time never
    clear arrears (the money of others may not pay what is owed already).

    Raises:
        WalletNotFound: the tenant has no wallet.
    """
    locked_wallet(tenant_id)
    debts = [
        _Owed(
            account_id=debt.account_id,
            operator_id=debt.operator_id,
            outstanding=debt.outstanding,
        )
        for debt in queries.arrears(tenant_id=tenant_id)
    ]
    owed = sum(debt.outstanding for debt in debts)
    transfers = _transfers(debts, tenant_id=tenant_id, now=now) if debts else []
    if not transfers:
        return ArrearsCleared(amount=0, outstanding=owed)
    amount = sum(transfer.amount for transfer in transfers)
    # What ever came back to arrears only grows, so no two clearings have one reference.
    cleared_before = execute(statement(ROOM, "cleared_total.sql"), tenant_id=tenant_id).fetchone()
    transaction_id = post(
        kind="arrears_cleared",
        reference=f"{tenant_id}:{cleared_before[0]}",
        occurred_at=now,
        now=now,
        transfers=transfers,
    )
    return ArrearsCleared(amount=amount, outstanding=owed - amount, transaction_id=transaction_id)


@transaction_required
def clear_debts(*, tenant_id: int, now: datetime) -> ArrearsCleared:
    """Pay a tenant's arrears, oldest first, then what it used on credit, from lots without a scope.

    Whose credit is paid back may use it again. Return what was cleared of arrears.

    Raises:
        WalletNotFound: the tenant has no wallet.
    """
    cleared = clear_arrears(tenant_id=tenant_id, now=now)
    used = [
        _Owed(
            account_id=credit.account_id,
            operator_id=credit.operator_id,
            outstanding=credit.outstanding,
        )
        for credit in queries.credit_by_operator(tenant_ids=[tenant_id])
        if credit.outstanding > 0
    ]
    transfers = _transfers(used, tenant_id=tenant_id, now=now) if used else []
    if transfers:
        # What ever was paid back only grows, so no two repayments have one reference.
        before = execute(statement(ROOM, "credit_repaid_total.sql"), tenant_id=tenant_id).fetchone()
        post(
            kind="credit_repaid",
            reference=f"{tenant_id}:{before[0]}",
            occurred_at=now,
            now=now,
            transfers=transfers,
        )
    return cleared


@transaction_required
def return_overpaid_credit(*, tenant_id: int, reference: str, now: datetime) -> int:
    """Give back to lots what a correction repaid on credit that the tenant has paid since."""
    transfers = []
    for credit in queries.credit_by_operator(tenant_ids=[tenant_id]):
        if credit.outstanding < 0:
            lot = row(
                statement(ROOM, "lot_of_operator.sql"),
                tenant_id=tenant_id,
                operator_id=credit.operator_id,
            )
            if lot is not None:
                back = Transfer(credit.account_id, lot["account_id"], CNY, -credit.outstanding)
                transfers.append(back)
    if not transfers:
        return 0
    post(
        kind="credit_returned",
        reference=reference,
        occurred_at=now,
        now=now,
        transfers=transfers,
    )
    return sum(transfer.amount for transfer in transfers)


def _transfers(debts: Sequence[_Owed], *, tenant_id: int, now: datetime) -> list[Transfer]:
    """Return what each operator's lots pay of what is owed to that operator."""
    lots: defaultdict[int, list[Portion]] = defaultdict(list)
    for lot in rows(statement(ROOM, "lots_for_arrears.sql"), tenant_id=tenant_id, now=now):
        portion = Portion(account_id=lot["account_id"], amount=lot["available"])
        lots[lot["operator_id"]].append(portion)
    owed: defaultdict[int, list[Portion]] = defaultdict(list)
    for debt in debts:
        portion = Portion(account_id=debt.account_id, amount=debt.outstanding)
        owed[debt.operator_id].append(portion)
    return [
        transfer
        for operator_id, portions in owed.items()
        for transfer in clearing(debts=portions, lots=lots[operator_id], unit=CNY)
    ]
