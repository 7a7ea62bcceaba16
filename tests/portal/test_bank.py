"""Transfers by bank in the portal: finance imports and decides, tenants get their codes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import OrganisationKind
from accounts.permissions import Role, Staff
from compute_billing.bank.models import BankDecision, BankLine, BankProposal
from compute_billing.bank.remittance import codes_in
from compute_billing.ledger.models import CreditLot
from portal import bank_pages
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.bank import code_of, line, make_account, statement, take_in
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db


class World:
    """An operator with an account, a tenant, and two clients of finance."""

    def __init__(self) -> None:
        self.operator = make_organisation(kind=OrganisationKind.OPERATOR)
        self.account = make_account(self.operator)
        self.tenant = make_organisation(name="青岚视觉有限公司")
        self.owner = signed_in(make_member(organisation=self.tenant, role=Role.OWNER))
        self.finance = signed_in(make_staff(role=Staff.FINANCE))
        self.other_finance = signed_in(make_staff(role=Staff.FINANCE))

    def upload(self, content: bytes) -> Any:
        told = {
            "account": str(self.account.public_id),
            "file": SimpleUploadedFile("对账单.csv", content),
        }
        return self.finance.post("/desk/bank/statements", told, follow=True)

    def one_line(self, yuan: str) -> BankLine:
        take_in(
            self.account, statement(line(yuan, payer="王五", remark="货款")), user_id=self._id()
        )
        return BankLine.objects.get()

    def decide(self, found: BankLine, client: Client | None = None, **told: str) -> Any:
        body = {"fate": "credit", "tenant": self.tenant.code, "reason": "合同 12 号", **told}
        return (client or self.finance).post(f"/desk/bank/lines/{found.public_id}", body)

    def _id(self) -> int:
        return int(self.finance.session["_auth_user_id"])


@pytest.fixture
def world() -> World:
    return World()


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_tenant_gets_its_code_and_keeps_it(world):
    before = text_of(world.owner.get("/balance/transfer"))
    for _ in range(2):
        world.owner.post("/balance/transfer", {"operator": world.operator.code})
    after = text_of(world.owner.get("/balance/transfer"))

    (code,) = codes_in(after)
    assert codes_in(before) == ()
    assert code == code_of(world.tenant, world.operator)
    assert world.account.holder in after


def test_the_form_of_paying_in_tells_how_to_pay_by_bank(world):
    world.owner.post("/balance/transfer", {"operator": world.operator.code})
    page = text_of(world.owner.get("/top-up"))

    assert codes_in(page) == (code_of(world.tenant, world.operator),)
    assert world.account.holder in page
    assert bank_pages.grouped(world.account.number) in page


def test_a_statement_credits_what_says_itself_whose_it_is(world):
    code = code_of(world.tenant, world.operator)
    answer = world.upload(
        statement(
            line("300.00", payer=world.tenant.name, remark=code, serial="1"),
            line("7.00", payer="王五", remark="货款", serial="2"),
            "2026-10-09,oops,,,x,1,,3",
        )
    )

    page = text_of(answer)
    assert "共 2 行，新增 2 行，已自动入账 1 笔。" in page
    assert ("王五" in page, "金额无法识别" in page) == (True, True)
    assert CreditLot.objects.get().granted == 300_000_000


@pytest.mark.parametrize("content", [b"", b"a,b\r\n1,2\r\n", b"\xff\xff\xff"])
def test_a_file_that_is_no_statement_is_told_and_changes_nothing(world, content):
    answer = world.upload(content)

    assert answer.status_code == 422
    assert "无法识别为银行对账单" in text_of(answer)
    assert BankLine.objects.count() == 0


def infected(content: bytes) -> str:
    """Find something in every file."""
    return "found"


def test_a_statement_that_the_scanner_refuses_is_not_read(world, settings):
    settings.UPLOAD_SCANNER = f"{__name__}.infected"
    answer = world.upload(statement(line("1.00", payer="王五", remark="货款")))
    assert answer.status_code == 422
    assert "病毒扫描" in text_of(answer)
    assert not BankLine.objects.exists()


def test_transfers_that_wait_are_filtered_and_taken_away_as_a_file(world):
    world.upload(
        statement(
            line("300.00", payer=world.tenant.name, remark="货款", serial="1"),
            line("7.00", payer="王五", remark="货款", serial="2"),
        )
    )

    def told(**query: str) -> str:
        page = world.finance.get("/desk/bank", query).content.decode()
        file = world.finance.get("/desk/bank", {**query, "file": "csv"}).getvalue().decode()
        assert ("王五" in page) == ("王五" in file)
        return file

    assert "王五" in told()
    assert "王五" not in told(match="partial")
    assert "7.000000" in told(text="王五")
    assert world.tenant.name not in told(text="王五")
    for table in ("statements", "refusals"):
        answer = world.finance.get("/desk/bank", {"table": table, "file": "csv"})
        assert answer.status_code == 200
    assert world.finance.get("/desk/bank", {"table": "x", "file": "csv"}).status_code == 404


def test_a_small_transfer_is_decided_by_one(world):
    found = world.one_line("7.00")

    answer = world.decide(found)

    assert answer.status_code == 302
    assert BankDecision.objects.get().tenant_id == world.tenant.pk
    assert world.finance.get(f"/desk/bank/lines/{found.public_id}").status_code == 404


@pytest.mark.parametrize("told", [{"tenant": ""}, {"reason": ""}, {"fate": "burn"}])
def test_what_is_missing_is_asked_for_and_the_rest_is_kept(world, told):
    found = world.one_line("7.00")

    answer = world.decide(found, **told)

    assert answer.status_code == 422
    assert ("合同 12 号" in answer.content.decode()) is ("reason" not in told)
    assert BankDecision.objects.count() == 0


def test_a_large_transfer_is_proposed_and_approved_by_somebody_else(world):
    found = world.one_line("50000.00")
    world.decide(found)
    proposal = BankProposal.objects.get()
    approval = f"/desk/bank/proposals/{proposal.public_id}/approval"

    own = text_of(world.finance.post(approval, follow=True))
    assert BankDecision.objects.count() == 0
    page = text_of(world.other_finance.get(f"/desk/bank/lines/{found.public_id}"))
    world.other_finance.post(approval)

    assert "提出人不能复核自己的提议。" in own
    assert "记入 青岚视觉有限公司 账下。" in page
    assert BankDecision.objects.get().approver_id != proposal.maker_id
    assert world.other_finance.post(approval).status_code == 404


def test_a_refused_proposal_waits_again(world):
    found = world.one_line("50000.00")
    world.decide(found)
    proposal = BankProposal.objects.get()

    world.other_finance.post(f"/desk/bank/proposals/{proposal.public_id}/refusal")

    assert "提交复核" in text_of(world.finance.get(f"/desk/bank/lines/{found.public_id}"))


def test_the_desk_without_accounts_says_what_to_do():
    page = text_of(signed_in(make_staff(role=Staff.FINANCE)).get("/desk/bank"))

    assert "manage.py open_bank_account" in page
