"""What the scheduler reports of its runs, with all that goes wrong on the way.

Pure. A report is late, sent twice, sent again with other content, or wrong and corrected later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from demo.cast import SOURCE_HTTP, TENANTS, Tenant
from demo.scheduler import Run
from demo.workload import DAY, MINUTE

LATE_PART: Final = 0.02
LATE_DAYS_MAX: Final = 6
AFTER_CLOSING_PART: Final = 0.006
DUPLICATE_PART: Final = 0.03
CONFLICT_PART: Final = 0.002
CORRECTED_PART: Final = 0.012
CORRECTED_AFTER_CLOSING_PART: Final = 0.25
# Of the wrong reports: the whole run went to the wrong tenant; else too long a time was told.
MISBOOKED_PART: Final = 0.2
CORRECTABLE_FROM: Final = 20 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One record as it is sent; times in seconds of the month.

    `day` is the day after which it is sent (None: after the month was closed). A poll has
    `observed` and no end. `suspended` is what start to end (or to `observed`) holds too much.
    `zone_hours` is the offset in which the times are written.
    """

    external_id: str
    account: str
    cards: int
    start: int | None
    end: int | None
    day: int | None
    observed: int | None = None
    suspended: int = 0
    corrects: str = ""
    allocation: str = ""
    zone_hours: int = 8

    @property
    def instant(self) -> int:
        """Return when what it tells was over."""
        return next(t for t in (self.end, self.observed, self.start) if t is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """Sends the reports of runs; `last_day` is the last day of the month, counted from 0."""

    rng: Random
    last_day: int

    def reports_of(self, run: Run) -> Iterator[Report]:
        final = self._final(run)
        if not run.started:
            yield replace(final, start=None)
            return
        if run.end - run.start > DAY and run.job.tenant.source == SOURCE_HTTP:
            yield from self._polls(run, final)
            yield final
            return
        if run.end - run.start < CORRECTABLE_FROM or run.suspended:
            yield from self._with_repeats(final)
        elif self.rng.random() < CORRECTED_PART:
            yield from self._corrected(final, tenant=run.job.tenant)
        else:
            yield from self._with_repeats(final)

    def _final(self, run: Run) -> Report:
        suffix = f".r{run.attempt}" if run.attempt else ""
        return Report(
            external_id=f"jx-{run.job.number:06d}{suffix}",
            account=run.job.account,
            cards=run.job.cards,
            start=run.start,
            end=run.end,
            suspended=run.suspended,
            day=self._day(run.end),
        )

    def _day(self, end: int) -> int | None:
        """Draw when the report is sent: that night, some days late, or after closing."""
        fate = self.rng.random()
        day = end // DAY
        if fate < AFTER_CLOSING_PART and day <= self.last_day:
            return None
        if fate < AFTER_CLOSING_PART + LATE_PART:
            return day + self.rng.randint(1, LATE_DAYS_MAX)
        return day

    def _polls(self, run: Run, final: Report) -> Iterator[Report]:
        """Yield what the nightly polls see of a long run; the suspension lies in its middle."""
        middle = (run.start + run.end - run.suspended) // 2
        for day in range(run.start // DAY, (run.end - 1) // DAY):
            observed = (day + 1) * DAY
            suspended = min(max(observed - middle, 0), run.suspended)
            yield replace(final, end=None, observed=observed, suspended=suspended, day=day)

    def _with_repeats(self, final: Report) -> Iterator[Report]:
        yield final
        if final.day is None:
            return
        if self.rng.random() < DUPLICATE_PART:
            yield replace(final, day=final.day + self.rng.randint(0, 2), zone_hours=0)
        if self.rng.random() < CONFLICT_PART:
            yield replace(final, day=final.day + 1, cards=final.cards * 2)

    def _corrected(self, final: Report, *, tenant: Tenant) -> Iterator[Report]:
        """Yield a wrong report, which comes in time, and its correction, which is late."""
        yield replace(final, day=final.instant // DAY)
        if self.rng.random() < MISBOOKED_PART:
            yield from self._rebooked(final, tenant=tenant)
            return
        start = final.start or 0
        kept = int((final.instant - start) * self.rng.uniform(0.1, 0.9))
        yield self._correction(final, start=start + kept)

    def _rebooked(self, final: Report, *, tenant: Tenant) -> Iterator[Report]:
        """Take the run back from the tenant and book it on another one."""
        right = self.rng.choice([other for other in TENANTS if other.source == tenant.source])
        correction = self._correction(final, start=final.start or 0)
        yield correction
        yield replace(
            final,
            external_id=f"{final.external_id}.m",
            account=right.account,
            day=correction.day,
        )

    def _correction(self, final: Report, *, start: int) -> Report:
        after_closing = self.rng.random() < CORRECTED_AFTER_CLOSING_PART
        day = final.instant // DAY + self.rng.randint(1, 4)
        return replace(
            final,
            external_id=f"{final.external_id}.c",
            corrects=final.external_id,
            start=start,
            day=None if after_closing or day > self.last_day + 1 else day,
        )


def reports_of(runs: list[Run], *, rng: Random, last_day: int) -> list[Report]:
    """Return every report of the month, in no order of sending yet."""
    sender = _Sender(rng=rng, last_day=last_day)
    return [report for run in runs for report in sender.reports_of(run)]
