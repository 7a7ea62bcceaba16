"""SIGKILL in the midst of reminding: nobody is reminded by half, and the next run does the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from compute_billing.ledger.models import Wallet
from compute_billing.receivables.models import DunningNotice, DunningStep
from kernel.models import OutboxEvent
from tests.builders.invoices import close, make_use
from tests.builders.market import NOW, make_market
from tests.builders.receivables import ISSUED, on_credit
from tests.concurrency.test_closing_killed import kill_at

pytestmark = pytest.mark.django_db(transaction=True)
TENANTS = ("first", "second", "third")
COMMAND = ("dun_tenants",)


@pytest.mark.parametrize("table", ["receivables_notice", "receivables_step", "kernel_outbox_event"])
def test_a_run_that_was_killed_is_done_by_the_next(table: str) -> None:
    # Given three tenants whose bills of an hour were due at once, on 2 November
    market = make_market()
    for code in TENANTS:
        on_credit(market=market, code=code)
        Wallet.objects.filter(tenant=market.tenants[code]).update(net_days=0)
        make_use(market, code, duration=timedelta(hours=1))
        close(market, code, now=ISSUED)
    # When the process dies while it writes
    kill_at(table, *COMMAND)
    # Then nobody is reminded by half
    assert DunningNotice.objects.count() == DunningStep.objects.count() == 0
    # And the next run, and one more, remind each once, of two weeks
    for _ in range(2):
        call_command(*COMMAND, "--now", NOW.isoformat(), "--json")
    assert sorted(DunningNotice.objects.values_list("tenant_id", "level")) == sorted(
        (market.tenants[code].pk, 4) for code in TENANTS
    )
    assert DunningStep.objects.count() == 3
    assert OutboxEvent.objects.filter(kind="payment.due").count() == 3
