"""Every table that names two owners refuses rows of a sandbox and of the real world at once."""

from __future__ import annotations

import re

from kernel.sql import rows

WORLDS = """
    SELECT class.relname AS table_name, array_agg(DISTINCT attribute.attname::text) AS columns
    FROM pg_class class
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid
        AND attribute.attname = ANY(%(columns)s)
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
        AND NOT class.relispartition
    GROUP BY class.relname HAVING count(*) > 1
    ORDER BY class.relname
"""
CHECKED = """
    SELECT string_agg(pg_get_constraintdef(oid), ' ') AS text FROM pg_constraint
    WHERE conrelid = to_regclass(%(table_name)s) AND contype = 'c'
"""
# What bears the number of an organisation, or of something that only one has.
WORLD_COLUMNS = (
    "tenant_id",
    "operator_id",
    "issuer_id",
    "provider_id",
    "claimant_id",
    "source_id",
    "cluster_id",
    "default_cluster_id",
    "centre_id",
    "price_list_id",
    "price_id",
    "source_account_id",
    "destination_account_id",
)


def test_every_table_with_two_owners_keeps_the_worlds_apart(db) -> None:
    mixed = []
    for table in rows(WORLDS, columns=list(WORLD_COLUMNS)):
        text = rows(CHECKED, table_name=table["table_name"])[0]["text"] or ""
        mixed += [
            f"{table['table_name']}.{column}"
            for column in table["columns"]
            if not re.search(rf"\b{column} [<>] 0", text)
        ]
    assert mixed == [], "add kernel.worlds.same_world to the table's constraints"
