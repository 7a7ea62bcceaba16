"""Fifty workers hold, extend, release, use and top up one wallet: what is held is never owed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from compute_billing.audit import queries as audit
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import Hold, LedgerBalance
from compute_billing.rating import holding
from compute_billing.rating import operations as rating
from compute_billing.rating.holding import Job
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = [2, pytest.param(100, marks=pytest.mark.soak)]
WORKERS = 50
HOUR = timedelta(hours=1)
START = NOW - 12 * HOUR
OWED_UNDER_HOLD = """
    SELECT h.reference, sum(s.amount)::bigint AS amount
    FROM rating_charge_share s
    JOIN rating_charge c ON c.tenant_id = s.tenant_id AND c.recorded_month = s.recorded_month
        AND c.id = s.charge_id
    JOIN metering_usage_record u ON u.id = c.usage_id
    JOIN metering_allocation a ON a.id = u.allocation_id
    JOIN ledger_hold h ON h.allocation_key = a.key AND h.tenant_id = s.tenant_id
    WHERE s.payer_kind = 'arrears' AND c.segment_end <= h.covered_until
    GROUP BY h.reference HAVING sum(s.amount) <> 0
"""


class Wallet:
    """One wallet, and what workers do to it."""

    def __init__(self) -> None:
        self.market: Market = make_market()
        self.tenant_id = self.market.add_tenant("acme", paid_yuan=30).pk
        self.numbers = count(1)

    def hold(self, number: int) -> None:
        job = Job(
            tenant_id=self.tenant_id,
            reference=f"hold-{number}",
            project_id=None,
            cluster_id=self.market.cluster.pk,
            meter_id=self.market.meter.pk,
            allocation_key=f"job-{number}",
            milli_cards=1_000,
            starts_at=START,
        )
        with transaction():
            holding.open_hold(job=job, until=START + HOUR, now=NOW)

    def extend(self, hold_id: int, hours: int) -> None:
        with transaction():
            holding.extend_hold(
                tenant_id=self.tenant_id, hold_id=hold_id, until=START + hours * HOUR, now=NOW
            )

    def release(self, hold_id: int) -> None:
        ended_at = START + HOUR / 2
        with transaction():
            holding.release_hold(
                tenant_id=self.tenant_id, hold_id=hold_id, ended_at=ended_at, now=NOW
            )

    def use(self, key: str) -> None:
        """Report a quarter of an hour of a job, and rate what waits."""
        start = instant_ms(START)
        self.market.report(
            {
                "account": "acme",
                "milli_cards": 1_000,
                "allocation_key": key,
                "started_ms": start,
                "ended_ms": start + 900_000,
            }
        )
        rating.rate_next(tenant_id=self.tenant_id, now=NOW)

    def top_up(self, number: int) -> None:
        ledger.top_up(
            tenant_id=self.tenant_id,
            operator_id=self.market.operator.pk,
            amount_micro=YUAN,
            custody="bank",
            reference=f"top-up-{self.tenant_id}-{number}",
            now=NOW,
        )

    def works(self, round_number: int) -> list[Callable[[], object]]:
        """Deal fifty different things out; a job is reported once, held or not."""
        drawn = random.Random(round_number)  # a deal, not a secret
        number = next(self.numbers) * WORKERS
        held = list(Hold.objects.filter(tenant_id=self.tenant_id, state="open"))
        drawn.shuffle(held)
        works: list[Callable[[], object]] = [
            partial(self.use, hold.allocation_key) for hold in held[:8]
        ]
        works += [partial(self.extend, hold.pk, drawn.randint(2, 3)) for hold in held[8:14]]
        works += [partial(self.release, hold.pk) for hold in held[:6]]
        works += [partial(self.use, f"free-{number + place}") for place in range(8)]
        works += [partial(self.top_up, number + place) for place in range(4)]
        works += [partial(self.hold, number + place) for place in range(WORKERS - len(works))]
        drawn.shuffle(works)
        return works


@pytest.mark.parametrize("rounds", ROUNDS)
def test_what_is_held_is_never_owed_for(rounds: int) -> None:
    # Given a wallet with less money than fifty workers want
    wallet = Wallet()

    # When they spend, hold, extend, release and top up, round after round
    race = run_race(rounds=rounds, make_works=wallet.works)
    for _ in rating.rate_all(now=NOW, tenant_id=wallet.tenant_id):
        pass

    # Then no usage that a hold covers is owed for, and no account is below its floor
    assert rows(OWED_UNDER_HOLD) == []
    for balance in LedgerBalance.objects.all():
        assert balance.posted - balance.held >= balance.floor

    # And every law is kept, but for the cards: more are in use here than there are
    broken = [v.law.name for v in audit.verify_books() if not v.holds]
    assert [name for name in broken if "cards_in_use" not in name] == []

    # And there were losers in the race
    assert race.rounds_with_a_loser > 0, "no round had a loser"
