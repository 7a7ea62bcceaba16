"""What is written down and told about a claim, whoever makes or pays it."""

from datetime import datetime
from typing import Any

from accounts.events.operations import emit
from accounts.events.vocabulary import ClaimMade, ClaimPaid, ClaimSubmitted
from compute_billing.settlement.models import Claim
from kernel.audit import Actor, record
from kernel.money import Money
from kernel.periods import month_text
from kernel.transactions import transaction_required


def state_of(claim: Claim) -> dict[str, Any]:
    """Return what a decision about a claim may change."""
    return {
        "state": str(claim.state),
        "amount": claim.amount,
        "netted": claim.netted,
        "lines": claim.line_count,
        "budget_document": claim.budget_document_no,
        "treasury_receipt": claim.treasury_receipt_no,
    }


@transaction_required
def tell_claim(
    event: type[ClaimMade | ClaimSubmitted | ClaimPaid], claim: Claim, *, now: datetime
) -> None:
    """Tell the claimant what became of its claim."""
    told = event(
        claim=claim.public_id,
        month=claim.period,
        sequence=claim.sequence,
        amount=Money(claim.amount),
    )
    emit(told, organisation_id=claim.claimant_id, now=now)


@transaction_required
def record_claim(
    claim: Claim,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
) -> None:
    """Write an audit entry about a claim."""
    record(
        action=action,
        object_type="claim",
        object_id=claim.pk,
        actor=actor,
        organisation_id=claim.claimant_id,
        now=now,
        detail={
            "fund": claim.fund_id,
            "month": month_text(claim.period),
            "sequence": claim.sequence,
            "amount": claim.amount,
            "lines": claim.line_count,
        },
        before=before,
        after=state_of(claim),
    )
