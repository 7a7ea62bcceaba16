"""Into a sandbox and out of it: what is seen where, and by whom."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import ApiKey
from accounts.permissions import Role, Staff
from accounts.sandboxes.queries import live_sandbox
from compute_billing.rating import operations as rating
from kernel.clock import utc_now
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import Market, make_market
from tests.builders.sandboxes import client_with, open_sandbox, report, sandbox_key
from tests.builders.sessions import signed_in


@pytest.fixture
def market(db) -> Market:
    return make_market()


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_a_developer_goes_in_with_one_click_and_out_again(market) -> None:
    # given a developer of an organisation with use of its own
    tenant = market.add_tenant("qinglan", paid_yuan=50)
    developer = signed_in(make_member(organisation=tenant, role=Role.DEVELOPER))
    keys = f"/organisations/{tenant.code}/keys"
    assert f"/organisations/{tenant.code}/sandbox" in text_of(developer.get(keys))
    # when he switches the sandbox on
    entered = developer.post(f"/organisations/{tenant.code}/sandbox/enter", follow=True)
    # then every page says where he is, and shows the sandbox alone
    code = f"{tenant.code}-sandbox"
    assert entered.redirect_chain == [(f"/organisations/{code}/sandbox", 302)]
    page = text_of(entered)
    assert "sandbox-stripe" in page
    assert f"source={code}" in page
    assert "100,000" in page
    assert developer.get(keys).status_code == 404
    assert "sandbox-stripe" in text_of(developer.get("/balance"))
    # and he makes a key that says what it is
    made = developer.post(
        f"/organisations/{code}/keys",
        {"name": "trial", "scopes": ["usage:write", "billing:read"], "lasts": "30"},
    )
    assert "sk_test_" in made.content.decode()
    # and outside nothing of it is seen
    developer.post("/sandbox/leave")
    assert "sandbox-stripe" not in text_of(developer.get(keys))
    assert developer.get(f"/organisations/{code}/keys").status_code == 404
    assert not ApiKey.objects.filter(organisation=tenant).exists()


def test_use_of_a_sandbox_is_seen_inside_with_its_bill(market) -> None:
    # given a sandbox with rated use in October
    tenant = market.add_tenant("qinglan")
    sandbox = open_sandbox(tenant)
    report(client_with(sandbox_key(tenant)), sandbox, {"card_type": market.meter.code})
    list(rating.rate_all(now=utc_now()))
    developer = signed_in(make_member(organisation=tenant, role=Role.DEVELOPER))
    developer.post(f"/organisations/{tenant.code}/sandbox/enter")
    # when the developer closes the month there
    closed = developer.post(
        f"/organisations/{sandbox.code}/sandbox/close", {"month": "2026-10"}, follow=True
    )
    # then he reads use, balance and the bill
    assert "2026-10" in text_of(closed)
    assert "job-1" in text_of(developer.get("/usage?month=2026-10&view=list"))
    assert "99,980.56" in text_of(developer.get("/balance"))
    assert "TEST-2026-000001" in text_of(developer.get("/statements"))


def test_an_empty_sandbox_takes_the_place_of_the_one_that_he_is_in(market) -> None:
    # given a developer in a sandbox, and a colleague who is in it too
    tenant = market.add_tenant("qinglan")
    developer, colleague = (
        signed_in(make_member(organisation=tenant, role=Role.DEVELOPER)) for _ in range(2)
    )
    for browser in (developer, colleague):
        browser.post(f"/organisations/{tenant.code}/sandbox/enter")
    code, before = f"{tenant.code}-sandbox", live_sandbox(organisation_id=tenant.pk)
    # when one of them is told what goes and what stays, and empties it
    address = f"/organisations/{code}/sandbox/renew"
    assert f'href="{address}"' in text_of(developer.get(f"/organisations/{code}/sandbox"))
    asked = text_of(developer.get(address))
    assert "用量、费用、账单和全部模拟资金" in asked
    assert f'<form method="post" action="{address}">' in asked
    assert live_sandbox(organisation_id=tenant.pk) == before
    emptied = developer.post(address, follow=True)
    # then he is in the new one, and the other is back in the real world
    assert "sandbox-stripe" in text_of(emptied)
    assert live_sandbox(organisation_id=tenant.pk) != before
    assert "sandbox-stripe" not in text_of(colleague.get(f"/organisations/{tenant.code}/keys"))


def test_where_there_is_no_sandbox_nothing_is_asked(market) -> None:
    # given a developer of an organisation that never switched one on
    tenant = market.add_tenant("qinglan")
    developer = signed_in(make_member(organisation=tenant, role=Role.DEVELOPER))
    # when he asks for the page that empties it
    answer = developer.get(f"/organisations/{tenant.code}/sandbox/renew")
    # then he is led to where it is switched on
    assert (answer.status_code, answer.url) == (302, f"/organisations/{tenant.code}/sandbox")


@pytest.mark.parametrize(
    ("amount", "told"), [("much", "5000"), ("0", "million"), ("1000001", "million")]
)
def test_an_amount_that_makes_no_sense_stays_as_it_was_typed(market, amount, told) -> None:
    # given a developer in a sandbox
    tenant = market.add_tenant("qinglan")
    developer = signed_in(make_member(organisation=tenant, role=Role.DEVELOPER))
    developer.cookies["django_language"] = "en"
    developer.post(f"/organisations/{tenant.code}/sandbox/enter")
    # when he asks for it
    answer = developer.post(
        f"/organisations/{tenant.code}-sandbox/sandbox/fill", {"amount": amount}
    )
    # then it is said why not, beside what he typed
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert f'value="{amount}"' in page


@pytest.mark.parametrize("page", ["members", "verification"])
def test_what_is_real_of_an_organisation_has_no_page_in_its_sandbox(market, page) -> None:
    # given an owner in the sandbox
    tenant = market.add_tenant("qinglan")
    owner = signed_in(make_member(organisation=tenant))
    owner.post(f"/organisations/{tenant.code}/sandbox/enter")
    # when he asks for its people, or for who it is
    answer = owner.get(f"/organisations/{tenant.code}-sandbox/{page}")
    # then there is nothing
    assert answer.status_code == 404


def test_staff_are_nobody_in_a_sandbox(market) -> None:
    # given an officer of finance who is also an owner somewhere
    tenant = market.add_tenant("qinglan")
    officer = make_staff(role=Staff.FINANCE, user=make_member(organisation=tenant))
    browser = signed_in(officer)
    assert browser.get("/settlement").status_code == 200
    # when he goes into the sandbox
    browser.post(f"/organisations/{tenant.code}/sandbox/enter")
    # then he has no desk there
    assert browser.get("/settlement").status_code == 403


def test_who_has_left_an_organisation_has_left_its_sandbox(market) -> None:
    # given somebody in a sandbox whose role ends
    tenant = market.add_tenant("qinglan")
    make_member(organisation=tenant)
    person = make_member(organisation=tenant)
    browser = signed_in(person)
    browser.post(f"/organisations/{tenant.code}/sandbox/enter")
    assert live_sandbox(organisation_id=tenant.pk) is not None
    person.memberships.update(ended_at=utc_now())
    # when he asks for a page of it
    answer = browser.get(f"/organisations/{tenant.code}-sandbox/keys")
    # then he may not
    assert answer.status_code in {403, 404}


@pytest.mark.parametrize("address", ["/", "/notifications"])
def test_what_is_real_alone_leads_to_the_page_of_the_sandbox(market, address) -> None:
    # given a developer in a sandbox
    tenant = market.add_tenant("qinglan")
    developer = signed_in(make_member(organisation=tenant, role=Role.DEVELOPER))
    developer.post(f"/organisations/{tenant.code}/sandbox/enter")
    # when he asks for settlements, or for what he was told of the real world
    answer = developer.get(address)
    # then he is led to what can be done here
    assert answer.status_code == 302
    assert answer["Location"] == f"/organisations/{tenant.code}-sandbox/sandbox"


@pytest.mark.parametrize("address", ["/usage", "/balance", "/statements", "/estimate"])
def test_every_page_says_where_one_is_and_leads_to_nothing_real(market, address) -> None:
    # given an owner in a sandbox
    tenant = market.add_tenant("qinglan")
    owner = signed_in(make_member(organisation=tenant))
    owner.cookies["django_language"] = "en"
    owner.post(f"/organisations/{tenant.code}/sandbox/enter")
    # when he asks for a page
    page = text_of(owner.get(address))
    # then its title and its head say so, and it leads to no bank, card, package or notification
    assert "<title>[Sandbox] " in page
    assert "sandbox-stripe" in page
    for real in ("bank-transfer", "pay-in", "payments", "packages", "notifications"):
        assert f'href="{reverse(real)}' not in page
