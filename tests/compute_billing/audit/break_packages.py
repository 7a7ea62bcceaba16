"""Breakers of the laws of packages."""

from __future__ import annotations

from datetime import date

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

CAPACITY = "packages_within_capacity"
CARD_TIME = "packages_hold_their_card_time"
MONEY = "packages_money_adds_up"
DAY = date(2026, 10, 1)


def package_id() -> int:
    """Return the only package."""
    return int(one("SELECT id FROM packages_order"))


@breaks(CAPACITY)
def a_card_is_sold_that_nobody_bought() -> list[Keys]:
    do("UPDATE packages_capacity_day SET sold = sold + 1 WHERE day = %(day)s", day=DAY)
    return [{"day": DAY, "sold": 7, "cards": 6}]


@breaks(CAPACITY)
def fewer_are_sellable_than_are_sold() -> list[Keys]:
    drop_constraint("packages_capacity_day", "capacity_day_never_oversold")
    do("UPDATE packages_capacity_day SET sellable = 2 WHERE day = %(day)s", day=DAY)
    return [{"day": DAY, "sellable": 2, "sold": 6}]


@breaks(CARD_TIME)
def a_month_is_given_too_little() -> list[Keys]:
    """Take from the lot what is taken from the piece, so that only the cards tell."""
    account = one(
        "UPDATE packages_piece SET quantity = quantity - 1 WHERE id = "
        "(SELECT min(id) FROM packages_piece) RETURNING account_id"
    )
    do(
        "UPDATE ledger_credit_lot SET granted = granted - 1 WHERE account_id = %(account)s",
        account=account,
    )
    do(
        "UPDATE ledger_posting SET amount = amount - 1 WHERE destination_account_id = %(account)s",
        account=account,
    )
    do(
        "UPDATE ledger_balance SET posted = posted - 1 WHERE account_id = %(account)s",
        account=account,
    )
    return [{"order_id": package_id(), "month": date(2026, 9, 1)}]


@breaks(CARD_TIME)
def a_month_is_left_out() -> list[Keys]:
    do(
        "DELETE FROM packages_piece WHERE change_id = (SELECT max(id) FROM packages_change) "
        "AND month = '2026-11-01'"
    )
    return [{"order_id": package_id()}]


@breaks(MONEY)
def more_is_recognised_than_was_booked() -> list[Keys]:
    do("UPDATE packages_recognition SET amount_micro = amount_micro + 10000")
    return [{"order_id": package_id()}]


@breaks(MONEY)
def less_was_paid_than_is_told() -> list[Keys]:
    do(
        "UPDATE packages_change SET amount_micro = amount_micro + 10000 WHERE id = "
        "(SELECT max(id) FROM packages_change)"
    )
    return [{"order_id": package_id()}]


@breaks("four_eyes")
def an_offer_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("packages_offer_decision", "package_offer_four_eyes")
    do("UPDATE packages_offer_decision SET decider_id = maker_id")
    return [{"decision": "package_offer", "problem": "the maker approved"}]


BILLED = "packages_are_billed_once"


def change_id(kind: str, order: str = "id") -> int:
    """Return the first change of a kind."""
    return int(
        one(f"SELECT id FROM packages_change WHERE kind = %(kind)s ORDER BY {order}", kind=kind)
    )


@breaks(BILLED)
def lines_name_the_change_of_another() -> list[Keys]:
    """Swap what two lines say they are of, so that only the amounts tell."""
    bought, more = change_id("purchase"), change_id("resize")
    do("DROP INDEX invoice_line_package_billed_once")
    drop_constraint("invoices_invoice_line", "invoice_line_key_unique")
    do(
        "UPDATE invoices_invoice_line SET package_change_id = %(both)s - package_change_id "
        "WHERE package_change_id IN (%(bought)s, %(more)s)",
        both=bought + more,
        bought=bought,
        more=more,
    )
    return [
        {"change_id": bought, "problem": "billed at another amount"},
        {"change_id": more, "problem": "billed at another amount"},
    ]


@breaks(BILLED)
def a_change_of_a_closed_month_is_not_billed() -> list[Keys]:
    fewer = change_id("resize", "id DESC")
    do(
        "UPDATE packages_change SET made_at = '2026-09-25T04:00Z' WHERE id = %(change)s",
        change=fewer,
    )
    return [{"change_id": fewer, "problem": "not billed"}]
