"""Sweeps of what expired, at once and killed: each lot is booked out once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.management import call_command

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import LedgerBalance, LedgerTransaction
from compute_billing.rating.breakage import book_breakage
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market
from tests.concurrency.racing import run_race
from tests.concurrency.test_closing_killed import kill_at

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [6, pytest.param(200, marks=pytest.mark.soak)]
END = datetime(2026, 3, 1, tzinfo=UTC)
LOTS = 3


def grant(market: Market, *, tenant: str, reference: str) -> int:
    lot = ledger.grant_promotion_lot(
        tenant_id=market.tenants[tenant].pk,
        operator_id=market.operator.pk,
        amount_micro=YUAN,
        reference=reference,
        now=LONG_AGO,
        expires_at=END,
    )
    return int(lot.account_id)


def left(account_ids: list[int]) -> set[int]:
    found = LedgerBalance.objects.filter(account_id__in=account_ids)
    return set(found.values_list("posted", flat=True))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_sweeps_at_once_book_each_lot_once(rounds: int) -> None:
    market = make_market()
    market.add_tenant("acme")
    lots: list[int] = []

    def make_works(number: int):
        lots.extend(grant(market, tenant="acme", reference=f"{number}-{n}") for n in range(LOTS))
        return [partial(book_breakage, grace=timedelta(days=30), now=NOW)] * 4

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=50)

    race.assert_they_met()
    assert all(sum(outcomes) == LOTS for outcomes in race.rounds)
    assert left(lots) == {0}
    assert LedgerTransaction.objects.filter(kind="breakage").count() == len(lots)


def test_a_sweep_that_was_killed_is_finished_by_the_next() -> None:
    # given two tenants with lots that expired
    market = make_market()
    lots = []
    for tenant in ("acme", "beta"):
        market.add_tenant(tenant)
        lots += [grant(market, tenant=tenant, reference=f"{tenant}-{n}") for n in range(LOTS)]
    # when the process dies while it writes
    kill_at("ledger_posting", "book_breakage")
    # then of what it had in hand nothing is left, and the next one books all
    assert LedgerTransaction.objects.filter(kind="breakage").count() == 0
    assert left(lots) == {YUAN}
    for _again in range(2):
        call_command("book_breakage", "--json")
        assert left(lots) == {0}
        assert LedgerTransaction.objects.filter(kind="breakage").count() == len(lots)
