"""A tenant's programs hear what happens; one of them has been out of order for days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from accounts.events.kinds import EventKind
from accounts.permissions import Caller, Role
from accounts.queries import organisation_by_code, user_by_email
from accounts.webhooks import operations, sending
from accounts.webhooks.scheduling import GIVE_UP_AFTER
from config.celery import send_nudge
from config.schedule import TASK_OF_NUDGE
from demo.cast import MAIL
from demo.receiver import FAILS, TAKES
from kernel.nudges import register, unregister

LISTENER: Final = "qinglan-vision"
OWNER: Final = "qinglan"
NUDGE: Final = "webhooks"
# A try every few hours shows the whole of three days on one page.
STEP: Final = timedelta(hours=6)


def listen(*, receiver: str, now: datetime) -> None:
    """Let a tenant make two endpoints at the receiver, one of them with a dead letter."""
    organisation_id = organisation_by_code(code=LISTENER).pk
    caller = Caller(
        user_id=user_by_email(email=f"{OWNER}@{MAIL}").pk,
        organisation_id=organisation_id,
        roles=frozenset({Role.OWNER}),
    )
    make = partial(operations.create_endpoint, caller=caller, organisation_id=organisation_id)
    long_ago = now - GIVE_UP_AFTER - timedelta(hours=1)
    out_of_order = make(
        url=f"{receiver}{FAILS}",
        kinds=[EventKind.PACKAGE_ENDING],
        description="库存系统",
        now=long_ago,
    )
    with _undisturbed():
        operations.ping(caller=caller, endpoint=out_of_order.endpoint, now=long_ago)
        _try_for_days(since=long_ago)
    make(url=f"{receiver}{TAKES}", description="财务系统", now=now)


def _try_for_days(*, since: datetime) -> None:
    for step in range(GIVE_UP_AFTER // STEP + 1):
        sending.send_waiting(clock=partial(_standing, since + step * STEP))


def _standing(at: datetime) -> datetime:
    return at


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep workers from sending what is sent here: their clock shows today."""
    unregister(NUDGE)
    try:
        yield
    finally:
        register(NUDGE, partial(send_nudge, TASK_OF_NUDGE[NUDGE]))
