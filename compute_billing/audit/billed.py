"""A tenant's usage as far as it stands on a bill: of a whole bill month, or behind one line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from compute_billing.audit.laws import ROOM
from compute_billing.audit.usage import Cost, DayOfUse, UsageChoices, UsageSums
from compute_billing.invoices import queries as invoices
from compute_billing.metering.queries import Usage, UsageFilter
from kernel.sql import row, rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBill:
    """Charges booked in a month; with a price, those of one line, which a kind of payer bears."""

    booked_month: date
    usage_month: date | None = None
    price_id: int | None = None
    project_id: int | None = None
    cluster_id: int | None = None
    payer_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a bill: its charges, and what it says; `amount` is in its own unit."""

    on: OnBill
    bill: UUID
    number: str
    position: int
    unit: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledUsage:
    """A record, and how much of its card time and cost stands on the bill.

    `borne` is the part of the line's payer, in the line's unit; zero where no line is asked for.
    """

    usage: Usage
    quantity: int
    cost: Cost
    borne: int


def line_of_bill(*, tenant_id: int, bill: UUID, position: int) -> Line:
    """Return a line of a tenant's bill.

    Raises:
        UnknownInvoice: the tenant has no such bill, or the bill no such line.
    """
    line = invoices.invoice_line(tenant_id=tenant_id, public_id=bill, position=position)
    return Line(
        on=OnBill(
            booked_month=line.booked_month,
            usage_month=line.usage_month,
            # No price is 0: behind a line of a package there is no use.
            price_id=line.price_id or 0,
            project_id=line.project_id,
            cluster_id=line.cluster_id,
            payer_kind=line.payer_kind,
        ),
        bill=bill,
        number=f"{line.invoice.series}-{line.invoice.number:06d}",
        position=position,
        unit=line.unit,
        amount=line.amount,
    )


def billed_page(
    *,
    tenant_id: int,
    on: OnBill,
    wanted: UsageFilter,
    after: tuple[datetime, str, str] | None,
    limit: int,
) -> list[BilledUsage]:
    """Return the records behind charges by start, external id and source, behind `after` on."""
    started_at, external_id, source = after or (None, None, None)
    found = rows(
        statement(ROOM, "billed_page.sql"),
        limit=limit,
        after_started_at=started_at,
        after_external_id=external_id,
        after_source=source,
        **_asked(tenant_id=tenant_id, on=on, wanted=wanted),
    )
    return [_billed(line) for line in found]


def _billed(line: dict[str, Any]) -> BilledUsage:
    return BilledUsage(
        cost=_cost(line),
        quantity=int(line.pop("billed_quantity")),
        borne=int(line.pop("borne")),
        usage=Usage(**line),
    )


def _cost(line: dict[str, Any]) -> Cost:
    return Cost(**{name: int(line.pop(name)) for name in Cost.__slots__})


def billed_sums(*, tenant_id: int, on: OnBill, wanted: UsageFilter) -> UsageSums:
    """Return the totals of all that `billed_page` finds; all of it is charged."""
    asked = _asked(tenant_id=tenant_id, on=on, wanted=wanted)
    found = rows(statement(ROOM, "billed_sums.sql"), **asked)[0]
    return UsageSums(
        records=found["records"],
        quantity=int(found["quantity"]),
        not_charged=0,
        cost=_cost(found),
    )


def billed_days(*, tenant_id: int, on: OnBill, wanted: UsageFilter) -> list[DayOfUse]:
    """Return the local days of all that `billed_page` finds; they sum to `billed_sums`.

    Use that was told late, and what takes use back, has days of earlier months.
    """
    found = rows(
        statement(ROOM, "billed_days.sql"),
        time_zone=settings.BILLING_TIME_ZONE,
        **_asked(tenant_id=tenant_id, on=on, wanted=wanted),
    )
    return [DayOfUse(**{**day, "quantity": int(day["quantity"])}) for day in found]


def billed_choices(*, tenant_id: int, on: OnBill) -> UsageChoices:
    """Return the projects and card types of what is booked; other filters aside."""
    asked = _asked(tenant_id=tenant_id, on=on, wanted=UsageFilter())
    found = row(statement(ROOM, "billed_choices.sql"), **asked)
    return UsageChoices(**(found or {"projects": [], "card_types": []}))


def _asked(*, tenant_id: int, on: OnBill, wanted: UsageFilter) -> Mapping[str, Any]:
    return {
        "tenant_id": tenant_id,
        "recorded_from": invoices.first_recorded(tenant_id=tenant_id, month=on.booked_month),
        **asdict(on),
        **asdict(wanted),
    }
