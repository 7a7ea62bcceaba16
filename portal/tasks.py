"""What Celery workers run for the portal: e-mails, whose words the portal alone knows."""

from typing import Any

from celery import shared_task

from accounts.invitations import mailing as invitations
from accounts.notifications.mailing import MAILS_MAX, send_waiting
from kernel.clock import utc_now
from kernel.nudges import wake
from portal.mail import send_invitation, send_notification


@shared_task(name="portal.tasks.send_notifications")
def send_notifications(**_: Any) -> None:
    """Send the e-mails that wait; what is left for the next task wakes it."""
    tried = (
        invitations.send_waiting(send=send_invitation, clock=utc_now),
        send_waiting(send=send_notification, clock=utc_now),
    )
    if MAILS_MAX in tried:
        wake("mail")
