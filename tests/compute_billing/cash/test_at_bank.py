"""A bank's lines beside the books: what waits, what is set aside, what went out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import OrganisationKind
from compute_billing.bank import operations as bank
from compute_billing.bank.bank_file import read_statement
from compute_billing.bank.models import BankLine
from compute_billing.cash import operations, queries
from compute_billing.cash.days import start_of
from compute_billing.cash.models import CashDay, CashDifference, CashItem
from kernel.models import AuditEntry
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import code_of, line, make_account, statement
from tests.builders.cash import open_kinds

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 9)
NOW = start_of(DAY) + timedelta(hours=12)
NEXT = start_of(DAY) + timedelta(days=1, hours=2)


class Desk:
    """An operator's bank account, a tenant that remits, and two people of finance."""

    def __init__(self) -> None:
        self.operator = make_organisation(kind=OrganisationKind.OPERATOR)
        self.account = make_account(self.operator)
        self.tenant = make_organisation(name="青岚视觉（北京）有限公司")
        self.code = code_of(self.tenant, self.operator)
        self.maker, self.approver = make_user(), make_user()

    def take_in(self, *lines: str, now: datetime = NOW) -> None:
        bank.import_statement(
            account_id=self.account.public_id,
            read=read_statement(statement(*lines), name="s.csv"),
            user_id=self.maker.pk,
            now=now,
        )
        bank.credit_exact_lines(two_from_fen=10**9, now=now)

    def known(self, yuan: str, **more: Any) -> str:
        return line(yuan, payer=self.tenant.name, remark=self.code, **more)

    def reconcile(self, day: date = DAY, now: datetime = NEXT) -> operations.Reconciled:
        (done,) = operations.reconcile_all(day=day, now=now)
        return done

    def figures(self, day: date = DAY) -> tuple[int, int, int]:
        found = CashDay.objects.get(account__custody=self.account.custody, day=day)
        return found.told_closing_fen, found.booked_closing_fen, found.aside_closing_fen


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_day_on_which_all_was_credited_agrees(desk: Desk) -> None:
    desk.take_in(desk.known("100.00", serial="1"), desk.known("50.50", serial="2"))

    done = desk.reconcile()

    assert done.open_differences == 0
    assert desk.figures() == (15_050, 15_050, 0)
    assert not CashDifference.objects.exists()


def test_days_go_on_from_each_other_and_a_rerun_changes_nothing(desk: Desk) -> None:
    # Given two days of money, and a quiet one between
    desk.take_in(desk.known("100.00", serial="1"))
    desk.take_in(desk.known("50.00", serial="2", day="2026-10-11"), now=NOW + timedelta(days=2))
    # When they are reconciled, twice
    later = NEXT + timedelta(days=2)
    desk.reconcile(day=date(2026, 10, 11), now=later)
    before = list(CashDay.objects.order_by("day").values())
    again = desk.reconcile(day=date(2026, 10, 11), now=later)
    # Then opening + moves = closing, and each opening is the closing before
    assert [(one["told_opening_fen"], one["told_moves_fen"]) for one in before] == [
        (0, 10_000),
        (10_000, 0),
        (10_000, 5_000),
    ]
    assert list(CashDay.objects.order_by("day").values()) == before
    assert again.open_differences == 0
    assert CashItem.objects.count() == 4


def test_a_line_that_waits_stands_until_somebody_credits_it(desk: Desk) -> None:
    # Given a transfer that nobody has decided
    desk.take_in(line("30.00", payer="某某", serial="1"))
    assert desk.reconcile().open_differences == 1
    found = BankLine.objects.get()
    key = f"line:{found.public_id}"
    assert open_kinds(CashDifference.objects.get().account) == {key: ("missing_here", 3_000)}
    # When it is credited the day after
    bank.decide(
        line_id=found.public_id,
        fate="credit",
        tenant_id=desk.tenant.pk,
        reason="客户来函",
        two_from_fen=10**9,
        user_id=desk.maker.pk,
        now=NEXT,
    )
    desk.reconcile(day=date(2026, 10, 10), now=NEXT + timedelta(days=1))
    # Then the difference ended by itself, is kept, and the first day still shows it
    difference = CashDifference.objects.get()
    assert (difference.ending, difference.ended_by) == ("found", None)
    assert (difference.first_day, difference.last_day) == (DAY, date(2026, 10, 10))
    assert desk.figures() == (3_000, 0, 0)
    assert desk.figures(date(2026, 10, 10)) == (3_000, 3_000, 0)
    shown = queries.days(custody=None, has_open=None, before=None, limit=9)
    assert [(one.day.day, one.standing, one.gap_fen) for one in shown] == [(10, 0, 0), (9, 1, 3000)]


def test_what_is_set_aside_explains_itself(desk: Desk) -> None:
    desk.take_in(line("1.23", payer="结息", serial="1"))
    bank.decide(
        line_id=BankLine.objects.get().public_id,
        fate="aside",
        tenant_id=None,
        reason="银行结息",
        two_from_fen=10**9,
        user_id=desk.maker.pk,
        now=NOW,
    )

    assert desk.reconcile().open_differences == 0
    assert desk.figures() == (123, 0, 123)


