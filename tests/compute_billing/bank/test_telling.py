"""A tenant hears of a bank transfer as it hears of any top-up: once, with the money."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.events.kinds import EventKind
from accounts.events.relay import relay
from accounts.models import Notification, Organisation, OrganisationKind
from accounts.notifications.kinds import Kind
from accounts.permissions import Role
from compute_billing.bank import operations
from compute_billing.bank.models import BankAccount, BankDecision, BankLine
from kernel.models import OutboxEvent
from tests.builders.accounts import NOW, make_member, make_organisation, make_user
from tests.builders.bank import TWO_FROM_FEN, code_of, line, make_account, statement, take_in
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db


class Desk:
    """An operator with an account, a tenant, and two people of finance."""

    def __init__(self) -> None:
        self.operator = make_organisation(kind=OrganisationKind.OPERATOR)
        self.account: BankAccount = make_account(self.operator)
        self.tenant: Organisation = make_organisation(name="青岚视觉（北京）有限公司")
        self.maker, self.approver = make_user(), make_user()

    def take_in(self, yuan: str, *, is_exact: bool) -> BankLine:
        code = code_of(self.tenant, self.operator) if is_exact else "货款"
        payer = self.tenant.name if is_exact else "王五"
        content = statement(line(yuan, payer=payer, remark=code, serial=yuan))
        take_in(self.account, content, user_id=self.maker.pk)
        return BankLine.objects.latest("id")

    def credit(self) -> int:
        return operations.credit_exact_lines(two_from_fen=TWO_FROM_FEN, now=NOW)

    def decide(self, found: BankLine, *, fate: str = "credit") -> Any:
        return operations.decide(
            line_id=found.public_id,
            fate=fate,
            tenant_id=self.tenant.pk,
            reason="looked at the contract",
            two_from_fen=TWO_FROM_FEN,
            user_id=self.maker.pk,
            now=NOW,
        )

    def approve(self, proposal: Any) -> BankDecision:
        return operations.approve(
            proposal_id=proposal.public_id,
            two_from_fen=TWO_FROM_FEN,
            user_id=self.approver.pk,
            now=NOW,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def told() -> list[tuple[int | None, dict[str, Any]]]:
    found = OutboxEvent.objects.filter(kind=EventKind.PAYMENT_RECEIVED).order_by("id")
    return [(event.organisation_id, event.payload) for event in found]


def of(found: BankLine, yuan: str) -> dict[str, Any]:
    return {
        "payment": str(found.public_id),
        "amount": {"amount": f"{yuan}0000", "currency": "CNY"},
        "method": "bank_transfer",
    }


def test_a_transfer_that_credits_itself_is_told_once_however_often_it_is_tried(desk) -> None:
    found = desk.take_in("300.00", is_exact=True)

    assert [desk.credit(), desk.credit()] == [1, 0]
    desk.take_in("300.00", is_exact=True)
    assert desk.credit() == 0

    assert told() == [(desk.tenant.pk, of(found, "300.00"))]


def test_what_a_person_credits_is_told_and_trying_again_tells_nothing_more(desk) -> None:
    found = desk.take_in("12.34", is_exact=False)
    assert told() == []

    desk.decide(found)
    with pytest.raises(operations.LineDecided):
        desk.decide(found)

    assert told() == [(desk.tenant.pk, of(found, "12.34"))]


def test_a_large_transfer_is_told_when_the_second_person_has_approved(desk) -> None:
    found = desk.take_in("50000.00", is_exact=False)
    proposal = desk.decide(found)
    assert told() == []

    desk.approve(proposal)
    with pytest.raises(operations.ProposalNotFound):
        desk.approve(proposal)

    assert told() == [(desk.tenant.pk, of(found, "50000.00"))]


def test_what_is_set_aside_or_refused_is_told_to_nobody(desk) -> None:
    desk.decide(desk.take_in("1.23", is_exact=False), fate="aside")
    proposal = desk.decide(desk.take_in("60000.00", is_exact=False))
    operations.refuse(proposal_id=proposal.public_id, user_id=desk.approver.pk, now=NOW)

    assert told() == []


def test_those_who_see_to_money_read_of_it_and_come_to_the_balance(desk) -> None:
    finance = make_member(organisation=desk.tenant, role=Role.FINANCE)
    desk.take_in("300.00", is_exact=True)
    desk.credit()

    relay(now=NOW)

    notice = Notification.objects.get(user=finance, kind=Kind.PAYMENT_RECEIVED)
    client = signed_in(finance)
    assert "银行转账 ¥ 300.00 已到账并计入余额。" in client.get("/notifications").content.decode()
    client.cookies["django_language"] = "en"
    assert "¥ 300.00 came in by bank transfer and stand on the balance." in (
        client.get("/notifications").content.decode()
    )
    followed = client.post(f"/notifications/{notice.public_id}")
    assert (followed.status_code, followed.url) == (302, "/balance")
