"""What is kept for a time only is forgotten when the time is over, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import override_settings

from accounts.invitations.operations import accept_invitation
from accounts.models import Invitation
from accounts.retention.operations import forget_what_is_over
from compute_billing.tasks.retention import forget_what_is_over as task
from kernel.clock import utc_now
from kernel.idempotency import Answer, answer_once
from kernel.models import AuditOrigin, IdempotencyKey
from kernel.origin import Origin, acting_from
from kernel.seals import seal_entries, verify
from tests.builders.accounts import make_invitation, make_user
from tests.builders.audit import make_decision

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_session(*, expires_in: timedelta) -> None:
    """Make a session with its address, as signing in leaves one."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["a"] = 1
    store.create()
    Session.objects.filter(pk=store.session_key).update(expire_date=utc_now() + expires_in)
    UserSession.objects.create(
        user=make_user(), ip="203.0.113.7", session_key=store.session_key, user_agent="x"
    )


def test_lapsed_sessions_go_with_their_addresses():
    make_session(expires_in=-DAY)
    make_session(expires_in=DAY)

    gone = forget_what_is_over(now=utc_now())

    assert (gone["sessions"], gone["session_addresses"]) == (1, 1)
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_who_never_answered_is_forgotten_three_months_later():
    now = utc_now()
    make_invitation()
    taken = make_invitation().invitation
    accept_invitation(
        invitation_id=taken.public_id, user_id=make_user(email=taken.email).pk, now=now
    )

    assert forget_what_is_over(now=now + 90 * DAY)["invitations"] == 0
    assert forget_what_is_over(now=now + 98 * DAY)["invitations"] == 1
    assert forget_what_is_over(now=now + 99 * DAY)["invitations"] == 0

    forgotten = Invitation.objects.exclude(pk=taken.pk).get()
    assert forgotten.email == f"erased-{forgotten.public_id}@erased.invalid"
    assert Invitation.objects.get(pk=taken.pk).email == taken.email


@override_settings(AUDIT_ORIGIN_DAYS=184)
def test_from_where_is_forgotten_after_six_months_and_the_chain_holds():
    now = utc_now()
    with acting_from(Origin(address="203.0.113.7", user_agent="x")):
        make_decision("a:old", now=now - 185 * DAY)
        make_decision("a:young", now=now - 183 * DAY)
    seal_entries(now=now)

    assert forget_what_is_over(now=now)["origins"] == 1

    assert AuditOrigin.objects.get().entry.object_id == "young"
    assert verify() == []


def test_answers_to_old_requests_go():
    now = utc_now()
    for key, made in (("old", now - 31 * DAY), ("young", now - 29 * DAY)):
        answer_once(
            scope="1:key:1",
            key=key,
            request_hash=b"x",
            now=made,
            perform=lambda: Answer(status=200, body={}),
        )

    task.run()

    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["young"]
