"""Errors of the API: RFC 9457 with a stable code, and a 404 that tells nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_idempotency import answer_request_once
from accounts.authentication import ORGANISATION_SESSION_KEY, caller_of
from accounts.keys.queries import UnknownApiKey
from accounts.operations import end_membership
from accounts.permissions import Role, Rule, Scope
from config import api_errors
from kernel.errors import DomainError
from kernel.idempotency import Answer
from kernel.models import OutboxEvent
from kernel.outbox import publish
from kernel.periods import UnableToReadMonth
from tests.builders.accounts import (
    NOW,
    make_api_key,
    make_member,
    make_organisation,
    make_revoked_api_key,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

STATES = {"raises": None}


class Payload(serializers.Serializer):
    """One number and a list of numbered things."""

    amount = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.IntegerField(), required=False)


class Raising(APIView):
    """Raises what the test says."""

    is_public = True

    def get(self, request):
        raise STATES["raises"]

    def post(self, request):
        Payload(data=request.data).is_valid(raise_exception=True)
        return Response({})


class Undeclared(APIView):
    """Declares nobody."""

    def get(self, request):
        return Response({"entered": True})


class Declared(APIView):
    """Keys with a scope, owners by session; finance may post."""

    access_by_method = {
        "GET": Rule(required_scope=Scope.USAGE_READ, allowed_roles={Role.OWNER}),
        "POST": Rule(required_scope=Scope.USAGE_WRITE, allowed_roles={Role.FINANCE}),
    }

    def get(self, request):
        return Response({"organisation": caller_of(request).organisation_id})

    def post(self, request):
        def effect():
            publish(kind="made", payload={}, now=NOW)
            return Answer(status=201, body={"made": True})

        return answer_request_once(request=request, perform=effect)


urlpatterns = [
    path("api/v1/raising", Raising.as_view()),
    path("api/v1/undeclared", Undeclared.as_view()),
    path("api/v1/declared", Declared.as_view()),
]
handler404 = "config.api_errors.page_not_found"
handler500 = "config.api_errors.server_error"


def answer_to(client, error):
    STATES["raises"] = error
    response = client.get("/api/v1/raising")
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:suanji:problem:{body['code']}"
    assert set(body) >= {"type", "title", "status", "detail", "code"}
    return response.status_code, body


def bearer(issued) -> dict[str, str]:
    return {"authorization": f"Bearer {issued.text}"}


class TestProblems:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (UnableToReadMonth("not a month"), 422, "malformed_month"),
            (exceptions.ParseError(), 400, "malformed_request"),
            (exceptions.NotAuthenticated(), 401, "not_authenticated"),
            (exceptions.PermissionDenied(), 403, "permission_denied"),
            (PermissionDenied(), 403, "permission_denied"),
            (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
            (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        ],
    )
    def test_an_error_has_its_status_and_code(self, client, error, status, code):
        answered, body = answer_to(client, error)
        assert (answered, body["code"]) == (status, code)

    def test_a_code_that_the_map_lacks_is_a_conflict_with_its_details(self, client):
        class NewRefusal(DomainError):
            code = "new_refusal"

        status, body = answer_to(client, NewRefusal("no", details={"limit": 3}))
        assert (status, body["code"], body["detail"]) == (409, "new_refusal", "no")
        assert body["details"] == {"limit": 3}

    def test_every_404_has_the_same_bytes(self, client):
        errors = [Http404("user 7"), exceptions.NotFound("7"), UnknownApiKey("no key 7")]
        assert len({json.dumps(answer_to(client, error)[1]) for error in errors}) == 1

    def test_waiting_time_is_a_header(self, client):
        STATES["raises"] = exceptions.Throttled(wait=2.5)
        response = client.get("/api/v1/raising")
        assert (response.status_code, response["Retry-After"]) == (429, "3")
        assert response.json()["code"] == "too_many_requests"

    def test_invalid_fields_are_named_by_pointer(self, client):
        response = client.post(
            "/api/v1/raising", {"lines": [1, "x"]}, content_type="application/json"
        )
        assert response.status_code == 422
        assert response.json()["code"] == "invalid_request"
        assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [
            ("/amount", "required"),
            ("/lines/1", "invalid"),
        ]

    def test_an_unanticipated_error_is_not_hidden_and_not_told(self, client):
        client.raise_request_exception = False
        STATES["raises"] = ZeroDivisionError("secret")
        response = client.get("/api/v1/raising")
        assert response.status_code == 500
        assert response["Content-Type"] == "application/problem+json"
        assert "secret" not in response.content.decode()

    def test_an_unknown_address_is_a_problem_below_api_only(self, client, settings):
        assert client.get("/api/v1/nothing").json()["code"] == "not_found"
        # the page links to the portal, which the addresses of this module lack
        settings.ROOT_URLCONF = "config.urls"
        page = api_errors.page_not_found(RequestFactory().get("/nothing"), Http404())
        assert page["Content-Type"].startswith("text/html")

    def test_codes_of_domain_errors_are_stable_words_and_unique(self):
        codes = [cls.code for cls in all_domain_errors()]
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in codes)
        assert len(codes) == len(set(codes))


def all_domain_errors(root: type[DomainError] = DomainError) -> list[type[DomainError]]:
    own = [
        cls
        for cls in root.__subclasses__()
        if not cls.__module__.startswith("tests.") and cls.__qualname__.isidentifier()
    ]
    return own + [deeper for cls in own for deeper in all_domain_errors(cls)]


class TestAccess:
    def test_a_view_that_declares_nobody_lets_nobody_in(self, client):
        member = make_member()
        client.force_login(member)
        assert client.get("/api/v1/undeclared").status_code == 403
        client.logout()
        assert client.get("/api/v1/undeclared").status_code == 401
        response = client.get("/api/v1/undeclared", headers=bearer(make_api_key()))
        assert response.status_code == 403

    def test_a_key_enters_with_its_scope_for_its_organisation(self, client):
        issued = make_api_key(scopes=[Scope.USAGE_READ])
        response = client.get("/api/v1/declared", headers=bearer(issued))
        assert response.json() == {"organisation": issued.api_key.organisation_id}
        response = client.post("/api/v1/declared", headers=bearer(issued))
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")

    def test_a_dead_key_is_told_only_that_it_is_not_valid(self, client):
        refused = [
            client.get("/api/v1/declared", headers={"authorization": f"Bearer {token}"})
            for token in ("nonsense", make_revoked_api_key().text)
        ]
        assert {(answer.status_code, answer.content) for answer in refused} == {
            (401, refused[0].content)
        }
        assert refused[0].json()["code"] == "invalid_api_key"
        assert refused[0]["WWW-Authenticate"] == 'Bearer realm="api"'

    def test_a_person_acts_for_his_only_or_his_chosen_organisation(self, client):
        first, second = make_organisation(), make_organisation()
        member = make_member(organisation=first)
        client.force_login(member)
        assert client.get("/api/v1/declared").json() == {"organisation": first.id}
        make_member(organisation=second, user=member)
        assert client.get("/api/v1/declared").status_code == 403
        choose(client, second.id)
        assert client.get("/api/v1/declared").json() == {"organisation": second.id}
        choose(client, make_organisation().id)
        assert client.get("/api/v1/declared").status_code == 403

    def test_an_ended_membership_ends_at_the_next_request(self, client):
        organisation = make_organisation()
        member = make_member(organisation=organisation)
        make_member(organisation=organisation)
        client.force_login(member)
        assert client.get("/api/v1/declared").status_code == 200
        end_membership(user_id=member.id, organisation_id=organisation.id, role=Role.OWNER, now=NOW)
        assert client.get("/api/v1/declared").status_code == 403


def choose(client, organisation_id: int) -> None:
    session = client.session
    session[ORGANISATION_SESSION_KEY] = organisation_id
    session.save()


class TestIdempotencyHeader:
    def post(self, client, issued, *, key: str | None, body=None):
        headers = bearer(issued) | ({} if key is None else {"idempotency-key": key})
        return client.post(
            "/api/v1/declared", body or {}, content_type="application/json", headers=headers
        )

    def test_a_repetition_gets_the_first_answer(self, client):
        issued = make_api_key()
        first = self.post(client, issued, key="a", body={"x": 1, "y": 2})
        again = self.post(client, issued, key="a", body={"y": 2, "x": 1})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert OutboxEvent.objects.count() == 1

    def test_another_body_is_refused_and_has_no_effect(self, client):
        issued = make_api_key()
        self.post(client, issued, key="a", body={"x": 1.5})
        refused = self.post(client, issued, key="a", body={"x": 2.5})
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
        assert OutboxEvent.objects.count() == 1

    def test_keys_belong_to_their_caller(self, client):
        for issued in (make_api_key(), make_api_key()):
            assert self.post(client, issued, key="a").status_code == 201
        assert OutboxEvent.objects.count() == 2

    @pytest.mark.parametrize("key", [None, "", "x" * 256, "a\x00b"])
    def test_a_key_is_required(self, client, key):
        refused = self.post(client, make_api_key(), key=key)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")
        assert not OutboxEvent.objects.exists()
