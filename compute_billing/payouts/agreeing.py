"""What is agreed with a payee: commission, reserve, minimum and schedule, from a month on."""

from dataclasses import dataclass
from datetime import date, datetime

from compute_billing.payouts.locks import lock_payee
from compute_billing.payouts.models import PayeeEarning
from compute_billing.payouts.terms_models import CommissionCounter, PayoutTerms, Schedule
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.periods import month_text
from kernel.transactions import transaction


class UnableToAgree(DomainError):
    """The terms make no sense, stand already, or would change what was earned."""

    code = "unable_to_agree_payout_terms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Rates in parts per million; the commission's tax is on top of it; the minimum in fen."""

    contract_no: str
    commission_ppm: int
    commission_tax_ppm: int
    reserve_ppm: int = 0
    reserve_days: int = 0
    minimum_fen: int = 100
    schedule: str = "monthly"


def agree(
    *, payee_id: int, from_month: date, terms: Terms, actor: Actor, now: datetime
) -> PayoutTerms:
    """Write down terms for what is used in a month and later.

    Raises:
        UnableToAgree: malformed, or use of such a month was counted by other terms.
    """
    if terms.schedule not in Schedule.values or not terms.contract_no.strip():
        message = f"Name the contract, and a schedule: {', '.join(Schedule.values)}."
        raise UnableToAgree(message)
    again = UnableToAgree("Terms from this month on stand already.")
    absurd = UnableToAgree("A rate is between 0 and 100 percent, a minimum at least one fen.")
    with (
        transaction(),
        constraint_errors({"payout_terms_once": again, "payout_terms_make_sense": absurd}),
    ):
        lock_payee(payee_id, now=now)
        if PayeeEarning.objects.filter(payee_id=payee_id, month__gte=from_month).exists():
            message = (
                f"What was earned in {month_text(from_month)} or later was counted by the terms of "
                "then: let the new ones begin with the next month."
            )
            raise UnableToAgree(message)
        made = PayoutTerms.objects.create(
            payee_id=payee_id,
            from_month=from_month,
            contract_no=terms.contract_no.strip(),
            commission_ppm=terms.commission_ppm,
            commission_tax_ppm=terms.commission_tax_ppm,
            reserve_ppm=terms.reserve_ppm,
            reserve_days=terms.reserve_days,
            minimum_fen=terms.minimum_fen,
            schedule=terms.schedule,
            made_at=now,
        )
        CommissionCounter.objects.create(terms=made)
        record(
            action="payouts.agree_terms",
            object_type="payout_terms",
            object_id=made.pk,
            organisation_id=payee_id,
            actor=actor,
            detail={
                "from_month": month_text(from_month),
                "contract": made.contract_no,
                "commission_ppm": made.commission_ppm,
                "commission_tax_ppm": made.commission_tax_ppm,
                "reserve_ppm": made.reserve_ppm,
                "reserve_days": made.reserve_days,
                "minimum_fen": made.minimum_fen,
                "schedule": str(made.schedule),
            },
            now=now,
        )
    return made
