"""One seeded month of a compute centre: from a number to the deliveries of its scheduler.

Pure: the same seed and month give the same bytes. The distributions are told in docs/demo.md.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from demo.cast import CARD_TYPE, CARDS, SOURCE_FILES, SOURCE_HTTP, TENANTS
from demo.reports import Report, reports_of
from demo.scheduler import Run, schedule
from demo.workload import DAY, Job, day_loads, jobs_of

CENTRE_ZONE: Final = timezone(timedelta(hours=8))
SEED: Final = 20_261_001
# What runs over the end of the month is stopped for maintenance after two days.
SPILL: Final = 2 * DAY
WEEK: Final = 7
EVENT_SOURCE: Final = "//jingxi.example/slurm"
CSV_COLUMNS: Final = (
    "job_id",
    "tenant",
    "cards",
    "started_at",
    "ended_at",
    "quantity_card_seconds",
    "corrects",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a source sends at once; `name` is its file's name, `records` how many it holds."""

    source: str
    name: str
    records: int
    content: str
    after_closing: bool = False

    @property
    def is_file(self) -> bool:
        """Say whether it comes as a CSV file rather than by HTTP."""
        return self.source == SOURCE_FILES


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The month as it happened (`runs`) and as it was told (`reports`, `deliveries`)."""

    month: date
    runs: Sequence[Run]
    reports: Sequence[Report]
    deliveries: Sequence[Delivery]


def generate_month(*, month: date, seed: int = SEED) -> Month:
    """Return a month of the centre: jobs, their place on the cards, and what was reported."""
    rng = Random(seed)
    days = _days(month)
    loads = day_loads(days=days, first_weekday=month.weekday())
    jobs = _numbered(job for tenant in TENANTS for job in jobs_of(tenant, rng=rng, loads=loads))
    runs = schedule(jobs, cards=CARDS, last_start=days * DAY, horizon=days * DAY + SPILL)
    reports = reports_of(runs, rng=rng, last_day=days - 1)
    return Month(
        month=month,
        runs=runs,
        reports=reports,
        deliveries=_deliveries(reports, runs=runs, month=month),
    )


def _days(month: date) -> int:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - month).days


def _numbered(jobs: Iterable[Job]) -> list[Job]:
    in_order = sorted(jobs, key=lambda job: (job.submitted, job.tenant.code))
    return [replace(job, number=number) for number, job in enumerate(in_order, start=1)]


def _deliveries(reports: list[Report], *, runs: list[Run], month: date) -> list[Delivery]:
    """Sort the reports into one delivery per source and night (files: per week)."""
    from_files = {run.job.account for run in runs if run.job.tenant.source == SOURCE_FILES}
    sorted_in: dict[tuple[bool, int, str], list[Report]] = {}
    for report in reports:
        source = SOURCE_FILES if report.account in from_files else SOURCE_HTTP
        is_late, day = report.day is None, report.day or 0
        if source == SOURCE_FILES:
            day = (day // WEEK + 1) * WEEK - 1
        sorted_in.setdefault((is_late, 0 if is_late else day, source), []).append(report)
    return [
        _delivery(sorted_in[key], source=key[2], day=key[1], after_closing=key[0], month=month)
        for key in sorted(sorted_in)
    ]


def _delivery(
    reports: list[Report], *, source: str, day: int, after_closing: bool, month: date
) -> Delivery:
    in_order = sorted(reports, key=_sending_order)
    stamp = "late" if after_closing else f"{month + timedelta(days=day):%Y-%m-%d}"
    is_file = source == SOURCE_FILES
    return Delivery(
        source=source,
        name=f"{source}-{month:%Y-%m}-late" if after_closing else f"{source}-{stamp}",
        records=len(in_order),
        content=(as_csv if is_file else as_events)(in_order, month=month),
        after_closing=after_closing,
    )


def _sending_order(report: Report) -> tuple[int, int, str, int]:
    """Send polls first, then what has ended, then corrections; each by its instant."""
    kind = 2 if report.corrects else 0 if report.observed is not None else 1
    return (kind, report.instant, report.external_id, -report.zone_hours)


def as_events(reports: Iterable[Report], *, month: date) -> str:
    """Return a CloudEvents 1.0 batch."""
    return json.dumps([_event(report, month=month) for report in reports], ensure_ascii=False)


def _event(report: Report, *, month: date) -> dict[str, Any]:
    data: dict[str, Any] = {"cards": report.cards, "card_type": CARD_TYPE}
    for name, instant in (
        ("started_at", report.start),
        ("ended_at", report.end),
        ("observed_at", report.observed),
    ):
        if instant is not None:
            data[name] = _written(instant, report=report, month=month)
    if report.observed is not None and report.start is not None:
        data["elapsed_seconds"] = report.observed - report.start - report.suspended
    elif quantity := _quantity(report):
        data["quantity_card_seconds"] = quantity
    if report.corrects:
        data["corrects"] = report.corrects
    return {
        "specversion": "1.0",
        "type": "cn.suanji.usage.v1",
        "source": EVENT_SOURCE,
        "id": report.external_id,
        "subject": report.account,
        "time": _written(report.instant, report=report, month=month),
        "datacontenttype": "application/json",
        "data": data,
    }


def as_csv(reports: Iterable[Report], *, month: date) -> str:
    """Return a CSV file with a header."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for report in reports:
        times = [
            "" if instant is None else _written(instant, report=report, month=month)
            for instant in (report.start, report.end)
        ]
        usage = (report.external_id, report.account, report.cards, *times)
        writer.writerow((*usage, _quantity(report), report.corrects))
    return written.getvalue()


def _quantity(report: Report) -> int | str:
    """Return the card-seconds where they are not cards times duration."""
    if not report.suspended or report.start is None or report.end is None:
        return ""
    return report.cards * (report.end - report.start - report.suspended)


def _written(instant: int, *, report: Report, month: date) -> str:
    start = datetime(month.year, month.month, month.day, tzinfo=CENTRE_ZONE)
    moment = start + timedelta(seconds=instant)
    return moment.astimezone(timezone(timedelta(hours=report.zone_hours))).isoformat()
