"""The pages of payments: pay in, come back, take back, and look after what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.permissions import Role, Staff
from compute_billing.payments.models import Payment, Refund
from kernel.clock import utc_now
from tests.builders.accounts import make_member, make_staff
from tests.builders.payments import make_payment, own_event, pay
from tests.builders.sessions import give_second_factor, signed_in
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.conftest import Payer, payer

__all__ = ["payer"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def owner(payer: Payer):
    return make_member(organisation=payer.tenant, role=Role.OWNER)


def form(payer: Payer, **more: str) -> dict[str, str]:
    return {"operator": payer.operator.code, "amount": "100.00", "token": "t-1", **more}


def test_the_form_leads_to_the_payment_page_once(stripe: StandIn, payer: Payer, owner) -> None:
    client = signed_in(owner)
    answers = [client.post("/top-up", form(payer)) for _ in range(2)]
    payment = Payment.objects.get()
    assert {answer["location"] for answer in answers} == {payment.checkout_url}

    # And who comes back is shown what Stripe says, without a webhook
    stripe.pay(payment)
    page = client.get(f"/payments/{payment.public_id}?from=checkout").content.decode()
    assert 'data-state="paid"' in page
    assert "100.00" in client.get("/payments").content.decode()


def test_what_was_typed_stays_when_it_is_refused(stripe: StandIn, payer: Payer, owner) -> None:
    answer = signed_in(owner).post("/top-up", form(payer, amount="1.00"))
    assert answer.status_code == 422
    assert 'value="1.00"' in answer.content.decode()


def test_a_refund_asks_for_a_second_factor(stripe: StandIn, payer: Payer, owner) -> None:
    payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    address = f"/payments/{payment.public_id}/refund"
    body = {"amount": "10.00", "token": "t-1"}
    without = signed_in(owner, with_second_factor=False).post(address, body)
    assert without["location"] == "/account/second-factor"
    assert not Refund.objects.exists()
    give_second_factor(owner)
    answer = signed_in(owner).post(address, body)
    assert answer["location"] == f"/payments/{payment.public_id}"
    assert Refund.objects.get().amount_fen == 1_000


def test_a_second_factor_that_was_taken_away_counts_no_more(
    stripe: StandIn, payer: Payer, owner
) -> None:
    # given somebody who showed his second factor in this session, and then took it away
    payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    client = signed_in(owner)
    give_second_factor(owner).delete()
    # when he takes money back
    answer = client.post(f"/payments/{payment.public_id}/refund", {"amount": "10.00", "token": "t"})
    # then he is sent to set one up, and no money moves
    assert answer["location"] == "/account/second-factor"
    assert not Refund.objects.exists()


def test_a_factor_of_half_an_hour_ago_lets_no_money_out(
    stripe: StandIn, payer: Payer, owner, monkeypatch
) -> None:
    payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    give_second_factor(owner)
    client = signed_in(owner)
    body = {"amount": "12.34", "token": "t"}
    for passed, is_refunded in ((timedelta(minutes=30), False), (timedelta(minutes=29), True)):
        now = utc_now() + passed
        monkeypatch.setattr("portal.step_up.utc_now", lambda now=now: now)
        client.post(f"/payments/{payment.public_id}/refund", body)
        assert Refund.objects.exists() is is_refunded


def test_whoever_only_looks_may_not_pay(payer: Payer) -> None:
    viewer = signed_in(make_member(organisation=payer.tenant, role=Role.VIEWER))
    assert viewer.get("/payments").status_code == 200
    assert viewer.get("/top-up").status_code == 403


def test_what_waits_for_a_person_is_shown_and_tried_again(payer: Payer) -> None:
    event = own_event()
    client = signed_in(make_staff(role=Staff.FINANCE))
    assert event in client.get("/operator/payments").content.decode()
    assert client.post(f"/operator/payments/events/{event}")["location"] == "/operator/payments"


def test_top_ups_are_filtered_by_state_and_the_file_follows(payer: Payer, owner) -> None:
    # given one that is paid and one that was never opened
    paid = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    asked = make_payment(tenant=payer.tenant, operator=payer.operator)
    client = signed_in(owner)
    for state, shown, hidden in (("paid", paid, asked), ("asked", asked, paid)):
        # when one of the states is chosen
        page = client.get("/payments", {"state": state}).content.decode()
        file = client.get("/payments", {"state": state, "file": "csv"}).getvalue().decode()
        # then page and file hold that one alone
        for text in (page, file):
            assert str(shown.public_id) in text
            assert str(hidden.public_id) not in text


def test_what_waits_for_a_person_is_taken_away_as_a_file(payer: Payer) -> None:
    event = own_event()
    client = signed_in(make_staff(role=Staff.AUDITOR))
    file = client.get("/operator/payments", {"table": "events", "file": "csv"})
    assert event in file.getvalue().decode()
    assert client.get("/operator/payments", {"file": "xlsx"}).getvalue().startswith(b"PK")
    assert client.get("/operator/payments", {"table": "all", "file": "csv"}).status_code == 404
