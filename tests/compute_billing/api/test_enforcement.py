"""A scheduler asks for more, is refused, and finds the job among those that it has to stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Scope, Staff
from compute_billing.rating.models import ExhaustedHold
from kernel.clock import utc_now
from tests.builders.accounts import make_organisation, make_staff
from tests.builders.holds import job_of
from tests.builders.market import Market, make_market
from tests.builders.sessions import signed_in
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import client_of, read

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def market() -> Market:
    """Return a market with a tenant who can pay two hours of two cards, and no more."""
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    return market


@pytest.fixture
def scheduler(market: Market) -> Client:
    client, _ = key_of(market.operator, Scope.USAGE_READ, Scope.USAGE_WRITE)
    return client


def held(market: Market, scheduler: Client) -> dict[str, Any]:
    """Hold two hours of a job that began an hour ago."""
    begun = utc_now() - HOUR
    answer = send(scheduler, "post", "holds", job_of(market, starts_at=begun, hours=2))
    assert answer.status_code == 201, answer.content
    return answer.json()


def extend(scheduler: Client, hold: dict[str, Any], *, hours: int, once: str = "") -> Any:
    until = (utc_now() + hours * HOUR).isoformat()
    return send(scheduler, "post", f"holds/{hold['id']}/extend", {"until": until}, once=once)


def test_a_refused_extension_is_listed_for_both_sides(market: Market, scheduler: Client) -> None:
    hold = held(market, scheduler)
    # when three more hours are asked for
    refused = extend(scheduler, hold, hours=4)
    # then the answer says what is missing, and the case says the same
    assert (refused.status_code, refused.json()["code"]) == (402, "insufficient_funds")
    (case,) = read(scheduler, "enforcement?state=open")["data"]
    staff = signed_in(make_staff(role=Staff.AUDITOR))
    assert read(staff, "enforcement", operator=market.operator.code)["data"] == [case]
    assert staff.get("/api/v1/enforcement").status_code == 422
    assert case["shortfall"] == refused.json()["details"]["shortfall"]
    assert (case["hold"], case["allocation"], case["state"]) == (hold["id"], "job-a", "open")
    assert (case["exhausted_at"], case["enforcement_lag_seconds"]) == (hold["covered_until"], 0)
    assert read(client_of(market.tenants["acme"]), "enforcement")["data"] == [case]
    assert read(client_of(make_organisation()), "enforcement")["data"] == []
    # and when the job ends, it is over
    ended_at = utc_now().isoformat()
    send(scheduler, "post", f"holds/{hold['id']}/release", {"ended_at": ended_at})
    assert read(scheduler, "enforcement?state=open")["data"] == []
    (over,) = read(scheduler, "enforcement?state=over")["data"]
    assert (over["state"], over["enforcement_lag_seconds"]) == ("ended", 0)


def test_a_refusal_is_not_kept_under_its_key(market: Market, scheduler: Client) -> None:
    hold = held(market, scheduler)
    until = (utc_now() + 4 * HOUR).isoformat()
    answers = [
        send(scheduler, "post", f"holds/{hold['id']}/extend", {"until": until}, once="again")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [402, 402]
    assert ExhaustedHold.objects.get().refusals == 2


class TestPage:
    def test_staff_see_what_is_to_be_stopped_and_take_it_away(
        self, market: Market, scheduler: Client
    ) -> None:
        client = signed_in(make_staff(role=Staff.OPERATOR))
        empty = client.get("/operator/enforcement").content.decode()
        assert 'class="empty"' in empty
        extend(scheduler, held(market, scheduler), hours=4)

        page = client.get("/operator/enforcement").content.decode()
        assert "job-a" in page
        assert 'class="empty"' not in page
        tenant = market.tenants["acme"].code
        for chosen, is_found in (
            (f"tenant={tenant}", True),
            ("tenant=nobody", False),
            (f"cluster={market.cluster.code}", True),
            ("state=over", False),
            ("state=any", True),
        ):
            page = client.get(f"/operator/enforcement?{chosen}").content.decode()
            assert ("job-a" in page) is is_found, chosen
        answer = client.get("/operator/enforcement?file=csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert lines[1].split(",")[2] == tenant
        assert client.get("/operator/enforcement?state=odd").status_code == 404
        assert client.get("/operator/enforcement?cursor=odd").status_code == 404

    def test_the_lag_of_those_that_ended_stands_above(
        self, market: Market, scheduler: Client
    ) -> None:
        # given a job that ran on for 90 minutes behind its hold
        hold = held(market, scheduler)
        extend(scheduler, hold, hours=4)
        case = ExhaustedHold.objects.get()
        ExhaustedHold.objects.update(
            state="ended", closed_at=utc_now(), job_ended_at=case.exhausted_at + 1.5 * HOUR
        )
        client = signed_in(make_staff(role=Staff.OPERATOR))
        client.cookies["django_language"] = "en"
        page = client.get("/operator/enforcement").content.decode()
        assert page.count("1 h 30 min") == 2
        assert "of 1 job that ended in 30 days" in page
