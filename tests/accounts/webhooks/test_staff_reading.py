"""Staff look at what was sent to an organisation that asks them, and change nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.permissions import Scope, Staff
from tests.builders.accounts import make_api_key, make_organisation, make_staff
from tests.builders.sessions import signed_in
from tests.builders.webhooks import own_dead_letter

pytestmark = pytest.mark.django_db
DELIVERIES = "/api/v1/webhooks/deliveries"


@pytest.fixture
def operator() -> Client:
    return signed_in(make_staff(role=Staff.OPERATOR))


def test_staff_read_the_deliveries_of_whom_they_name(operator):
    # given two organisations with a dead letter each
    asking, other = make_organisation(), make_organisation()
    letters = {one.pk: str(own_dead_letter(one)) for one in (asking, other)}
    # when staff name one, then theirs alone is told, as it tells itself
    told = operator.get(DELIVERIES, {"organisation": asking.code}).json()
    key = make_api_key(organisation=asking, scopes=[Scope.WEBHOOKS_READ]).text
    own = Client(headers={"authorization": f"Bearer {key}"}).get(DELIVERIES).json()
    assert told == own
    assert [one["id"] for one in told["data"]] == [letters[asking.pk]]
    # and its attempts, under its own name alone
    place = f"{DELIVERIES}/{letters[asking.pk]}/attempts"
    assert operator.get(place, {"organisation": asking.code}).status_code == 200
    assert operator.get(place, {"organisation": other.code}).status_code == 404


def test_staff_name_somebody_and_nobody_else_does(operator):
    assert operator.get(DELIVERIES).json()["errors"][0]["pointer"] == "/organisation"
    assert operator.get(DELIVERIES, {"organisation": "nobody"}).status_code == 404
    organisation = make_organisation()
    key = make_api_key(organisation=organisation, scopes=[Scope.WEBHOOKS_READ]).text
    client = Client(headers={"authorization": f"Bearer {key}"})
    for code in (organisation.code, make_organisation().code):
        assert client.get(DELIVERIES, {"organisation": code}).status_code == 403


def test_staff_send_nothing_again(operator):
    letter = own_dead_letter(make_organisation())
    assert operator.post(f"{DELIVERIES}/{letter}/redeliver").status_code == 403
