"""Where a verification stands, by key and by session: one's own, and nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.permissions import Scope
from accounts.verification.kinds import Outcome, Step
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.sessions import signed_in
from tests.builders.verification import decide_case, make_case, make_submitted_case

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/verification"
QUERIES_MAX = 10


def by_key(organisation, scope: Scope = Scope.MEMBERS_READ) -> Client:
    text = make_api_key(organisation=organisation, scopes=[scope]).text
    return Client(headers={"authorization": f"Bearer {text}"})


def test_nothing_was_begun():
    organisation = make_organisation(name="青岚视觉")
    assert by_key(organisation).get(ADDRESS).json() == {
        "name": "青岚视觉",
        "uscc": None,
        "size_class": None,
        "verified_at": None,
        "verified_until": None,
        "case": None,
    }


def test_a_draft_says_what_it_lacks():
    case = make_case()
    told = by_key(case.organisation).get(ADDRESS).json()["case"]
    assert told["state"] == "draft"
    assert told["lacks"] == [
        {"step": "documents", "code": "licence_missing"},
        {"step": "documents", "code": "authorisation_missing"},
        {"step": "account", "code": "payment_missing"},
    ]


def test_what_was_decided_is_told():
    case = make_submitted_case()
    client = by_key(case.organisation)
    assert client.get(ADDRESS).json()["case"]["due_on"] == "2026-10-13"
    decide_case(case, Outcome.RETURNED, reason="", step_reasons={Step.SIZE: "营收有误"})
    assert client.get(ADDRESS).json()["case"]["to_mend"] == {"size": "营收有误"}


def test_an_approved_organisation_is_what_was_frozen():
    case = make_submitted_case()
    decide_case(case, Outcome.APPROVED)
    told = by_key(case.organisation).get(ADDRESS).json()
    assert (told["uscc"], told["size_class"]) == (case.uscc, "small")
    assert told["verified_at"] == "2026-10-01T04:00:00Z"
    assert told["case"]["state"] == "approved"


def test_it_is_the_askers_own_and_takes_the_scope(django_assert_max_num_queries):
    case = make_submitted_case()
    other = make_organisation()
    assert by_key(other).get(ADDRESS).json()["case"] is None
    assert by_key(case.organisation, Scope.USAGE_READ).get(ADDRESS).status_code == 403
    owner = signed_in(make_member(organisation=case.organisation))
    with django_assert_max_num_queries(QUERIES_MAX):
        assert owner.get(ADDRESS).json()["case"]["id"] == str(case.public_id)
