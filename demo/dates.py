"""The instants of the demonstration, all in the centre's own time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo.generator import CENTRE_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When things happen around the month of the demonstration."""

    month: date

    def day(self, number: int) -> datetime:
        """Return the first instant of a day of the month, counted from 1."""
        first = datetime.combine(self.month, time(), tzinfo=CENTRE_ZONE)
        return first + timedelta(days=number - 1)

    @property
    def before(self) -> datetime:
        """Return a working day well before the month."""
        return self.day(-14) + timedelta(hours=10)

    @property
    def year_end(self) -> datetime:
        """Return the end of the budget year."""
        return datetime(self.month.year + 1, 1, 1, tzinfo=CENTRE_ZONE)
