"""Breakers of the laws about what is owed."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, one

NOW = "timestamptz '2026-10-11'"
YUAN = 1_000_000


def move(source: int, destination: int, *, kind: str, amount: int) -> None:
    """Post an amount with the balances that it moves."""
    posted = one(
        "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)"
        f" VALUES (%(kind)s, 'broken', {NOW}, {NOW}) RETURNING id",
        kind=kind,
    )
    do(
        "INSERT INTO ledger_posting (transaction_id, source_account_id, destination_account_id,"
        " unit, amount) VALUES (%(posted)s, %(source)s, %(destination)s, 'CNY', %(amount)s)",
        posted=posted,
        source=source,
        destination=destination,
        amount=amount,
    )
    for account, change in ((source, -amount), (destination, amount)):
        one(
            "WITH moved AS (UPDATE ledger_balance SET posted = posted + %(change)s"
            " WHERE account_id = %(account)s RETURNING 1) SELECT count(*) FROM moved",
            account=account,
            change=change,
        )


def credit_and_revenue() -> tuple[int, int, int, int]:
    """Return a credit account that was used, its tenant, and whom it is owed to."""
    credit, tenant = (
        one(
            f"SELECT {column} FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id"
            " WHERE a.kind = 'credit' AND a.owner_id > 0 AND b.posted < 0 ORDER BY a.id LIMIT 1"
        )
        for column in ("a.id", "a.owner_id")
    )
    revenue, operator = (
        one(
            f"SELECT {column} FROM ledger_posting p"
            " JOIN ledger_account r ON r.id = p.destination_account_id"
            " WHERE p.source_account_id = %(credit)s AND r.kind = 'compute_revenue'"
            " ORDER BY p.id LIMIT 1",
            credit=credit,
        )
        for column in ("r.id", "r.owner_id")
    )
    return credit, tenant, revenue, operator


@breaks("credit_is_paid_back_to_whom_it_is_owed")
def more_is_paid_back_than_was_used() -> list[Keys]:
    credit, tenant, _, operator = credit_and_revenue()
    used = -one("SELECT posted FROM ledger_balance WHERE account_id = %(id)s", id=credit)
    lot = one(
        "SELECT l.account_id FROM ledger_credit_lot l"
        " JOIN ledger_balance b ON b.account_id = l.account_id"
        " WHERE l.stage = 'paid' AND l.operator_id = %(operator)s AND l.tenant_id > 0"
        " AND b.posted - b.held > %(used)s ORDER BY l.account_id LIMIT 1",
        operator=operator,
        used=used + YUAN,
    )
    move(lot, credit, kind="credit_repaid", amount=used + YUAN)
    return [{"tenant_id": tenant, "operator_id": operator, "owed": -YUAN}]


@breaks("credit_is_billed_or_waits")
def credit_comes_back_past_any_charge() -> list[Keys]:
    credit, tenant, revenue, operator = credit_and_revenue()
    used = one(
        "SELECT sum(CASE WHEN source_account_id = %(credit)s THEN amount ELSE -amount END)::bigint"
        " FROM ledger_posting WHERE %(credit)s IN (source_account_id, destination_account_id)"
        " AND %(revenue)s IN (source_account_id, destination_account_id)",
        credit=credit,
        revenue=revenue,
    )
    move(revenue, credit, kind="stray", amount=1)
    return [{"tenant_id": tenant, "operator_id": operator, "used": used - 1, "told": used}]


@breaks("reminders_repeat_their_items")
def a_reminder_without_items() -> list[Keys]:
    notice = one(
        "INSERT INTO receivables_notice (public_id, tenant_id, operator_id, day, level, amount,"
        " disputed, made_at) SELECT gen_random_uuid(), min(id), max(id), '2026-10-11', 2, 5, 0,"
        f" {NOW} FROM accounts_organisation WHERE id > 0 RETURNING id"
    )
    return [{"notice_id": notice, "amount": 5, "items": 0}]
