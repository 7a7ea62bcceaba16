"""Pages of payees at Stripe: what Stripe wants in words, stopped and resumed, money taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from accounts.permissions import Staff
from compute_billing.payouts.connect_models import ConnectedAccount, PayoutReversal
from compute_billing.payouts.models import PayoutAccount
from tests.builders.accounts import make_staff
from tests.builders.connect import ConnectCentre
from tests.builders.sessions import give_second_factor, signed_in
from tests.builders.stripe import StandIn, stand_in

pytestmark = pytest.mark.django_db(transaction=True)
CONNECT = "/operator/connect"


@pytest.fixture(scope="module")
def running_stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def centre(running_stripe: StandIn) -> ConnectCentre:
    running_stripe.begin()
    return ConnectCentre(running_stripe)


def somebody(role: Staff) -> Client:
    person = make_staff(role=role)
    give_second_factor(person)
    return signed_in(person)


def page(client: Client, path: str, *, language: str = "zh-hans") -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_payee_is_led_to_stripe_and_seen_as_stripe_says_when_it_is_back(
    centre: ConnectCentre,
) -> None:
    # Given somebody of the operator's desk who begins for the payee
    desk = somebody(Staff.OPERATOR)
    sent = desk.post(
        f"{CONNECT}/start",
        {"payee": centre.payee.code, "country": "HK", "email": "payee@example.cn"},
    )
    # Then it is Stripe's own page, and what Stripe wants stands in words of both languages
    assert sent.headers["location"].startswith(f"{centre.stripe.url}/onboarding/")
    zh, en = page(desk, CONNECT), page(desk, CONNECT, language="en")
    assert "Stripe 需要补充资料" in zh
    assert "Stripe 打款的银行账户" in zh
    assert "Stripe wants to know more" in en
    assert "external_account" not in zh + en

    # When the payee gave it and comes back, the page shows what Stripe says now
    connected = ConnectedAccount.objects.get()
    centre.stripe.control("account", account=connected.stripe_account)
    assert "may be paid" in page(desk, f"{CONNECT}?from=return", language="en")

    # And the rail is proposed there, for finance to approve
    told = {"rail-payee": centre.payee.code, "rail-reason": "境外结算"}
    assert desk.post(f"{CONNECT}/rail", told).headers["location"] == "/operator/payouts"
    assert PayoutAccount.objects.get().rail == "connect"


def test_a_payee_whom_stripe_stopped_is_shown_so_until_it_goes_on(centre: ConnectCentre) -> None:
    # Given a payee on the rail, of whom Stripe wants to know something again
    connected, desk = centre.onboard(), somebody(Staff.OPERATOR)
    assert "may be paid" in page(desk, CONNECT, language="en")
    centre.stripe.control("account", account=connected.stripe_account, require=["company.tax_id"])
    centre.told()
    # Then the page says that it is stopped and what is missing, in words
    stopped = page(desk, CONNECT, language="en")
    assert "may be paid" not in stopped
    assert "company.tax_id" not in stopped
    # And when it is given, it goes on
    centre.stripe.control("account", account=connected.stripe_account)
    centre.told()
    assert "may be paid" in page(desk, CONNECT, language="en")


def test_money_is_taken_back_by_two_people(centre: ConnectCentre) -> None:
    # Given a payout of 263.85 yuan by Connect, and two people of finance
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    maker, approver = (somebody(Staff.FINANCE) for _ in range(2))
    address = f"/desk/payouts/{payout.public_id}/reversals"

    # When one proposes to take 63.85 back, he cannot approve it himself
    sent = maker.post(f"{address}/new", {"amount": "63.85", "reason": "多付"})
    assert sent.status_code == 302
    waiting = PayoutReversal.objects.get()
    approval = f"/desk/payouts/reversals/{waiting.public_id}/approval"
    maker.post(approval)
    waiting.refresh_from_db()
    assert waiting.state == "proposed"
    assert approval not in page(maker, address)
    assert approval in page(approver, address)

    # And when the other does, it is asked of Stripe and shown as taken back
    approver.post(approval)
    centre.told()
    payout.refresh_from_db()
    assert payout.reversed_fen == 6_385
    assert "taken back" in page(maker, address, language="en")
    assert "200.00" in page(maker, address)
