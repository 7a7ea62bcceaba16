"""What is payable leaves the house once: proposed, approved, answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.permissions import Role
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.operations import CNY, Transfer
from compute_billing.payouts import operations, running
from compute_billing.payouts.models import Payee, Payout
from compute_billing.payouts.result_models import ResultLine
from compute_billing.payouts.running import payment_file
from tests.builders.accounts import make_member, make_user
from tests.builders.bank import make_account
from tests.builders.ledger import post_entry
from tests.builders.payee import YUAN, Centre, approved
from tests.builders.payouts import (
    COOL_OFF,
    NOW,
    answer,
    make_run,
    propose_account,
    result,
)

pytestmark = pytest.mark.django_db


def test_a_run_sets_aside_and_its_file_leaves_when_somebody_else_approves() -> None:
    # Given somebody who proposed a run
    centre = Centre()
    centre.use(100)
    maker = make_user()
    run = make_run(centre.bank, maker=maker)
    payout = Payout.objects.get()
    assert (payout.amount_fen, payout.state) == (9_470, "held")
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 94_700_000, "debt": 0}

    # When he approves it himself, it is refused
    with pytest.raises(operations.UnableToApproveOwnRun):
        operations.approve_run(run_id=run.public_id, user_id=maker.pk, now=NOW)

    # And when somebody else does, the file is what it is by its hash
    run = operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)
    lines = payment_file(run).decode("utf-8-sig").splitlines()
    assert lines[1].startswith(f"{payout.number},{centre.bank.number},{centre.account.number},")
    assert lines[1].split(",")[-2] == "94.70"
    assert lines[2] == "合计,1,,,,,CNY,94.70,"
    assert len(run.file_sha256) == 64


def test_a_member_of_who_is_paid_approves_nothing() -> None:
    centre = Centre()
    centre.use(100)
    run = make_run(centre.bank)
    insider = make_member(organisation=centre.payee, role=Role.VIEWER)
    with pytest.raises(operations.UnableToApproveOwnRun):
        operations.approve_run(run_id=run.public_id, user_id=insider.pk, now=NOW)


def test_a_paid_line_takes_the_money_out_of_the_custody_once() -> None:
    centre = Centre()
    centre.use(100)
    run, payout = approved(centre)
    before = centre.balance("cash")

    first = answer(run, f"{payout.number},94.70,成功,,B1")
    again = answer(run, f"{payout.number},94.70,成功,,B1")

    assert (first.applied, again.applied, again.known) == (1, 0, 1)
    assert centre.balance("cash") - before == 94_700_000
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 0}
    payout.refresh_from_db()
    run.refresh_from_db()
    assert (payout.state, payout.bank_reference, run.state) == ("paid", "B1", "finished")


def test_a_refused_line_is_payable_again_and_paid_by_the_next_run() -> None:
    centre = Centre()
    centre.use(100)
    run, payout = approved(centre)

    answer(run, f"{payout.number},94.70,失败,收款账号不存在,")

    assert centre.stands()["payable"] == 94_700_000
    payout.refresh_from_db()
    assert (payout.state, payout.failure) == ("returned", "收款账号不存在")
    _, second = approved(centre)
    assert second.amount_fen == 9_470


def test_money_that_comes_back_days_later_is_payable_again() -> None:
    centre = Centre()
    centre.use(100)
    run, payout = approved(centre)
    answer(run, f"{payout.number},94.70,成功,,B1")
    cash = centre.balance("cash")

    outcome = answer(run, f"{payout.number},94.70,退汇,户名不符,B2")

    assert outcome.applied == 1
    assert centre.balance("cash") == cash - 94_700_000
    assert centre.stands()["payable"] == 94_700_000


def test_lines_that_do_not_fit_change_nothing() -> None:
    centre = Centre()
    centre.use(100)
    run, payout = approved(centre)

    outcome = answer(
        run,
        f"{payout.number},94.71,成功,,B1",
        "SJP99999999,1.00,成功,,B2",
        f"{payout.number},94.70,处理中,,",
    )

    assert (outcome.applied, outcome.wrong) == (0, 3)
    assert list(ResultLine.objects.order_by("position").values_list("verdict", flat=True)) == [
        *("conflict", "unknown", "unreadable"),
    ]
    assert centre.stands()["transit"] == 94_700_000


def test_a_refused_run_gives_all_back() -> None:
    centre = Centre()
    centre.use(100)
    run = make_run(centre.bank)
    operations.refuse_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)
    assert centre.stands() == {"payable": 94_700_000, "reserve": 0, "transit": 0, "debt": 0}
    with pytest.raises(operations.RunDecided):
        operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)


def test_less_than_the_minimum_waits_and_nobody_is_paid_twice_in_a_month() -> None:
    centre = Centre(minimum_fen=10_000)
    centre.use(100)
    with pytest.raises(operations.NothingToPay):
        make_run(centre.bank)
    centre.use(100)
    run, payout = approved(centre)
    answer(run, f"{payout.number},189.40,成功,,B1")
    centre.use(200)
    with pytest.raises(operations.NothingToPay):
        make_run(centre.bank)


def test_no_more_leaves_a_custody_than_lies_there_for_the_payee() -> None:
    """What lies elsewhere must be moved first; the money of others is not used for it."""
    centre = Centre(commission_ppm=0, commission_tax_ppm=0, paid_in=100)
    other = make_account(centre.payee)
    lot = ledger.top_up(
        tenant_id=centre.tenant.pk,
        operator_id=centre.payee.pk,
        amount_micro=500 * YUAN,
        custody=other.custody,
        reference="elsewhere",
        now=NOW,
    )
    post_entry(Transfer(lot.account_id, centre.revenue, CNY, 400 * YUAN))

    make_run(centre.bank)

    assert Payout.objects.get().amount_fen == 10_000


def test_a_change_of_account_waits_until_the_payee_could_object() -> None:
    # Given a payee with an account, and a proposal of another one
    centre = Centre()
    centre.use(100)
    maker = make_user()
    proposed = propose_account(centre.payee, maker=maker)

    # When its maker approves it, it is refused; somebody else may
    told = {"account_id": proposed.public_id, "cool_off": COOL_OFF, "now": NOW}
    with pytest.raises(operations.UnableToApproveOwnAccount):
        operations.approve_account(user_id=maker.pk, **told)
    operations.approve_account(user_id=make_user().pk, **told)

    # Then the old one is paid to until the time is over
    make_run(centre.bank)
    assert Payout.objects.get().account == centre.account


def test_nobody_elses_account_is_paid_to() -> None:
    centre = Centre()
    with pytest.raises(operations.UnableToProposeAccount):
        operations.propose_account(
            payee_id=centre.payee.pk,
            details=operations.BankDetails(
                bank="某银行", branch_code="105100000017", holder="别家公司", number="123456789"
            ),
            reason="换账户",
            user_id=make_user().pk,
            now=NOW,
        )


def test_a_run_that_died_is_gone_on_with() -> None:
    """The process died between two payees: the next makes the run whole, each payee once."""
    centre = Centre()
    centre.use(100)
    run = make_run(centre.bank)
    run.state = "making"
    run.save()

    assert operations.go_on_with_all(now=NOW + timedelta(hours=1)) == 1

    run.refresh_from_db()
    assert run.state == "proposed"
    assert Payout.objects.count() == 1
    assert Payee.objects.get(pk=centre.payee.pk).sequence == 2


def test_an_approved_change_of_account_is_stopped_by_one_person_before_its_use() -> None:
    # Given an account that will be used in three days
    centre = Centre()
    centre.use(100)
    former = running.account_in_force(payee_id=centre.payee.pk, now=NOW)
    changed = propose_account(centre.payee, maker=make_user(), now=NOW)
    operations.approve_account(
        account_id=changed.public_id, cool_off=COOL_OFF, user_id=make_user().pk, now=NOW
    )

    # When somebody stops it within that time
    operations.refuse_account(
        account_id=changed.public_id, user_id=make_user().pk, now=NOW + timedelta(hours=1)
    )

    # Then the former one stays, and the stopped one is not stopped twice
    later = NOW + 2 * COOL_OFF
    assert running.account_in_force(payee_id=centre.payee.pk, now=later) == former
    with pytest.raises(operations.PayoutAccountNotFound):
        operations.refuse_account(account_id=changed.public_id, user_id=make_user().pk, now=later)


def test_a_run_to_an_account_that_was_changed_meanwhile_is_not_approved() -> None:
    # Given a run to an account, and another account that is in force when it is looked at
    centre = Centre()
    centre.use(100)
    run = make_run(centre.bank, maker=make_user())
    changed = propose_account(centre.payee, maker=make_user(), now=NOW)
    operations.approve_account(
        account_id=changed.public_id, cool_off=COOL_OFF, user_id=make_user().pk, now=NOW
    )

    # When somebody would approve the run then
    with pytest.raises(operations.AccountChanged):
        operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=NOW + 2 * COOL_OFF)

    # Then it is as it was, and can be refused
    operations.refuse_run(run_id=run.public_id, user_id=make_user().pk, now=NOW + 2 * COOL_OFF)


def test_a_member_of_the_payee_does_not_approve_its_account() -> None:
    centre = Centre()
    insider = make_member(organisation=centre.payee)
    proposed = propose_account(centre.payee, maker=make_user(), now=NOW)

    with pytest.raises(operations.UnableToApproveOwnAccount):
        operations.approve_account(
            account_id=proposed.public_id, cool_off=COOL_OFF, user_id=insider.pk, now=NOW
        )


def test_who_proposed_a_run_does_not_take_in_its_answer() -> None:
    # Given a run that one proposed and another approved
    centre = Centre()
    centre.use(100)
    run, payout = approved(centre)

    # When the first says that the bank refused it
    with pytest.raises(operations.UnableToImportOwnResult):
        operations.import_result(
            run_id=run.public_id,
            read=result(f"{payout.number},94.70,失败,x,"),
            user_id=run.maker_id,
            now=NOW,
        )

    # Then it is still on its way
    assert centre.stands()["transit"] == 94_700_000


@pytest.mark.parametrize(
    "line", ["SJP00000001,1e999999,成功,,", '"' + "x" * 140_000 + '",1,成功,,']
)
def test_odd_answers_are_told_apart_or_refused(line: str) -> None:
    if len(line) > 100_000:
        with pytest.raises(operations.UnableToReadResult, match="no table"):
            result(line)
    else:
        assert [row.is_paid for row in result(line).rows] == [None]
