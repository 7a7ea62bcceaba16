"""Jobs that cannot be paid further: noted once, told to both sides, ended by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue.models import Cluster
from compute_billing.contracts import operations as contracts
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import Hold
from compute_billing.metering.models import Allocation
from compute_billing.rating import exhausting, holding
from compute_billing.rating.exhausted_reading import enforcement_lag, exhausted_page
from compute_billing.rating.models import ExhaustedHold
from kernel.audit import Actor
from kernel.models import AuditEntry, OutboxEvent
from kernel.transactions import transaction
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
START = NOW - 12 * HOUR
MISSING = 4_860_000 + 3_600 + 1


@pytest.fixture
def market() -> Market:
    """Return a market with a tenant who can pay two hours of two cards, and no more."""
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    return market


def make_hold(market: Market, *, hours: int = 2, **changes: Any) -> Hold:
    values: dict[str, Any] = {
        "tenant_id": market.tenants["acme"].pk,
        "reference": "hold-1",
        "project_id": None,
        "cluster_id": market.cluster.pk,
        "meter_id": market.meter.pk,
        "allocation_key": "job-a",
        "milli_cards": 2_000,
        "starts_at": START,
    }
    values.update(changes)
    with transaction():
        return holding.open_hold(
            job=holding.Job(**values), until=values["starts_at"] + hours * HOUR, now=NOW
        )


def extend(hold: Hold, *, hours: int) -> Hold:
    with transaction():
        return holding.extend_hold(
            tenant_id=hold.tenant_id, hold_id=hold.pk, until=hold.starts_at + hours * HOUR, now=NOW
        )


def note(hold: Hold, *, hours: int = 3, now: datetime = NOW) -> ExhaustedHold | None:
    return exhausting.note_exhausted(
        tenant_id=hold.tenant_id,
        hold_id=hold.pk,
        until=hold.starts_at + hours * HOUR,
        shortfall_micro=MISSING,
        now=now,
    )


def release(hold: Hold, *, ended_at: datetime | None) -> None:
    with transaction():
        holding.release_hold(tenant_id=hold.tenant_id, hold_id=hold.pk, ended_at=ended_at, now=NOW)


def cases(market: Market) -> list[tuple[str, timedelta | None]]:
    found = exhausted_page(
        organisation_id=market.operator.pk, is_open=None, after=None, limit=10, now=NOW
    )
    return [(case.state, case.lag) for case in found]


def told(owner_id: int) -> list[dict[str, Any]]:
    events = OutboxEvent.objects.filter(organisation_id=owner_id, kind="hold.exhausted")
    return list(events.values_list("payload", flat=True))


class TestNoting:
    def test_a_refusal_is_kept_and_told_to_both_sides(self, market: Market) -> None:
        hold = make_hold(market)
        # when more is asked for and refused
        case = note(hold)
        # then there is a case that says since when and what is missing
        assert case is not None
        assert (case.noted_at, case.exhausted_at, case.shortfall, case.refusals) == (
            NOW,
            START + 2 * HOUR,
            MISSING,
            1,
        )
        event = {
            "hold": str(hold.public_id),
            "tenant": market.tenants["acme"].code,
            "cluster": market.cluster.code,
            "exhausted_at": (START + 2 * HOUR).isoformat().replace("+00:00", "Z"),
            "shortfall": {"amount": "4.863601", "currency": "CNY"},
            "cause": "money",
        }
        assert told(market.tenants["acme"].pk) == [event]
        assert told(market.operator.pk) == [event]

    def test_asking_again_is_the_same_case_and_tells_nobody_again(self, market: Market) -> None:
        hold = make_hold(market)
        note(hold)
        case = note(hold, hours=5, now=NOW + HOUR)
        assert case is not None
        assert ExhaustedHold.objects.count() == 1
        assert (case.noted_at, case.refused_at, case.refusals) == (NOW, NOW + HOUR, 2)
        assert case.asked_until == START + 5 * HOUR
        assert len(told(market.operator.pk)) == 1

    def test_what_does_not_run_is_no_case(self, market: Market) -> None:
        # given a job that begins later, one that was extended meanwhile, and one that has ended
        later = make_hold(market, hours=1, starts_at=NOW + HOUR)
        assert note(later) is None
        release(later, ended_at=None)
        hold = make_hold(market, reference="hold-2", allocation_key="job-b")
        assert note(hold, hours=2) is None
        release(hold, ended_at=START + HOUR)
        assert note(hold) is None
        assert told(market.operator.pk) == []

    def test_a_closed_hold_is_no_case(self, market: Market) -> None:
        hold = make_hold(market)
        release(hold, ended_at=None)
        assert note(hold) is None


class TestEnding:
    def test_an_extension_ends_it(self, market: Market) -> None:
        hold = make_hold(market)
        note(hold)
        assert cases(market) == [("open", 10 * HOUR)]
        ledger.top_up(
            tenant_id=hold.tenant_id,
            operator_id=market.operator.pk,
            amount_micro=100 * YUAN,
            custody="bank",
            reference="more",
            now=NOW,
        )
        extend(hold, hours=3)
        assert cases(market) == [("extended", None)]

    def test_a_new_hold_of_the_job_ends_it(self, market: Market) -> None:
        hold = make_hold(market, hours=1)
        note(hold)
        ledger.release_expired(now=hold.expires_at)
        make_hold(market, hours=2, reference="hold-2")
        assert cases(market) == [("extended", None)]

    @pytest.mark.parametrize(
        ("ended_at", "lag"),
        [
            (START + 3 * HOUR, HOUR),
            (START + 2 * HOUR, timedelta()),
            (START + HOUR, timedelta()),
            (None, timedelta()),
        ],
    )
    def test_the_end_of_the_job_ends_it_and_tells_its_lag(
        self, market: Market, ended_at: datetime | None, lag: timedelta
    ) -> None:
        hold = make_hold(market)
        note(hold)
        release(hold, ended_at=ended_at)
        assert cases(market) == [("ended", lag)]
        assert enforcement_lag(since=NOW).longest == lag

    def test_the_usage_of_a_job_that_ended_ends_it(self, market: Market) -> None:
        # given a polled job whose scheduler never releases the hold
        note(make_hold(market))
        use(market, hours=3)
        assert exhausting.end_over(now=NOW) == 0
        # when its end is reported
        Allocation.objects.update(ended_at=START + 3 * HOUR)
        assert exhausting.end_over(now=NOW) == 1
        assert cases(market) == [("ended", HOUR)]
        assert exhausting.end_over(now=NOW) == 0

    def test_a_former_job_of_the_same_key_does_not(self, market: Market) -> None:
        use(market, hours=1)
        Allocation.objects.update(ended_at=START - HOUR)
        note(make_hold(market, hours=1))
        assert exhausting.end_over(now=NOW) == 0

    def test_silence_ends_it_when_its_hold_is_over_too(self, market: Market) -> None:
        hold = make_hold(market)
        note(hold)
        day_after = hold.covered_until + 24 * HOUR
        assert exhausting.end_over(now=day_after) == 0
        ledger.release_expired(now=day_after)
        assert exhausting.end_over(now=day_after - timedelta(seconds=1)) == 0
        assert exhausting.end_over(now=day_after) == 1
        assert cases(market) == [("lost", None)]

    def test_a_job_that_is_heard_of_stays_listed(self, market: Market) -> None:
        hold = make_hold(market)
        note(hold)
        use(market, hours=10)
        day_after = hold.covered_until + 24 * HOUR
        ledger.release_expired(now=day_after)
        assert exhausting.end_over(now=day_after) == 0
        assert exhausting.end_over(now=START + 34 * HOUR) == 1


def use(market: Market, *, hours: int, since: datetime = START, **reported: Any) -> None:
    """Report two cards of the job, from its start on."""
    outcome = market.report(
        {
            "account": "acme",
            "milli_cards": 2_000,
            "allocation_key": "job-a",
            "started_ms": instant_ms(since),
            "ended_ms": instant_ms(since + hours * HOUR),
            **reported,
        }
    )
    assert outcome.accepted == 1, outcome


def test_nobody_else_reads_of_it(market: Market) -> None:
    note(make_hold(market))
    other = make_market()
    found = exhausted_page(
        organisation_id=other.operator.pk, is_open=None, after=None, limit=10, now=NOW
    )
    assert found == []


def test_who_placed_and_released_is_written_down(market: Market) -> None:
    hold = make_hold(market)
    with transaction():
        holding.release_hold(
            tenant_id=hold.tenant_id,
            hold_id=hold.pk,
            ended_at=None,
            now=NOW,
            actor=Actor.api_key(7),
        )
    written = AuditEntry.objects.filter(object_type="hold", object_id=str(hold.public_id))
    assert list(written.order_by("id").values_list("action", "actor_kind", "actor_id")) == [
        ("rating.place_hold", "system", None),
        ("rating.release_hold", "api_key", 7),
    ]


def poll(market: Market, *, until: datetime, ended: bool = False) -> None:
    """Let the source tell that the job ran up to an instant."""
    market.report(
        {
            "account": "acme",
            "milli_cards": 2_000,
            "allocation_key": "job-a",
            "started_ms": instant_ms(START),
            "ended_ms": instant_ms(until),
        }
    )
    running = {} if ended else {"ended_at": None}
    Allocation.objects.update(metered_until=until, **running)


def test_a_job_that_runs_on_unasked_is_a_case_told_once(market: Market) -> None:
    make_hold(market)
    poll(market, until=START + 2 * HOUR)
    assert exhausting.note_silent(now=NOW) == 0

    Allocation.objects.update(metered_until=START + 3 * HOUR)

    assert [exhausting.note_silent(now=NOW), exhausting.note_silent(now=NOW)] == [1, 0]
    case = ExhaustedHold.objects.get()
    assert (case.cause, case.exhausted_at, case.asked_until, case.refusals) == (
        "silence",
        START + 2 * HOUR,
        START + 3 * HOUR,
        0,
    )
    told = OutboxEvent.objects.filter(kind="hold.exhausted")
    assert {event.payload["cause"] for event in told} == {"silence"}
    assert told.count() == 2


def test_a_job_whose_hold_expired_while_it_ran_is_a_case_too(market: Market) -> None:
    hold = make_hold(market)
    poll(market, until=START + 3 * HOUR)
    Hold.objects.filter(pk=hold.pk).update(state="expired", closed_at=NOW)

    assert exhausting.note_silent(now=NOW) == 1


def test_a_silent_case_becomes_one_of_money_when_somebody_asks(market: Market) -> None:
    hold = make_hold(market)
    poll(market, until=START + 3 * HOUR)
    exhausting.note_silent(now=NOW)

    noted = note(hold, hours=4)

    assert noted is not None
    assert (noted.cause, noted.refusals, noted.shortfall) == ("money", 1, MISSING)
    assert ExhaustedHold.objects.count() == 1


class TestJobsOfTheSameName:
    """A source may report of several clusters, and a cluster may be reported of by several."""

    @pytest.fixture
    def elsewhere(self, market: Market) -> Cluster:
        """Return a second cluster of the centre, of which the market's source reports too."""
        return catalogue.add_cluster(
            centre_id=market.cluster.centre_id,
            code=f"{market.cluster.code}-b",
            name="50P",
            milli_cards=160_000,
        )

    def test_one_that_runs_elsewhere_is_not_silent_here(
        self, market: Market, elsewhere: Cluster
    ) -> None:
        make_hold(market)
        use(market, hours=3, cluster=elsewhere.code)
        Allocation.objects.update(ended_at=None)
        assert exhausting.note_silent(now=NOW) == 0

    def test_one_that_its_source_reports_of_this_cluster_is(
        self, market: Market, elsewhere: Cluster
    ) -> None:
        hold = make_hold(market, cluster_id=elsewhere.pk)
        use(market, hours=3, cluster=elsewhere.code)
        Allocation.objects.update(ended_at=None)
        assert exhausting.note_silent(now=NOW) == 1
        assert ExhaustedHold.objects.get().hold == hold

    def test_one_that_went_on_elsewhere_is_not(self, market: Market, elsewhere: Cluster) -> None:
        # given an hour under its hold, and a restart on the other cluster
        make_hold(market)
        use(market, hours=1)
        use(market, since=START + HOUR, hours=5, cluster=elsewhere.code)
        Allocation.objects.update(ended_at=None)
        assert exhausting.note_silent(now=NOW) == 0

    def test_one_of_another_project_is_not(self, market: Market) -> None:
        project = contracts.add_project(
            tenant_id=market.tenants["acme"].pk, code="vision", name="Vision"
        )
        make_hold(market, project_id=project.pk)
        use(market, hours=3)
        Allocation.objects.update(ended_at=None)
        assert exhausting.note_silent(now=NOW) == 0

    def test_a_newer_hold_that_covers_less_is_the_one_that_counts(self, market: Market) -> None:
        # given a hold that was let go, as its job had not begun, and a shorter one for the job
        release(make_hold(market), ended_at=None)
        shorter = make_hold(market, reference="hold-2", hours=1)
        poll(market, until=START + HOUR)
        Allocation.objects.update(metered_until=START + timedelta(minutes=90))
        assert exhausting.note_silent(now=NOW) == 1
        assert ExhaustedHold.objects.get().hold == shorter

    def test_the_end_of_one_elsewhere_does_not_end_the_case_here(
        self, market: Market, elsewhere: Cluster
    ) -> None:
        note(make_hold(market))
        use(market, hours=3, cluster=elsewhere.code)
        Allocation.objects.update(ended_at=START + 3 * HOUR)
        assert exhausting.end_over(now=NOW) == 0

    def test_the_end_of_the_job_that_its_source_reports_of_this_cluster_does(
        self, market: Market, elsewhere: Cluster
    ) -> None:
        note(make_hold(market, cluster_id=elsewhere.pk))
        use(market, hours=3, cluster=elsewhere.code)
        Allocation.objects.update(ended_at=START + 3 * HOUR)
        assert exhausting.end_over(now=NOW) == 1
        assert cases(market) == [("ended", HOUR)]
