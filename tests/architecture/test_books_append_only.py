"""Every book refuses UPDATE, DELETE and TRUNCATE: to the owner by trigger, to the app by right.

Books are found in the database by the trigger `refuse_change`, so a new one is tried without
being named here. For each one and for the partition that holds the row, the raw statements
are run as owner and as app role against a row that is really there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests import database

pytestmark = pytest.mark.django_db

APP_ROLE = "suanji_app"
MONTH = "2026-11-01"

# What must be a book whether or not somebody remembered the trigger.
KNOWN_BOOKS = frozenset(
    {
        "kernel_billing_month",
        "kernel_audit_entry",
        "kernel_seal",
        "kernel_seal_entry",
        "metering_usage_key",
        "metering_usage_record",
        "metering_conflict_resolution",
        "disputes_usage_dispute_answer",
        "disputes_usage_dispute_grant",
        "listings_submission",
        "listings_decision",
        "listings_signing_key",
        "listings_certificate",
        "listings_standing_change",
        "applications_submission",
        "applications_check",
        "applications_step",
        "applications_hand",
        "applications_proposal",
        "applications_approval",
        "applications_notice",
        "programmes_version",
        "programmes_version_decision",
        "metering_source_totals",
        "metering_source_totals_line",
        "metering_difference_resolution",
        "receivables_notice",
        "receivables_step",
        "rating_charge",
        "rating_charge_share",
        "ledger_account",
        "ledger_transaction",
        "ledger_posting",
        "catalogue_price_tier",
        "catalogue_price_draft",
        "catalogue_price_draft_decision",
        "rating_price_draft_effect",
        "invoices_invoice",
        "invoices_invoice_line",
        "invoices_tax",
        "invoices_credit",
        "settlement_claim_line",
        "settlement_claimed",
        "settlement_operator_statement",
        "settlement_operator_statement_line",
        "accounts_verification_submission",
        "accounts_verification_decision",
        "accounts_verification_reminder",
    }
)

ROOT_BOOKS = """
    SELECT class.relname
      FROM pg_trigger AS trig
      JOIN pg_class AS class ON class.oid = trig.tgrelid
     WHERE trig.tgname = 'refuse_change' AND trig.tgparentid = 0 AND NOT class.relispartition
     ORDER BY class.relname
"""
REQUIRED_COLUMNS = """
    SELECT column_name, data_type, udt_name
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = %s
       AND is_nullable = 'NO' AND is_generated = 'NEVER'
     ORDER BY ordinal_position
"""
CHECKS = """
    SELECT conname FROM pg_constraint
     WHERE conrelid = %s::regclass AND contype = 'c' AND conislocal AND coninhcount = 0
