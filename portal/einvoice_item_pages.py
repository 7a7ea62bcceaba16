"""The tax codes under which issuers sell, as a table and a file."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from portal.exports import Cell
from portal.tables import Table, TableCell, TableRow, words
from portal.wording import TAX_CLASSES, worded


def items_table(found: Iterable[Any]) -> Table:
    """Return the tax codes under which issuers sell."""
    return Table(
        name=_("Tax codes"),
        columns=[_("Tax class"), _("Issued by"), _("Item"), _("Tax code"), _("Preference")],
        rows=[
            TableRow(
                key=f"{one.issuer_id}-{one.tax_class}",
                cells=[
                    TableCell(text=worded(TAX_CLASSES, one.tax_class)),
                    words(one.issuer.name),
                    words(one.name),
                    words(one.code, note=f"v{one.version}"),
                    words(one.preference),
                ],
            )
            for one in found
        ],
    )


def item_cells(found: Iterable[Any]) -> list[list[Cell]]:
    """Return the rows of a file of tax codes."""
    return [
        [one.issuer.code, one.tax_class, one.name, one.code, one.preference, one.version]
        for one in found
    ]
