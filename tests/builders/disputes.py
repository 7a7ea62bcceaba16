"""Disputes about use for tests, made by the real operations on a market."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Organisation
from compute_billing.disputes import operations, queries
from compute_billing.disputes.models import UsageDispute, UsageDisputeFile
from compute_billing.disputes.operations import Doubt, Level, Reason, Reply, Verdict
from kernel.uploads import check_upload
from tests.builders.accounts import make_user
from tests.builders.invoices import make_use
from tests.builders.market import NOW, Market

WORDS = "The job was stopped by a broken card after half an hour."


def dispute_use(
    market: Market,
    tenant: Organisation,
    *,
    external_id: str | None = None,
    user_id: int | None = None,
    now: datetime = NOW,
    **doubt: Any,
) -> UsageDispute:
    """Dispute a record of a tenant; without one it uses a card for an hour first."""
    return operations.open_dispute(
        tenant_id=tenant.pk,
        source=market.source.code,
        external_id=external_id or make_use(market, _account(market, tenant)),
        doubt=Doubt(**{"reason": Reason.FAILED, "words": WORDS, **doubt}),
        user_id=user_id or make_user().pk,
        now=now,
    )


def _account(market: Market, tenant: Organisation) -> str:
    return next(code for code, one in market.tenants.items() if one.pk == tenant.pk)


def answer_dispute(
    dispute: UsageDispute,
    verdict: Verdict,
    *,
    level: Level = Level.OPERATOR,
    user_id: int | None = None,
    now: datetime = NOW,
    **reply: Any,
) -> UsageDispute:
    """Answer it by somebody who has not spoken yet."""
    return operations.answer(
        dispute_id=dispute.public_id,
        reply=Reply(verdict=verdict, words="As the scheduler's log says.", **reply),
        level=level,
        user_id=user_id or make_user().pk,
        now=now,
    )


def read(dispute: UsageDispute) -> UsageDispute:
    """Return it as it is now."""
    return queries.dispute(public_id=dispute.public_id, tenant_ids=[dispute.tenant_id])


def attach_paper(dispute_id: UUID) -> UsageDisputeFile:
    """Give a log as a PDF to a dispute."""
    return operations.attach(
        dispute_id=dispute_id,
        side=operations.Side.BUYER,
        upload=check_upload(content=b"%PDF-1.7\n%%EOF\n", name="log.pdf"),
        user_id=make_user().pk,
        now=NOW,
    )
