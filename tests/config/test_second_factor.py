"""A second factor that is missing or old: by one middleware, whatever the view says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.operations import grant_staff_role
from accounts.permissions import Role, Staff
from config.second_factor import OPEN_ADDRESSES
from kernel.clock import utc_now
from tests.architecture.cast import make_cast
from tests.architecture.matrix import addresses, knock
from tests.architecture.permission_rows import ROWS, World
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff, make_user
from tests.builders.sessions import give_second_factor, signed_in

pytestmark = pytest.mark.django_db
SET_UP = "/account/second-factor"


def without_factor(user) -> Client:
    return signed_in(user, with_second_factor=False)


def paths() -> list[str]:
    """Return a path of every address with a row, made for an organisation of its own."""
    world = World(make_organisation())
    found = []
    for address in addresses():
        row = ROWS.get(address.name or "")
        if row is None or address.name in OPEN_ADDRESSES:
            continue
        if not address.parameters:
            found.append(address.path({}))
        elif row.make is not None and (named := row.make(world)):
            found.append(address.path(named))
    return found


def later(monkeypatch, passed: timedelta) -> None:
    """Let time pass in the house; the factor was shown by the real clock."""
    monkeypatch.setattr("config.second_factor.utc_now", lambda: utc_now() + passed)


def is_shut(response) -> bool:
    if response.status_code == 403:
        return response.json()["code"] == "second_factor_missing"
    return response.status_code == 302 and response["Location"].startswith(SET_UP)


@pytest.mark.parametrize("role", [Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR])
def test_every_address_is_shut_but_those_that_set_one_up(role):
    client = without_factor(make_staff(role=role))
    tried = paths()

    open_ones = [
        f"{method} {path}"
        for path in tried
        for method in ("GET", "POST")
        if not is_shut(client.generic(method, path))
    ]

    assert open_ones == []
    assert {"/", "/api/v1/schema", "/account/email"} <= set(tried)


def test_the_way_to_set_one_up_is_open():
    client = without_factor(make_staff(role=Staff.FINANCE))

    assert client.get("/")["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.get(f"{SET_UP}/app")["Location"].startswith("/account/confirm")


def test_people_of_the_admin_site_show_one_too():
    for rights in ({"is_staff": True}, {"is_superuser": True}):
        client = without_factor(make_user(**rights))
        assert client.get("/admin/")["Location"] == SET_UP


def test_a_staff_role_counts_from_the_next_request():
    member = make_member(role=Role.OWNER)
    client = without_factor(member)
    assert client.get("/account").status_code == 200

    grant_staff_role(user_id=member.pk, role=Staff.FINANCE, granted_by_id=None, now=NOW)

    assert client.get("/account")["Location"] == SET_UP


def test_members_and_keys_need_none():
    cast = make_cast()
    by_name = {knocker.name: knocker for knocker in cast.knockers}

    assert without_factor(make_member()).get("/account").status_code == 200
    assert knock(by_name["key usage:read"], "GET", "/api/v1/schema").status_code == 200


def test_the_note_of_a_second_factor_is_for_one_person():
    """Given a session in which somebody else added his, then it does not count."""
    officer, other = make_staff(role=Staff.FINANCE), make_user()
    client = without_factor(officer)
    session = client.session
    session["second_factor_added_by"] = other.pk
    session.save()

    assert client.get("/")["Location"] == SET_UP


def test_the_demonstration_may_do_without(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False

    assert without_factor(make_staff(role=Staff.FINANCE)).get("/account").status_code == 200


def staff_with_factor(role: Staff = Staff.FINANCE):
    officer = make_staff(role=role)
    give_second_factor(officer)
    return officer


def way_back(answer) -> str:
    """Return where the question for the factor leads on to."""
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    assert parts.path == "/account/confirm/code"
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize(
    ("passed", "is_open"),
    [
        (timedelta(hours=12, seconds=-30), True),
        (timedelta(hours=12), False),
        (timedelta(days=3), False),
        (timedelta(seconds=-30), True),
        (timedelta(hours=-1), False),
    ],
)
def test_what_staff_showed_counts_for_twelve_hours(monkeypatch, passed, is_open):
    client = signed_in(staff_with_factor())
    later(monkeypatch, passed)

    answer = client.get("/desk/bank?state=open")

    assert (answer.status_code == 200) is is_open
    if not is_open:
        assert way_back(answer) == "/desk/bank?state=open"
        api = client.get("/api/v1/schema")
        assert (api.status_code, api.json()["code"]) == (403, "second_factor_missing")


def test_a_session_that_does_not_say_when_counts_as_old():
    """Given a session from before factors had an age, then it is asked for once."""
    client = signed_in(staff_with_factor())
    session = client.session
    del session["second_factor_added_at"]
    session.save()

    assert way_back(client.get("/desk/cash")) == "/desk/cash"


def test_a_part_of_a_page_leads_the_whole_page_to_the_factor_and_back(monkeypatch):
    client = signed_in(staff_with_factor())
    later(monkeypatch, timedelta(hours=13))

    whole = "http://testserver/settlement?month=2026-10"
    answer = client.get(
        "/settlement/progress", headers={"hx-request": "true", "hx-current-url": whole}
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == "/account/confirm/code?next=%2Fsettlement%3Fmonth%3D2026-10"


def test_an_address_of_another_house_is_no_way_back(monkeypatch):
    client = signed_in(staff_with_factor())
    later(monkeypatch, timedelta(hours=13))

    headers = {"hx-request": "true", "hx-current-url": "https://elsewhere.example/settlement"}

    answer = client.get("/settlement/progress", headers=headers)
    assert answer["HX-Redirect"] == "/account/confirm/code?next=%2Fsettlement%2Fprogress"


def views(resolver: URLResolver) -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern)
        else:
            yield pattern.name or "", getattr(pattern.callback, "view_class", None)


def test_these_pages_let_money_out():
    """A page that lets money out says so by its class; here stands which do."""
    said = {name for name, view in views(get_resolver()) if getattr(view, "lets_money_out", False)}

    assert said >= {"top-up-refund", "verification-payment-sent"}
    assert said >= {"payout-propose", "payout-approve", "payout-account-approve"}
    assert "operator-payout-account" in said
