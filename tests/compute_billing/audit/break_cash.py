"""Breakers of the laws of where the money lies."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

DAYS = "cash_days_add_up"
ITEMS = "cash_items_repeat_their_sides"
CUSTODY = "stripe:main"


def charge_item() -> str:
    """Return what Stripe told of a charge."""
    return str(
        one("SELECT reference FROM cash_item WHERE side = 'told' AND key LIKE 'charge:%%' LIMIT 1")
    )


@breaks(DAYS)
def a_day_opens_on_another_figure() -> list[Keys]:
    day = one("SELECT max(day) FROM cash_day")
    do("UPDATE cash_day SET told_opening_fen = told_opening_fen + 1 WHERE day = %(day)s", day=day)
    return [{"custody": CUSTODY, "day": day, "problem": "the day is not the sum of its items"}]


@breaks(DAYS)
def a_difference_is_said_to_have_ended_before_its_day() -> list[Keys]:
    """Its key still parts on the last day, but after it the list has it: only the day tells."""
    day = one("SELECT max(day) FROM cash_day")
    do("UPDATE cash_difference SET first_day = first_day + 1, last_day = last_day + 1")
    return [{"custody": CUSTODY, "day": day, "problem": "the sides part and no difference says so"}]


@breaks(ITEMS)
def stripe_told_another_amount() -> list[Keys]:
    reference = charge_item()
    do("UPDATE cash_entry SET amount_fen = amount_fen + 1 WHERE told_id = %(id)s", id=reference)
    return [{"custody": CUSTODY, "reference": reference, "problem": "told otherwise"}]


@breaks(ITEMS)
def an_item_names_no_posting() -> list[Keys]:
    reference = one("SELECT reference FROM cash_item WHERE side = 'booked' ORDER BY id LIMIT 1")
    do(
        "UPDATE cash_item SET reference = 'nothing' WHERE side = 'booked' AND reference = %(it)s",
        it=reference,
    )
    return [{"custody": CUSTODY, "reference": "nothing", "problem": "booked otherwise"}]


@breaks(ITEMS)
def a_key_that_parts_is_not_listed() -> list[Keys]:
    key = one("SELECT key FROM cash_difference WHERE ended_at IS NULL")
    do("DELETE FROM cash_difference WHERE key = %(key)s", key=key)
    return [{"custody": CUSTODY, "reference": key, "problem": "parts and is not listed"}]


@breaks("four_eyes")
def a_cash_booking_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("cash_proposal", "cash_proposal_four_eyes")
    do("UPDATE cash_proposal SET closed_by_id = maker_id WHERE is_approved")
    return [{"decision": "cash_difference", "problem": "the maker approved"}]
