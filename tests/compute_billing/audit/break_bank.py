"""Breakers of the laws of the bank rail."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, join_with, one

CREDITED = "bank_lines_are_credited_once"


def credited_line() -> int:
    """Return the line that credited itself."""
    return int(one("SELECT line_id FROM bank_decision WHERE maker_id IS NULL"))


@breaks(CREDITED)
def a_lot_has_lost_its_line() -> list[Keys]:
    line_id = credited_line()
    reference = one("SELECT 'bank:' || public_id FROM bank_line WHERE id = %(id)s", id=line_id)
    do("DELETE FROM bank_decision WHERE line_id = %(id)s", id=line_id)
    return [{"reference": reference, "line_id": None}]


@breaks(CREDITED)
def a_line_tells_another_amount_than_was_credited() -> list[Keys]:
    line_id = credited_line()
    do("UPDATE bank_line SET amount_fen = amount_fen + 1 WHERE id = %(id)s", id=line_id)
    return [{"line_id": line_id}]


@breaks(CREDITED)
def the_lot_is_said_to_lie_elsewhere() -> list[Keys]:
    line_id = credited_line()
    do(
        "UPDATE ledger_credit_lot SET funded_by = 'bank:other' WHERE account_id = "
        "(SELECT lot_account_id FROM bank_decision WHERE line_id = %(id)s)",
        id=line_id,
    )
    return [{"line_id": line_id}]


@breaks("four_eyes")
def a_large_line_is_decided_by_one() -> list[Keys]:
    drop_constraint("bank_decision", "bank_decision_large_needs_two")
    do(
        "UPDATE bank_decision SET approver_id = NULL, proposal_id = NULL "
        "WHERE approver_id IS NOT NULL"
    )
    return [{"decision": "bank_line", "problem": "a large one without approval"}]


@breaks("four_eyes")
def a_line_is_approved_by_a_member_of_whose_money_it_is() -> list[Keys]:
    join_with(
        "SELECT coalesce(approver_id, maker_id) AS user_id, tenant_id AS organisation_id "
        "FROM bank_decision WHERE maker_id IS NOT NULL AND tenant_id IS NOT NULL LIMIT 1"
    )
    return [{"decision": "bank_line", "problem": "a member of whose money it is decided"}]
