"""A developer tries his program before it counts: a sandbox with use, a reject, a closed month."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from accounts.keys.operations import create_key
from accounts.permissions import Caller, Role, Scope
from accounts.queries import user_by_email
from compute_billing.rating import queries as rating
from compute_billing.sandboxes import operations as sandboxes
from demo.cast import CARD_TYPE, MAIL
from demo.dates import Calendar
from demo.generator import EVENT_SOURCE, Delivery
from demo.seeding import Stage
from demo.sending import send
from kernel.audit import Actor
from local_services.processes import wait_until

TENANT: Final = "zhiyuan-semantics"
PERSON: Final = "zhiyuan"
SCOPES: Final = (Scope.USAGE_WRITE, Scope.USAGE_READ, Scope.BILLING_READ)
RATED_SECONDS_MAX: Final = 60.0
# Cards and hours of the jobs that were tried in the month, and since.
TRIED: Final = ((8, 2), (64, 6), (16, 30), (1, 1))
SINCE: Final = ((8, 3), (32, 5))


def try_things(*, stage: Stage, month: date, base: str, now: datetime) -> None:
    """Switch the sandbox on, send use with a key of it, and close the month that is over."""
    tenant_id, user_id = stage.tenant_ids[TENANT], user_by_email(email=f"{PERSON}@{MAIL}").pk
    sandbox = sandboxes.open_sandbox(
        organisation_id=tenant_id, actor=Actor.user(user_id), now=now
    ).sandbox
    key = create_key(
        caller=Caller(user_id=user_id, organisation_id=tenant_id, roles=frozenset({Role.OWNER})),
        organisation_id=sandbox.organisation_id,
        name="接入试验 trial",
        scopes=SCOPES,
        expires_at=None,
        now=now,
    )
    trying = replace(stage, api_key=key.text)
    begun = Calendar(month=month).day(4) + timedelta(hours=9)
    lately = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    for jobs, first in ((TRIED, begun), (SINCE, lately)):
        events = _events(jobs, account=sandbox.account, first=first)
        send(_delivery(sandbox.source, events), stage=trying, base=base)
    lost = _event("try-lost", account="zhiyaun", cards=1, hours=1, started=lately)
    send(_delivery(sandbox.source, [lost]), stage=trying, base=base)
    _let_workers_rate()
    sandboxes.close_sandbox_month(organisation_id=tenant_id, month=month, now=now)


def _let_workers_rate() -> None:
    """Wait for the worker that has the tenant in hand: a month is not closed under it."""
    wait_until(lambda: not rating.waiting().get("", 0), seconds_max=RATED_SECONDS_MAX)


def _delivery(source: str, events: list[dict[str, Any]]) -> Delivery:
    return Delivery(
        source=source,
        name=f"{source}-{events[0]['id']}",
        records=len(events),
        content=json.dumps(events),
        after_closing=True,
    )


def _events(
    jobs: tuple[tuple[int, int], ...], *, account: str, first: datetime
) -> list[dict[str, Any]]:
    return [
        _event(
            f"try-{first:%m%d}-{number}",
            account=account,
            cards=cards,
            hours=hours,
            started=first + timedelta(hours=number),
        )
        for number, (cards, hours) in enumerate(jobs, start=1)
    ]


def _event(job: str, *, account: str, cards: int, hours: int, started: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": "cn.suanji.usage.v1",
        "source": EVENT_SOURCE,
        "id": job,
        "subject": account,
        "data": {
            "cards": cards,
            "card_type": CARD_TYPE,
            "started_at": started.isoformat(),
            "ended_at": (started + timedelta(hours=hours)).isoformat(),
        },
    }
