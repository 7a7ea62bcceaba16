"""Clawbacks for tests, proposed and decided by the real operations."""

from __future__ import annotations

from uuid import UUID

from accounts.models import Organisation
from compute_billing.settlement import clawbacks
from compute_billing.settlement.clawback_models import Clawback
from compute_billing.settlement.reimbursing import claim_of_tenant
from compute_billing.subsidies.terms import AwardMode, AwardTerms, BasisKind, Payee
from tests.builders.accounts import make_user
from tests.builders.invoices import OCTOBER, close, make_use
from tests.builders.market import NOW, YUAN, make_market

TERMS = AwardTerms(
    mode=AwardMode.REIMBURSEMENT, payee=Payee.TENANT, basis_kind=BasisKind.SETTLED_AMOUNT
)
GROUNDS = clawbacks.Grounds(reason="fraud", clause="第十五条", statement="材料不实")


def make_proposal(*, maker_id: int | None = None) -> Clawback:
    """Propose to take back the thirty fen that were claimed of a use of one yuan."""
    market = make_market(price_micro=1 * YUAN)
    tenant = market.add_tenant("aided", paid_yuan=100)
    award = market.award(
        "aided", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50, terms=TERMS
    )
    make_use(market, "aided")
    close(market, "aided")
    claim_of_tenant(tenant_id=tenant.pk, month=OCTOBER, now=NOW)
    return clawbacks.propose(
        award_reference=award.reference,
        grounds=GROUNDS,
        maker_id=maker_id or make_user().pk,
        now=NOW,
    )


def owed_clawback(_: Organisation) -> UUID:
    """Return the id of a clawback that waits for a decision."""
    return make_proposal().public_id
