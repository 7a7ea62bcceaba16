"""The settled month at a glance: what the first page shows, read in a few queries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings

from compute_billing.settlement.queries import Amounts
from kernel.sql import row, rows, statement

ROOM: Final = "compute_billing.settlement"
MONTHS_MAX: Final = 24

TenantIds = list[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMonth:
    """A month with statements: how many, when the last was issued, and by whom."""

    month: date
    statements: int
    issued_at: datetime
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLine:
    """A tenant's settled month, and its paid money now.

    `left_now` is what is left of what it paid in, `owed_now` what it still owes, in micro-yuan.
    """

    code: str
    name: str
    kind: str
    amounts: Amounts
    left_now: int
    owed_now: int

    @property
    def balance(self) -> int:
        """Return what is left, less what is owed."""
        return self.left_now - self.owed_now


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """The card time of one local day, in milli-card-milliseconds."""

    day: date
    quantity: int


def settled_months(*, tenant_ids: TenantIds) -> list[SettledMonth]:
    """Return the settled months of some tenants (None: of all), newest first."""
    found = rows(statement(ROOM, "overview_months.sql"), tenant_ids=tenant_ids, limit=MONTHS_MAX)
    return [SettledMonth(**{**month, "operators": tuple(month["operators"])}) for month in found]


def tenant_lines(*, month: date, tenant_ids: TenantIds, now: datetime) -> list[TenantLine]:
    """Return the settled month of some tenants (None: of all), the largest first."""
    found = rows(
        statement(ROOM, "overview_tenants.sql"), month=month, tenant_ids=tenant_ids, now=now
    )
    return [
        TenantLine(
            code=line["code"],
            name=line["name"],
            kind=line["kind"],
            amounts=Amounts(
                quantity=int(line["quantity"]),
                gross=line["gross"],
                discount=line["discount"],
                programme=line["programme"],
                tenant_paid=line["tenant_paid"],
                arrears=line["arrears"],
            ),
            left_now=line["left_now"],
            owed_now=line["owed_now"],
        )
        for line in found
    ]


def days_of_use(*, month: date, tenant_ids: TenantIds) -> list[DayUse]:
    """Return the settled card time of each day that has any, by the billing time zone's days."""
    found = rows(
        statement(ROOM, "overview_days.sql"),
        month=month,
        tenant_ids=tenant_ids,
        time_zone=settings.BILLING_TIME_ZONE,
    )
    return [DayUse(day=day["day"], quantity=int(day["quantity"])) for day in found]


def capacity(*, month: date) -> int | None:
    """Return the cards, in thousandths, of those who settled the month; None when unknown."""
    found = row(statement(ROOM, "overview_capacity.sql"), month=month)
    return int(found["milli_cards"]) if found and found["milli_cards"] is not None else None


def posting_to_follow(*, month: date, tenant_ids: TenantIds) -> int | None:
    """Return a posting of the month whose way down to the source line is worth showing."""
    found = row(statement(ROOM, "overview_posting.sql"), month=month, tenant_ids=tenant_ids)
    return None if found is None else int(found["id"])
