"""The page of credit limits: two of finance, and what the tenant sees."""

from __future__ import annotations

import pytest

from accounts.permissions import Role, Staff
from compute_billing.ledger.credit_models import CreditProposal
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import make_market
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db


def test_one_proposes_another_approves_and_the_tenant_sees_it() -> None:
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=10)
    first, second = (signed_in(make_staff(role=Staff.FINANCE)) for _ in range(2))
    typed = {"tenant": tenant.code, "mode": "postpaid", "limit": "100.00", "reason": "框架协议"}

    assert first.post("/credit-limits", typed).status_code == 302
    address = f"/credit-limits/{CreditProposal.objects.get().public_id}"
    first.post(address, {"decision": "approve"})
    assert CreditProposal.objects.get().decision == ""
    second.post(address, {"decision": "approve"})

    assert CreditProposal.objects.get().decision == "approved"
    again = first.post("/credit-limits", {**typed, "tenant": "absent"})
    assert (again.status_code, "框架协议" in again.content.decode()) == (422, True)
    owner = signed_in(make_member(organisation=tenant, role=Role.OWNER))
    assert "100.00" in owner.get("/balance").content.decode()
    told = b"".join(second.get("/credit-limits", {"file": "csv"}).streaming_content).decode()
    assert "approved" in told


def test_an_auditor_reads_and_proposes_nothing() -> None:
    auditor = signed_in(make_staff(role=Staff.AUDITOR))

    assert auditor.get("/credit-limits").status_code == 200
    assert auditor.post("/credit-limits", {}).status_code == 403
