"""The harness of the matrix finds what is wrong: tried on views that are."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permissions import DeclaredAccess
from accounts.authentication import caller_of
from accounts.models import ApiKey
from accounts.permissions import Role, Scope
from tests.architecture.cast import Cast, make_cast
from tests.architecture.matrix import addresses, entry_faults, leak_faults, without_row
from tests.architecture.permission_rows import PUBLIC, Access, Row
from tests.builders.accounts import make_api_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class OwnKey(APIView):
    """As it should be: looks among the caller's own rows."""

    required_scope = Scope.USAGE_READ
    allowed_roles: ClassVar = {Role.OWNER}

    def get(self, request, key_id):
        return Response({"name": self.found(request, key_id).name})

    def found(self, request, key_id):
        rows = ApiKey.objects.filter(organisation_id=caller_of(request).organisation_id)
        return self.first(rows, key_id)

    def first(self, rows, key_id):
        found = rows.filter(public_id=key_id).first()
        if found is None:
            raise NotFound
        return found


class AnybodysKey(OwnKey):
    """Forgets whose rows they are."""

    def found(self, request, key_id):
        return self.first(ApiKey.objects.all(), key_id)


class TellingKey(OwnKey):
    """Refuses a foreign row in other words than an absent one."""

    def found(self, request, key_id):
        found = self.first(ApiKey.objects.all(), key_id)
        if found.organisation_id != caller_of(request).organisation_id:
            raise_forbidden()
        return found


class MarkingKey(OwnKey):
    """Answers the same body and betrays the foreign row by a header."""

    def finalize_response(self, request, response, *args, **kwargs):
        answer = super().finalize_response(request, response, *args, **kwargs)
        if ApiKey.objects.filter(public_id=kwargs["key_id"]).exists():
            answer["X-Cache"] = "hit"
        return answer


class LookingKey(OwnKey):
    """Does more work for a foreign row than for an absent one."""

    def found(self, request, key_id):
        if ApiKey.objects.filter(public_id=key_id).exists():
            for _ in range(3):
                ApiKey.objects.filter(public_id=key_id).exists()
        return super().found(request, key_id)


class OpenKey(OwnKey):
    """Lets in whoever comes."""

    permission_classes = []


class ForgottenScope(OwnKey):
    """Asks for a role and forgets the keys."""

    required_scope = None
    permission_classes = [DeclaredAccess]


def raise_forbidden() -> None:
    message = "This key is not yours."
    raise NotFound(message) from None


VIEWS = {
    "own": OwnKey,
    "anybodys": AnybodysKey,
    "telling": TellingKey,
    "marking": MarkingKey,
    "looking": LookingKey,
    "open": OpenKey,
    "forgotten": ForgottenScope,
}
KEYS = [path(f"{name}/<uuid:key_id>", view.as_view(), name=name) for name, view in VIEWS.items()]
urlpatterns = [
    path("api/v1/", include(KEYS)),
    path("bare", lambda _request: HttpResponse("in"), name="bare"),
    path("nameless", lambda _request: HttpResponse("in")),
]
ROW = Row(
    methods={"GET": Access(scope=Scope.USAGE_READ, roles={Role.OWNER})},
    make=lambda world: {"key_id": make_api_key(organisation=world.organisation).api_key.public_id},
)


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def address_of(name: str):
    return next(address for address in addresses() if address.name == name)


def test_a_right_view_has_no_faults(cast):
    assert entry_faults(address_of("own"), ROW, cast) == []
    assert leak_faults(address_of("own"), ROW, cast) == []


def test_addresses_without_row_and_without_name_are_found():
    declared = dict.fromkeys(VIEWS, ROW)
    assert without_row(declared) == ["bare: /bare", "without a name: /nameless"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("anybodys", "a foreign object gave 200"),
        ("marking", "the headers differ"),
        ("looking", "queries for a foreign object"),
    ],
)
def test_a_leaking_view_is_found(name, fault, cast):
    faults = leak_faults(address_of(name), ROW, cast)
    assert any(fault in found for found in faults), faults


def test_telling_words_do_not_leave_the_house(cast):
    """Given a view that tells foreign from absent, then the one 404 of the house hides it."""
    assert leak_faults(address_of("telling"), ROW, cast) == []


def test_an_open_view_is_found_for_everybody_who_should_not_enter(cast):
    faults = entry_faults(address_of("open"), ROW, cast)
    assert any("member viewer: 404" in fault or "member viewer: 200" in fault for fault in faults)
    assert any("key usage:write: 200" in fault for fault in faults)
    assert not any("key usage:read: " in fault or "member owner: " in fault for fault in faults)


def test_a_view_that_shuts_out_whom_the_row_names_is_found(cast):
    faults = entry_faults(address_of("forgotten"), ROW, cast)
    assert [fault.rpartition(" key ")[2] for fault in faults] == ["usage:read: 403"]


def test_an_undeclared_method_is_found(cast):
    faults = entry_faults(address_of("bare"), Row(methods={"GET": PUBLIC}), cast)
    assert {fault.split()[0] for fault in faults} == {"POST", "PUT", "PATCH", "DELETE"}
