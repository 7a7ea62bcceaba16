"""What Celery workers run for accounts. A message is only a nudge; the work lies in PostgreSQL."""

from typing import Any

from celery import shared_task

from accounts.events.relay import RELAY_EVENTS_MAX, relay
from accounts.invitations import mailing as invitation_mails
from accounts.keys.expiring import tell_expiring_keys
from accounts.notifications.mailing import give_up_lost
from accounts.verification.reminding import remind
from accounts.webhooks import operations, sending
from kernel.clock import utc_now
from kernel.nudges import wake


@shared_task(name="accounts.tasks.relay_events")
def relay_events(**_: Any) -> None:
    """Hand on the events that wait, until none does."""
    while relay(now=utc_now()) == RELAY_EVENTS_MAX:
        pass


@shared_task(name="accounts.tasks.send_webhooks")
def send_webhooks(**_: Any) -> None:
    """Send what may leave; what is left for the next one wakes it."""
    if sending.send_waiting(clock=utc_now) == sending.ATTEMPTS_MAX:
        wake("webhooks")


@shared_task(name="accounts.tasks.tell_what_runs_out")
def tell_what_runs_out(**_: Any) -> None:
    """Tell of keys that are about to expire; forget old deliveries and e-mails that got lost."""
    now = utc_now()
    tell_expiring_keys(now=now)
    operations.forget_old(now=now)
    give_up_lost(now=now)
    invitation_mails.give_up_lost(now=now)


@shared_task(name="accounts.tasks.remind_of_verifications")
def remind_of_verifications(**_: Any) -> None:
    """Remind officers of cases whose term ends, and organisations of verifications that end."""
    remind(now=utc_now())
