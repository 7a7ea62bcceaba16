"""Erasing a person: nothing tells who he was, and everything he did still stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client

from accounts.erasure.operations import UnableToErase, erase_person
from accounts.membership.operations import LastOwner
from accounts.models import NotificationPreference, StaffRole, User
from accounts.notifications.kinds import Channel, Kind
from accounts.notifications.operations import keep_preferences, notify
from accounts.permissions import Role, Staff
from kernel.audit import Actor
from kernel.models import AuditEntry
from kernel.origin import Origin, acting_from
from kernel.seals import seal_entries, verify
from kernel.transactions import transaction
from tests import services
from tests.builders.accounts import (
    NOW,
    PASSWORD,
    make_invitation,
    make_member,
    make_organisation,
    make_staff,
    make_user,
)
from tests.builders.audit import make_decision

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=100)
EMAIL = "li.wei.the.first@example.com"
NAME = "Li Wei the First"
INVENTORY = Path(__file__).resolve().parents[2] / "docs" / "personal-data.md"
# What tells a person by its name, whatever its type.
TELLING = {"last_login", "user_agent", "extra_data", "password"}


def erase(user: User, now=LATER):
    return erase_person(user_id=user.pk, actor=Actor.system(), now=now)


def rows_with(text: str) -> list[str]:
    """Return the tables of which some row holds the text, wherever in it."""
    found = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{text}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def somebody_busy() -> User:
    """Make a person who left traces everywhere that a person does."""
    services.empty_cache()
    organisation = make_organisation()
    make_member(organisation=organisation)
    user = make_user(email=EMAIL, name=NAME)
    make_member(organisation=organisation, role=Role.FINANCE, user=user)
    make_invitation(organisation=organisation, email=EMAIL)
    client = Client()
    client.post("/login", {"login": EMAIL, "password": PASSWORD})
    client.post("/account/email", {"action_add": "", "email": f"new.{EMAIL}"})
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    with transaction():
        notify(kind=Kind.DEADLINE_NEAR, about={}, subject="1", user_ids=[user.pk], now=NOW)
    wanted = {(Kind.BILL_ISSUED, Channel.EMAIL): False}
    keep_preferences(user_id=user.pk, language="en", wanted=wanted)
    with acting_from(Origin(address="203.0.113.77", user_agent=f"Browser of {NAME}")):
        make_decision("claim:1", actor=Actor.user(user.pk))
    return user


def test_no_table_holds_his_name_or_address_any_more():
    user = somebody_busy()
    assert {"accounts_user", "account_emailaddress", "accounts_invitation"} <= set(rows_with(EMAIL))

    done = erase(user)

    assert rows_with(EMAIL) == []
    assert rows_with(NAME) == []
    assert done.removed == {
        "sessions": 1,
        "addresses": 2,
        "second_factors": 1,
        "single_sign_ons": 0,
        "invitations": 1,
        "notifications": 1,
        "origins": 1,
    }
    assert not Authenticator.objects.exists()
    assert not Session.objects.exists()
    assert not NotificationPreference.objects.exists()


def test_he_cannot_come_back_and_the_address_may_be_used_anew():
    user = somebody_busy()
    erase(user)

    client = Client()
    client.post("/login", {"login": EMAIL, "password": PASSWORD})

    assert client.get("/account").status_code == 302
    assert make_user(email=EMAIL).pk != user.pk


def test_what_he_did_stands_and_the_seals_hold():
    user = somebody_busy()
    seal_entries(now=LATER)
    entries = AuditEntry.objects.count()

    erase(user)
    seal_entries(now=LATER)

    user.refresh_from_db()
    assert user.memberships.get().ended_at == LATER
    assert AuditEntry.objects.count() == entries + 2
    assert AuditEntry.objects.order_by("id").last().action == "accounts.erase_person"
    assert verify() == []


def test_the_last_owner_hands_over_first():
    owner = make_member()

    with pytest.raises(LastOwner):
        erase(owner)

    owner.refresh_from_db()
    assert owner.is_active


def test_who_decided_on_public_money_stays_known_while_vouchers_are_kept():
    officer = make_staff(role=Staff.SUBSIDY_APPROVER)
    with pytest.raises(UnableToErase):
        erase(officer)
    # given a role that ended in the accounting year of 2026
    StaffRole.objects.update(ended_at=NOW)
    # then thirty years are counted from the end of that year, in Beijing
    last_day_is_over = datetime(2056, 12, 31, 16, tzinfo=UTC)

    with pytest.raises(UnableToErase):
        erase(officer, now=last_day_is_over - timedelta(seconds=1))
    assert erase(officer, now=last_day_is_over)


def test_the_command_wants_the_address_twice():
    user, out = make_user(email=EMAIL), StringIO()
    with pytest.raises(CommandError, match="repeat"):
        call_command("erase_person", EMAIL, "--confirm", "other@example.com")

    call_command("erase_person", EMAIL, "--confirm", EMAIL, "--json", stdout=out)

    document = json.loads(out.getvalue())
    assert document["public_id"] == str(user.public_id)
    assert document["removed"]["addresses"] == 1
    with pytest.raises(CommandError, match="Nobody"):
        call_command("erase_person", EMAIL, "--confirm", EMAIL)


def test_the_inventory_names_every_column_that_tells_a_person():
    text = INVENTORY.read_text(encoding="utf-8")
    columns = [
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField | models.GenericIPAddressField)
        or field.name in TELLING
    ]

    assert [column for column in columns if f"`{column}`" not in text] == []
    assert len(columns) >= 8
