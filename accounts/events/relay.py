"""Hand events on to those who deliver them: webhooks, and the inboxes of people."""

from datetime import datetime
from typing import Final

from accounts.notifications import deriving
from accounts.webhooks import scheduling
from kernel import outbox
from kernel.locks import AdvisoryLock, try_xact_lock
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction

RELAY_EVENTS_MAX: Final = 500


def relay(*, now: datetime, limit: int = RELAY_EVENTS_MAX) -> int:
    """Make deliveries and notifications of the oldest events that wait; return of how many.

    One relay works at a time, so that an organisation's events are handed on in their order; a
    second one leaves at once. Killed, it leaves everything as it was.
    """
    with transaction():
        if not try_xact_lock(AdvisoryLock.OUTBOX_RELAY):
            return 0
        taken = outbox.take(limit=limit)
        if taken:
            scheduling.schedule(taken, now=now)
            deriving.derive(taken, now=now)
            outbox.mark_dispatched(taken, now=now)
            wake_after_commit("webhooks")
            wake_after_commit("mail")
        return len(taken)
