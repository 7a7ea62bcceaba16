"""The desk where disputes about use are answered: with a paper, or without one."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.permissions import Staff
from compute_billing.disputes import operations
from compute_billing.disputes.evidence import FILES_MAX
from compute_billing.disputes.models import UsageDispute
from compute_billing.disputes.operations import Side, Verdict
from kernel.uploads import CheckedUpload
from tests.builders.accounts import make_staff, make_user
from tests.builders.disputes import answer_dispute, dispute_use, read
from tests.builders.market import NOW, YUAN, make_market
from tests.builders.sessions import give_second_factor, signed_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def escalated() -> UsageDispute:
    """Make a dispute whose rejection was taken to the house."""
    market = make_market(price_micro=4 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    dispute = dispute_use(market, market.tenants["acme"])
    answer_dispute(dispute, Verdict.REJECTED)
    return operations.escalate(
        dispute_id=dispute.public_id,
        tenant_id=dispute.tenant_id,
        words="The log!",
        user_id=make_user().pk,
        now=NOW,
    )


def answered_with_paper(dispute: UsageDispute):
    officer = make_staff(role=Staff.FINANCE)
    give_second_factor(officer)
    paper = SimpleUploadedFile("log.pdf", PDF, content_type="application/pdf")
    said = {"verdict": "rejected", "words": "The log shows it.", "paper": paper}
    return signed_in(officer).post(reverse("operator-dispute", args=[dispute.public_id]), said)


def test_the_last_word_keeps_its_paper(escalated) -> None:
    answer = answered_with_paper(escalated)

    assert answer.status_code == 302
    decided = read(escalated)
    assert (decided.state, decided.files.get().side) == ("upheld", "desk")


def test_an_answer_whose_paper_cannot_be_kept_is_not_given(escalated) -> None:
    # Given a dispute that holds as many papers as it may
    upload = CheckedUpload(
        content=PDF, content_type="application/pdf", name="log.pdf", was_scanned=False
    )
    for _ in range(FILES_MAX):
        operations.attach(
            dispute_id=escalated.public_id,
            side=Side.BUYER,
            upload=upload,
            user_id=make_user().pk,
            now=NOW,
        )

    # When the house answers with another
    answer = answered_with_paper(escalated)

    # Then it is told why, and nothing is decided
    assert answer.status_code == 409
    assert "The log shows it." in answer.content.decode()
    assert read(escalated).state == "escalated"
