"""Breakers of the laws of money out."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, join_with, one

ADDS_UP = "payees_money_adds_up"
EARNED = "earnings_are_what_was_paid"
ONCE = "payouts_leave_once"
TRANSFERS = "transfers_are_booked"
PLACE = "money_lies_where_it_belongs"


@breaks(ADDS_UP)
def a_payee_is_said_to_have_more_than_the_books_hold() -> list[Keys]:
    payee = one("SELECT payee_id FROM payouts_entry LIMIT 1")
    do(
        "UPDATE payouts_entry SET payable_after = payable_after + 1 "
        "WHERE sequence = (SELECT max(sequence) FROM payouts_entry)"
    )
    return [{"payee_id": payee, "problem": "the books hold other payee_payable"}]


@breaks(ADDS_UP)
def an_entry_is_missing() -> list[Keys]:
    sequence = one("SELECT sequence FROM payouts_entry WHERE kind = 'returned'")
    do("UPDATE payouts_entry SET sequence = sequence + 100 WHERE kind = 'returned'")
    return [{"sequence": sequence + 1, "problem": "does not follow the one before it"}]


@breaks(EARNED)
def an_earning_names_another_transaction() -> list[Keys]:
    other = one("SELECT max(id) FROM ledger_transaction")
    do(
        "UPDATE payouts_earning SET origin_id = %(other)s "
        "WHERE id = (SELECT max(id) FROM payouts_earning)",
        other=other,
    )
    return [{"origin_id": other, "problem": "another amount left the pool"}]


@breaks(EARNED)
def the_commission_is_another_rate() -> list[Keys]:
    do("UPDATE payouts_terms SET commission_ppm = commission_ppm + 1")
    return [{"origin_id": None, "problem": "commission is not the rate of its base"}]


@breaks(ONCE)
def a_payout_that_came_back_is_said_to_have_arrived() -> list[Keys]:
    payout = one("SELECT public_id FROM payouts_payout WHERE state = 'returned'")
    do("UPDATE payouts_payout SET state = 'paid' WHERE public_id = %(id)s", id=payout)
    return [{"payout": payout, "state": "paid"}]


@breaks("four_eyes")
def a_payout_run_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("payouts_run", "payout_run_four_eyes")
    do("UPDATE payouts_run SET decided_by_id = maker_id WHERE state = 'finished'")
    return [{"decision": "payout_run", "problem": "the maker approved"}]


@breaks("four_eyes")
def a_payout_account_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("payouts_account", "payout_account_four_eyes")
    do("UPDATE payouts_account SET decided_by_id = maker_id WHERE effective_at IS NOT NULL")
    return [{"decision": "payout_account", "problem": "the maker approved"}]


@breaks(TRANSFERS)
def a_transfer_has_another_name_at_stripe() -> list[Keys]:
    payout = one("SELECT public_id FROM payouts_payout WHERE stripe_transfer <> ''")
    do("UPDATE payouts_payout SET stripe_transfer = 'tr_other' WHERE public_id = %(id)s", id=payout)
    return [{"payout": payout, "problem": "the transfer and the payout part"}]


@breaks(TRANSFERS)
def a_reversal_was_asked_of_nobody() -> list[Keys]:
    payout = one("SELECT public_id FROM payouts_payout WHERE reversed_fen > 0")
    do("DELETE FROM payouts_connect_call WHERE kind = 'reversal'")
    return [{"payout": payout, "problem": "a reversal and its call part"}]


@breaks(TRANSFERS)
def a_reversal_took_more_than_is_booked() -> list[Keys]:
    payout = one("SELECT public_id FROM payouts_payout WHERE reversed_fen > 0")
    do("UPDATE payouts_reversal SET amount_fen = amount_fen + 1 WHERE state = 'done'")
    return [
        {"payout": payout, "problem": "a reversal is booked otherwise"},
        {"payout": payout, "problem": "other money was taken back than its reversals took"},
    ]


@breaks("four_eyes")
def a_reversal_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("payouts_reversal", "payout_reversal_four_eyes")
    do("UPDATE payouts_reversal SET decided_by_id = maker_id WHERE state = 'done'")
    return [{"decision": "payout_reversal", "problem": "the maker approved"}]


@breaks(PLACE)
def cash_does_not_say_where_it_lies() -> list[Keys]:
    drop_constraint("ledger_account", "ledger_account_cash_says_where_it_lies")
    account = one(
        "INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor) "
        "SELECT owner_kind, owner_id, 'cash', '', 'CNY', false FROM ledger_account "
        "WHERE kind = 'cash' AND owner_id > 0 ORDER BY id LIMIT 1 RETURNING id"
    )
    return [{"account_id": account, "problem": "cash that does not say where it lies"}]


@breaks(PLACE)
def licence_money_lies_with_prepayments() -> list[Keys]:
    account = one(
        "INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor) "
        "SELECT owner_kind, owner_id, 'licence_custody', 'licence:' || subject, 'CNY:licence', "
        "false FROM ledger_account WHERE kind = 'cash' AND owner_id > 0 ORDER BY id LIMIT 1 "
        "RETURNING id"
    )
    return [{"account_id": account, "problem": "licence money lies where prepayments lie"}]


@breaks("four_eyes")
def a_payout_account_is_approved_by_a_member() -> list[Keys]:
    join_with(
        "SELECT decided_by_id AS user_id, payee_id AS organisation_id FROM payouts_account "
        "WHERE effective_at IS NOT NULL LIMIT 1"
    )
    return [{"decision": "payout_account", "problem": "a member of who is paid approved"}]


@breaks("four_eyes")
def who_proposed_a_run_takes_in_its_answer() -> list[Keys]:
    drop_constraint("payouts_result_file", "payout_result_four_eyes")
    do(
        "UPDATE payouts_result_file f SET imported_by_id = r.maker_id "
        "FROM payouts_run r WHERE r.id = f.run_id"
    )
    return [{"decision": "payout_result", "problem": "who proposed the run took it in"}]


@breaks("four_eyes")
def a_member_takes_in_the_answer_to_its_own_payout() -> list[Keys]:
    join_with(
        "SELECT f.imported_by_id AS user_id, o.payee_id AS organisation_id "
        "FROM payouts_result_file f JOIN payouts_payout o ON o.run_id = f.run_id LIMIT 1"
    )
    return [{"decision": "payout_result", "problem": "a member of who is paid took it in"}]
