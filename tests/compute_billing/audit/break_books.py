"""Breakers of the laws of the books: postings, balances, holds, privileges, seals."""

from __future__ import annotations

from kernel.sql import execute
from tests.compute_billing.audit.breakers import (
    Keys,
    account,
    account_of_kind,
    breaks,
    do,
    drop_constraint,
    insert_posting,
    one,
    transaction_of,
)

MOVES = "posting_moves_between_two_accounts"
APPEND_ONLY = "books_are_append_only"
FLOORED = "floored_accounts_have_balances"


@breaks(MOVES)
def nothing_is_moved() -> list[Keys]:
    drop_constraint("ledger_posting", "ledger_posting_amount_positive")
    posting = insert_posting("top-up-1", account_of_kind("cash"), account("top-up-1"), 0, "CNY")
    return [{"posting_id": posting, "amount": 0}]


@breaks(MOVES)
def moved_to_itself() -> list[Keys]:
    drop_constraint("ledger_posting", "ledger_posting_between_two_accounts")
    cash = account_of_kind("cash")
    return [{"posting_id": insert_posting("top-up-1", cash, cash, 5, "CNY")}]


@breaks(MOVES)
def moved_in_another_unit() -> list[Keys]:
    cash, cost = account_of_kind("cash"), account_of_kind("promotion_cost")
    there = insert_posting("top-up-1", cash, cost, 5, "CT:910B2")
    back = insert_posting("top-up-1", cost, cash, 5, "CT:910B2")
    return [{"posting_id": there}, {"posting_id": back}]


@breaks(MOVES)
def moved_in_no_transaction() -> list[Keys]:
    cash, cost = account_of_kind("cash"), account_of_kind("promotion_cost")
    lost = [
        insert_posting("top-up-1", cash, cost, 5, "CNY"),
        insert_posting("top-up-1", cost, cash, 5, "CNY"),
    ]
    do(
        "UPDATE ledger_posting SET transaction_id = 999999999 WHERE id = ANY(%(lost)s)",
        lost=lost,
    )
    return [{"posting_id": posting} for posting in lost]


@breaks(APPEND_ONLY)
def app_role_may_update_a_partition() -> list[Keys]:
    do("GRANT UPDATE ON rating_charge_2026_10 TO suanji_app")
    return [{"table_name": "rating_charge_2026_10", "problem": "the app role may update"}]


@breaks(APPEND_ONLY)
def app_role_may_update_a_column() -> list[Keys]:
    do("GRANT UPDATE (amount) ON rating_charge_share_2026_09 TO suanji_app")
    return [{"table_name": "rating_charge_share_2026_09", "problem": "the app role may update"}]


@breaks(APPEND_ONLY)
def app_role_may_truncate() -> list[Keys]:
    do("GRANT TRUNCATE ON ledger_posting TO suanji_app")
    return [{"table_name": "ledger_posting", "problem": "the app role may truncate"}]


@breaks(APPEND_ONLY)
def trigger_of_a_partition_is_off() -> list[Keys]:
    do("ALTER TABLE metering_usage_record_2026_10 DISABLE TRIGGER refuse_change")
    return [{"book": "metering_usage_record", "table_name": "metering_usage_record_2026_10"}]


@breaks(APPEND_ONLY)
def trigger_is_dropped() -> list[Keys]:
    do("DROP TRIGGER refuse_change ON invoices_invoice")
    return [{"table_name": "invoices_invoice"}]


@breaks("balance_is_sum_of_postings")
def balance_is_changed() -> list[Keys]:
    lot = account("top-up-2")
    do("UPDATE ledger_balance SET posted = posted + 1 WHERE account_id = %(lot)s", lot=lot)
    return [{"account_id": lot}]


def held_account() -> int:
    """Return the lot on which the one hold of the world lies."""
    return int(one("SELECT account_id FROM ledger_hold_part"))


