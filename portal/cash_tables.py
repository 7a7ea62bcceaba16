"""The tables of a day of cash: both sides, what is open at its end, and what moved."""

from collections.abc import Sequence
from typing import Any, Final

from compute_billing.cash import queries
from compute_billing.cash.queries import DayShown, DifferenceFilter, MovementShown
from portal.cash_pages import (
    DIFFERENCE_COLUMNS,
    MOVEMENT_COLUMNS,
    SIDE_COLUMNS,
    difference_cells,
    differences_table,
    movement_cells,
    movements_table,
    side_cells,
    sides_of,
    sides_table,
)
from portal.page_tables import PageTable, Tables
from portal.tables import Table

ROWS_MAX: Final = 500


def day_tables(day: DayShown) -> Tables:
    """Return the tables of a day; the file of what moved comes first."""
    return {
        "movements": PageTable(
            read=lambda: queries.movements(account_id=day.account_id, day=day.day),
            draw=moved,
            columns=MOVEMENT_COLUMNS,
            cells=movement_cells,
        ),
        "sides": PageTable(
            read=lambda: sides_of(day),
            draw=sides_table,
            columns=SIDE_COLUMNS,
            cells=side_cells,
            is_narrowed=False,
        ),
        "standing": PageTable(
            read=lambda: queries.differences(
                wanted=DifferenceFilter(custody=day.custody, day=day.day),
                after=None,
                limit=ROWS_MAX,
            ),
            draw=named_differences,
            columns=DIFFERENCE_COLUMNS,
            cells=difference_cells,
        ),
    }


def moved(found: Sequence[MovementShown]) -> Table:
    """Return movements by name, where they have one."""
    return movements_table(found, names=queries.names([one.key for one in found]))


def named_differences(found: Sequence[Any]) -> Table:
    """Return differences by name, where their movements have one."""
    return differences_table(found, names=queries.names([one.key for one in found]))
