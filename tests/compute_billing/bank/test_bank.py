"""From a file of the bank to a tenant's money: once, by whom, and what is left for a person."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organisation, OrganisationKind
from compute_billing.bank import operations, queries
from compute_billing.bank.models import BankAccount, BankDecision, BankLine, BankRefusal
from compute_billing.ledger.models import CreditLot, LedgerBalance
from tests.builders.accounts import NOW, make_member, make_organisation, make_user
from tests.builders.bank import (
    TWO_FROM_FEN,
    code_of,
    line,
    make_account,
    statement,
    take_in,
)
from tests.builders.camt import camt, entry

pytestmark = pytest.mark.django_db
YUAN = 1_000_000


class Desk:
    """An operator with an account, a tenant with a code, and two people of finance."""

    def __init__(self) -> None:
        self.operator = make_organisation(kind=OrganisationKind.OPERATOR)
        self.account: BankAccount = make_account(self.operator)
        self.tenant: Organisation = make_organisation(name="青岚视觉（北京）有限公司")
        self.code = code_of(self.tenant, self.operator)
        self.maker, self.approver = make_user(), make_user()

    def take_in(self, *lines: str) -> operations.Imported:
        return take_in(self.account, statement(*lines), user_id=self.maker.pk)

    def credit(self) -> int:
        return operations.credit_exact_lines(two_from_fen=TWO_FROM_FEN, now=NOW)

    def decide(self, found: BankLine, **told: Any) -> Any:
        values = {
            "line_id": found.public_id,
            "fate": "credit",
            "tenant_id": self.tenant.pk,
            "reason": "looked at the contract",
            "two_from_fen": TWO_FROM_FEN,
            "user_id": self.maker.pk,
            "now": NOW,
        }
        return operations.decide(**{**values, **told})

    def approve(self, proposal: Any, *, user_id: int) -> BankDecision:
        return operations.approve(
            proposal_id=proposal.public_id, two_from_fen=TWO_FROM_FEN, user_id=user_id, now=NOW
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def exact(desk: Desk, yuan: str = "300.00", serial: str = "1") -> str:
    return line(yuan, payer="青岚视觉(北京)有限公司", remark=f"充值 {desk.code}", serial=serial)


def only() -> BankLine:
    return BankLine.objects.get()


def test_a_code_with_its_tenants_name_credits_a_paid_lot_in_the_banks_custody(desk) -> None:
    desk.take_in(exact(desk))

    assert desk.credit() == 1

    lot = CreditLot.objects.get()
    assert (lot.tenant_id, lot.stage, lot.granted) == (desk.tenant.pk, "paid", 300 * YUAN)
    assert lot.funded_by == desk.account.custody == f"bank:{desk.account.number}"
    decision = BankDecision.objects.get()
    assert (decision.lot_account_id, decision.maker_id) == (lot.account_id, None)
    assert LedgerBalance.objects.get(account_id=lot.account_id).posted == 300 * YUAN
    assert desk.credit() == 0


def test_the_same_file_and_an_overlapping_one_add_nothing_twice(desk) -> None:
    first = desk.take_in(exact(desk, serial="1"), line("5.00", payer="x"), line("5.00", payer="x"))
    again = desk.take_in(exact(desk, serial="1"), line("5.00", payer="x"), line("5.00", payer="x"))
    overlap = desk.take_in(line("5.00", payer="x"), exact(desk, yuan="7.00", serial="2"))

    assert [each.new_lines for each in (first, again, overlap)] == [3, 0, 1]
    assert BankLine.objects.count() == 4
    assert desk.credit() == 2


def test_the_same_line_of_another_account_is_another_line(desk) -> None:
    desk.take_in(exact(desk))
    other = make_account(desk.operator)

    assert take_in(other, statement(exact(desk)), user_id=desk.maker.pk).new_lines == 1


@pytest.mark.parametrize(
    ("payer", "remark", "match", "is_suggested"),
    [
        ("青岚视觉（北京）有限公司", "{code}", "exact", True),
        ("王五", "代付 {code}", "partial", True),
        ("青岚视觉（北京）有限公司", "货款", "partial", True),
        ("王五", "货款", "unknown", False),
        ("王五", "{wrong}", "unknown", False),
    ],
)
def test_a_line_says_whose_it_seems_to_be(desk, payer, remark, match, is_suggested) -> None:
    wrong = desk.code[:-1] + ("2" if desk.code[-1] != "2" else "3")
    desk.take_in(line("1.00", payer=payer, remark=remark.format(code=desk.code, wrong=wrong)))

    assert only().match == match
    assert (only().tenant_id == desk.tenant.pk) is is_suggested
    assert desk.credit() == (1 if match == "exact" else 0)


def test_another_operators_code_is_unknown_here(desk) -> None:
    other = make_organisation(kind=OrganisationKind.OPERATOR)
    code = code_of(desk.tenant, other)

    desk.take_in(line("1.00", payer="王五", remark=code))

    assert only().match == "unknown"


def test_two_known_codes_are_for_a_person(desk) -> None:
    second = code_of(make_organisation(), desk.operator)

    desk.take_in(line("1.00", payer=desk.tenant.name, remark=f"{desk.code} {second}"))

    assert (only().match, only().tenant_id) == ("partial", desk.tenant.pk)


def test_money_that_went_out_is_nobodys_top_up(desk) -> None:
    desk.take_in(f"2026-10-09,,300.00,,{desk.tenant.name},1,{desk.code},1")

    assert only().match == "outgoing"
    assert desk.credit() == 0
    assert queries.waiting_lines(limit=10) == []
    with pytest.raises(operations.UnableToDecide):
        desk.decide(only())


def test_a_bad_line_stands_with_its_reason(desk) -> None:
    imported = desk.take_in(exact(desk), "2026-10-09,oops,,,x,1,,2")

    assert (imported.new_lines, imported.refused) == (1, 1)
    refusal = BankRefusal.objects.get()
    assert (refusal.position, refusal.reason) == (3, "malformed_amount")


def test_one_person_decides_a_small_line_once_and_says_why(desk) -> None:
    desk.take_in(line("49999.99", payer="王五"))
    with pytest.raises(operations.UnableToDecide):
        desk.decide(only(), reason=" ")

    decision = desk.decide(only())

    assert (decision.maker_id, decision.approver_id) == (desk.maker.pk, None)
    assert CreditLot.objects.get().granted == 49_999_990_000
    with pytest.raises(operations.LineDecided):
        desk.decide(only(), fate="aside", tenant_id=None)


def test_a_large_line_needs_two_people(desk) -> None:
    desk.take_in(line("50000.00", payer="王五"))

    proposal = desk.decide(only())
    with pytest.raises(operations.LineDecided):
        desk.decide(only())
    with pytest.raises(operations.UnableToApproveOwnProposal):
        desk.approve(proposal, user_id=desk.maker.pk)
    assert CreditLot.objects.count() == 0
    decision = desk.approve(proposal, user_id=desk.approver.pk)

    assert (decision.maker_id, decision.approver_id) == (desk.maker.pk, desk.approver.pk)
    assert CreditLot.objects.get().granted == 50_000 * YUAN
    with pytest.raises(operations.ProposalNotFound):
        desk.approve(proposal, user_id=desk.approver.pk)


def test_a_refused_proposal_leaves_the_line_open(desk) -> None:
    desk.take_in(line("50000.00", payer="王五"))
    proposal = desk.decide(only())

    operations.refuse(proposal_id=proposal.public_id, user_id=desk.approver.pk, now=NOW)

    (waiting,) = queries.waiting_lines(limit=10)
    assert waiting.proposal is None
    aside = desk.decide(only(), fate="aside", tenant_id=None)
    assert desk.approve(aside, user_id=desk.approver.pk).fate == "aside"
    assert CreditLot.objects.count() == 0


def test_what_is_set_aside_is_nobodys_money(desk) -> None:
    desk.take_in(line("1.23", payer="结息"))

    desk.decide(only(), fate="aside", tenant_id=None, reason="银行结息")

    assert queries.waiting_lines(limit=10) == []
    assert CreditLot.objects.count() == 0


def test_a_code_is_made_once_for_each_tenant_and_operator(desk) -> None:
    assert code_of(desk.tenant, desk.operator) == desk.code
    assert code_of(make_organisation(), desk.operator) != desk.code


@pytest.mark.parametrize("number", ["", "1234567", "62220000 1111 2222 账"])
def test_a_malformed_account_number_is_refused(desk, number) -> None:
    with pytest.raises(operations.UnableToOpenAccount):
        make_account(desk.operator, number=number)


def test_an_account_stands_once(desk) -> None:
    spaced = " ".join(desk.account.number)
    with pytest.raises(operations.UnableToOpenAccount):
        make_account(desk.operator, number=spaced)


def test_a_movement_that_a_table_and_a_camt_file_tell_is_credited_once(desk) -> None:
    # Given a transfer that a table without serials told, and that was credited
    desk.take_in(exact(desk, serial=""))
    assert desk.credit() == 1

    # When the same day comes again in another format, which names the bank's serial
    told = entry("300.00", payer=desk.tenant.name, remark=f"充值 {desk.code}", serial="ABC-1")
    take_in(desk.account, camt(told, number=desk.account.number), user_id=desk.maker.pk)

    # Then nothing is credited by itself, and a person sees why
    assert desk.credit() == 0
    second = BankLine.objects.latest("id")
    assert (second.match, second.tenant) == ("repeated", desk.tenant)
    assert BankDecision.objects.count() == 1


def test_two_equal_transfers_of_one_form_are_two(desk) -> None:
    # Given the first of two equal transfers of a day
    desk.take_in(exact(desk, serial="1"))

    # When a later file of that form tells of both
    desk.take_in(exact(desk, serial="1"), exact(desk, serial="2"))

    # Then both are credited
    assert desk.credit() == 2


def test_money_for_ones_own_organisation_is_only_proposed(desk) -> None:
    # Given a small transfer without a code, and people of finance who belong to a tenant
    for person in (desk.maker, desk.approver):
        make_member(organisation=desk.tenant, user=person)
    desk.take_in(line("49.00", payer="somebody", remark="", serial="9"))

    # When one says that it is his organisation's
    proposal = desk.decide(only())

    # Then it is proposed, and nobody of that organisation approves it
    assert not BankDecision.objects.exists()
    with pytest.raises(operations.UnableToApproveOwnProposal):
        desk.approve(proposal, user_id=desk.approver.pk)
    assert desk.approve(proposal, user_id=make_user().pk).tenant == desk.tenant
