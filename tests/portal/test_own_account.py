"""One's own account: second factors, recovery codes, sessions; and nobody else's."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts import encryption
from accounts.models import User
from accounts.permissions import Staff
from kernel.models import AuditEntry
from tests import services
from tests.builders.accounts import PASSWORD, make_member, make_staff, make_user

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "JBSWY3DPEHPK3PXP"
ABSENT = 2**40


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    services.empty_cache()


def code_for(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def logged_in(user: User, **headers: str) -> Client:
    """Sign in as a person does, with a password; a second factor is still to come."""
    client = Client(headers=headers)
    client.post("/login", {"login": user.email, "password": PASSWORD})
    return client


def confirmed(user: User) -> Client:
    """Sign in, and type the password again as the pages of second factors ask for."""
    client = logged_in(user)
    client.post("/account/confirm", {"password": PASSWORD})
    return client


def confirmed_again(user: User) -> Client:
    """Sign in with a recovery code, and confirm with a code, as whoever has a factor must."""
    client = logged_in(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    client.post("/login/second-factor", {"code": code})
    client.post("/account/confirm/code", {"code": code_for()})
    return client


def noted(user: User) -> list[str]:
    """Return what the audit log says of what a person signs in with."""
    entries = AuditEntry.objects.filter(object_type="user", object_id=user.pk).order_by("id")
    return list(entries.values_list("action", flat=True))


class TestAuthenticatorApp:
    def test_its_page_asks_for_the_password_again(self):
        answer = logged_in(make_member()).get("/account/second-factor/app")

        assert answer["Location"].startswith("/account/confirm?next=")

    def test_it_is_set_up_by_showing_a_code_and_noted(self):
        user = make_member()
        client = confirmed(user)
        page = client.get("/account/second-factor/app")
        secret = page.context["form"].secret

        answer = client.post("/account/second-factor/app", {"code": code_for(secret)})

        assert answer["Location"] == "/account/second-factor/codes"
        kept = Authenticator.objects.get(user=user, type="totp")
        assert secret not in str(kept.data)
        assert encryption.decrypt(kept.data["secret"]) == secret
        assert noted(user) == ["accounts.totp_activated"]
        assert mail.outbox[-1].to == [user.email]

    def test_a_wrong_code_sets_up_nothing(self):
        client = confirmed(make_member())
        client.get("/account/second-factor/app")

        assert client.post("/account/second-factor/app", {"code": "000000"}).status_code == 200
        assert not Authenticator.objects.exists()

    def test_it_is_asked_for_after_the_password(self):
        user = make_member()
        TOTP.activate(user, SECRET)
        client = logged_in(user)

        assert client.get("/account")["Location"] == "/login?next=/account"
        wrong = client.post("/login/second-factor", {"code": "000000"})
        assert wrong.status_code == 200
        assert client.get("/account").status_code == 302
        right = client.post("/login/second-factor", {"code": code_for()})
        assert right["Location"] == "/"
        assert client.get("/account").status_code == 200

    def test_a_code_works_once(self):
        user = make_member()
        TOTP.activate(user, SECRET)
        code = code_for()
        logged_in(user).post("/login/second-factor", {"code": code})

        second = logged_in(user)
        second.post("/login/second-factor", {"code": code})

        assert second.get("/account").status_code == 302

    def test_a_recovery_code_stands_in_for_it_once(self):
        user = make_member()
        TOTP.activate(user, SECRET)
        code = RecoveryCodes.activate(user).get_unused_codes()[0]
        first, second = logged_in(user), logged_in(user)

        assert first.post("/login/second-factor", {"code": code})["Location"] == "/"
        assert second.post("/login/second-factor", {"code": code}).status_code == 200

    def test_whoever_has_none_has_nothing_to_remove_or_to_read(self):
        client = logged_in(make_member())

        for page in ("app/remove", "codes", "codes/download"):
            assert client.get(f"/account/second-factor/{page}").status_code == 404

    def test_strangers_are_asked_to_sign_in(self):
        for page in ("", "/app", "/app/remove", "/keys", "/keys/add", "/codes", "/codes/new"):
            answer = Client().get(f"/account/second-factor{page}")
            assert answer["Location"].startswith("/login"), page

    def test_a_second_factor_out_of_turn_leads_to_the_door(self):
        assert Client().get("/login/second-factor")["Location"] == "/login"
        assert Client().get("/login/passkey")["Location"] == "/login"


class TestKeys:
    def test_somebody_elses_key_is_as_absent_as_none(self):
        client, other = confirmed(make_member()), make_user()
        key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "mine"})

        for pk in (key.pk, ABSENT):
            for page in ("", "/remove"):
                assert client.get(f"/account/second-factor/keys/{pk}{page}").status_code == 404
                assert client.post(f"/account/second-factor/keys/{pk}{page}").status_code == 404
        assert Authenticator.objects.filter(pk=key.pk).exists()


class TestSessions:
    def test_other_browsers_are_listed_and_ended_one_by_one(self):
        user = make_member()
        here, there = logged_in(user), logged_in(user, user_agent="Library/1.0")
        assert "Library/1.0" in here.get("/account/sessions").content.decode()

        other = UserSession.objects.get(user_agent="Library/1.0")
        assert here.post(f"/account/sessions/{other.pk}/end").status_code == 302

        assert there.get("/account").status_code == 302
        assert here.get("/account").status_code == 200

    def test_all_others_are_ended_at_once(self):
        user = make_member()
        here, there = logged_in(user), logged_in(user)

        here.post("/account/sessions")

        assert there.get("/account").status_code == 302
        assert here.get("/account").status_code == 200

    def test_somebody_elses_session_is_as_absent_as_none(self):
        here, there = logged_in(make_member()), logged_in(make_member())
        foreign = UserSession.objects.exclude(session_key=here.session.session_key).get()

        for session_id in (foreign.pk, ABSENT):
            assert here.post(f"/account/sessions/{session_id}/end").status_code == 404
        assert there.get("/account").status_code == 200

    def test_a_new_password_leaves_this_browser_signed_in_and_ends_the_others(self):
        user = make_member()
        here, there = logged_in(user), logged_in(user)
        new = "violet ladder against nine winds"

        here.post(
            "/account/password", {"oldpassword": PASSWORD, "password1": new, "password2": new}
        )

        assert here.get("/account").status_code == 200
        assert there.get("/account").status_code == 302
        assert noted(user) == ["accounts.password_changed"]


class TestAddress:
    def test_a_new_address_counts_once_it_is_verified(self):
        user = make_member()
        client, old = logged_in(user), user.email

        client.post("/account/email", {"action_add": "", "email": "moved@example.com"})

        user.refresh_from_db()
        assert user.email == old
        assert "moved@example.com" in client.get("/account/email").content.decode()
        assert mail.outbox[-1].to == ["moved@example.com"]


class TestStaffWithASecondFactor:
    def test_staff_cannot_give_up_the_last_one(self):
        officer = make_staff(role=Staff.FINANCE)
        TOTP.activate(officer, SECRET)
        client = confirmed_again(officer)

        page = client.post("/account/second-factor/app/remove").content.decode()

        assert "您不能停用两步验证" in page
        assert Authenticator.objects.filter(user=officer, type="totp").exists()

    def test_staff_cannot_give_up_their_last_key_either(self):
        officer = make_staff(role=Staff.FINANCE)
        TOTP.activate(officer, SECRET)
        key = Authenticator.objects.create(user=officer, type="webauthn", data={"name": "key"})
        client = confirmed_again(officer)
        Authenticator.objects.filter(type="totp").delete()

        page = client.post(f"/account/second-factor/keys/{key.pk}/remove").content.decode()

        assert "您不能停用两步验证" in page
        assert Authenticator.objects.filter(pk=key.pk).exists()
