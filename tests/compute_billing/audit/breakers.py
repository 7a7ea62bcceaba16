"""For each law, at least one way to break it and nothing else, by raw SQL with triggers off.

A breaker runs as the owner with `session_replication_role = replica` in the test's transaction and
returns the keys that its law must name. Rows are found by what the world calls them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.sql import execute, row

Keys = dict[str, Any]


@dataclass(frozen=True)
class Breaker:
    """A way to break a law; some are seen only when every row is looked at."""

    law: str
    run: Callable[[], list[Keys]]
    needs_full: bool = False

    @property
    def name(self) -> str:
        return f"{self.law}-{self.run.__name__}"


BREAKERS: list[Breaker] = []


def breaks(
    law: str, *, needs_full: bool = False
) -> Callable[[Callable[[], list[Keys]]], Callable[[], list[Keys]]]:
    """Register a function as a breaker of a law."""

    def register(function: Callable[[], list[Keys]]) -> Callable[[], list[Keys]]:
        BREAKERS.append(Breaker(law, function, needs_full))
        return function

    return register


def do(text: str, **parameters: Any) -> None:
    """Run one statement that must change something."""
    with execute(text, **parameters) as cursor:
        assert cursor.rowcount != 0, f"changed nothing: {text}"


def one(text: str, **parameters: Any) -> Any:
    """Return the only value of the first row."""
    found = row(text, **parameters)
    assert found is not None, f"found nothing: {text}"
    return next(iter(found.values()))


def drop_constraint(table: str, name: str) -> None:
    """Take a constraint away for the rest of the transaction."""
    do(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def join_with(text: str, **parameters: Any) -> None:
    """Make a person a member of an organisation since long ago; a question names both."""
    found = row(text, **parameters)
    assert found is not None, f"found nothing: {text}"
    do(
        "INSERT INTO accounts_membership (user_id, organisation_id, role, created_at) "
        "VALUES (%(user_id)s, %(organisation_id)s, 'viewer', '2020-01-01')",
        **found,
    )


def account(subject: str) -> int:
    """Return a lot's, an award's or a fund's account."""
    return int(one("SELECT id FROM ledger_account WHERE subject = %(subject)s", subject=subject))


def account_of_kind(kind: str, tenant: str | None = None) -> int:
    """Return the account of a kind, of a tenant where there are several."""
    return int(
        one(
            "SELECT a.id FROM ledger_account a LEFT JOIN accounts_organisation o "
            "ON o.id = a.owner_id AND a.owner_kind <> 'programme' "
            "WHERE a.kind = %(kind)s AND (%(tenant)s::text IS NULL OR o.code = %(tenant)s)",
            kind=kind,
            tenant=tenant,
        )
    )


def usage_id(job: str) -> int:
    """Return the record of a reported job."""
    text = "SELECT id FROM metering_usage_record WHERE external_id = %(job)s"
    return int(one(text, job=job))


def charge_id(job: str, segment_no: int = 1, revision: int = 0) -> int:
    """Return a charge of a reported job."""
    text = (
        "SELECT id FROM rating_charge WHERE usage_id = %(usage)s "
        "AND segment_no = %(segment)s AND revision = %(revision)s"
    )
    return int(one(text, usage=usage_id(job), segment=segment_no, revision=revision))


def tenant_id(code: str) -> int:
    """Return a tenant."""
    return int(one("SELECT id FROM accounts_organisation WHERE code = %(code)s", code=code))


def transaction_of(reference: str) -> int:
    """Return the transaction of a top-up, an appropriation or an award."""
    text = "SELECT id FROM ledger_transaction WHERE reference = %(reference)s"
    return int(one(text, reference=reference))


def insert_posting(reference: str, source: int, destination: int, amount: int, unit: str) -> int:
    """Append a posting to a transaction that carries no shares."""
    return int(
        one(
            "INSERT INTO ledger_posting "
            "(transaction_id, source_account_id, destination_account_id, unit, amount) "
            "VALUES (%(transaction)s, %(source)s, %(destination)s, %(unit)s, %(amount)s) "
            "RETURNING id",
            transaction=transaction_of(reference),
            source=source,
            destination=destination,
            unit=unit,
            amount=amount,
        )
    )


def add_to_share(charge: int, account_id: int, amount: int) -> None:
    """Change a share of a charge by an amount."""
    do(
        "UPDATE rating_charge_share SET amount = amount + %(amount)s "
        "WHERE charge_id = %(charge)s AND account_id = %(account)s",
        charge=charge,
        account=account_id,
        amount=amount,
    )
