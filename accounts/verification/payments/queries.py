"""What a finance officer reads to pay: the only place where amounts and accounts are told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.encryption import decrypt
from accounts.models import VerificationPayment
from accounts.verification.states import PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """A payment that waits to be made, or was made and not answered yet."""

    public_id: UUID
    state: PaymentState
    holder: str
    bank: str
    branch: str
    account_number: str
    amount_fen: int
    requested_at: datetime
    sent_at: datetime | None


def payment_orders() -> list[PaymentOrder]:
    """Return what waits to be paid, oldest first, then what was sent and waits for its answer."""
    rows = VerificationPayment.objects.filter(
        state__in=[PaymentState.REQUESTED, PaymentState.SENT]
    ).order_by("sent_at", "id")
    lines = [
        PaymentOrder(
            public_id=row.public_id,
            state=PaymentState(row.state),
            holder=row.holder,
            bank=row.bank,
            branch=row.branch,
            account_number=decrypt(row.account_number_encrypted),
            amount_fen=row.amount_fen,
            requested_at=row.requested_at,
            sent_at=row.sent_at,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.state != PaymentState.REQUESTED)
