"""Budgets of a tenant of the demonstration: a term, a month, and a project that stops its jobs.

The beat finds which thresholds they have reached already, and tells them.
"""

from datetime import date
from typing import Final

from accounts.queries import user_by_email
from compute_billing.budgets import operations
from compute_billing.budgets.operations import BudgetTerms
from compute_billing.ledger import credit_terms
from compute_billing.ledger.credit_terms import CreditTerms
from demo.cast import MAIL
from demo.paying import BUYER, somebody_of
from demo.seeding import Stage
from kernel.clock import utc_now
from kernel.money import Money
from kernel.periods import months_later

ON_CREDIT: Final = "yunlu-medical"
PROJECT: Final = "video-search"


def plan_budgets(*, stage: Stage, month: date) -> None:
    """Let a tenant say what it means to spend."""
    tenant_id = stage.tenant_ids[BUYER]
    for wanted in _wanted(month):
        operations.create_budget(
            tenant_id=tenant_id, wanted=wanted, actor=somebody_of(tenant_id), now=utc_now()
        )


def propose_credit(*, stage: Stage) -> None:
    """Let finance propose that a firm is billed behind its use; somebody else decides."""
    credit_terms.propose_credit(
        tenant_id=stage.tenant_ids[ON_CREDIT],
        wanted=CreditTerms(mode="postpaid", limit_micro=Money.from_text("20000").amount_micro),
        reason="按年度框架协议后付费，月结。",
        maker_id=user_by_email(email=f"finance@{MAIL}").pk,
        now=utc_now(),
    )


def _wanted(month: date) -> list[BudgetTerms]:
    return [
        BudgetTerms(
            name="第四季度训练",
            is_term=True,
            first_month=month,
            last_month=months_later(month, 2),
            amount_micro=Money.from_text("60000").amount_micro,
        ),
        BudgetTerms(
            name="视频检索项目",
            project=PROJECT,
            first_month=month,
            amount_micro=Money.from_text("8000").amount_micro,
            stops=True,
        ),
        BudgetTerms(
            name="每月算力上限",
            first_month=month,
            amount_micro=Money.from_text("30000").amount_micro,
        ),
    ]
