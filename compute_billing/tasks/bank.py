"""Credit what came in by bank and says itself whose it is."""

from typing import Any

from celery import shared_task
from django.conf import settings

from compute_billing.bank import operations
from kernel.clock import utc_now

FEN_PER_YUAN = 100


@shared_task(name="compute_billing.tasks.bank.credit_exact")
def credit_exact(**_: Any) -> None:
    """Credit lines whose code and payer agree; what an import did not come to is done here."""
    operations.credit_exact_lines(
        two_from_fen=settings.BANK_TWO_FROM_YUAN * FEN_PER_YUAN, now=utc_now()
    )
