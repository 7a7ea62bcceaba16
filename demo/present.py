"""What runs on the cards while somebody looks: the scheduler's word on jobs that have not ended.

Pure. The month of the demonstration is over; these jobs let its pages show the present as well.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from demo.cast import CARD_TYPE, SOURCE_HTTP
from demo.generator import EVENT_SOURCE, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job that started some hours ago."""

    name: str
    account: str
    cards: int
    hours: int


RUNNING_JOBS: Final = (
    RunningJob(name="jx-900001", account="qinglan", cards=32, hours=49),
    RunningJob(name="jx-900002", account="zhiyuan", cards=64, hours=20),
    RunningJob(name="jx-900003", account="qinglan", cards=8, hours=5),
    RunningJob(name="jx-900004", account="yunlu", cards=4, hours=3),
)


def polls(*, now: datetime) -> Delivery:
    """Return what the scheduler tells of the running jobs when it is asked at `now`."""
    events = [_event(job, now=now.replace(microsecond=0)) for job in RUNNING_JOBS]
    return Delivery(
        source=SOURCE_HTTP,
        name=f"{SOURCE_HTTP}-now",
        records=len(events),
        content=json.dumps(events),
        after_closing=True,
    )


def _event(job: RunningJob, *, now: datetime) -> dict[str, Any]:
    ran = timedelta(hours=job.hours)
    return {
        "specversion": "1.0",
        "type": "cn.suanji.usage.v1",
        "source": EVENT_SOURCE,
        "id": job.name,
        "subject": job.account,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "cards": job.cards,
            "card_type": CARD_TYPE,
            "started_at": (now - ran).isoformat(),
            "observed_at": now.isoformat(),
            "elapsed_seconds": job.hours * 3600,
        },
    }
