"""What a fund reimburses in the settled world: a claim of September, and a part taken back."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Organisation, User
from compute_billing.settlement import clawback_receipts, clawbacks
from compute_billing.settlement.reimbursing import claim_of_tenant
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.models import Fund
from compute_billing.subsidies.terms import AwardMode, AwardTerms, BasisKind, Payee
from kernel.audit import Actor
from kernel.periods import Period

YUAN = 1_000_000
TERMS = AwardTerms(
    mode=AwardMode.REIMBURSEMENT,
    payee=Payee.TENANT,
    basis_kind=BasisKind.SETTLED_AMOUNT,
    exclusivity_group="district",
)


def reimburse_world(
    *, fund: Fund, tenant: Organisation, maker: User, approver: User, now: datetime
) -> None:
    """Claim a fifth of what a tenant paid in September, take some back and receive a part."""
    authority_id = fund.programme.authority_id
    subsidies.approve_award(
        fund_id=fund.pk,
        tenant_id=tenant.pk,
        reference="award-3",
        rate_ppm=200_000,
        cap_micro=100 * YUAN,
        period=Period(datetime.fromisoformat("2026-09-01T00:00Z"), now),
        maker_id=maker.pk,
        approver_id=approver.pk,
        approver_organisation_id=authority_id,
        now=now,
        stacking_order=3,
        terms=TERMS,
    )
    claim_of_tenant(tenant_id=tenant.pk, month=date(2026, 9, 1), now=now)
    made = clawbacks.propose(
        award_reference="award-3",
        grounds=clawbacks.Grounds(reason="relocation", clause="第八条", statement="迁出本区"),
        maker_id=maker.pk,
        now=now,
    )
    clawbacks.decide(
        public_id=made.public_id,
        approves=True,
        decider_id=approver.pk,
        decider_organisation_id=authority_id,
        answer="",
        now=now,
    )
    clawback_receipts.receive(
        public_id=made.public_id,
        fund_id=fund.pk,
        amount_micro=1,
        receipt_no="TK-1",
        actor=Actor.user(approver.pk),
        now=now,
    )
