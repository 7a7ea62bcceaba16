"""A buyer doubts four jobs of the month: one was granted, one rejected, two wait for somebody."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from accounts.queries import user_by_email
from compute_billing.disputes import operations
from compute_billing.disputes.operations import Doubt, Level, Reason, Reply, Verdict
from compute_billing.metering.queries import Usage, UsageFilter, usage_page
from demo.cast import MAIL
from demo.seeding import Stage
from kernel.queries import billing_month

TENANT: Final = "qinglan-vision"
LOOKED_AT: Final = 40
DOUBTS: Final = (
    (Reason.FAILED, "开跑半小时后节点掉卡，作业重启，前一段不应计费。"),
    (Reason.TWICE, "与前一条作业为同一次提交，疑似重复上报。"),
    (Reason.WRONG_TIME, "作业 18:00 已结束，账上计到次日。"),
    (Reason.NOT_OURS, "该账号当日无人提交作业。"),
)


def doubt_some(*, stage: Stage, month: date, now: datetime) -> None:
    """Open the disputes; the operator grants the first half of one and rejects another."""
    tenant_id = stage.tenant_ids[TENANT]
    border = billing_month(month=month)
    found = usage_page(
        tenant_id=tenant_id,
        wanted=UsageFilter(started_from=border.starts_at, started_until=border.ends_at),
        after=None,
        limit=LOOKED_AT,
    )
    charged = sorted(
        (one for one in found if one.state == "charged" and one.corrects is None),
        key=lambda one: one.ended_at - one.started_at,
        reverse=True,
    )
    ids = [
        _doubt(usage, tenant_id=tenant_id, reason=reason, words=words, now=now)
        for usage, (reason, words) in zip(charged, DOUBTS, strict=False)
    ]
    first = charged[0]
    half = first.started_at + (first.ended_at - first.started_at) / 2
    granted = Reply(
        verdict=Verdict.PARTLY,
        words="调度日志证实前半段节点故障，予以退回。",
        granted_from=first.started_at,
        granted_until=half.replace(microsecond=0),
    )
    rejected = Reply(
        verdict=Verdict.REJECTED, words="两条作业编号、起止时间与卡号均不同，并非重复。"
    )
    for dispute_id, reply in zip(ids, (granted, rejected), strict=False):
        operations.answer(
            dispute_id=dispute_id,
            reply=reply,
            level=Level.OPERATOR,
            user_id=user_by_email(email=f"operator@{MAIL}").pk,
            now=now,
        )
    operations.escalate(
        dispute_id=ids[1],
        tenant_id=tenant_id,
        words="卡号不同是因为重启后换卡，请核对提交命令。",
        user_id=user_by_email(email=f"qinglan@{MAIL}").pk,
        now=now,
    )


def _doubt(usage: Usage, *, tenant_id: int, reason: Reason, words: str, now: datetime) -> UUID:
    dispute = operations.open_dispute(
        tenant_id=tenant_id,
        source=usage.source,
        external_id=usage.external_id,
        doubt=Doubt(reason=reason, words=words),
        user_id=user_by_email(email=f"qinglan@{MAIL}").pk,
        now=now,
    )
    return dispute.public_id