def test_a_statement_that_comes_late_is_added_to_its_day(desk: Desk) -> None:
    # Given a day that was reconciled without a line
    desk.take_in(desk.known("10.00", serial="1"))
    desk.reconcile()
    # When the line of that day comes three days later, and is credited then
    desk.take_in(desk.known("20.00", serial="2"), now=NOW + timedelta(days=3))
    desk.reconcile(day=date(2026, 10, 11), now=NEXT + timedelta(days=2, hours=12))
    # Then the bank's side of the day holds it; the books had it late
    assert desk.figures() == (3_000, 1_000, 0)
    (difference,) = CashDifference.objects.all()
    assert (difference.kind, difference.ending) == ("late", "found")
    assert (difference.first_day, difference.last_day) == (DAY, date(2026, 10, 12))


def test_money_that_went_out_is_booked_by_two(desk: Desk) -> None:
    # Given a bank's fee that left the account
    out = "2026-10-09,,12.00,,,,账户管理费,9"
    desk.take_in(desk.known("100.00", serial="1"), out)
    desk.reconcile()
    difference = CashDifference.objects.get(ended_at=None)
    assert (difference.kind, difference.amount_fen) == ("missing_here", -1_200)
    # When one proposes it as the operator's expense
    booking = operations.Booking(counter="fee", operator_id=desk.operator.pk)
    told = {"difference_id": difference.public_id, "booking": booking, "now": NEXT}
    proposal = operations.propose(**told, reason="银行手续费", user_id=desk.maker.pk)
    # Then he cannot approve it, nor propose again
    with pytest.raises(operations.UnableToApproveOwnCashProposal):
        operations.approve(proposal_id=proposal.public_id, user_id=desk.maker.pk, now=NEXT)
    with pytest.raises(operations.DifferenceEnded):
        operations.propose(**told, reason="again", user_id=desk.approver.pk)
    # And another approves: it is booked, and the books close on the bank's figure
    operations.approve(proposal_id=proposal.public_id, user_id=desk.approver.pk, now=NEXT)
    difference.refresh_from_db()
    assert (difference.ending, difference.ended_by_id) == ("booked", desk.approver.pk)
    desk.reconcile(day=date(2026, 10, 10), now=NEXT + timedelta(days=1))
    assert desk.figures(date(2026, 10, 10)) == (8_800, 8_800, 0)
    actions = AuditEntry.objects.filter(action__startswith="cash.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["cash.propose", "cash.book"]


def test_a_refused_proposal_leaves_the_difference_open(desk: Desk) -> None:
    desk.take_in("2026-10-09,,12.00,,,,账户管理费,9")
    desk.reconcile()
    difference = CashDifference.objects.get()
    booking = operations.Booking(counter="own", operator_id=desk.operator.pk)
    told = {"difference_id": difference.public_id, "booking": booking, "now": NEXT}
    proposal = operations.propose(**told, reason="自有资金", user_id=desk.maker.pk)

    operations.refuse(proposal_id=proposal.public_id, user_id=desk.approver.pk, now=NEXT)

    difference.refresh_from_db()
    assert difference.ended_at is None
    with pytest.raises(operations.CashProposalNotFound):
        operations.approve(proposal_id=proposal.public_id, user_id=desk.approver.pk, now=NEXT)
    assert operations.propose(**told, reason="自有资金", user_id=desk.approver.pk).pk


def test_two_lines_that_cancel_out_are_paired_by_one(desk: Desk) -> None:
    # Given a transfer that the bank took back, and another line
    desk.take_in(
        line("30.00", payer="某某", serial="1"),
        "2026-10-09,,30.00,,某某,,退汇,2",
        line("9.00", payer="某某", serial="3"),
    )
    desk.reconcile()
    by_amount = {one.amount_fen: one for one in CashDifference.objects.all()}
    told = {"user_id": desk.maker.pk, "now": NEXT}
    # When what does not cancel out is paired, it is refused, and so is one without a reason
    for amounts, reason in (((3_000, 900), "x"), ((3_000,), "x"), ((3_000, -3_000), " ")):
        ids = [by_amount[amount].public_id for amount in amounts]
        with pytest.raises(operations.UnableToResolve):
            operations.pair(difference_ids=ids, reason=reason, **told)
    # Then what cancels out is, and nothing was booked
    ids = [by_amount[amount].public_id for amount in (3_000, -3_000)]
    operations.pair(difference_ids=ids, reason="退汇", **told)
    ended = CashDifference.objects.exclude(ended_at=None)
    assert {one.amount_fen: (one.ending, one.reason) for one in ended} == {
        3_000: ("paired", "退汇"),
        -3_000: ("paired", "退汇"),
    }
    assert not CashItem.objects.filter(side="booked").exists()
    with pytest.raises(operations.DifferenceEnded):
        operations.pair(difference_ids=ids, reason="again", **told)


def test_a_day_that_is_not_over_is_refused(desk: Desk) -> None:
    desk.take_in(desk.known("10.00", serial="1"))
    with pytest.raises(operations.UnableToReconcile, match="2026-10-09 is not over"):
        operations.reconcile_all(day=DAY, now=NOW)
