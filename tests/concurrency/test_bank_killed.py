"""SIGKILL in the midst of an import: the next one finishes what was begun, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.events.kinds import EventKind
from accounts.models import OrganisationKind
from compute_billing.bank.models import BankDecision, BankLine, BankStatement
from compute_billing.ledger.models import CreditLot, LedgerTransaction
from kernel.models import OutboxEvent
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import code_of, line, make_account, statement
from tests.concurrency.test_closing_killed import kill_at

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 4


@pytest.mark.parametrize(
    ("table", "lines_left"),
    [("bank_line", 0), ("bank_decision", LINES)],
)
def test_an_import_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, table: str, lines_left: int
) -> None:
    # given a statement of four lines that credit themselves
    operator, tenant, user = (
        make_organisation(kind=OrganisationKind.OPERATOR),
        make_organisation(),
        make_user(),
    )
    account, code = make_account(operator), code_of(tenant, operator)
    lines = [
        line("10.00", payer=tenant.name, remark=code, serial=str(number)) for number in range(LINES)
    ]
    file = tmp_path / "statement.csv"
    file.write_bytes(statement(*lines))
    command = (
        "import_bank_statement",
        str(file),
        *("--account", account.number, "--by", user.email),
    )

    # when the process dies while it writes
    kill_at(table, *command)

    # then what it had not finished is gone
    assert BankLine.objects.count() == lines_left
    assert CreditLot.objects.count() == BankDecision.objects.count() == 0
    assert LedgerTransaction.objects.filter(kind="top_up").count() == 0
    assert OutboxEvent.objects.filter(kind=EventKind.PAYMENT_RECEIVED).count() == 0
    # and the same file finishes it
    call_command(*command)
    assert BankLine.objects.count() == BankDecision.objects.count() == LINES
    assert list(CreditLot.objects.values_list("granted", flat=True)) == [10_000_000] * LINES
    assert OutboxEvent.objects.filter(kind=EventKind.PAYMENT_RECEIVED).count() == LINES
    assert BankStatement.objects.count() == (1 if lines_left == 0 else 2)