@breaks("closed_holds_hold_nothing")
def hold_is_forgotten() -> list[Keys]:
    do("UPDATE ledger_hold SET state = 'closed', closed_at = opened_at")
    return [{"account_id": held_account(), "captured": 0}]


@breaks("captures_are_shares")
def hold_has_paid_for_nothing() -> list[Keys]:
    do("UPDATE ledger_hold_part SET amount = amount + 1, captured = captured + 1")
    return [{"account_id": held_account(), "captured": 1, "noted": None}]


@breaks("held_is_sum_of_open_holds")
def part_is_lost() -> list[Keys]:
    lot = held_account()
    do("DELETE FROM ledger_hold_part")
    return [{"account_id": lot, "open_parts": 0}]


@breaks("wallet_never_below_its_floor")
def held_money_is_spent() -> list[Keys]:
    drop_constraint("ledger_balance", "ledger_balance_never_below_floor")
    lot = held_account()
    posted = one("SELECT posted FROM ledger_balance WHERE account_id = %(lot)s", lot=lot)
    insert_posting("top-up-2", lot, account_of_kind("cash"), posted, "CNY")
    do("UPDATE ledger_balance SET posted = 0 WHERE account_id = %(lot)s", lot=lot)
    return [{"account_id": lot, "posted": 0}]


@breaks("wallet_never_below_its_floor")
def lot_gets_an_overdraft() -> list[Keys]:
    lot = account("top-up-1")
    do("UPDATE ledger_balance SET floor = -1 WHERE account_id = %(lot)s", lot=lot)
    return [{"account_id": lot, "floor": -1}]


@breaks("public_money_never_overdrawn")
def award_is_overdrawn() -> list[Keys]:
    drop_constraint("ledger_balance", "ledger_balance_never_below_floor")
    award = account("award-2")
    posted = one("SELECT posted FROM ledger_balance WHERE account_id = %(award)s", award=award)
    insert_posting("award-2", award, account_of_kind("appropriation"), posted + 1, "CNY")
    do("UPDATE ledger_balance SET posted = -1 WHERE account_id = %(award)s", award=award)
    return [{"account_id": award, "sum_of_postings": -1}]


@breaks(FLOORED)
def balance_row_is_lost() -> list[Keys]:
    lot = account("promotion-1")
    do("DELETE FROM ledger_balance WHERE account_id = %(lot)s", lot=lot)
    return [{"account_id": lot, "has_balance": False}]


@breaks(FLOORED)
def revenue_gets_a_balance_row() -> list[Keys]:
    revenue = account_of_kind("compute_revenue")
    total = one(
        "SELECT sum(CASE WHEN destination_account_id = %(account)s THEN amount ELSE -amount END) "
        "FROM ledger_posting WHERE %(account)s IN (source_account_id, destination_account_id)",
        account=revenue,
    )
    do(
        "INSERT INTO ledger_balance (account_id, posted, held, floor, version) "
        "VALUES (%(account)s, %(total)s, 0, 0, 1)",
        account=revenue,
        total=total,
    )
    return [{"account_id": revenue, "has_balance": True}]


@breaks("lots_pay_their_operator")
def lot_is_said_to_be_another_operators() -> list[Keys]:
    lot = account("top-up-2")
    do(
        "UPDATE ledger_credit_lot SET operator_id = tenant_id WHERE account_id = %(lot)s",
        lot=lot,
    )
    return [{"transaction_id": transaction_of("top-up-2"), "destination_account_id": lot}]


@breaks("lots_pay_their_operator")
def arrears_are_owed_to_somebody_else() -> list[Keys]:
    owed = one(
        "UPDATE ledger_account SET operator_id = owner_id WHERE kind = 'arrears'"
        " AND id IN (SELECT source_account_id FROM ledger_posting) RETURNING id"
    )
    return [{"source_account_id": owed}]


