"""Pages of payouts: the payee's desk, finance's runs, and the account that is paid to."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import override_settings

from accounts.models import OrganisationKind
from accounts.permissions import Role, Staff
from compute_billing.payouts import operations
from compute_billing.payouts.models import Payout, PayoutAccount, PayoutRun
from kernel.clock import utc_now
from tests.builders.accounts import make_member, make_organisation, make_staff, make_user
from tests.builders.bank import make_account
from tests.builders.payouts import HEAD, earn, make_payout_account, make_terms, propose_account
from tests.builders.sessions import give_second_factor, signed_in

pytestmark = pytest.mark.django_db


class House:
    """A payee who earned a hundred yuan, and two people of finance."""

    def __init__(self, *, with_factors: bool = True) -> None:
        now = utc_now()
        self.payee = make_organisation(name="西山算力", kind=OrganisationKind.OPERATOR)
        self.bank = make_account(self.payee)
        make_terms(self.payee)
        earn(self.payee, bank=self.bank, yuan=100, now=now)
        self.account = make_payout_account(self.payee, now=now)
        people = [make_staff(role=role) for role in (Staff.FINANCE, Staff.FINANCE, Staff.OPERATOR)]
        if with_factors:
            for person in people:
                give_second_factor(person)
        self.maker, self.approver, self.desk = (signed_in(person) for person in people)

    def propose(self) -> PayoutRun:
        sent = self.maker.post("/desk/payouts/new", {"custody": self.bank.custody})
        run = PayoutRun.objects.get()
        assert sent.headers["location"] == f"/desk/payouts/{run.public_id}"
        return run


def answered(client: Client, run: PayoutRun, line: str) -> int:
    content = "\r\n".join((HEAD, line, "")).encode("gb18030")
    file = SimpleUploadedFile("回盘.csv", content)
    return client.post(f"/desk/payouts/{run.public_id}/results", {"file": file}).status_code


def test_a_run_goes_from_one_to_another_to_the_bank_and_back() -> None:
    # Given a run that one of finance proposed
    house = House()
    run = house.propose()
    address = f"/desk/payouts/{run.public_id}"
    assert house.maker.get(f"{address}/file").status_code == 404

    # When its maker approves it, nothing happens; when the other does, the file may leave
    house.maker.post(f"{address}/approval")
    assert PayoutRun.objects.get().state == "proposed"
    house.approver.post(f"{address}/approval")
    sent = house.approver.get(f"{address}/file")
    payout = Payout.objects.get()
    assert payout.number in sent.content.decode("utf-8-sig")

    # And when the bank says that it arrived, the payee's desk says so, to the last fen
    assert answered(house.approver, run, f"{payout.number},94.70,成功,,B1") == 302
    page = house.desk.get(f"/operator/payouts/{payout.public_id}").content.decode()
    assert "94.70" in page
    assert "B1" in page
    file = house.desk.get(f"/operator/payouts/{payout.public_id}?file=csv")
    assert b"breakage,2026" in b"".join(file.streaming_content)
    page = house.desk.get("/operator/payouts").content.decode()
    assert payout.number in page
    assert "西山算力" in page


def test_lines_that_do_not_fit_are_shown() -> None:
    house = House()
    run = house.propose()
    house.approver.post(f"/desk/payouts/{run.public_id}/approval")
    answered(house.approver, run, "SJP99999999,1.00,成功,,B2")
    page = house.approver.get(f"/desk/payouts/{run.public_id}").content.decode()
    assert "SJP99999999,1.00" in page


def test_what_is_no_answer_is_told_beside_the_form() -> None:
    house = House()
    run = house.propose()
    house.approver.post(f"/desk/payouts/{run.public_id}/approval")
    file = SimpleUploadedFile("x.csv", "甲,乙\r\n".encode())
    sent = house.approver.post(f"/desk/payouts/{run.public_id}/results", {"file": file})
    assert sent.status_code == 422


def test_nobody_to_pay_is_told_beside_the_form() -> None:
    house = House()
    other = make_account(house.payee)
    sent = house.maker.post("/desk/payouts/new", {"custody": other.custody})
    assert sent.status_code == 422
    assert not Payout.objects.exists()


@override_settings(STAFF_NEED_SECOND_FACTOR=True)
def test_money_leaves_with_a_second_factor_only() -> None:
    """Who has none is sent to set one up, and nothing is proposed, approved or changed."""
    house = House(with_factors=False)
    assert (
        house.maker.post("/desk/payouts/new", {"custody": house.bank.custody})
        .headers["location"]
        .startswith("/account")
    )
    run = operations.propose_run(custody=house.bank.custody, user_id=make_user().pk, now=utc_now())
    house.approver.post(f"/desk/payouts/{run.public_id}/approval")
    house.desk.post("/operator/payouts/account", {})
    assert PayoutRun.objects.get().state == "proposed"
    assert PayoutAccount.objects.count() == 1


@override_settings(PAYOUT_ACCOUNT_HOURS=72)
def test_another_account_is_proposed_by_the_desk_and_approved_by_finance() -> None:
    house = House()
    form = {
        "payee": house.payee.code,
        "holder": "别家公司",
        "bank": "某银行",
        "branch_code": "105100000017",
        "number": "6222 0000 1111 2222",
        "reason": "换账户",
    }
    wrong = house.desk.post("/operator/payouts/account", form)
    assert wrong.status_code == 422
    assert "别家公司" in wrong.content.decode()

    house.desk.post("/operator/payouts/account", {**form, "holder": "西山算力"})
    proposed = PayoutAccount.objects.get(decided_at=None)
    page = house.approver.get("/desk/payouts").content.decode()
    assert "6222000011112222" in page
    house.approver.post(f"/desk/payouts/accounts/{proposed.public_id}/approval")

    proposed.refresh_from_db()
    assert (proposed.effective_at - proposed.decided_at).days == 3


@override_settings(PAYOUT_ACCOUNT_HOURS=72)
def test_a_payees_own_people_propose_an_account_and_stop_one_that_waits() -> None:
    # Given an owner and somebody of finance of the payee, and a stranger of another organisation
    house = House()
    owner, finance = (own_person(house, role) for role in (Role.OWNER, Role.FINANCE))
    somebody = make_member(role=Role.OWNER)
    give_second_factor(somebody)
    stranger = signed_in(somebody)
    address = f"/organisations/{house.payee.code}/payouts"

    # When the owner proposes an account, and finance of the house approves it
    form = {
        "holder": "西山算力",
        "bank": "某银行",
        "branch_code": "105100000017",
        "number": "6222 0000 1111 2222",
        "reason": "换账户",
    }
    assert owner.post(address, form).headers["location"] == address
    proposed = PayoutAccount.objects.get(decided_at=None)
    house.approver.post(f"/desk/payouts/accounts/{proposed.public_id}/approval")

    # Then the payee's page says that it waits, and whoever is not of it sees nothing
    page = finance.get(address).content.decode()
    assert "**** 2222" in page
    assert "6222000011112222" not in page
    stop = f"{address}/accounts/{proposed.public_id}/stop"
    assert stranger.get(address).status_code == 404
    assert stranger.post(stop).status_code == 404

    # And when the payee's finance stops it, the account of before stays
    assert finance.post(stop).headers["location"] == address
    proposed.refresh_from_db()
    assert proposed.withdrawn_at is not None
    assert finance.post(stop).status_code == 404
    page = finance.get(address).content.decode()
    assert f"**** {house.account.number[-4:]}" in page


def test_a_payees_own_people_need_a_second_factor_to_change_where_it_is_paid() -> None:
    house = House()
    owner = own_person(house, Role.OWNER, with_factor=False)
    waiting = propose_account(house.payee, maker=make_user())
    address = f"/organisations/{house.payee.code}/payouts"
    sent = owner.post(f"{address}/accounts/{waiting.public_id}/stop")
    assert sent.headers["location"].startswith("/account")
    waiting.refresh_from_db()
    assert waiting.decided_at is None


def own_person(house: House, role: Role, *, with_factor: bool = True) -> Client:
    """Sign somebody of the payee in."""
    person = make_member(organisation=house.payee, role=role)
    if with_factor:
        give_second_factor(person)
    return signed_in(person)


def test_a_refused_run_is_payable_again() -> None:
    house = House()
    run = house.propose()
    house.maker.post(f"/desk/payouts/{run.public_id}/refusal")
    assert Payout.objects.get().state == "returned"
    assert house.maker.get("/desk/payouts?file=csv").status_code == 200
