"""Statements in SQL files reach down the order of the rooms; import-linter cannot see them."""

from __future__ import annotations

import re

from django.apps import apps

from tests.architecture.source import name, rooms
from tests.architecture.test_foreign_keys_point_down import STOREYS, home

REACHED_UPWARDS = {
    # The month that a charge is booked in is settled between rating and closing (docs/adr/0003).
    ("rating", "invoices_tenant_month"),
    # Charges lie in the partition of their use, so whoever makes one makes the others.
    ("metering", "rating_charge"),
    ("metering", "rating_charge_share"),
}
COMMENT = re.compile(r"--[^\n]*")
WORD = re.compile(r"\b[a-z_]+\b")


def storey_of_tables() -> dict[str, tuple[str, int]]:
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        place = home(model)
        if place is not None:
            tables[model._meta.db_table] = (place, STOREYS[place])
    return tables


def test_sql_reads_and_writes_downwards() -> None:
    tables = storey_of_tables()
    upwards = set()
    seen = 0
    for room in rooms():
        place = f"compute_billing.{room.name}"
        for path in sorted(room.glob("sql/*.sql")):
            words = set(WORD.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))))
            for table in words & tables.keys():
                owner, storey = tables[table]
                seen += 1
                is_upwards = owner != place and storey >= STOREYS[place]
                if is_upwards and (room.name, table) not in REACHED_UPWARDS:
                    upwards.add(f"{name(path)}: {table}")

    assert upwards == set()
    assert seen > 100
