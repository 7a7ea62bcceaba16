"""Single sign-on against a provider that really answers, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.permissions import Staff
from config.urls import urlpatterns as house
from portal.sso_urls import SINGLE_SIGN_ON
from tests.builders.accounts import make_staff, make_user
from tests.builders.sessions import signed_in
from tests.portal.identity_provider import Provider, identity_provider

pytestmark = pytest.mark.django_db
urlpatterns = [*house, *SINGLE_SIGN_ON]


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with identity_provider(settings) as running:
        yield running


def come_back(client: Client, *, process: str = "login"):
    """Press the button, be sent to the provider, and return from it with a code."""
    sent = client.post(f"/sso/sso?process={process}")
    question = parse_qs(urlsplit(sent["Location"]).query)
    assert question["code_challenge_method"] == ["S256"]
    return client.get("/sso/sso/back", {"code": "c", "state": question["state"][0]})


@pytest.mark.urls(__name__)
class TestOn:
    def test_the_page_offers_it_and_the_policy_lets_the_form_go_there(self, provider):
        page = Client().get("/login")

        assert "使用 City 登录" in page.content.decode()
        assert f"form-action 'self' {provider.url}/;" in page["Content-Security-Policy"]

    def test_somebody_new_gets_an_account_and_is_in(self, provider):
        client = Client()

        answer = come_back(client)

        assert answer["Location"] == "/"
        assert User.objects.get().email == "new@city.example"
        assert client.get("/account").status_code == 200
        assert provider.asked["code_verifier"], "the code is bound to this browser"

    def test_an_address_that_the_provider_names_does_not_open_an_account_that_exists(
        self, provider
    ):
        user, client = make_user(email="new@city.example"), Client()

        come_back(client)

        assert client.get("/account").status_code == 302
        assert User.objects.get() == user
        assert not user.socialaccount_set.exists()
        assert all(message.to == [user.email] for message in mail.outbox)

    def test_its_owner_connects_the_two_while_signed_in(self, provider):
        user = make_user(email="new@city.example")
        come_back(signed_in(user), process="connect")

        client = Client()
        come_back(client)

        assert client.get("/account").context["user"] == user

    def test_staff_still_show_a_second_factor(self, provider):
        officer = make_staff(role=Staff.FINANCE, user=make_user(email="new@city.example"))
        come_back(signed_in(officer), process="connect")

        client = Client()
        come_back(client)

        assert client.get("/account")["Location"] == "/account/second-factor"

    def test_a_house_whose_door_is_shut_makes_no_accounts(self, provider, settings):
        settings.SIGN_UP_OPEN = False

        come_back(Client())

        assert not User.objects.exists()


def test_off_it_does_not_exist():
    assert Client().post("/sso/sso").status_code == 404
    assert "使用 City 登录" not in Client().get("/login").content.decode()
