"""Keep back from a new claim what its claimant owes the same fund, the oldest debt first."""

from datetime import datetime

from django.db.models import F

from compute_billing.settlement.clawback_models import ClawbackPart, ClawbackReceipt
from compute_billing.settlement.locks import lock_owed
from compute_billing.settlement.models import Claim
from kernel.transactions import transaction_required


@transaction_required
def net(claim: Claim, *, now: datetime) -> None:
    """Settle what is owed back out of a claim, as far as it goes, and note it on the claim."""
    left = claim.amount
    owed = lock_owed(fund_id=claim.fund_id, debtor_id=claim.claimant_id) if left > 0 else []
    for part in owed:
        kept = min(left, part.amount - part.settled)
        if kept == 0:
            break
        ClawbackReceipt.objects.create(part=part, claim=claim, amount=kept, recorded_at=now)
        ClawbackPart.objects.filter(pk=part.pk).update(settled=F("settled") + kept)
        left -= kept
    if left < claim.amount:
        claim.netted = claim.amount - left
        claim.save(update_fields=["netted"])
