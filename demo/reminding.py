"""A firm in arrears is asked for them: due at once by its terms, and told on the day.

Reminders keep to working days; on a holiday nothing is asked, and nothing is made up.
"""

from datetime import datetime
from typing import Final

from accounts.queries import user_by_email
from compute_billing.ledger import credit_terms
from compute_billing.ledger.credit_terms import CreditTerms
from compute_billing.receivables import operations
from demo.cast import MAIL
from demo.seeding import Stage

IN_ARREARS: Final = "lixing-driving"


def remind_of_arrears(*, stage: Stage, now: datetime) -> None:
    """Let two of finance agree when arrears are due, and let the run ask for what is."""
    tenant_id = stage.tenant_ids[IN_ARREARS]
    proposal = credit_terms.propose_credit(
        tenant_id=tenant_id,
        wanted=CreditTerms(mode="prepaid", limit_micro=0, net_days=0),
        reason="预付费客户：欠费当日应付。",
        maker_id=user_by_email(email=f"finance@{MAIL}").pk,
        now=now,
    )
    credit_terms.decide_credit(
        public_id=proposal.public_id,
        approves=True,
        decider_id=user_by_email(email=f"comptroller@{MAIL}").pk,
        now=now,
    )
    operations.dun(now=now)
