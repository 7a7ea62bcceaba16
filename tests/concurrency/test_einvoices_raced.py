"""Two people of finance at once: one e-invoice for a bill, one file, one number, one red letter."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.einvoices import operations
from compute_billing.einvoices.models import EInvoice, EInvoiceBill, EInvoiceFile
from compute_billing.invoices.models import Invoice
from kernel.errors import DomainError
from tests.builders.accounts import make_user
from tests.builders.einvoices import (
    ISSUED_ON,
    answer,
    make_issued,
    make_number,
    make_request,
    make_title,
    reverse,
    set_item,
)
from tests.builders.invoices import NOVEMBER, close, make_correction, make_use, the_bill
from tests.builders.market import NOW, Market, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(200, marks=pytest.mark.soak)]
START = datetime(2026, 10, 12, tzinfo=UTC)


def assert_every_law_holds() -> None:
    assert [each.law.name for each in verify_books(full=True) if not each.holds] == []


def make_billed(market: Market, code: str) -> Invoice:
    market.add_tenant(code, paid_yuan=10)
    make_use(market, code, start=START)
    close(market, code)
    return the_bill(market, code)


def winners(outcomes: list[object]) -> int:
    return sum(not isinstance(outcome, DomainError) for outcome in outcomes)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_requests_for_a_bill_are_one(rounds: int) -> None:
    market = make_market()
    set_item(market.operator)

    def make_works(number: int):
        bill = make_billed(market, f"t{number}")
        title = make_title(bill.tenant)
        return [partial(make_request, [bill], title=title) for _ in range(2)]

    race = run_race(rounds=rounds, make_works=make_works)
    assert [winners(outcomes) for outcomes in race.rounds] == [1] * rounds
    assert EInvoiceBill.objects.filter(ended_at=None).count() == rounds
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_exports_put_each_request_into_one_file(rounds: int) -> None:
    market, user = make_market(), make_user()
    set_item(market.operator)

    def make_works(number: int):
        make_request([make_billed(market, f"t{number}")])
        export = partial(
            operations.export_einvoices, issuer_id=market.operator.pk, user_id=user.pk, now=NOW
        )
        return [export, export]

    race = run_race(rounds=rounds, make_works=make_works)
    assert [winners(outcomes) for outcomes in race.rounds] == [1] * rounds
    assert EInvoiceFile.objects.count() == rounds
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_answers_are_one_and_a_number_stands_once(rounds: int) -> None:
    market = make_market()
    set_item(market.operator)

    def make_works(number: int):
        first = make_request([make_billed(market, f"a{number}")])
        second = make_request([make_billed(market, f"b{number}")])
        shared = make_number()
        return [
            partial(answer, each, number=shared, issued_on=ISSUED_ON) for each in (first, second)
        ] + [partial(answer, first)]

    race = run_race(rounds=rounds, make_works=make_works)
    numbers = EInvoice.objects.filter(state="issued").values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))
    assert all(1 <= winners(outcomes) <= 2 for outcomes in race.rounds)
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_red_letters_never_take_back_more_than_the_blue_one(rounds: int) -> None:
    market = make_market()
    set_item(market.operator)

    def make_works(number: int):
        code = f"t{number}"
        market.add_tenant(code, paid_yuan=10)
        use = make_use(market, code, start=START)
        make_use(market, code)
        close(market, code)
        blue = make_issued([the_bill(market, code)])
        make_correction(market, code, corrects=use, start=START)
        close(market, code, month=NOVEMBER)
        note = Invoice.objects.get(kind="credit_note", tenant=market.tenants[code])
        return [
            partial(reverse, blue, note=note, reason="02"),
            partial(reverse, blue, note=note, reason="02"),
            partial(reverse, blue, reason="01"),
        ]

    race = run_race(rounds=rounds, make_works=make_works)
    for outcomes in race.rounds:
        red = [outcome for outcome in outcomes if isinstance(outcome, EInvoice)]
        # Either the note's part, with whose answer the rest waits, or all of it.
        assert sum(one.total_fen for one in red) in {243, 486}
    race.assert_they_met()
    assert_every_law_holds()
