"""Locks of settlement: one settling of a month at a time, then claims by id."""

from datetime import date
from uuid import UUID

from django.db.models import F

from compute_billing.settlement.clawback_models import Clawback, ClawbackPart
from compute_billing.settlement.models import Claim
from compute_billing.subsidies.models import AwardCounter
from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.periods import month_text
from kernel.transactions import transaction_required


@transaction_required
def lock_settlement(*, month: date) -> None:
    """Wait until nobody else settles this month, and keep others out until the end."""
    acquire_xact_lock(AdvisoryLock.SETTLEMENT, month_text(month))


@transaction_required
def lock_claim(*, claim_id: int) -> Claim | None:
    """Lock a claim, or return None when there is none."""
    return (
        Claim.objects.select_for_update(of=("self",))
        .select_related("fund")
        .filter(pk=claim_id)
        .first()
    )


@transaction_required
def lock_counters(*, tenant_id: int) -> list[AwardCounter]:
    """Lock the counters of a tenant's awards that are claimed afterwards, in stacking order."""
    counters = AwardCounter.objects.select_for_update(of=("self",)).select_related("award")
    claimed = counters.filter(award__tenant_id=tenant_id, award__is_share=False)
    found = list(claimed.exclude(award__mode="in_kind").order_by("award_id"))
    return sorted(found, key=lambda counter: (counter.award.stacking_order, counter.award_id))


@transaction_required
def lock_counter(*, award_id: int) -> AwardCounter:
    """Lock an award's counter."""
    return AwardCounter.objects.select_for_update().get(award_id=award_id)


@transaction_required
def lock_clawback(*, public_id: UUID) -> Clawback | None:
    """Lock a clawback, or return None when there is none."""
    return (
        Clawback.objects.select_for_update(of=("self",))
        .select_related("award")
        .filter(public_id=public_id)
        .first()
    )


@transaction_required
def lock_part(*, clawback_id: int, fund_id: int) -> ClawbackPart | None:
    """Lock what a clawback owes to a fund, or return None when it owes nothing to it."""
    return (
        ClawbackPart.objects.select_for_update(of=("self",))
        .select_related("fund")
        .filter(clawback_id=clawback_id, fund_id=fund_id)
        .first()
    )


@transaction_required
def lock_owed(*, fund_id: int, debtor_id: int) -> list[ClawbackPart]:
    """Lock what a debtor still owes a fund, the oldest first."""
    parts = ClawbackPart.objects.select_for_update().filter(fund_id=fund_id, debtor_id=debtor_id)
    return list(parts.filter(settled__lt=F("amount")).order_by("id"))
