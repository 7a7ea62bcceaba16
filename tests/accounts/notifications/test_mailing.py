"""Notifications by e-mail: at most once, tried again when refused, in the reader's language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from accounts.events.vocabulary import BalanceLow
from accounts.keys.expiring import tell_expiring_keys
from accounts.models import Notification, User
from accounts.notifications import mailing
from accounts.notifications.kinds import Channel, Kind
from accounts.notifications.operations import UnableToRefuse, keep_preferences, notify
from accounts.permissions import Role
from kernel.audit import PersonalDataInAudit
from kernel.money import Money
from kernel.transactions import MissingTransaction, transaction
from portal.mail import send_notification
from tests.builders.accounts import NOW, make_api_key, make_member, make_organisation
from tests.builders.webhooks import happens

pytestmark = pytest.mark.django_db
LOW = BalanceLow(balance=Money(10_000_000), days_left=2, threshold_days=7)


@pytest.fixture
def organisation():
    return make_organisation(name="青岚智能")


@pytest.fixture
def owner(organisation) -> User:
    return make_member(organisation=organisation, role=Role.OWNER)


def send_all(send=send_notification, now=NOW) -> int:
    return mailing.send_waiting(send=send, clock=lambda: now)


def test_it_is_written_in_the_reader_s_language_once(organisation, owner):
    reader = make_member(organisation=organisation, role=Role.FINANCE)
    User.objects.filter(pk=reader.pk).update(language="en")
    happens(LOW, organisation=organisation)
    Notification.objects.exclude(kind="balance_low").delete()

    assert (send_all(), send_all()) == (2, 0)

    chinese, english = sorted(mail.outbox, key=lambda one: one.to[0] != owner.email)
    assert chinese.to == [owner.email]
    assert chinese.subject == "[算集 Suanji] 余额不足提醒"
    assert "余额 ¥ 10.00，按目前消耗速度还可用 2 天。" in chinese.body
    assert "青岚智能" in chinese.body
    assert "http://127.0.0.1:8000/balance" in chinese.body
    assert english.subject == "[算集 Suanji] The balance runs low"
    assert "enough for 2 days" in english.body
    told = Notification.objects.get(user=owner)
    assert chinese.extra_headers["Message-ID"] == f"<{told.public_id}@127.0.0.1>"
    assert (told.mail_state, told.mail_attempts, told.mail_sent_at) == ("sent", 1, NOW)


def test_a_server_that_refuses_is_asked_again_for_a_day(organisation, owner):
    happens(LOW, organisation=organisation)
    Notification.objects.exclude(user=owner, kind="balance_low").delete()

    def refuse(_: mailing.Mail) -> None:
        raise OSError

    now = NOW
    assert send_all(refuse) == 1
    told = Notification.objects.get()
    assert (told.mail_state, told.mail_attempts) == ("waiting", 1)
    while told.mail_state == "waiting":
        now = told.mail_next_at
        send_all(refuse, now=now)
        told.refresh_from_db()
    assert (told.mail_state, now) == ("failed", NOW + mailing.GIVE_UP_AFTER)
    assert mail.outbox == []


def test_what_a_dead_sender_held_is_never_sent_twice(organisation, owner):
    happens(LOW, organisation=organisation)
    Notification.objects.exclude(user=owner, kind="balance_low").delete()
    # given a sender that died between taking it and writing down that it left
    assert mailing.claim(now=NOW).address == owner.email
    # when others look, then and after its time
    assert send_all() == 0
    assert mailing.give_up_lost(now=NOW) == 0
    assert mailing.give_up_lost(now=NOW + mailing.LEASE) == 1
    assert send_all(now=NOW + timedelta(days=1)) == 0
    # then it is known to be lost, and stands in the inbox all the same
    told = Notification.objects.get()
    assert (told.mail_state, told.in_inbox) == ("lost", True)


def test_nothing_is_sent_to_who_has_left(organisation, owner):
    happens(LOW, organisation=organisation)
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert send_all() == 0


def test_who_is_told_goes_by_role(organisation):
    people = {role: make_member(organisation=organisation, role=role) for role in Role}
    happens(LOW, organisation=organisation)

    told = Notification.objects.filter(kind="balance_low").values_list("user_id", flat=True)

    assert set(told) == {people[Role.OWNER].pk, people[Role.FINANCE].pk}


def test_of_one_subject_somebody_is_told_once(organisation, owner):
    for _ in range(2):
        with transaction():
            notify(
                kind=Kind.DEADLINE_NEAR,
                about={"day": "2026-10-09"},
                subject="verification:1:2026-10-09",
                organisation_id=organisation.pk,
                now=NOW,
            )

    assert Notification.objects.filter(kind="deadline_near").count() == 1


def test_people_may_be_named(organisation, owner):
    officer = make_member()
    with transaction():
        notify(
            kind=Kind.DEADLINE_NEAR,
            about={"day": "2026-10-09"},
            subject="case:1",
            user_ids=[officer.pk],
            now=NOW,
        )

    assert Notification.objects.get(kind="deadline_near").user_id == officer.pk


def test_what_is_told_has_a_transaction_and_no_personal_data(organisation, owner):
    told = {"kind": Kind.DEADLINE_NEAR, "subject": "x", "organisation_id": organisation.pk}
    with pytest.raises(MissingTransaction):
        notify(**told, about={}, now=NOW)
    with pytest.raises(PersonalDataInAudit), transaction():
        notify(**told, about={"name": "李伟"}, now=NOW)


def test_what_concerns_safety_cannot_be_refused(owner):
    with pytest.raises(UnableToRefuse):
        keep_preferences(
            user_id=owner.pk, language="en", wanted={(Kind.KEY_CREATED, Channel.EMAIL): False}
        )


def test_a_key_is_told_of_before_it_expires_once_each_end(organisation, owner):
    soon = NOW + timedelta(days=6)
    key = make_api_key(organisation=organisation, expires_at=soon).api_key
    make_api_key(organisation=organisation, expires_at=NOW + timedelta(days=8))
    make_api_key(organisation=organisation)

    assert [tell_expiring_keys(now=NOW), tell_expiring_keys(now=NOW)] == [1, 1]

    told = Notification.objects.get(kind="key_expiring")
    assert told.about == {
        "key": str(key.public_id),
        "prefix": key.prefix,
        "expires_at": soon.isoformat(),
    }
