"""Breakers of the law that keeps sandboxes and the real world apart."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import (
    Keys,
    account_of_kind,
    breaks,
    do,
    drop_constraint,
    insert_posting,
    one,
    usage_id,
)

WORLDS = "worlds_never_meet"
ONE, OTHER = -8, -9


def sandbox_account(owner: int, kind: str) -> int:
    """Open an account without a floor of a sandbox, as an operator, and return it."""
    return int(
        one(
            "INSERT INTO ledger_account (id, owner_kind, owner_id, kind, subject, unit, has_floor) "
            "VALUES (-nextval(pg_get_serial_sequence('ledger_account', 'id')), 'operator', "
            "%(owner)s, %(kind)s, %(subject)s, 'CNY', false) RETURNING id",
            owner=owner,
            kind=kind,
            # Cash says where it lies.
            subject="bank" if kind == "cash" else "",
        )
    )


@breaks(WORLDS)
def play_money_becomes_real() -> list[Keys]:
    drop_constraint("ledger_posting", "ledger_posting_within_one_world")
    play = sandbox_account(ONE, "cash")
    posting = insert_posting("top-up-1", play, account_of_kind("promotion_cost"), 5, "CNY")
    return [{"what": "posting", "id": posting, "world": ONE, "other": 0}]


@breaks(WORLDS)
def two_sandboxes_pay_each_other() -> list[Keys]:
    """Nothing on the row itself tells: both numbers are below zero."""
    play, cost = sandbox_account(ONE, "cash"), sandbox_account(OTHER, "promotion_cost")
    transaction = one(
        "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at) "
        "VALUES ('breach', 'breach', now(), now()) RETURNING reference"
    )
    posting = insert_posting(transaction, play, cost, 5, "CNY")
    return [{"what": "posting", "id": posting, "world": ONE, "other": OTHER}]


@breaks(WORLDS)
def one_transaction_moves_money_of_both() -> list[Keys]:
    play, cost = sandbox_account(ONE, "cash"), sandbox_account(ONE, "promotion_cost")
    insert_posting("top-up-1", play, cost, 5, "CNY")
    transaction = one("SELECT id FROM ledger_transaction WHERE reference = 'top-up-1'")
    return [{"what": "transaction", "id": transaction, "world": ONE, "other": 0}]


@breaks(WORLDS)
def real_use_was_reported_in_a_sandbox() -> list[Keys]:
    drop_constraint("metering_usage_record", "usage_record_of_one_world")
    drop_constraint("metering_usage_key", "usage_key_of_one_world")
    for table in ("metering_usage_record", "metering_usage_key"):
        do(f"UPDATE {table} SET source_id = -source_id WHERE external_id = 'a7'")
    return [{"what": "usage", "id": usage_id("a7"), "world": 0}]
