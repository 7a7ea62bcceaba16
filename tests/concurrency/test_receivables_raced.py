"""Two payments at once, and reminders beside them: nothing is paid twice or asked for when paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from compute_billing.ledger.models import LedgerBalance, Wallet
from compute_billing.receivables import operations
from compute_billing.receivables.models import DunningNotice
from tests.builders.invoices import OCTOBER, close, make_use
from tests.builders.market import NOW, PRICE_MICRO, Market, make_market
from tests.builders.receivables import ISSUED, on_credit, owed, pay_in, tenant_of
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
PART = PRICE_MICRO // 2 + 1


def works(market: Market, _: int) -> list[Callable[[], object]]:
    """Pay by two halves, and look twice at whom to remind."""
    whose = {"tenant_id": tenant_of(market).pk, "operator_id": market.operator.pk}
    pay = partial(pay_in, market, micro=PART, now=NOW)
    remind = partial(operations.remind, **whose, now=NOW)
    prefix = tenant_of(market).code
    return [
        partial(pay, reference=f"{prefix}-a"),
        remind,
        partial(pay, reference=f"{prefix}-b"),
        remind,
    ]


@pytest.mark.parametrize("rounds", [6, pytest.param(200, marks=pytest.mark.soak)])
def test_payments_and_reminders_never_cross(rounds: int) -> None:
    lock_waits = 0
    for _ in range(rounds):
        # Given a bill of an hour that is overdue
        market = on_credit(market=make_market())
        tenant_id = tenant_of(market).pk
        Wallet.objects.filter(tenant_id=tenant_id).update(net_days=0)
        make_use(market, "acme", month=OCTOBER, duration=timedelta(hours=1))
        close(market, "acme", now=ISSUED)
        # When it is paid by two halves at once, and asked for twice
        race = run_race(rounds=1, make_works=partial(works, market))
        lock_waits += race.lock_waits

        # Then it is paid once, what is beyond lies in the wallet, and each micro-yuan traces
        found = owed(market)
        assert (found.owed, found.items) == (0, [])
        assert sum(one.amount for one in found.allocations) == PRICE_MICRO
        lots = LedgerBalance.objects.filter(
            account__kind="paid", account__owner_id=tenant_id
        ).values_list("posted", flat=True)
        assert sum(lots) == 2 * PART - PRICE_MICRO
        # And whoever was reminded was asked for what was open then, once
        asked = DunningNotice.objects.filter(tenant_id=tenant_id).values_list("amount", flat=True)
        assert len(asked) <= 1
        assert set(asked) <= {PRICE_MICRO, PRICE_MICRO - PART}
    assert lock_waits > 0, "the racers never met"
