"""Browsers of people who signed in: staff with the second factor that they must show."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from accounts.second_factor import ADDED_AT_SESSION_KEY, ADDED_SESSION_KEY
from kernel.clock import utc_now


def signed_in(user: User, *, with_second_factor: bool = True) -> Client:
    """Return the browser of somebody who signed in, by default with a second factor just now."""
    client = Client()
    client.force_login(user)
    if with_second_factor:
        session = client.session
        session[ADDED_SESSION_KEY] = user.pk
        session[ADDED_AT_SESSION_KEY] = utc_now().timestamp()
        session.save()
    return client


def give_second_factor(user: User) -> Authenticator:
    """Let somebody have an app on his telephone, which money needs to leave."""
    return TOTP.activate(user, generate_totp_secret()).instance
