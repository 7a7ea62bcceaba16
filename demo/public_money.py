"""Found the subsidy programme, fill its fund and approve the awards, with four eyes."""

from typing import Final

from accounts import operations as people
from accounts.permissions import Role, Staff
from compute_billing.subsidies import operations as subsidies
from demo.cast import MAIL, PASSWORD, TENANTS
from demo.dates import Calendar
from demo.programmes import put_into_force
from kernel.audit import Actor
from kernel.money import MICRO_PER_YUAN
from kernel.periods import Period

FUND_YUAN: Final = 150_000
PPM_PER_PERCENT: Final = 10_000


def approve_awards(*, authority_id: int, tenant_ids: dict[str, int], calendar: Calendar) -> None:
    """Found the programme, fill its fund and approve the awards with four eyes."""
    now = calendar.before
    maker, approver = (
        people.create_user(email=f"{name}@{MAIL}", password=PASSWORD, now=now, name=name).pk
        for name in ("officer", "approver")
    )
    for user_id, role in ((maker, Staff.SUBSIDY_OFFICER), (approver, Staff.SUBSIDY_APPROVER)):
        people.grant_staff_role(user_id=user_id, role=role, granted_by_id=None, now=now)
        people.add_member(user_id=user_id, organisation_id=authority_id, role=Role.VIEWER, now=now)
    put_into_force(officer_id=maker, approver_id=approver, now=now)
    fund_id = _fund(authority_id=authority_id, actor=Actor.user(maker), calendar=calendar)
    awarded = [(tenant, tenant.award) for tenant in TENANTS if tenant.award]
    for number, (tenant, award) in enumerate(awarded, start=1):
        subsidies.approve_award(
            fund_id=fund_id,
            tenant_id=tenant_ids[tenant.code],
            reference=f"SLQ-{calendar.month.year}-{number:03d}",
            rate_ppm=award.rate_percent * PPM_PER_PERCENT,
            cap_micro=award.cap_yuan * MICRO_PER_YUAN,
            period=Period(calendar.day(1), calendar.year_end),
            maker_id=maker,
            approver_id=approver,
            approver_organisation_id=authority_id,
            now=now,
        )


def _fund(*, authority_id: int, actor: Actor, calendar: Calendar) -> int:
    now, year = calendar.before, calendar.month.year
    programme = subsidies.found_programme(
        code="suanliquan",
        name="区级算力券（演示）",
        jurisdiction="区",
        authority_id=authority_id,
        actor=actor,
        now=now,
    )
    fund = subsidies.open_fund(
        programme_id=programme.pk,
        level="district",
        budget_year=year,
        budget_document_no=f"京西财〔{year}〕37号",
        actor=actor,
        now=now,
    )
    subsidies.appropriate_fund(
        fund_id=fund.pk,
        amount_micro=FUND_YUAN * MICRO_PER_YUAN,
        reference=f"京西财〔{year}〕37号",
        actor=actor,
        now=now,
    )
    return int(fund.pk)
