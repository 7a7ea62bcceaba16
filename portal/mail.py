"""E-mail that the portal sends by itself; what belongs to signing in is allauth's."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.invitations.operations import IssuedInvitation
from accounts.permissions import Role
from portal.people import ROLE_NAMES


def send_invitation(request: HttpRequest, *, organisation: str, issued: IssuedInvitation) -> None:
    """Send the link of an invitation, in both languages: what its reader speaks is not known."""
    link = reverse("invitation", kwargs={"token": issued.token})
    context = {
        "organisation": organisation,
        "role": ROLE_NAMES[Role(issued.invitation.role)],
        "link": request.build_absolute_uri(link),
        "expires_at": issued.invitation.expires_at,
        "time_zone": settings.BILLING_TIME_ZONE,
    }
    EmailMessage(
        subject=render_to_string("portal/email/invitation_subject.txt", context).strip(),
        body=render_to_string("portal/email/invitation_message.txt", context),
        to=[issued.invitation.email],
    ).send()
