"""Entity tags: nobody overwrites what he has not seen, and nobody changes blindly."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_etags import etag_of, if_match, refuse_other, tagged

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Draft(APIView):
    """A draft at version 3 that everybody may change."""

    is_public = True
    authentication_classes = []

    def get(self, request):
        return tagged(Response({"version": 3}), etag_of("draft", 3))

    def patch(self, request):
        refuse_other(if_match(request), etag_of("draft", 3))
        return Response({"version": 4})


urlpatterns = [path("api/v1/draft", Draft.as_view(), name="draft")]


def change(**headers: str):
    return Client().patch("/api/v1/draft", {}, content_type="application/json", headers=headers)


def test_what_was_read_may_be_changed():
    tag = Client().get("/api/v1/draft").headers["ETag"]

    assert change(**{"if-match": tag}).json() == {"version": 4}
    assert change(**{"if-match": f'"other", {tag}'}).status_code == 200
    assert change(**{"if-match": "*"}).status_code == 200


@pytest.mark.parametrize("seen", [etag_of("draft", 2), f"W/{etag_of('draft', 3)}"])
def test_what_was_changed_meanwhile_is_refused(seen):
    answer = change(**{"if-match": seen})

    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition_failed"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [{}, {"if-match": ""}, {"if-match": "no-quotes"}])
def test_a_blind_change_is_refused(headers):
    answer = change(**headers)

    assert answer.status_code == 428
    assert answer.json()["code"] == "precondition_required"


def test_a_tag_tells_apart_whatever_its_parts_do():
    tags = [etag_of(1, None), etag_of(1, "None"), etag_of(1, ""), etag_of("1,"), etag_of(12)]

    assert len(set(tags)) == 5
    assert etag_of(1, "a") == etag_of("1", "a"), "a tag is of what is shown, not of its type"