"""
VALUES_BY_TYPE = {
    "ARRAY": "{}",
    "boolean": "true",
    "bytea": "\\x00",
    "date": MONTH,
    "int4range": "[1,2)",
    "int8range": "[1,2)",
    "jsonb": "{}",
    "timestamp with time zone": f"{MONTH} 00:00+00",
    "tstzrange": f"[{MONTH},)",
    "uuid": "0199a1b2-0000-7000-8000-000000000001",
}


@dataclass(frozen=True)
class Book:
    """A book with a row in it: the table, and the partition that the row lies in."""

    table: str
    column: str
    partition: str | None

    @property
    def names(self) -> list[str]:
        return [self.table] if self.partition is None else [self.table, self.partition]


def fetch(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()


def run(statement: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def root_books() -> list[str]:
    return [name for (name,) in fetch(ROOT_BOOKS)]


def row_into(table: str) -> Book:
    """Insert a row that satisfies types alone: checks and triggers are off, all rolled back."""
    for (check,) in fetch(CHECKS, table):
        run(f'ALTER TABLE "{table}" DROP CONSTRAINT "{check}"')
    columns = fetch(REQUIRED_COLUMNS, table)
    values = [VALUES_BY_TYPE.get(data_type, "1") for _, data_type, _ in columns]
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    marks = ", ".join("%s" for _ in columns)
    run("SET LOCAL session_replication_role = replica")
    run(f'DELETE FROM "{table}"')
    run(f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES ({marks})', *values)
    run("SET LOCAL session_replication_role = origin")
    ((place,),) = fetch(f'SELECT tableoid::regclass::text FROM "{table}"')
    return Book(table, columns[0][0], None if place == table else place)


@pytest.fixture
def books(owner_connection) -> Iterator[list[Book]]:
    """Give every book with one row, seen as the owner; the rows never leave the transaction."""
    undo = transaction.savepoint()
    yield [row_into(table) for table in root_books()]
    transaction.savepoint_rollback(undo)


def changes(book: Book) -> Iterator[str]:
    for name in book.names:
        yield f'UPDATE "{name}" SET "{book.column}" = "{book.column}"'
        yield f'DELETE FROM "{name}"'


def test_what_must_be_a_book_is_one():
    existing = {
        name for (name,) in fetch("SELECT relname FROM pg_class WHERE relkind IN ('r','p')")
    }
    assert not (KNOWN_BOOKS & existing) - set(root_books())
    assert {name for name in KNOWN_BOOKS if name.startswith("kernel_")} <= existing


def test_the_owner_is_refused_by_the_row_trigger(books):
    for book in books:
        for statement in changes(book):
            with pytest.raises(IntegrityError, match=r"is append-only: .* refused") as refusal:
                run(statement)
            assert refusal.value.__cause__.diag.constraint_name == "append_only", statement


def test_the_app_role_has_no_right_to_change(books):
    run(f"SET LOCAL ROLE {APP_ROLE}")
    for book in books:
        truncations = [f'TRUNCATE "{name}"' for name in book.names]
        for statement in [*changes(book), *truncations]:
            with pytest.raises(ProgrammingError, match="permission denied"):
                run(statement)


def test_every_partition_lies_under_the_same_rule():
    """Privileges are not inherited, and a partition added later may have missed them."""
    wrong = fetch(
        """
        SELECT part.relid::regclass::text, privilege
          FROM unnest(%s::text[]) AS book,
               pg_partition_tree(book::regclass) AS part,
               unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
         WHERE has_table_privilege(%s, part.relid, privilege)
        """,
        root_books(),
        APP_ROLE,
    )
    assert wrong == []
    without_trigger = fetch(
        """
        SELECT part.relid::regclass::text
          FROM unnest(%s::text[]) AS book, pg_partition_tree(book::regclass) AS part
         WHERE NOT EXISTS (SELECT FROM pg_trigger
                            WHERE tgrelid = part.relid AND tgname = 'refuse_change'
                              AND tgenabled = 'O')
        """,
        root_books(),
    )
    assert without_trigger == []


def test_the_app_role_reads_and_appends_and_owns_nothing():
    missing = fetch(
        """
        SELECT book, privilege
          FROM unnest(%s::text[]) AS book, unnest(ARRAY['SELECT', 'INSERT']) AS privilege
         WHERE NOT has_table_privilege(%s, book, privilege)
        """,
        root_books(),
        APP_ROLE,
    )
    assert missing == []
    owned = fetch(
        "SELECT relname FROM pg_class WHERE relowner = %s::regrole AND relpersistence <> 't'",
        APP_ROLE,
    )
    assert owned == []


def test_a_partition_made_later_falls_under_the_rule(owner_connection):
    run("CREATE TABLE later (day date NOT NULL) PARTITION BY RANGE (day)")
    run("SELECT forbid_changes('later')")
    run("CREATE TABLE later_1 PARTITION OF later FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
    run("INSERT INTO later VALUES ('2026-05-01')")
    with pytest.raises(IntegrityError, match="append-only"):
        run("DELETE FROM later_1")
    assert fetch("SELECT has_table_privilege(%s, 'later_1', 'DELETE')", APP_ROLE) == [(True,)]
    run("SELECT forbid_changes('later')")
    assert fetch("SELECT has_table_privilege(%s, 'later_1', 'DELETE')", APP_ROLE) == [(False,)]
    run("SELECT allow_changes('later')")
    run("DELETE FROM later_1")
    assert fetch("SELECT count(*) FROM later") == [(0,)]


def test_tests_run_as_the_app_role():
    assert fetch("SELECT current_user") == [(APP_ROLE,)]
    assert database.APP_ROLE == APP_ROLE
