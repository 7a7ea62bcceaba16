"""A sandbox is emptied while it is used, rated, filled, held and closed: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest

from accounts.models import Organisation
from compute_billing.audit import queries as audit
from compute_billing.ledger.models import CreditLot
from compute_billing.metering.models import UsageRecord
from compute_billing.rating import operations as rating
from compute_billing.sandboxes import operations as sandboxes
from compute_billing.sandboxes.queries import Sandbox
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.money import Money
from tests.builders.market import make_market
from tests.builders.sandboxes import client_with, open_sandbox, report, sandbox_key
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]
OCTOBER = date(2026, 10, 1)
# What a program may be told whose sandbox was emptied under its hands.
REFUSALS = {401, 404, 409}


class Program:
    """A program with a key of a sandbox, and a person who empties it."""

    def __init__(self) -> None:
        self.market = make_market()
        self.tenant = self.market.add_tenant("qinglan", paid_yuan=50)
        self.sandbox = open_sandbox(self.tenant)
        self.key = sandbox_key(self.tenant)
        self.numbers = count(1)
        self.use(external_id="first")

    def use(self, *, external_id: str) -> int:
        answer = report(
            client_with(self.key),
            self.sandbox,
            {"external_id": external_id, "card_type": self.market.meter.code},
        )
        assert answer.status_code == 200 or answer.status_code in REFUSALS, answer.content
        return answer.json().get("accepted", 0)

    def hold(self, *, reference: str) -> int:
        starts_at = utc_now() + timedelta(days=1)
        body = {
            "source": self.sandbox.source,
            "account": self.sandbox.account,
            "allocation": reference,
            "reference": reference,
            "cards": "1",
            "card_type": self.market.meter.code,
            "starts_at": starts_at.isoformat(),
            "until": (starts_at + timedelta(hours=1)).isoformat(),
        }
        answer = client_with(self.key).post(
            "/api/v1/holds",
            body,
            content_type="application/json",
            headers={"idempotency-key": reference},
        )
        assert answer.status_code == 201 or answer.status_code in REFUSALS, answer.content
        return answer.status_code

    def fill(self) -> int:
        return sandboxes.top_up_sandbox(
            organisation_id=self.tenant.pk,
            amount=Money.from_text("5"),
            actor=Actor.system(),
            now=utc_now(),
        )

    def rate(self) -> int:
        return len(list(rating.rate_all(now=utc_now(), tenant_id=self.sandbox.organisation_id)))

    def close(self) -> object:
        return sandboxes.close_sandbox_month(
            organisation_id=self.tenant.pk, month=OCTOBER, now=utc_now()
        )

    def reset(self) -> Sandbox:
        return sandboxes.reset_sandbox(
            organisation_id=self.tenant.pk, actor=Actor.system(), now=utc_now()
        )


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_sandbox_is_emptied_while_everything_happens_in_it(rounds: int) -> None:
    programs: list[Program] = []

    def make_works(number: int) -> list[Callable[[], object]]:
        # given a sandbox with use that nobody has rated
        program = Program()
        programs.append(program)
        # when it is emptied and, at the same moment, used, held, filled, rated and closed
        return [
            program.reset,
            partial(program.use, external_id=f"job-{number}"),
            partial(program.hold, reference=f"hold-{number}"),
            program.fill,
            program.rate,
            program.close,
        ]

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=rounds * 4)

    for number, (program, outcomes) in enumerate(zip(programs, race.rounds, strict=True)):
        fresh, accepted, _held, lot_id, _rated, _closed = outcomes
        # then there is one live sandbox, the new one, and it can be used
        assert isinstance(fresh, Sandbox)
        worlds = Organisation.objects.filter(sandbox_of=program.tenant)
        assert worlds.get(retired_at=None).pk == fresh.organisation_id
        # and what was accepted or filled lies in one of the two, whole
        both = list(worlds.values_list("id", flat=True))
        found = UsageRecord.objects.filter(tenant_id__in=both, external_id=f"job-{number}")
        assert found.count() == accepted
        assert isinstance(lot_id, int | DomainError)
        if isinstance(lot_id, int):
            assert CreditLot.objects.get(pk=lot_id).tenant_id in both
        program.sandbox = fresh
        assert program.use(external_id="again") == 1
    # and every law of the books holds
    broken = [verdict.law.name for verdict in audit.verify_books(full=True) if not verdict.holds]
    assert broken == []
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_who_empty_a_sandbox_and_two_who_switch_it_on(rounds: int) -> None:
    markets = []

    def make_works(_: int) -> list[Callable[[], object]]:
        market = make_market()
        tenant = market.add_tenant("qinglan")
        markets.append(tenant)
        if len(markets) % 2:
            open_sandbox(tenant)
        by_hand = {"organisation_id": tenant.pk, "actor": Actor.system(), "now": utc_now()}
        empty = partial(sandboxes.reset_sandbox, **by_hand)
        switch_on = partial(sandboxes.open_sandbox, **by_hand)
        return [empty, empty, switch_on, switch_on]

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=rounds * 4)

    for tenant, outcomes in zip(markets, race.rounds, strict=True):
        # one is live, and whoever was refused was told that there was none yet
        assert Organisation.objects.filter(sandbox_of=tenant, retired_at=None).count() == 1
        refused = [one for one in outcomes if isinstance(one, DomainError)]
        assert {one.code for one in refused} <= {"no_sandbox"}
    race.assert_they_met()
