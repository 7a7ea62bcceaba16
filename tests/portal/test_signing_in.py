"""The door: signing in and out, up, and again after the password was lost."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from kernel.models import AuditEntry
from tests import services
from tests.builders.accounts import PASSWORD, make_member, make_user
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
OTHER_PASSWORD = "violet ladder against nine winds"
WRONG = "您提供的电子邮件地址和/或密码不正确。"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    services.empty_cache()


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post("/login", {"login": email, "password": password, **extra})


def link_in_mail() -> str:
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]


class TestSigningIn:
    def test_the_right_password_opens_the_page_that_was_asked_for(self):
        member, client = make_member(), Client()

        answer = log_in(client, member.email, next="/account")

        assert (answer.status_code, answer["Location"]) == (302, "/account")
        assert client.get("/account").status_code == 200

    def test_the_address_may_be_typed_in_capitals(self):
        client = Client()

        assert log_in(client, make_user().email.upper())["Location"] == "/"

    def test_a_wrong_password_does_not_tell_what_was_wrong(self):
        pages = [
            log_in(Client(), email, "wrong").content.decode()
            for email in (make_member().email, "nobody@example.com")
        ]

        assert all(WRONG in page for page in pages)

    def test_nobody_is_sent_to_another_host(self):
        answer = log_in(Client(), make_member().email, next="https://elsewhere.example/")

        assert answer["Location"] == "/"

    def test_after_five_wrong_passwords_the_right_one_is_refused_too(self):
        member = make_member()
        for _ in range(5):
            log_in(Client(), member.email, "wrong")

        client = Client()
        page = log_in(client, member.email).content.decode()

        assert "登录失败次数过多" in page
        assert client.get("/account").status_code == 302
        assert log_in(Client(), make_member().email).status_code == 302, "others sign in"

    def test_signing_out_takes_a_form_and_ends_the_session(self):
        client = signed_in(make_member())

        assert client.get("/logout").status_code == 200
        assert client.get("/account").status_code == 200, "asking is not leaving"
        assert client.post("/logout").status_code == 302
        assert client.get("/")["Location"] == "/login?next=/"

    def test_the_admin_site_has_no_door_of_its_own(self):
        answer = Client().get("/admin/login/?next=/admin/")

        assert (answer.status_code, answer["Location"]) == (302, "/login?next=%2Fadmin%2F")


class TestSigningUp:
    FORM = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}

    def test_nobody_is_in_before_he_proved_his_address(self):
        client = Client()

        answer = client.post("/sign-up", self.FORM)

        assert answer["Location"] == "/verify"
        assert client.get("/account").status_code == 302
        assert log_in(Client(), "new@example.com")["Location"] == "/verify"
        assert [message.to for message in mail.outbox] == [["new@example.com"]]

    def test_the_link_of_the_message_opens_the_account(self):
        client = Client()
        client.post("/sign-up", self.FORM)

        link = link_in_mail()
        assert client.get(link).status_code == 200
        assert client.post(link).status_code == 302

        assert log_in(client, "new@example.com")["Location"] == "/"
        assert User.objects.get(email="new@example.com").created_at is not None

    def test_an_address_that_is_taken_is_told_to_its_owner_only(self):
        taken = make_user()

        answer = Client().post("/sign-up", {**self.FORM, "email": taken.email})

        assert answer["Location"] == "/verify"
        assert User.objects.filter(email=taken.email).count() == 1
        assert mail.outbox[-1].to == [taken.email]

    def test_a_common_password_is_refused(self):
        form = {**self.FORM, "password1": "password", "password2": "password"}

        assert Client().post("/sign-up", form).status_code == 200
        assert not User.objects.filter(email="new@example.com").exists()

    def test_a_house_may_keep_its_door_shut(self, settings):
        settings.SIGN_UP_OPEN = False

        assert Client().post("/sign-up", self.FORM).status_code == 200
        assert not User.objects.filter(email="new@example.com").exists()
        assert "/sign-up" not in Client().get("/login").content.decode()


class TestForgottenPassword:
    def test_a_link_by_e_mail_sets_a_new_one_and_is_noted(self):
        user, client = make_user(), Client()
        client.post("/password/forgotten", {"email": user.email})

        form_page = client.get(link_in_mail())
        client.post(
            form_page["Location"], {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
        )

        assert log_in(Client(), user.email).status_code == 200, "the old one is gone"
        assert log_in(Client(), user.email, OTHER_PASSWORD).status_code == 302
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.object_id) == ("accounts.password_reset", str(user.pk))

    def test_the_link_works_once(self):
        user, client = make_user(), Client()
        client.post("/password/forgotten", {"email": user.email})
        link = link_in_mail()
        new = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
        client.post(client.get(link)["Location"], new)

        assert Client().get(link).status_code == 200, "says that it is used up"

    def test_the_page_says_the_same_for_an_address_that_nobody_has(self):
        answers = [
            Client().post("/password/forgotten", {"email": email})
            for email in (make_user().email, "nobody@example.com")
        ]

        assert {answer["Location"] for answer in answers} == {"/password/forgotten/sent"}


def test_messages_are_written_in_the_language_of_the_page():
    client = Client()
    client.post("/password/forgotten", {"email": make_user().email})
    client.cookies["django_language"] = "en"
    client.post("/password/forgotten", {"email": make_user().email})

    chinese, english = mail.outbox
    assert "重置" in chinese.subject
    assert "Password Reset" in english.subject
    assert chinese.subject.startswith("[算集 Suanji] ")
