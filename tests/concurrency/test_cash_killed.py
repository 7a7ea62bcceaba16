"""SIGKILL in the midst of a day's run: what was fetched is kept, and the next run does the rest."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from accounts.models import OrganisationKind
from compute_billing.cash.models import CashAccount, CashDay, CashDifference, CashItem
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.market import NOW
from tests.concurrency.test_closing_killed import kill_at

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 4
COMMAND = ("reconcile_cash", "--day", "2026-10-09")


@pytest.mark.parametrize("table", ["cash_item", "cash_day", "cash_difference"])
def test_a_run_that_was_killed_is_done_by_the_next(table: str) -> None:
    # Given a statement of which nothing was credited
    account = make_account(make_organisation(kind=OrganisationKind.OPERATOR))
    rows = [line("10.00", serial=str(number)) for number in range(LINES)]
    take_in(account, statement(*rows), user_id=make_user().pk)
    # When the process dies while it writes
    kill_at(table, *COMMAND)
    # Then nothing of the day is there
    assert CashItem.objects.count() == CashDay.objects.count() == 0
    assert CashDifference.objects.count() == 0
    assert CashAccount.objects.get().reconciled_to is None
    # And the next run has all of it, told by its exit code
    with pytest.raises(SystemExit) as ended:
        call_command(*COMMAND, "--now", NOW.isoformat(), "--json")
    assert ended.value.code == 1
    assert CashItem.objects.count() == CashDifference.objects.count() == LINES
    assert CashDay.objects.get().told_moves_fen == 4_000
