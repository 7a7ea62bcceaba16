"""Two files at once, two processes that credit, and two people that decide: each line once."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.events.kinds import EventKind
from accounts.models import OrganisationKind
from compute_billing.bank import operations
from compute_billing.bank.models import BankDecision, BankLine
from compute_billing.ledger.models import CreditLot
from kernel.models import OutboxEvent
from tests.builders.accounts import NOW, make_organisation, make_user
from tests.builders.bank import TWO_FROM_FEN, code_of, line, make_account, statement, take_in
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(250, marks=pytest.mark.soak)]


def assert_told_once(lines: int) -> None:
    """Each credited line has one event, of the tenant that has its lot."""
    told = OutboxEvent.objects.filter(kind=EventKind.PAYMENT_RECEIVED)
    decided = BankDecision.objects.select_related("line")
    assert sorted((each.organisation_id, each.payload["payment"]) for each in told) == sorted(
        (each.tenant_id, str(each.line.public_id)) for each in decided
    )
    assert told.count() == lines


@pytest.mark.parametrize("rounds", ROUNDS)
def test_the_same_file_imported_twice_at_once_credits_once(rounds) -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    account, user = make_account(operator), make_user()
    tenant = make_organisation()
    code = code_of(tenant, operator)

    def import_and_credit(content: bytes) -> int:
        take_in(account, content, user_id=user.pk)
        return operations.credit_exact_lines(two_from_fen=TWO_FROM_FEN, now=NOW)

    def make_works(number: int):
        lines = [
            # Another amount in each file: what two files tell of one day is for a person.
            line(f"{10 + number}.00", payer=tenant.name, remark=code, serial=f"{number}-{place}")
            for place in range(5)
        ]
        return [partial(import_and_credit, statement(*lines)) for _ in range(2)]

    race = run_race(rounds=rounds, make_works=make_works)

    assert BankLine.objects.count() == 5 * rounds
    assert BankDecision.objects.count() == 5 * rounds
    granted = sorted(CreditLot.objects.values_list("granted", flat=True))
    assert granted == [(10 + number) * 1_000_000 for number in range(rounds) for _ in range(5)]
    # and the tenant hears of each once
    assert_told_once(5 * rounds)
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_people_decide_a_line_once(rounds) -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    account = make_account(operator)
    first, second = make_user(), make_user()
    tenants = [make_organisation(), make_organisation()]

    def make_works(number: int):
        take_in(account, statement(line("1.00", serial=str(number))), user_id=first.pk)
        found = BankLine.objects.latest("id")
        return [
            partial(
                operations.decide,
                line_id=found.public_id,
                fate="credit",
                tenant_id=tenant.pk,
                reason="raced",
                two_from_fen=TWO_FROM_FEN,
                user_id=user.pk,
                now=NOW,
            )
            for tenant, user in zip(tenants, (first, second), strict=True)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, BankDecision) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, operations.LineDecided) for outcome in outcomes) == 1
    assert CreditLot.objects.count() == rounds
    assert_told_once(rounds)
    race.assert_they_met()
