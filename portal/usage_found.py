"""What is asked of the explorer of usage, and what is found: by when it began, or by its bill."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from compute_billing.audit import billed
from compute_billing.audit import usage as explorer
from compute_billing.audit.billed import Line, OnBill
from compute_billing.audit.charges import Charge, charges_of
from compute_billing.audit.usage import Cost, DayOfUse, UsageChoices, UsageSums, UsageTenant
from compute_billing.metering import queries as metering
from compute_billing.metering.queries import Usage, UsageFilter
from kernel.periods import month_text

# `?by=bill`: the month is the one on whose bill the use stands.
BY_BILL: Final = "bill"
PAGE_ROWS: Final = 500
NOTHING: Final = Cost(gross=0, discount=0, programme=0, tenant=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What of whose usage is asked for: by when it began, or by the bill on which it stands."""

    tenant: UsageTenant
    month: date
    months: list[date]
    wanted: UsageFilter
    chosen: dict[str, str]
    on: OnBill | None
    line: Line | None

    @property
    def address(self) -> str:
        """Return it as the query of an address."""
        told = {name: text for name, text in self.chosen.items() if text}
        return urlencode({**self.place, **told})

    @property
    def place(self) -> dict[str, str]:
        """Return whose month it is, and by what it is counted; filters aside."""
        told = {"tenant": self.tenant.code, "month": month_text(self.month)}
        if self.line is not None:
            return {**told, "bill": str(self.line.bill), "line": f"{self.line.position}"}
        return told if self.on is None else {**told, "by": BY_BILL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of all that is found, its days, and the choices."""

    sums: UsageSums
    days: list[DayOfUse]
    offered: UsageChoices
    tells_amounts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record; on a bill its quantity is what stands there, and `borne` the line's part of it.

    `cost` is None where the reader may not see it.
    """

    usage: Usage
    cost: Cost | None
    borne: int = 0


def find(
    *,
    tenant_id: int,
    wanted: UsageFilter,
    on: OnBill | None,
    after: tuple[datetime, str, str] | None,
    limit: int,
    tells_amounts: bool,
) -> list[Found]:
    """Return a page of a tenant's records from behind `after` on."""
    if on is not None:
        page = billed.billed_page(
            tenant_id=tenant_id, on=on, wanted=wanted, after=after, limit=limit
        )
        return [
            Found(usage=replace(one.usage, quantity=one.quantity), cost=one.cost, borne=one.borne)
            for one in page
        ]
    usage = metering.usage_page(tenant_id=tenant_id, wanted=wanted, after=after, limit=limit)
    if not tells_amounts:
        return [Found(usage=one, cost=None) for one in usage]
    costs = explorer.usage_costs(tenant_id=tenant_id, usage=usage)
    return [Found(usage=one, cost=costs.get(one.usage_id, NOTHING)) for one in usage]


def charges_found(asked: Question) -> Iterator[Charge]:
    """Yield the charges of what is asked for, with their shares and postings, page by page."""
    after: tuple[datetime, str, str] | None = None
    tenant_id = asked.tenant.tenant_id
    while found := find(
        tenant_id=tenant_id,
        wanted=asked.wanted,
        on=asked.on,
        after=after,
        limit=PAGE_ROWS,
        tells_amounts=False,
    ):
        yield from charges_of(tenant_id=tenant_id, usage=[one.usage for one in found])
        last = found[-1].usage
        after = last.started_at, last.external_id, last.source
