"""What a statement says the account held: it adds up, and begins where the last one ended."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import OrganisationKind
from compute_billing.bank import queries
from compute_billing.bank.balances import of_running, signed
from compute_billing.bank.bank_file import UnableToReadStatement, read_statement
from compute_billing.bank.lines import Balances, StatementLine
from compute_billing.bank.models import BankAccount
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.camt import balance, camt, entry

DAY = date(2026, 10, 9)


def told(content: bytes) -> Balances | None:
    return read_statement(content, name="s").balances


def test_a_camt_statement_that_adds_up_keeps_its_balances() -> None:
    entries = (entry("50.00", serial="1"), entry("12.00", direction="DBIT", serial="2"))
    content = camt(*entries, balances=balance("OPBD", "100.00") + balance("CLBD", "138.00"))
    assert told(content) == Balances(
        opening_on=DAY, opening_fen=10_000, closing_on=DAY, closing_fen=13_800
    )


def test_a_camt_statement_that_leaves_an_entry_out_is_refused_with_both_sums() -> None:
    content = camt(entry("50.00"), balances=balance("PRCD", "100.00") + balance("CLBD", "138.00"))
    with pytest.raises(UnableToReadStatement, match="come to 15000 fen, but it closes with 13800"):
        told(content)


def test_what_cannot_be_read_is_the_difference() -> None:
    entries = (entry("50.00"), entry("8.00", currency="USD"))
    content = camt(*entries, balances=balance("OPBD", "100.00") + balance("CLBD", "158.00"))
    found = told(content)
    assert found is not None
    assert found.difference_fen == 800


def test_what_is_not_booked_yet_is_in_neither_balance() -> None:
    entries = (entry("50.00"), entry("8.00", status="PDNG"))
    content = camt(*entries, balances=balance("OPBD", "100.00") + balance("CLBD", "150.00"))
    assert told(content) is not None


def test_an_overdrawn_account_has_a_debit_balance() -> None:
    content = camt(
        entry("50.00"),
        balances=balance("OPBD", "20.00", direction="DBIT") + balance("CLBD", "30.00"),
    )
    found = told(content)
    assert found is not None
    assert (found.opening_fen, found.closing_fen) == (-2_000, 3_000)


def test_two_statements_of_a_file_with_one_missing_between_them_are_refused() -> None:
    one = camt(entry("50.00"), balances=balance("OPBD", "100.00") + balance("CLBD", "150.00"))
    other = camt(entry("1.00"), balances=balance("OPBD", "151.00") + balance("CLBD", "152.00"))
    inner = other.partition(b"<Stmt>")[2].partition(b"</Stmt>")[0]
    both = one.replace(b"</Stmt>", b"</Stmt><Stmt>" + inner + b"</Stmt>")
    with pytest.raises(UnableToReadStatement, match="a statement between them is missing"):
        told(both)


def test_a_balance_that_is_no_amount_refuses_the_file() -> None:
    content = camt(entry("50.00"), balances=balance("OPBD", "a") + balance("CLBD", "1"))
    with pytest.raises(UnableToReadStatement, match="this balance cannot be read"):
        told(content)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_table_with_running_balances_in_either_order(newest_first) -> None:
    lines = [
        line("10.00", left="110.00", day="2026-10-08"),
        line("5.00", left="115.00"),
        line("1.00", left="116.00"),
    ]
    content = statement(*(lines[::-1] if newest_first else lines))
    assert told(content) == Balances(
        opening_on=date(2026, 10, 8), opening_fen=10_000, closing_on=DAY, closing_fen=11_600
    )


def test_a_table_that_leaves_lines_out_keeps_what_is_missing() -> None:
    lines = [line("10.00", left="110.00", day="2026-10-08"), line("1.00", left="116.00")]
    found = told(statement(*lines))
    assert found is not None
    assert found.difference_fen == 500


def test_a_table_without_balances_tells_none() -> None:
    assert told(statement(line("10.00"), line("5.00", left="15.00"))) is None


@given(
    opening=st.integers(-(10**9), 10**9),
    moves=st.lists(st.tuples(st.booleans(), st.integers(1, 10**9)), min_size=1, max_size=20),
    is_turned=st.booleans(),
)
def test_any_chain_of_movements_adds_up(opening, moves, is_turned) -> None:
    left, lines = opening, []
    for position, (is_incoming, fen) in enumerate(moves):
        left += fen if is_incoming else -fen
        lines.append(
            StatementLine(
                position=position,
                booked_on=date(2026, 10, 1 + position),
                is_incoming=is_incoming,
                amount_fen=fen,
                balance_fen=left,
                payer_name="",
                payer_account="",
                remark="",
                serial="",
            )
        )
    found = of_running(lines[::-1] if is_turned else lines)
    assert found is not None
    assert (found.opening_fen, found.closing_fen, found.difference_fen) == (opening, left, 0)
    assert found.closing_fen - found.opening_fen == sum(signed(one) for one in lines)


@pytest.fixture
def account(db) -> BankAccount:
    return make_account(make_organisation(kind=OrganisationKind.OPERATOR))


def of_day(account: BankAccount, day: str, opening: str, closing: str, yuan: str) -> bytes:
    balances = balance("OPBD", opening, day=day) + balance("CLBD", closing, day=day)
    return camt(entry(yuan, day=day), number=account.number, balances=balances)


def test_a_missing_statement_is_a_gap_until_it_comes(account) -> None:
    # given the statements of two days, with the one between them missing
    user_id = make_user().pk
    first = of_day(account, "2026-10-07", "100.00", "150.00", "50.00")
    between = of_day(account, "2026-10-08", "150.00", "157.00", "7.00")
    last = of_day(account, "2026-10-09", "157.00", "160.00", "3.00")
    for name, content in (("first", first), ("last", last)):
        take_in(account, content, user_id=user_id, name=name)
    # then the later begins with more than the earlier ended with
    gaps = {row.file_name: row.gap_fen for row in queries.statements(limit=9)}
    assert gaps == {"first": None, "last": 700}
    # and when the one between them comes, nothing is missing
    take_in(account, between, user_id=user_id, name="between")
    gaps = {row.file_name: row.gap_fen for row in queries.statements(limit=9)}
    assert gaps == {"first": None, "between": 0, "last": 0}
