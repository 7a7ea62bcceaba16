"""What was begun when the second factor was asked for: kept, sent by hand, done once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from accounts.permissions import Role, Staff
from compute_billing.payments.models import Refund
from kernel.clock import utc_now
from portal.resuming import suspend
from tests import services
from tests.builders.accounts import PASSWORD, make_member, make_staff
from tests.builders.payments import make_payment, pay
from tests.builders.sessions import give_second_factor, signed_in
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.conftest import Payer, payer
from tests.portal.test_own_account import SECRET, code_for

__all__ = ["payer"]

pytestmark = pytest.mark.django_db
RESUME = "/account/resume"
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    services.empty_cache()


def refund_page(payer: Payer) -> str:
    payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    return f"/payments/{payment.public_id}"


def kept_form(client: Client) -> dict[str, str]:
    """Return what the page that goes on would send."""
    page = client.get(RESUME).content.decode()
    main = page[page.index("<main") :]
    return dict(HIDDEN.findall(main))


def test_a_form_is_kept_and_sent_by_hand_and_done_once(payer: Payer) -> None:
    # given an owner whose factor was not shown in this session, and who takes money back
    owner = make_member(organisation=payer.tenant, role=Role.OWNER)
    TOTP.activate(owner, SECRET)
    client = signed_in(owner, with_second_factor=False)
    page = refund_page(payer)
    typed = {"amount": "12.34", "token": "t-7"}
    asked = client.post(f"{page}/refund", typed, headers={"referer": f"http://testserver{page}"})
    # when he shows it
    assert asked["Location"] == "/account/confirm/code?next=%2Faccount%2Fresume"
    question = client.get(asked["Location"]).content.decode()
    assert "30" in question, "it says what is going on"
    shown = client.post("/account/confirm/code", {"code": code_for(), "next": RESUME})
    # then nothing was done yet, and all that he typed is there to be sent
    assert shown["Location"] == RESUME
    assert not Refund.objects.exists()
    assert kept_form(client) == typed
    whole = client.get(RESUME).content.decode()
    assert f'action="{page}/refund"' in whole
    assert f'href="{page}"' in whole
    # and once sent, it is done and waits no more
    assert client.post(f"{page}/refund", kept_form(client))["Location"] == page
    assert Refund.objects.get().amount_fen == 1_234
    assert client.get(RESUME)["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_who_has_no_factor_is_led_back_after_setting_one_up(payer: Payer) -> None:
    # given an owner without a second factor
    owner = make_member(organisation=payer.tenant, role=Role.OWNER)
    client = Client()
    client.post("/login", {"login": owner.email, "password": PASSWORD})
    page = refund_page(payer)
    asked = client.post(f"{page}/refund", {"amount": "5.00", "token": "t"})
    assert asked["Location"] == "/account/second-factor"
    assert RESUME not in client.get("/account/second-factor").content.decode()
    # when he sets one up
    client.post("/account/confirm", {"password": PASSWORD})
    secret = client.get("/account/second-factor/app").context["form"].secret
    client.post("/account/second-factor/app", {"code": code_for(secret)})
    # then the pages lead back to what he began
    assert f'href="{RESUME}"' in client.get("/account/second-factor/codes").content.decode()
    assert kept_form(client) == {"amount": "5.00", "token": "t"}


def test_staff_without_a_factor_are_led_back_to_the_page(payer: Payer) -> None:
    officer = make_staff(role=Staff.FINANCE)
    client = signed_in(officer, with_second_factor=False)
    assert client.get("/desk/cash?state=agreed")["Location"] == "/account/second-factor"

    give_second_factor(officer)
    session = client.session
    session["second_factor_added_by"] = officer.pk
    session["second_factor_added_at"] = utc_now().timestamp()
    session.save()

    assert client.get(RESUME)["Location"] == "/desk/cash?state=agreed"


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/desk/cash?state=open", "/desk/cash?state=open"),
        ("http://testserver//evil.example/desk", "/"),
        ("http://testserver/\\evil.example", "/"),
        ("http://evil.example/desk", "/"),
    ],
)
def test_only_a_page_of_this_house_is_gone_back_to(referer: str, page: str) -> None:
    request = RequestFactory().post("/desk/cash", headers={"referer": referer})
    request.session = {}
    assert suspend(request, now=utc_now()).page == page


def stale(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return the browser of an officer who showed his factor yesterday."""
    officer = make_staff(role=Staff.FINANCE)
    give_second_factor(officer)
    client = signed_in(officer)
    passed = timedelta(days=1)
    monkeypatch.setattr("config.second_factor.utc_now", lambda: utc_now() + passed)
    return client


def go_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the factor be fresh again, and return the page that goes on."""
    monkeypatch.setattr("config.second_factor.utc_now", utc_now)
    return client.get(RESUME).content.decode()


def test_what_is_typed_several_times_under_one_name_is_kept_in_order(monkeypatch) -> None:
    client = stale(monkeypatch)
    client.post("/desk/bank/statements", {"note": ["b", "a"], "text": '"<x>'})

    page = go_on(client, monkeypatch)

    assert HIDDEN.findall(page[page.index("<main") :]) == [
        ("note", "b"),
        ("note", "a"),
        ("text", "&quot;&lt;x&gt;"),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"file": SimpleUploadedFile("statement.csv", b"a,b"), "account": "1"},
        {"new_password": "secret", "account": "1"},
        {"text": "x" * 70_000},
    ],
    ids=["file", "password", "too-long"],
)
def test_what_cannot_be_kept_is_said(monkeypatch, sent) -> None:
    client = stale(monkeypatch)
    client.post("/desk/bank/statements", sent, headers={"referer": "http://testserver/desk/bank"})

    page = go_on(client, monkeypatch)

    main = page[page.index("<main") :]
    assert HIDDEN.findall(main) == []
    assert "<form" not in main
    assert 'href="/desk/bank"' in main
    assert "secret" not in str(dict(client.session))


def test_a_form_waits_for_half_an_hour(monkeypatch) -> None:
    client = stale(monkeypatch)
    client.post("/desk/bank/statements", {"note": "x"})
    session = client.session
    kept = session["suspended"]
    session["suspended"] = {**kept, "at": utc_now().timestamp() - 1_800}
    session.save()
    monkeypatch.setattr("config.second_factor.utc_now", utc_now)

    assert client.get(RESUME)["Location"] == "/"


def test_going_on_asks_for_the_factor_and_forgets_nothing(monkeypatch) -> None:
    client = stale(monkeypatch)
    client.post("/desk/bank/statements", {"note": "x"})

    assert client.get(RESUME)["Location"] == "/account/confirm/code?next=%2Faccount%2Fresume"
    assert 'value="x"' in go_on(client, monkeypatch)


def test_whoever_has_a_factor_confirms_with_it_and_not_with_his_password() -> None:
    owner = make_member(role=Role.OWNER)
    TOTP.activate(owner, SECRET)
    client = signed_in(owner, with_second_factor=False)

    answer = client.get("/account/confirm?next=/account")

    assert answer["Location"] == "/account/confirm/code?next=%2Faccount"
    page = client.get(answer["Location"]).content.decode()
    assert "/account/confirm/code" in page
    assert 'href="/account/confirm?' not in page
