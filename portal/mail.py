"""E-mail that the portal sends by itself; what belongs to signing in is allauth's."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.invitations.mailing import InvitationMail
from accounts.notifications.mailing import Mail
from portal.notification_words import words
from portal.people import ROLE_NAMES


def send_invitation(mail: InvitationMail) -> None:
    """Send the link of an invitation, in both languages: what its reader speaks is not known.

    Raises:
        OSError: the mail server did not take it.
    """
    link = settings.PORTAL_ADDRESS + reverse("invitation", kwargs={"token": mail.token})
    context = {
        "organisation": mail.organisation,
        "role": ROLE_NAMES[mail.role],
        "link": link,
        "expires_at": mail.expires_at,
        "time_zone": settings.BILLING_TIME_ZONE,
    }
    EmailMessage(
        subject=render_to_string("portal/email/invitation_subject.txt", context).strip(),
        body=render_to_string("portal/email/invitation_message.txt", context),
        to=[mail.address],
        headers=_headers(mail.public_id),
    ).send()


def send_notification(mail: Mail) -> None:
    """Send a notification in its reader's language, under an id that never changes.

    Raises:
        OSError: the mail server did not take it.
    """
    with translation.override(mail.language):
        said = words(kind=mail.kind, about=mail.about, code=mail.code)
        context = {
            "words": said,
            "organisation": mail.organisation,
            "link": settings.PORTAL_ADDRESS + said.path,
            "preferences": settings.PORTAL_ADDRESS + reverse("notification-preferences"),
        }
        body = render_to_string("portal/email/notification_message.txt", context)
    EmailMessage(
        subject=settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + said.title,
        body=body,
        to=[mail.address],
        headers=_headers(mail.public_id),
    ).send()


def _headers(public_id: str) -> dict[str, str]:
    """Return headers with an id that is the same whenever the message is made again."""
    host = settings.PORTAL_ADDRESS.partition("//")[2].partition(":")[0]
    return {"Message-ID": f"<{public_id}@{host}>", "Auto-Submitted": "auto-generated"}
