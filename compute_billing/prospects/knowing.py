"""What the exchange knows of a firm, its providers and its use, as an evaluation is told it.

Whatever nobody told stays None: the evaluator says that it is missing, and guesses nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Organisation
from accounts.verification.queries import Attested, attested
from compute_billing.catalogue.queries import centre_owners_of
from compute_billing.contracts.models import ComputeContract
from compute_billing.contracts.queries import compute_contracts_of
from compute_billing.invoices.tax import tax_of
from compute_billing.subsidies.rules.contract_rules import months_after
from compute_billing.subsidies.rules.facts import (
    Contract,
    Cost,
    CostKind,
    Facts,
    Funding,
    Overlap,
    Provider,
    SizeClass,
    Subject,
    SubjectKind,
)
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.prospects"
MONTHS: Final = 3
# 18 characters: registration office, kind, then the office's place by GB/T 2260 (GB 32100).
REGION_OF_USCC: Final = slice(2, 8)
KINDS: Final = {
    "enterprise": SubjectKind.ENTERPRISE,
    "operator": SubjectKind.ENTERPRISE,
    "university": SubjectKind.UNIVERSITY,
    "institute": SubjectKind.INSTITUTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardUse:
    """What awards of a programme, level and year reserve and gave, in micro-yuan."""

    programme: str
    level: str
    budget_year: int
    own_paid: int
    own_reserved: int
    paid: int
    reserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One contract with its use, or the use at a provider for which there is none.

    `key` names it; `contract_no` is empty where nothing was signed. Facts are without what only a
    programme's own counters tell.
    """

    key: str
    contract_no: str
    provider: str
    facts: Facts
    net: int


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def first_day(as_of: date, *, months: int = MONTHS) -> date:
    """Return the first day of the use that is looked at: three months of it, or as many as told."""
    return months_after(as_of, -months)


def award_use(*, tenant_id: int, now: datetime) -> list[AwardUse]:
    """Return what awards reserve and gave, of every programme here."""
    found = rows(statement(ROOM, "award_use.sql"), tenant_id=tenant_id, now=now)
    return [AwardUse(**each) for each in found]


def engagements(*, tenant_id: int, now: datetime, months: int = MONTHS) -> list[Engagement]:
    """Return a tenant's contracts of the last months and its use, each as facts."""
    as_of = local_day(now)
    since = first_day(as_of, months=months)
    contracts = [
        contract
        for contract in compute_contracts_of(tenant_id=tenant_id)
        if contract.ends_on > since
    ]
    use: dict[tuple[int, int | None], list[Cost]] = defaultdict(list)
    for line in _lines(tenant_id=tenant_id, since=since, as_of=as_of):
        covering = _covering(contracts, operator_id=line["operator_id"], day=line["day"])
        use[line["operator_id"], covering].extend(_costs(line))
    for contract in contracts:
        use.setdefault((contract.provider_id, contract.pk), [])
    by_id = {contract.pk: contract for contract in contracts}
    involved = Organisation.objects.in_bulk({tenant_id, *(operator for operator, _ in use)})
    said = attested(organisation_ids=involved)
    owners = centre_owners_of(operator_ids=involved)
    firm = involved[tenant_id]
    subject = _subject(firm, said.get(tenant_id))
    made = [
        _engagement(
            by_id.get(contract_id or 0),
            involved[operator_id],
            subject=subject,
            provider=Provider(
                region=_region(involved[operator_id].uscc),
                is_related=is_related(said.get(tenant_id), said.get(operator_id)),
                is_own_facility=tenant_id in {operator_id, *owners[operator_id]},
            ),
            costs=costs,
            as_of=as_of,
        )
        for (operator_id, contract_id), costs in use.items()
    ]
    return sorted(made, key=lambda each: each.key)


def _lines(*, tenant_id: int, since: date, as_of: date) -> list[dict[str, Any]]:
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    return rows(
        statement(ROOM, "costs.sql"),
        tenant_id=tenant_id,
        time_zone=settings.BILLING_TIME_ZONE,
        starts_at=datetime.combine(since, time(), tzinfo=zone),
        ends_at=datetime.combine(as_of + timedelta(days=1), time(), tzinfo=zone),
    )


def _covering(contracts: Sequence[ComputeContract], *, operator_id: int, day: date) -> int | None:
    """Return the contract that a day's use falls under: the one that was signed last."""
    fitting = (
        contract.pk
        for contract in contracts
        if contract.provider_id == operator_id and contract.starts_on <= day < contract.ends_on
    )
    return next(fitting, None)


def _costs(line: Mapping[str, Any]) -> list[Cost]:
    """Return what of a day's use is paid, and what is not paid yet."""
    paid = line["net"] - line["unpaid"]
    parts = ((paid, "", line["day"]), (line["unpaid"], ":unpaid", None))
    return [
        Cost(
            reference=f"{line['cluster']}:{line['day']}:{line['tax_class']}{suffix}",
            kind=CostKind.ACCELERATOR,
            incurred_on=line["day"],
            amount_micro=amount,
            tax_micro=tax_of(net_micro=amount, tax_class=line["tax_class"]),
            settled_on=settled_on,
            is_domestic=line["is_domestic"],
            card_time=0 if suffix else line["quantity"],
        )
        for amount, suffix, settled_on in parts
        if amount or not suffix
    ]


def _subject(firm: Organisation, said: Attested | None) -> Subject:
    return Subject(
        kind=KINDS.get(firm.kind),
        registered_region=_region(firm.uscc),
        industry=said.industry if said else None,
        size_class=cast("SizeClass | None", firm.size_class or None),
    )


def _region(uscc: str | None) -> str | None:
    return uscc[REGION_OF_USCC] if uscc else None


def is_related(one: Attested | None, other: Attested | None) -> bool | None:
    """Say whether either names the other; not known before both have declared."""
    if one is not None and other is not None:
        return other.uscc in one.related or one.uscc in other.related
    return None


def _engagement(
    contract: ComputeContract | None,
    operator: Organisation,
    *,
    subject: Subject,
    provider: Provider,
    costs: Collection[Cost],
    as_of: date,
) -> Engagement:
    number = contract.contract_no if contract else ""
    return Engagement(
        key=number or f"without-contract:{operator.code}",
        contract_no=number,
        provider=operator.name,
        net=sum(cost.amount_micro for cost in costs),
        facts=Facts(
            as_of=as_of,
            applied_on=as_of,
            subject=subject,
            provider=provider,
            contract=Contract(
                number=number,
                signed_on=contract.signed_on if contract else None,
                starts_on=contract.starts_on if contract else None,
                ends_on=contract.ends_on if contract else None,
                amount_micro=contract.amount_micro if contract else None,
            ),
            costs=tuple(costs),
        ),
    )


def other_funding(uses: Sequence[AwardUse], *, besides: str) -> tuple[Funding, ...]:
    """Return the public money that the tenant has here by other programmes, for the same use."""
    return tuple(
        Funding(
            programme=use.programme,
            level=use.level,
            overlap=Overlap.COST,
            amount_micro=use.own_paid + use.own_reserved,
        )
        for use in uses
        if use.programme != besides and use.own_paid + use.own_reserved
    )
