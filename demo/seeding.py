"""Set the stage by operations alone: people, the centre, prices, public money, wallets.

Nothing here writes a table itself; every line could be a click or a call of the API.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts import operations as people
from accounts.operations import OrganisationKind, SizeClass
from accounts.permissions import Role, Scope, Staff
from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from demo.cast import (
    CARD_TYPE,
    CARDS,
    CLUSTER,
    MAIL,
    PASSWORD,
    SOURCE_FILES,
    SOURCE_HTTP,
    TENANTS,
    Tenant,
)
from demo.dates import Calendar
from demo.prices import publish_prices
from demo.public_money import approve_awards
from kernel.money import MICRO_PER_YUAN
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR, MILLI_PER_CARD

CUSTODY: Final = "bank"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Somebody who can sign in, and what he then sees."""

    email: str
    sees: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the run of the month needs to know of what was seeded."""

    operator_id: int
    tenant_ids: dict[str, int]
    source_ids: dict[str, int]
    api_key: str
    log_ins: tuple[LogIn, ...]


def set_stage(*, month: date) -> Stage:
    """Found everything that the month needs."""
    calendar = Calendar(month=month)
    operator_id, authority_id = _organisations(calendar)
    tenant_ids = {tenant.code: _tenant(tenant, calendar) for tenant in TENANTS}
    log_ins = (*_staff(calendar), *_members(tenant_ids, calendar))
    cluster_id, meter_id = _centre(operator_id)
    publish_prices(
        operator_id=operator_id, tenant_ids=tenant_ids, meter_id=meter_id, calendar=calendar
    )
    approve_awards(authority_id=authority_id, tenant_ids=tenant_ids, calendar=calendar)
    _wallets(operator_id=operator_id, tenant_ids=tenant_ids, meter_id=meter_id, calendar=calendar)
    source_ids = _sources(cluster_id=cluster_id, tenant_ids=tenant_ids, calendar=calendar)
    key = people.issue_api_key(
        organisation_id=operator_id,
        name="Slurm 用量上报",
        scopes=[Scope.USAGE_WRITE, Scope.USAGE_READ],
        now=calendar.before,
    )
    return Stage(
        operator_id=operator_id,
        tenant_ids=tenant_ids,
        source_ids=source_ids,
        api_key=key.text,
        log_ins=log_ins,
    )


def map_late_account(stage: Stage) -> int:
    """Say whose the accounts are that nobody had mapped; return how many there were."""
    late = [tenant for tenant in TENANTS if tenant.second_account]
    for tenant in late:
        metering.map_account(
            source_id=stage.source_ids[tenant.source],
            account=tenant.second_account,
            tenant_id=stage.tenant_ids[tenant.code],
        )
    return len(late)


def _organisations(calendar: Calendar) -> tuple[int, int]:
    operator = people.create_organisation(
        code="jingxi-operator",
        name="京西智谷运营有限公司",
        kind=OrganisationKind.OPERATOR,
        now=calendar.before,
    )
    authority = people.create_organisation(
        code="district-authority",
        name="区科技主管部门",
        kind=OrganisationKind.GOVERNMENT,
        now=calendar.before,
    )
    return operator.pk, authority.pk


def _tenant(tenant: Tenant, calendar: Calendar) -> int:
    size = None if tenant.size_class is None else SizeClass(tenant.size_class)
    return people.create_organisation(
        code=tenant.code,
        name=tenant.name,
        kind=OrganisationKind(tenant.kind),
        size_class=size,
        now=calendar.before,
    ).pk


def _staff(calendar: Calendar) -> Iterator[LogIn]:
    for name, role, sees in (
        ("finance", Staff.FINANCE, "all tenants: the exchange's finance officer"),
        ("operator", Staff.OPERATOR, "all tenants: the centre's operator"),
        ("auditor", Staff.AUDITOR, "all tenants: the auditor"),
    ):
        user = people.create_user(
            email=f"{name}@{MAIL}", password=PASSWORD, now=calendar.before, name=name
        )
        people.grant_staff_role(user_id=user.pk, role=role, granted_by_id=None, now=calendar.before)
        yield LogIn(email=user.email, sees=sees)


def _members(tenant_ids: dict[str, int], calendar: Calendar) -> Iterator[LogIn]:
    for tenant in TENANTS:
        if not tenant.log_in:
            continue
        user = people.create_user(
            email=f"{tenant.log_in}@{MAIL}",
            password=PASSWORD,
            now=calendar.before,
            name=tenant.log_in,
        )
        people.add_member(
            user_id=user.pk,
            organisation_id=tenant_ids[tenant.code],
            role=Role.OWNER,
            now=calendar.before,
        )
        yield LogIn(email=user.email, sees=f"{tenant.name} ({tenant.name_en}) only")


def _centre(operator_id: int) -> tuple[int, int]:
    centre = catalogue.open_centre(
        code="jingxi",
        name="京西智谷人工智能计算中心",
        owner_id=operator_id,
        operator_id=operator_id,
    )
    meter = catalogue.add_card_type(
        code=CARD_TYPE,
        name="昇腾 910B2",
        vendor="华为",
        memory_gib=64,
        is_domestic=True,
        tflops_fp16=313,
    )
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code=CLUSTER, name="100P 集群", milli_cards=CARDS * MILLI_PER_CARD
    )
    return cluster.pk, meter.pk


def _wallets(
    *, operator_id: int, tenant_ids: dict[str, int], meter_id: int, calendar: Calendar
) -> None:
    for tenant in TENANTS:
        tenant_id = tenant_ids[tenant.code]
        ledger.open_wallet(tenant_id=tenant_id)
        for day, yuan in tenant.topups:
            paid_at = calendar.day(day) + timedelta(hours=9) if day else calendar.before
            ledger.top_up(
                tenant_id=tenant_id,
                operator_id=operator_id,
                amount_micro=yuan * MICRO_PER_YUAN,
                custody=CUSTODY,
                reference=f"{tenant.code}-{paid_at:%Y%m%d}",
                now=paid_at,
            )
        if tenant.promotion_yuan:
            ledger.grant_promotion_lot(
                tenant_id=tenant_id,
                operator_id=operator_id,
                amount_micro=tenant.promotion_yuan * MICRO_PER_YUAN,
                reference=f"welcome-{tenant.code}",
                now=calendar.before,
                expires_at=calendar.year_end,
            )
        if tenant.in_kind_card_hours:
            ledger.grant_in_kind_lot(
                tenant_id=tenant_id,
                operator_id=operator_id,
                quantity=tenant.in_kind_card_hours * MILLI_CARD_MS_PER_CARD_HOUR,
                scope=ledger.LotScope(meter_id=meter_id),
                reference=f"teaching-{tenant.code}",
                now=calendar.before,
                expires_at=calendar.year_end,
            )


def _sources(*, cluster_id: int, tenant_ids: dict[str, int], calendar: Calendar) -> dict[str, int]:
    names = {SOURCE_HTTP: "京西 Slurm", SOURCE_FILES: "教学集群作业导出"}
    source_ids = {
        code: metering.open_source(
            code=code,
            name=name,
            cluster_id=cluster_id,
            card_type=CARD_TYPE,
            time_zone="Asia/Shanghai",
            now=calendar.before,
        ).pk
        for code, name in names.items()
    }
    for tenant in TENANTS:
        for project_id, valid_from, valid_until in _work(
            tenant, tenant_id=tenant_ids[tenant.code], calendar=calendar
        ):
            metering.map_account(
                source_id=source_ids[tenant.source],
                account=tenant.account,
                tenant_id=tenant_ids[tenant.code],
                project_id=project_id,
                valid_from=valid_from,
                valid_until=valid_until,
            )
    return source_ids


def _work(
    tenant: Tenant, *, tenant_id: int, calendar: Calendar
) -> list[tuple[int | None, datetime | None, datetime | None]]:
    """Return what the tenant's account works for, and from when until when."""
    if not tenant.projects:
        return [(None, None, None)]
    names = {code: name for _, code, name in tenant.projects}
    project_ids = {
        code: contracts.add_project(tenant_id=tenant_id, code=code, name=name).pk
        for code, name in names.items()
    }
    starts = [None, *(calendar.day(day) for day, _, _ in tenant.projects[1:])]
    ends = [*starts[1:], None]
    return [
        (project_ids[code], start, end)
        for (_, code, _), start, end in zip(tenant.projects, starts, ends, strict=True)
    ]
