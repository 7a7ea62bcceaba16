"""Clawbacks: proposed, decided by another, booked, netted by the next claim, or received."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from compute_billing.ledger import queries as ledger
from compute_billing.settlement import clawback_receipts, clawbacks, operations
from compute_billing.settlement.clawback_models import Clawback, ClawbackPart, ClawbackReceipt
from compute_billing.settlement.models import Claim
from compute_billing.subsidies.models import Award
from kernel.audit import Actor
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_user
from tests.builders.invoices import HOUR, NOVEMBER, OCTOBER, after, close, make_correction, make_use
from tests.builders.market import NOW, YUAN, Market, make_market
from tests.builders.subsidies import make_authority
from tests.compute_billing.settlement.test_reimbursing import (
    PAPERS,
    amounts,
    claimed,
    counter,
    make_reimbursed,
    owed,
)

pytestmark = pytest.mark.django_db

OFFICER = Actor.user(7)
DOUBLE = clawbacks.Grounds(
    reason="duplicate_funding", clause="第十二条", statement="同一费用已获市级资金支持"
)


def propose(**overrides: Any) -> Clawback:
    """Propose to take back all that the only award gave."""
    values = {
        "award_reference": Award.objects.get().reference,
        "grounds": DOUBLE,
        "maker_id": make_user().pk,
        "now": NOW,
    }
    return clawbacks.propose(**{**values, **overrides})


def decide(made: Clawback, **overrides: Any) -> Clawback:
    """Let a member of an authority decide."""
    office = make_authority()
    values = {
        "public_id": made.public_id,
        "approves": True,
        "decider_id": make_member(organisation=office).pk,
        "decider_organisation_id": office.pk,
        "answer": "",
        "now": NOW,
    }
    return clawbacks.decide(**{**values, **overrides})


def make_paid(*, duration: int = 10 * HOUR) -> tuple[Market, Claim]:
    """Pay the claim of a use."""
    market = make_reimbursed()
    make_use(market, "acme", duration=duration)
    close(market, "acme")
    [claim] = claimed()
    operations.mark_claim_paid(claim_id=claim.pk, now=NOW, actor=OFFICER, **PAPERS)
    return market, claim


def test_an_approved_clawback_is_owed_and_the_next_claim_nets_it() -> None:
    # given a paid claim of three yuan
    market, claim = make_paid()
    made = decide(propose())
    # then the counter has all of it again, and the tenant owes it to the fund
    assert (made.amount, counter()) == (3 * YUAN, (0, 0))
    assert ledger.balance(account_id=made.award.account_id).posted == 50 * YUAN
    assert owed(market, claim.fund_id) == -3 * YUAN
    # when the next month is worth 2.4 yuan
    make_use(market, "acme", start=datetime(2026, 11, 10, tzinfo=UTC), duration=8 * HOUR)
    close(market, "acme", month=NOVEMBER)
    [second] = claimed(NOVEMBER, now=after(NOVEMBER))
    # then none of it is paid, and 0.6 are still owed; the charges taken back are claimed no more
    assert (second.amount, second.netted) == (2_400_000, 2_400_000)
    assert amounts(second) == [(8 * YUAN, 2_400_000)]
    operations.mark_claim_paid(claim_id=second.pk, now=NOW, actor=OFFICER, **PAPERS)
    assert owed(market, claim.fund_id) == -600_000
    # until the treasury has it
    left = clawback_receipts.receive(
        public_id=made.public_id,
        fund_id=claim.fund_id,
        amount_micro=600_000,
        receipt_no="TK-1",
        actor=OFFICER,
        now=NOW,
    )
    assert (left, owed(market, claim.fund_id)) == (0, 0)
    assert ClawbackReceipt.objects.count() == 2


def test_a_receipt_is_noted_once_and_never_above_what_is_owed() -> None:
    _, claim = make_paid()
    made = decide(propose())
    receipt = {"public_id": made.public_id, "fund_id": claim.fund_id, "actor": OFFICER, "now": NOW}
    first = {**receipt, "amount_micro": YUAN, "receipt_no": "TK-1"}
    assert clawback_receipts.receive(**first) == clawback_receipts.receive(**first) == 2 * YUAN
    for wrong in ({"amount_micro": 2}, {"receipt_no": "TK-2", "amount_micro": 2 * YUAN + 1}):
        with pytest.raises(clawbacks.UnableToClawBack, match="2000000 micro-yuan"):
            clawback_receipts.receive(**{**first, **wrong})


def test_only_the_use_of_a_time_is_taken_back() -> None:
    market = make_reimbursed()
    make_use(market, "acme", duration=10 * HOUR)
    make_use(market, "acme", start=datetime(2026, 10, 20, tzinfo=UTC), duration=2 * HOUR)
    close(market, "acme")
    claimed()
    moved = clawbacks.Extent(used_from=datetime(2026, 10, 15, tzinfo=UTC), withdraws_award=True)
    made = decide(propose(extent=moved))
    assert (made.amount, counter()) == (600_000, (10 * YUAN, 3 * YUAN))
    assert Award.objects.get().withdrawn_at == moved.used_from
    # and a second clawback finds only the rest
    assert decide(propose()).amount == 3 * YUAN
    with pytest.raises(clawbacks.UnableToClawBack, match="gave nothing"):
        decide(propose())


def test_a_correction_of_what_was_taken_back_gives_nothing_back_again() -> None:
    market = make_reimbursed()
    used = make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    claimed()
    decide(propose())
    make_correction(market, "acme", corrects=used, duration=4 * HOUR)
    close(market, "acme", month=NOVEMBER)
    assert claimed(NOVEMBER, now=after(NOVEMBER)) == []


def make_voucher() -> Market:
    """Let the provider be paid 30 % of ten yuan."""
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=50)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    operations.settle(month=OCTOBER, now=NOW)
    operations.mark_claim_paid(claim_id=Claim.objects.get().pk, now=NOW, actor=OFFICER, **PAPERS)
    return market


def test_a_voucher_is_owed_back_by_the_tenant_who_had_it() -> None:
    market = make_voucher()
    made = decide(propose())
    assert (made.amount, made.debtor) == (3 * YUAN, market.tenants["acme"])
    assert owed(market, made.award.fund_id) == -3 * YUAN
    # what a share gave stays granted, and is not drawn a second time
    assert counter() == (10 * YUAN, 3 * YUAN)
    assert made.award.counter.clawed_back == 3 * YUAN


def test_a_delisted_provider_owes_it_and_his_next_claim_nets_it() -> None:
    market = make_voucher()
    delisted = clawbacks.Grounds(
        reason="provider_delisted", clause="第九条", statement="已移出名单"
    )
    made = decide(propose(grounds=delisted, from_provider_id=market.operator.pk))
    assert made.debtor == market.operator
    make_use(market, "acme", start=datetime(2026, 11, 10, tzinfo=UTC), duration=20 * HOUR)
    close(market, "acme", month=NOVEMBER)
    operations.settle(month=NOVEMBER, now=after(NOVEMBER))
    claim = Claim.objects.get(period=NOVEMBER)
    assert (claim.amount, claim.netted) == (6 * YUAN, 3 * YUAN)
    assert ClawbackPart.objects.get().settled == 3 * YUAN


def test_nobody_decides_what_he_proposed_or_what_concerns_him() -> None:
    market, _ = make_paid()
    office = make_authority()
    officer = make_member(organisation=office)
    made = propose(maker_id=officer.pk)
    theirs = make_member(organisation=market.tenants["acme"])
    for decider, organisation in ((officer, office), (theirs, market.tenants["acme"])):
        with pytest.raises(clawbacks.ClawbackNeedsAnother):
            decide(made, decider_id=decider.pk, decider_organisation_id=organisation.pk)
    # and the database refuses it too
    with pytest.raises(IntegrityError, match="clawback_four_eyes"), transaction.atomic():
        Clawback.objects.update(
            state="approved", decider=officer, decider_organisation=office, decided_at=NOW
        )
    with pytest.raises(IntegrityError, match="clawback_decided_by_somebody"), transaction.atomic():
        Clawback.objects.update(state="approved")


def test_a_rejected_proposal_owes_nothing_and_is_decided_once() -> None:
    make_paid()
    made = decide(propose(), approves=False, answer="证据不足")
    assert (made.state, made.amount, counter()) == ("rejected", 0, (10 * YUAN, 3 * YUAN))
    with pytest.raises(clawbacks.UnableToClawBack, match="rejected already"):
        decide(made)
    actions = AuditEntry.objects.filter(object_type="clawback").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "settlement.propose_clawback",
        "settlement.reject_clawback",
    ]


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"award_reference": "none"}, "no award none"),
        ({"grounds": clawbacks.Grounds(reason="whim", clause="a", statement="b")}, "one of"),
        ({"grounds": clawbacks.Grounds(reason="fraud", clause=" ", statement="b")}, "clause"),
        ({"from_provider_id": 1}, "paid nothing"),
    ],
)
def test_a_groundless_proposal_is_refused(overrides: dict[str, Any], complaint: str) -> None:
    make_paid()
    with pytest.raises(clawbacks.UnableToClawBack, match=complaint):
        propose(**overrides)
