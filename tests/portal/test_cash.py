"""The desk of cash in the portal: days with both sides, differences, and how finance ends them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from accounts.models import Notification
from accounts.permissions import Staff
from compute_billing.cash import operations
from compute_billing.cash.models import CashDay, CashDifference, CashProposal
from compute_billing.ledger.models import LedgerTransaction
from tests.builders.accounts import NOW, make_staff
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.cash import a_difference
from tests.builders.ledger import make_operator
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db


class World:
    """An operator, a difference of three yuan, and two people of finance."""

    def __init__(self) -> None:
        self.operator = make_operator()
        self.difference = a_difference(now=NOW)
        self.people = [make_staff(role=Staff.FINANCE) for _ in range(2)]
        self.finance, self.other = (signed_in(one) for one in self.people)
        self.address = f"/desk/cash/differences/{self.difference.public_id}"

    def propose(self, **told: str):
        body = {"counter": "fee", "operator": self.operator.code, "other": "", "reason": "月费"}
        fields = {f"booking-{name}": text for name, text in {**body, **told}.items()}
        return self.finance.post(f"{self.address}/proposal", fields)


@pytest.fixture
def world() -> World:
    return World()


def test_the_desk_shows_what_is_open_and_every_day(world: World) -> None:
    page = world.finance.get("/desk/cash").content.decode()

    assert "未决差异" in page
    assert "stripe_fee:txn_left-0" in page
    assert 'data-figure="standing"' in page
    assert "账簿缺失" in page
    agreed = world.finance.get("/desk/cash?state=agreed").content.decode()
    assert "没有符合筛选条件" in agreed or "data-row" in agreed
    assert world.finance.get("/desk/cash?state=what").status_code == 404


def test_a_day_shows_both_sides(world: World) -> None:
    day = CashDay.objects.get()
    address = f"/desk/cash/{day.account.public_id}/{day.day}"

    page = world.finance.get(address).content.decode()

    assert 'data-row="told"' in page
    assert 'data-row="booked"' in page
    assert "-3.00" in page.replace("−", "-")
    file = world.finance.get(f"{address}?file=csv").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    assert (row["told"], row["booked"]) == ("-3.00", "0.00")
    assert world.finance.get(f"/desk/cash/{day.account.public_id}/2026-13-01").status_code == 404


def test_a_line_of_a_bank_is_called_by_who_paid(world: World) -> None:
    content = statement(line("9.00", payer="王建国", remark="货款"))
    take_in(make_account(world.operator), content, user_id=world.people[0].pk)
    operations.reconcile_all(now=NOW + timedelta(days=30))

    page = world.finance.get("/desk/cash").content.decode()

    assert "王建国 货款" in page
    difference = CashDifference.objects.get(key__startswith="line:")
    shown = world.finance.get(f"/desk/cash/differences/{difference.public_id}").content.decode()
    assert "王建国 货款" in shown


def test_tables_are_sent_as_files(world: World) -> None:
    days = world.finance.get("/desk/cash?file=csv").getvalue().decode("utf-8-sig")
    (day,) = csv.DictReader(io.StringIO(days))
    assert (day["account"], day["gap"], day["differences"]) == ("stripe:main", "-3.00", "1")
    found = world.finance.get("/desk/cash/differences?state=open&file=csv").getvalue()
    (difference,) = csv.DictReader(io.StringIO(found.decode("utf-8-sig")))
    assert (difference["kind"], difference["amount"]) == ("missing_here", "-3.00")
    book = world.finance.get("/desk/cash/differences?file=xlsx")
    assert book.getvalue().startswith(b"PK")


def test_a_filter_that_is_none_is_said_before_a_file_begins(world: World) -> None:
    for address in ("/desk/cash?state=zz", "/desk/cash/differences?state=zz"):
        assert world.finance.get(address).status_code == 404
        assert world.finance.get(f"{address}&file=csv").status_code == 404


def test_two_people_of_finance_have_a_fee_booked(world: World) -> None:
    # Given a proposal
    assert world.propose().status_code == 302
    proposal = CashProposal.objects.get()
    approve = f"/desk/cash/proposals/{proposal.public_id}/approval"
    # When its maker approves it, he is told no
    answer = world.finance.post(approve, follow=True).content.decode()
    assert "提出人不能复核自己的提议" in answer
    assert not LedgerTransaction.objects.filter(kind="cash_difference").exists()
    assert "撤回" in world.finance.get(world.address).content.decode()
    # Then somebody else does
    world.other.post(approve)
    assert LedgerTransaction.objects.filter(kind="cash_difference").count() == 1
    assert 'data-ending="booked"' in world.finance.get(world.address).content.decode()


def test_what_is_wrong_stands_beside_the_form(world: World) -> None:
    answer = world.propose(counter="transfer")
    assert answer.status_code == 422
    assert "划转须指明另一端" in answer.content.decode()
    assert world.propose(reason="").status_code == 422
    assert not CashProposal.objects.exists()


def test_two_differences_that_cancel_out_are_paired(world: World) -> None:
    other = a_difference(fen=300, now=NOW)
    fields = {"pair-other": str(other.public_id), "pair-reason": "同一笔"}

    answer = world.finance.post(f"{world.address}/pairing", fields, follow=True)

    assert 'data-ending="paired"' in answer.content.decode()
    assert set(CashDifference.objects.values_list("ending", flat=True)) == {"paired"}


def test_auditors_read_and_do_nothing(world: World) -> None:
    auditor = signed_in(make_staff(role=Staff.AUDITOR))
    assert (
        '<form method="post"' not in auditor.get(world.address).content.decode().split("<main")[1]
    )
    assert auditor.post(f"{world.address}/proposal", {}).status_code == 403


def test_finance_is_told_once_of_what_is_open_behind_the_next_working_day(world: World) -> None:
    # Given a difference that was seen on Tuesday, and finance that hears of it when it is late
    seen = world.difference.first_seen_at
    assert operations.tell_overdue(now=seen + timedelta(hours=20)) == 0
    late = seen + timedelta(days=10)
    for _ in range(2):
        assert operations.tell_overdue(now=late) == 1
    # Then each of finance has one notification that leads there
    told = Notification.objects.filter(kind="cash_difference_open")
    assert {one.user_id for one in told} == {one.pk for one in world.people}
    assert told.count() == 2
    inbox = world.finance.get("/notifications").content.decode()
    assert "资金差异尚未处理" in inbox
