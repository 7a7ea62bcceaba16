"""What a run of records is appended with, and how its statements are run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection

from compute_billing.metering.models import UsageSource
from kernel.sql import execute, statement

ROOM: Final = "compute_billing.metering"

# The COPY statement's file, and what renders its rows.
Document = tuple[str, Callable[[], bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who reports, in which delivery, and when."""

    source: UsageSource
    import_id: int
    now: datetime

    @property
    def recorded_month(self) -> date:
        """Partitions go by the month of recording in UTC (book time)."""
        return self.now.astimezone(UTC).date().replace(day=1)


def run(name: str, **parameters: object) -> int:
    """Run one statement of this room and return how many rows it touched."""
    with execute(statement(ROOM, name), **parameters) as cursor:
        return int(cursor.rowcount)


def copy_each(documents: Sequence[Document]) -> None:
    """COPY document after document; one is rendered while the server takes in the one before."""
    ready = documents[0][1]()
    for index, (name, _) in enumerate(documents, start=1):
        with connection.cursor() as cursor, cursor.copy(statement(ROOM, name)) as copy:
            copy.write(ready)
            if index < len(documents):
                ready = documents[index][1]()
