"""Browsers of people who signed in: staff with the second factor that they must show."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from accounts.second_factor import ADDED_SESSION_KEY


def signed_in(user: User, *, with_second_factor: bool = True) -> Client:
    """Return the browser of somebody who signed in, by default with a second factor."""
    client = Client()
    client.force_login(user)
    if with_second_factor:
        session = client.session
        session[ADDED_SESSION_KEY] = user.pk
        session.save()
    return client