@breaks("breakage_is_of_expired_lots")
def lot_is_booked_out_before_its_end() -> list[Keys]:
    lot = account("top-up-1")
    broken = int(
        one(
            "INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor) "
            "SELECT 'operator', operator_id, 'breakage', 'paid', 'CNY', false "
            "FROM ledger_credit_lot WHERE account_id = %(lot)s RETURNING id",
            lot=lot,
        )
    )
    out = insert_posting("top-up-1", lot, broken, 5, "CNY")
    back = insert_posting("top-up-1", broken, lot, 5, "CNY")
    return [{"posting_id": out, "account_id": lot}, {"posting_id": back}]


@breaks("lots_hold_what_was_granted")
def more_is_granted_than_came() -> list[Keys]:
    lot = account("top-up-1")
    do("UPDATE ledger_credit_lot SET granted = granted + 1 WHERE account_id = %(lot)s", lot=lot)
    return [{"account_id": lot, "received": 200_000_000}]


@breaks("units_sum_to_zero")
def value_leaves_for_nowhere() -> list[Keys]:
    insert_posting("top-up-1", account_of_kind("cash"), 999_999_999, 7, "CNY")
    return [{"unit": "CNY", "sum_of_balances": -7}]


@breaks("audit_seals_verify")
def sealed_entry_is_altered() -> list[Keys]:
    entry = one("SELECT min(entry_id) FROM kernel_seal_entry")
    do("UPDATE kernel_audit_entry SET action = 'nothing.happened' WHERE id = %(id)s", id=entry)
    return [{"seal_no": 1, "problem": "its entries do not give its hash"}]


@breaks("audit_seals_verify")
def seal_is_removed() -> list[Keys]:
    do("DELETE FROM kernel_seal_entry WHERE position = 1")
    return [{"seal_no": 1, "problem": "entries are missing or added"}]


@breaks("four_eyes")
def maker_approves_an_award() -> list[Keys]:
    drop_constraint("subsidies_award", "award_four_eyes")
    do("UPDATE subsidies_award SET approver_id = maker_id WHERE reference = 'award-2'")
    return [{"decision": "award", "reference": "award-2", "problem": "the maker approved"}]


@breaks("four_eyes")
def member_of_the_beneficiary_approves() -> list[Keys]:
    do(
        "INSERT INTO accounts_membership (user_id, organisation_id, role, created_at) "
        "SELECT approver_id, tenant_id, 'viewer', approved_at - interval '1 day' "
        "FROM subsidies_award WHERE reference = 'award-1'"
    )
    return [{"reference": "award-1", "problem": "a member of the beneficiary approved"}]


@breaks("four_eyes")
def rerate_is_not_approved() -> list[Keys]:
    drop_constraint("rating_rerate_request", "rerate_finished_only_when_approved")
    do("UPDATE rating_rerate_request SET approver_id = NULL")
    return [{"decision": "rerate", "problem": "done without approval"}]


@breaks("shares_equal_postings")
def posting_is_raised() -> list[Keys]:
    arrears = account_of_kind("arrears", "beta")
    posting = one(
        "SELECT p.id FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id "
        "WHERE t.kind = 'rating' AND p.source_account_id = %(arrears)s ORDER BY p.id DESC",
        arrears=arrears,
    )
    do("UPDATE ledger_posting SET amount = amount + 1 WHERE id = %(id)s", id=posting)
    return [{"account_id": arrears}]


@breaks("shares_equal_postings")
def rating_posts_without_shares() -> list[Keys]:
    arrears, revenue = account_of_kind("arrears", "beta"), account_of_kind("compute_revenue")
    execute("UPDATE ledger_transaction SET kind = 'rating' WHERE reference = 'promotion-1'")
    insert_posting("promotion-1", arrears, revenue, 9, "CNY")
    insert_posting("promotion-1", revenue, arrears, 4, "CNY")
    return [{"transaction_id": transaction_of("promotion-1"), "account_id": arrears}]
