"""Public notices are read and objected to without a log-in."""

from __future__ import annotations

import pytest
from django.test import Client

from compute_billing.applications.decision_models import Objection
from tests.builders.applications import make_desk, make_noticed

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice():
    return make_noticed(make_desk()).notices.get()


def test_everybody_reads_what_is_to_be_given_and_objects(notice, monkeypatch):
    # given the day of the notice's publication
    at = notice.published_at
    monkeypatch.setattr("portal.applications.public_views.utc_now", lambda: at)
    client = Client()

    listed = client.get("/notices").content.decode()
    page = client.get(f"/notices/{notice.public_id}").content.decode()
    answer = client.post(f"/notices/{notice.public_id}", {"words": "同一合同重复申报"})

    assert notice.beneficiary_name in listed
    assert "20,000" in page
    assert notice.beneficiary_uscc in page
    assert (answer.status_code, answer["Location"]) == (302, f"/notices/{notice.public_id}")
    assert Objection.objects.get().words == "同一合同重复申报"
    assert "同一合同重复申报" in client.get(f"/notices/{notice.public_id}").content.decode()


def test_a_notice_that_is_over_takes_none(notice, monkeypatch):
    after = notice.application.due_at
    monkeypatch.setattr("portal.applications.public_views.utc_now", lambda: after)

    answer = Client().post(f"/notices/{notice.public_id}", {"words": "晚了"})

    assert answer.status_code == 422
    assert not Objection.objects.exists()


def test_what_is_no_notice_is_not_found(notice):
    absent = "0199a1b2-0000-7000-8000-000000000001"

    assert Client().get(f"/notices/{absent}").status_code == 404
    assert Client().post(f"/notices/{absent}", {"words": "?"}).status_code == 404
