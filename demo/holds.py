"""The scheduler asks ahead for jobs that run: two get money set aside, one is refused more.

It is the answers that let the pages show holds, and a job that is to be stopped.
"""

import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.error import HTTPError

from demo.cast import CARD_TYPE, SOURCE_HTTP
from demo.present import RUNNING_JOBS, RunningJob
from demo.seeding import Stage
from demo.sending import post

BLOCK: Final = timedelta(hours=6)
# Longer than any balance lasts.
TOO_LONG: Final = timedelta(days=360)
HELD: Final = ("jx-900001", "jx-900003")
REFUSED: Final = "jx-900004"


class NotRefused(RuntimeError):
    """The job that was to be refused more time got it."""


def ask_ahead(*, stage: Stage, base: str, now: datetime) -> None:
    """Hold the next hours of running jobs, and ask for more than one of their tenants has.

    Raises:
        NotRefused: he has it after all.
    """
    whole = now.replace(microsecond=0)
    for job in RUNNING_JOBS:
        if job.name in HELD or job.name == REFUSED:
            hold = _post("/api/v1/holds", _asked(job, now=whole), stage=stage, base=base)
            if job.name == REFUSED:
                _ask_for_too_long(hold["id"], stage=stage, base=base, now=whole)


def _ask_for_too_long(hold: str, *, stage: Stage, base: str, now: datetime) -> None:
    until = {"until": (now + TOO_LONG).isoformat()}
    try:
        _post(f"/api/v1/holds/{hold}/extend", until, stage=stage, base=base)
    except HTTPError as answer:
        if answer.code != HTTPStatus.PAYMENT_REQUIRED:
            raise
    else:
        message = f"{REFUSED} was to be refused more time."
        raise NotRefused(message)


def _asked(job: RunningJob, *, now: datetime) -> dict[str, Any]:
    return {
        "source": SOURCE_HTTP,
        "account": job.account,
        "allocation": job.name,
        "reference": f"{job.name}-1",
        "cards": str(job.cards),
        "card_type": CARD_TYPE,
        "starts_at": now.isoformat(),
        "until": (now + BLOCK).isoformat(),
    }


def _post(path: str, body: dict[str, Any], *, stage: Stage, base: str) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f"demo{path}{body['until']}{body.get('reference', '')}",
    }
    return post(path, content=json.dumps(body), headers=headers, stage=stage, base=base)
