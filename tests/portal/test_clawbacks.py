"""The page of clawbacks: an officer proposes, an approver decides, finance has the receipt."""

from __future__ import annotations

import pytest

from accounts.permissions import Staff
from compute_billing.settlement.clawback_models import Clawback, ClawbackPart
from compute_billing.subsidies.models import Award
from tests.builders.accounts import make_member, make_staff
from tests.builders.clawbacks import make_proposal
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db


def test_one_proposes_another_decides_and_finance_has_the_receipt() -> None:
    # given an award that paid, which an officer wants back
    make_proposal()
    award = Award.objects.select_related("fund__programme__authority").get()
    officer = signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))
    typed = {
        "award": award.reference,
        "reason": "relocation",
        "clause": "第八条",
        "statement": "迁出",
    }
    assert officer.post("/clawbacks", typed).status_code == 302
    assert officer.post("/clawbacks", {**typed, "award": "absent"}).status_code == 422
    made = Clawback.objects.latest("id")

    # when an approver of another office decides, nothing happens
    person = make_staff(role=Staff.SUBSIDY_APPROVER)
    approver = signed_in(person)
    decision = f"/clawbacks/{made.public_id}/decision"
    approver.post(decision, {"decision": "approve"})
    assert Clawback.objects.get(pk=made.pk).state == "proposed"
    # and when one of the authority does, it is owed
    make_member(organisation=award.fund.programme.authority, user=person)
    approver.post(decision, {"decision": "approve"})
    assert Clawback.objects.get(pk=made.pk).state == "approved"

    # then finance books the receipt, once
    finance = signed_in(make_staff(role=Staff.FINANCE))
    receipt = f"/clawbacks/{made.public_id}/receipt"
    assert b"data-owing" in finance.get("/clawbacks").content
    assert finance.post(receipt, {"receipt_no": "TK-1"}).status_code == 302
    part = ClawbackPart.objects.get()
    assert (part.amount, part.settled) == (300_000, 300_000)
    finance.post(receipt, {"receipt_no": "TK-2"})
    assert part.receipts.count() == 1
    told = b"".join(finance.get("/clawbacks", {"file": "csv"}).streaming_content).decode()
    assert "迁出" in told
