"""Breakers of the laws of what is claimed afterwards and taken back."""

from __future__ import annotations

from tests.compute_billing.audit.break_settlement import award_id
from tests.compute_billing.audit.breakers import Keys, breaks, do, one, tenant_id


@breaks("reimbursements_follow_the_rule")
def counter_was_asked_for_more_than_its_lines() -> list[Keys]:
    award = award_id("award-3")
    do("UPDATE subsidies_award_counter SET basis = basis + 1 WHERE award_id = %(id)s", id=award)
    return [{"award_id": award}]


@breaks("reimbursements_follow_the_rule")
def rate_is_another_than_the_lines_were_reckoned_with() -> list[Keys]:
    do("UPDATE subsidies_award SET rate_ppm = rate_ppm - 1000 WHERE reference = 'award-3'")
    return [{"award_id": award_id("award-3")}]


@breaks("clawbacks_add_up")
def more_is_owed_back_than_its_lines() -> list[Keys]:
    do("UPDATE settlement_clawback SET amount = amount + 1")
    return [{"clawback_id": one("SELECT id FROM settlement_clawback")}]


@breaks("funds_owe_what_was_claimed")
def receipt_is_booked_as_more() -> list[Keys]:
    do(
        "UPDATE ledger_posting p SET amount = p.amount + 1 FROM ledger_transaction t "
        "WHERE t.id = p.transaction_id AND t.kind = 'clawback_received'"
    )
    return [{"tenant_id": tenant_id("alpha")}]
