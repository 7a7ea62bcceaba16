"""What a payment that was made by itself does to the setting that made it."""

from datetime import datetime, timedelta
from typing import Final

from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from compute_billing.payments.locks import lock_auto_top_up
from compute_billing.payments.models import AutoTopUp, Payment
from kernel.money import Money
from kernel.transactions import transaction_required

# A card that was declined so often in a row is not asked again.
DECLINES_MAX: Final = 3
DECLINED: Final = "declined"
WAIT_AFTER_DECLINE: Final = timedelta(hours=6)


@transaction_required
def note_paid(payment: Payment) -> None:
    """Begin counting anew."""
    AutoTopUp.objects.filter(tenant_id=payment.tenant_id, operator_id=payment.operator_id).update(
        declined=0
    )


@transaction_required
def note_declined(payment: Payment, *, now: datetime) -> None:
    """Count it, and switch the setting off when it was declined too often."""
    setting = lock_auto_top_up(tenant_id=payment.tenant_id, operator_id=payment.operator_id)
    if setting is None or not setting.is_on:
        return
    setting.declined += 1
    setting.next_at = now + WAIT_AFTER_DECLINE
    if setting.declined >= DECLINES_MAX:
        setting.is_on, setting.off_reason = False, DECLINED
        notify(
            kind=Kind.AUTO_TOP_UP_OFF,
            organisation_id=payment.tenant_id,
            about={"amount": Money.from_fen(payment.amount_fen).to_text(), "times": DECLINES_MAX},
            subject=f"auto_top_up:{payment.public_id}",
            now=now,
        )
    setting.save()
