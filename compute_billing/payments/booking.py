"""What payments post: money in, fees, money back. Money that lies at Stripe is the operator's cash.

A balance is what came in minus what went out, so cash that is there stands as a negative balance:
whatever takes money out of Stripe goes *to* the cash account.
"""

from datetime import datetime
from typing import Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger import queries as books
from compute_billing.ledger.models import CNY
from compute_billing.ledger.pausing import resume
from compute_billing.ledger.reserving import available_on
from compute_billing.ledger.transfers import Transfer
from compute_billing.payments.models import Dispute, Payment
from kernel.money import MICRO_PER_FEN
from kernel.transactions import transaction_required

PAUSED: Final = "payment_disputed"
CHARGEBACK: Final = "chargeback"
REFUNDED_OUTSIDE: Final = "refunded_outside"


def lot_reference(payment: Payment) -> str:
    """Return what the books call the lot of a payment."""
    return f"stripe:{payment.public_id}"


@transaction_required
def cash_account(payment: Payment) -> int:
    """Return where the operator's money at Stripe stands."""
    return ledger.account(
        owner_kind="operator",
        owner_id=payment.operator_id,
        kind="cash",
        subject=payment.custody,
    )


def lot_account(payment: Payment) -> int | None:
    """Return the account of a payment's lot; None before it is paid."""
    return books.find_account(
        owner_kind="tenant",
        owner_id=payment.tenant_id,
        kind="paid",
        subject=lot_reference(payment),
    )


@transaction_required
def arrears_account(payment: Payment, *, cause: str) -> int:
    """Return where the tenant owes the operator what was taken back and is spent already."""
    return ledger.account(
        owner_kind="tenant",
        owner_id=payment.tenant_id,
        kind="arrears",
        subject=cause,
        operator_id=payment.operator_id,
    )


@transaction_required
def book_credit(payment: Payment, *, amount_fen: int, now: datetime) -> None:
    """Grant what came in as the payment's paid lot and clear the oldest arrears from it."""
    ledger.ensure_wallet(tenant_id=payment.tenant_id)
    ledger.grant_paid_lot(
        tenant_id=payment.tenant_id,
        operator_id=payment.operator_id,
        amount_micro=amount_fen * MICRO_PER_FEN,
        custody=payment.custody,
        reference=lot_reference(payment),
        now=now,
    )
    ledger.clear_debts(tenant_id=payment.tenant_id, now=now)
    resume_if_settled(tenant_id=payment.tenant_id)


@transaction_required
def book_fee(payment: Payment, *, amount_fen: int, reference: str, now: datetime) -> None:
    """Book what Stripe keeps as the operator's expense; a negative amount is given back."""
    if amount_fen == 0:
        return
    fees = ledger.account(
        owner_kind="operator",
        owner_id=payment.operator_id,
        kind="payment_fee",
        subject=payment.custody,
    )
    cash = cash_account(payment)
    source, destination = (fees, cash) if amount_fen > 0 else (cash, fees)
    amount = abs(amount_fen) * MICRO_PER_FEN
    _post("payment_fee", reference, [Transfer(source, destination, CNY, amount)], now)


@transaction_required
def book_taken(
    payment: Payment, *, kind: str, reference: str, amount_micro: int, cause: str, now: datetime
) -> tuple[int, int]:
    """Book money that was taken back without asking; return what the lot gave and what is owed.

    What is spent already cannot be unspent: it becomes arrears of this cause.
    """
    lot = lot_account(payment)
    from_lot = 0 if lot is None else min(available_on(account_id=lot), amount_micro)
    owed = amount_micro - from_lot
    cash = cash_account(payment)
    transfers = []
    if lot is not None and from_lot > 0:
        transfers.append(Transfer(lot, cash, CNY, from_lot))
    if owed > 0:
        arrears = arrears_account(payment, cause=cause)
        transfers.append(Transfer(arrears, cash, CNY, owed))
    _post(kind, reference, transfers, now)
    return from_lot, owed


@transaction_required
def book_returned(
    payment: Payment,
    *,
    kind: str,
    reference: str,
    to_lot_micro: int,
    to_arrears_micro: int,
    cause: str,
    now: datetime,
) -> None:
    """Book money that came back: to the lot, and to the arrears that it had become.

    Arrears that were paid meanwhile are overpaid by it; that goes back to a lot as well.
    """
    cash = cash_account(payment)
    transfers = []
    lot = lot_account(payment)
    if lot is not None and to_lot_micro > 0:
        transfers.append(Transfer(cash, lot, CNY, to_lot_micro))
    if to_arrears_micro > 0:
        arrears = arrears_account(payment, cause=cause)
        transfers.append(Transfer(cash, arrears, CNY, to_arrears_micro))
    _post(kind, reference, transfers, now)
    if to_arrears_micro > 0:
        ledger.return_overpaid_arrears(
            tenant_id=payment.tenant_id, reference=f"{kind}:{reference}", now=now
        )


@transaction_required
def book_refund(payment: Payment, *, reference: str, amount_fen: int, now: datetime) -> None:
    """Book unspent money that went back to the payer."""
    lot = lot_account(payment)
    if lot is None:
        message = f"payment {payment.public_id} has no lot"
        raise LookupError(message)
    transfer = Transfer(lot, cash_account(payment), CNY, amount_fen * MICRO_PER_FEN)
    _post("refund", reference, [transfer], now)


@transaction_required
def resume_if_settled(*, tenant_id: int) -> None:
    """Let spending go on once no dispute is open and what was charged back is paid."""
    is_open = Dispute.objects.filter(payment__tenant_id=tenant_id, state="open").exists()
    if not is_open and not books.arrears_by_cause(tenant_id=tenant_id).get(CHARGEBACK):
        resume(tenant_id=tenant_id, reason=PAUSED)


def _post(kind: str, reference: str, transfers: list[Transfer], now: datetime) -> None:
    ledger.post(kind=kind, reference=reference, occurred_at=now, now=now, transfers=transfers)
