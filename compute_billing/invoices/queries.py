"""Every read of months and bills."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q

from compute_billing.invoices.lines import (
    PAYER_ORDER,
    BillLine,
    Booked,
    LineKey,
    PackageKey,
    bill_lines,
)
from compute_billing.invoices.models import Invoice, InvoiceLine, TenantMonth
from compute_billing.invoices.wording import StatementLine, in_words
from kernel.errors import DomainError
from kernel.models import BillingMonth
from kernel.queries import billing_month
from kernel.sql import row, rows, statement
from kernel.worlds import real_world

KEY_COLUMNS = (
    "issuer_id",
    "usage_month",
    "price_id",
    "project_id",
    "cluster_id",
    "tax_class",
    "card_time_unit",
)
SUM_COLUMNS = (
    "charge_count",
    "quantity",
    "quantity_in_kind",
    "gross",
    "discount",
    "programme",
    "tenant",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A tenant's latest rating run, and whether any of its usage waits to be rated."""

    last_run_id: int | None
    has_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A tenant's month: as billed when it is closed, else as booked so far, without bills."""

    tenant_month: TenantMonth | None
    bills: Sequence[Invoice]
    lines: Sequence[StatementLine]

    @property
    def is_closed(self) -> bool:
        """Whether the lines are billed and final."""
        return self.tenant_month is not None and self.tenant_month.state == TenantMonth.State.CLOSED

    @property
    def quantity(self) -> int:
        """Card time, in kind and priced."""
        return sum(line.quantity for line in self.lines)

    @property
    def shares(self) -> dict[str, int]:
        """What each kind of payer bears, each kind in its own unit."""
        borne: dict[str, int] = dict.fromkeys(PAYER_ORDER, 0)
        for line in self.lines:
            borne[line.payer_kind] += line.amount
        return borne


def tenant_month(*, tenant_id: int, month: date) -> TenantMonth | None:
    """Return the state of a tenant's month, or None when nothing was booked in it yet."""
    return TenantMonth.objects.filter(tenant_id=tenant_id, month=month).first()


def open_tenant_count(*, month: date) -> int:
    """Return for how many tenants a month with something booked in it is not closed."""
    open_months = TenantMonth.objects.filter(month=month, state=TenantMonth.State.OPEN)
    return open_months.filter(real_world("tenant_id")).count()


def tenants_to_close(*, month: BillingMonth) -> list[int]:
    """Return who has charges or usage in a month that is not closed for them, by id."""
    found = rows(
        statement(__package__, "tenants_to_close.sql"),
        month=month.month,
        starts_at=month.starts_at,
        ends_at=month.ends_at,
    )
    return [int(tenant["tenant_id"]) for tenant in found]


def months_to_close(*, now: datetime) -> list[date]:
    """Return the months that have ended at `now` and are still open for somebody."""
    return [row["month"] for row in rows(statement(__package__, "months_to_close.sql"), now=now)]


def waiting_usage(*, tenant_id: int, month: BillingMonth) -> list[tuple[str, int]]:
    """Return what keeps a month from closing: usage to be booked in it, by parked reason.

    The reason is empty for usage that is merely not rated yet.
    """
    found = rows(
        statement(__package__, "waiting_usage.sql"),
        tenant_id=tenant_id,
        month=month.month,
        ends_at=month.ends_at,
    )
    return [(str(group["parked_reason"]), int(group["usage_count"])) for group in found]


def standing_of(*, tenant_id: int) -> Standing:
    """Return what tells whether a tenant's charges or waiting usage may have changed."""
    found = row(statement(__package__, "under_lock.sql"), tenant_id=tenant_id)
    return Standing(**(found or {}))


def last_runs(*, tenant_ids: Sequence[int]) -> dict[int, int]:
    """Return the latest rating run of each of the tenants that has any."""
    found = rows(statement(__package__, "last_runs.sql"), tenant_ids=list(tenant_ids))
    return {int(run["tenant_id"]): int(run["run_id"]) for run in found}


def booked_in(*, tenant_ids: Sequence[int], month: date) -> dict[int, list[Booked]]:
    """Return the sums of some tenants' charges booked in a month, by what makes a line.

    A tenant without such charges is not in the answer.
    """
    early = rows(
        statement(__package__, "early_recorded.sql"), tenant_ids=list(tenant_ids), month=month
    )
    recorded_from = {int(tenant["tenant_id"]): tenant["recorded_from"] for tenant in early}
    tenants_from: dict[date, list[int]] = defaultdict(list)
    for tenant_id in tenant_ids:
        tenants_from[recorded_from.get(tenant_id, month)].append(tenant_id)
    booked: dict[int, list[Booked]] = defaultdict(list)
    for first_month, tenants in sorted(tenants_from.items()):
        found = rows(
            statement(__package__, "booked_groups.sql"),
            tenant_ids=tenants,
            month=month,
            recorded_from=first_month,
        )
        for tenant_id, groups in groupby(found, key=itemgetter("tenant_id")):
            booked[tenant_id] = [
                _booked(list(payers)) for _, payers in groupby(groups, key=_key_columns)
            ]
    return dict(booked)


def first_recorded(*, tenant_id: int, month: date) -> date:
    """Return from which recorded month on the charges of a tenant's bill month lie."""
    found = row(statement(__package__, "early_recorded.sql"), tenant_ids=[tenant_id], month=month)
    first: date = month if found is None else found["recorded_from"]
    return first


def _key_columns(group: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(group[name] for name in KEY_COLUMNS)


def _booked(payers: Sequence[Mapping[str, Any]]) -> Booked:
    """Read one key's rows, which differ in payer kind and amount alone."""
    first = payers[0]
    return Booked(
        key=LineKey(**{name: first[name] for name in KEY_COLUMNS}),
        **{name: int(first[name]) for name in SUM_COLUMNS},
        recorded_from=first["recorded_from"],
        recorded_to=first["recorded_to"],
        shares={
            payer["payer_kind"]: int(payer["amount"])
            for payer in payers
            if payer["payer_kind"] is not None
        },
    )


def packages_in(*, tenant_id: int, month: BillingMonth) -> list[Booked]:
    """Return what a tenant bought as packages or gave back before a month's end, not billed yet.

    Bought in an earlier month it is billed now: no month has to be open for it.
    """
    found = rows(
        statement(__package__, "booked_packages.sql"),
        tenant_ids=[tenant_id],
        ends_at=month.ends_at,
    )
    return [_package(change) for change in found]


def _package(change: Mapping[str, Any]) -> Booked:
    amount, by_lots = change["amount_micro"], change["by_lots"]
    borne = {"paid": by_lots, "credit": amount - by_lots}
    return Booked(
        key=LineKey(
            issuer_id=change["issuer_id"],
            usage_month=change["usage_month"],
            price_id=None,
            project_id=None,
            cluster_id=change["cluster_id"],
            tax_class=change["tax_class"],
            card_time_unit="",
            package=PackageKey(
                change_id=change["change_id"],
                order_id=change["order_id"],
                term_id=change["term_id"],
            ),
        ),
        charge_count=0,
        quantity=0,
        quantity_in_kind=0,
        gross=amount,
        discount=0,
        programme=0,
        tenant=amount,
        recorded_from=change["usage_month"],
        recorded_to=change["usage_month"],
        shares={kind: part for kind, part in borne.items() if part},
    )


def invoices_of(*, tenant_id: int, month: date) -> list[Invoice]:
    """Return the bills of a tenant's month with their lines, by issuer."""
    return list(
        Invoice.objects.filter(tenant_id=tenant_id, period=month)
        .select_related("issuer")
        .prefetch_related(Prefetch("lines", InvoiceLine.objects.order_by("position")), "taxes")
        .order_by("issuer_id", "sequence")
    )


def statement_of(*, tenant_id: int, month: date) -> Statement:
    """Return what a tenant's month holds: as billed when it is closed, else as booked so far."""
    found = tenant_month(tenant_id=tenant_id, month=month)
    if found is not None and found.state == TenantMonth.State.CLOSED:
        bills = invoices_of(tenant_id=tenant_id, month=month)
        lines: list[BillLine | InvoiceLine] = [line for bill in bills for line in bill.lines.all()]
        return Statement(tenant_month=found, bills=bills, lines=in_words(lines))
    booked = booked_in(tenant_ids=[tenant_id], month=month).get(tenant_id, [])
    booked += packages_in(tenant_id=tenant_id, month=billing_month(month=month))
    lines = [line for group in booked for line in bill_lines(group)]
    return Statement(tenant_month=found, bills=[], lines=in_words(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedLine:
    """How much the line at a position of a credit note takes back from a line of a bill."""

    position: int
    bill: UUID
    bill_number: str
    bill_position: int
    unit: str
    amount: int


def credits_of(*, invoice_id: int) -> list[CreditedLine]:
    """Return what the lines of a credit note take back from, in their order; nothing of a bill."""
    found = rows(statement(__package__, "credits.sql"), invoice_id=invoice_id)
    return [
        CreditedLine(bill_number=f"{credit.pop('series')}-{credit.pop('number'):06d}", **credit)
        for credit in found
    ]


def credits_on(bill: Invoice) -> list[CreditedLine]:
    """Return what a document takes back from; a bill takes nothing back and is not asked."""
    return credits_of(invoice_id=bill.pk) if bill.kind == Invoice.Kind.CREDIT_NOTE else []


class UnknownInvoice(DomainError):
    """A tenant has no such bill."""

    code = "unknown_invoice"


NO_SUCH_BILL = "You have no such bill."


def invoice_page(
    *, tenant_id: int, month: date | None, after: UUID | None, limit: int
) -> list[Invoice]:
    """Return a tenant's bills with their issuers, the latest first, from behind `after` on.

    Raises:
        UnknownInvoice: the tenant has no bill `after`.
    """
    bills = Invoice.objects.filter(tenant_id=tenant_id).select_related("issuer", "procurement")
    if month is not None:
        bills = bills.filter(period=month)
    if after is not None:
        last = Invoice.objects.filter(tenant_id=tenant_id, public_id=after).first()
        if last is None:
            raise UnknownInvoice(NO_SUCH_BILL)
        bills = bills.filter(Q(period__lt=last.period) | Q(period=last.period, id__lt=last.pk))
    return list(bills.order_by("-period", "-id")[:limit])


def billed_months(*, tenant_id: int) -> list[date]:
    """Return the months of which a tenant has bills, the latest first."""
    found = Invoice.objects.filter(tenant_id=tenant_id).order_by("-period").distinct()
    return list(found.values_list("period", flat=True))


def invoice_in_words(*, tenant_id: int, public_id: UUID) -> tuple[Invoice, Sequence[StatementLine]]:
    """Return a tenant's bill with its taxes, and its lines in words.

    Raises:
        UnknownInvoice: the tenant has no such bill.
    """
    bill = (
        Invoice.objects.filter(tenant_id=tenant_id, public_id=public_id)
        .select_related("issuer", "tenant", "procurement")
        .prefetch_related(Prefetch("lines", InvoiceLine.objects.order_by("position")), "taxes")
        .first()
    )
    if bill is None:
        raise UnknownInvoice(NO_SUCH_BILL)
    return bill, in_words(list(bill.lines.all()))


def invoice_line(*, tenant_id: int, public_id: UUID, position: int) -> InvoiceLine:
    """Return a line of a tenant's bill, with the bill.

    Raises:
        UnknownInvoice: the tenant has no such bill, or the bill no such line.
    """
    lines = InvoiceLine.objects.select_related("invoice").filter(
        invoice__tenant_id=tenant_id, invoice__public_id=public_id, position=position
    )
    line = lines.first()
    if line is None:
        raise UnknownInvoice(NO_SUCH_BILL)
    return line


def holder_of_invoice(*, public_id: UUID, tenant_ids: Sequence[int] | None) -> int:
    """Return which of some tenants (None: of all real ones) a bill is addressed to.

    Raises:
        UnknownInvoice: there is no such bill, or it is somebody else's.
    """
    bills = Invoice.objects.filter(public_id=public_id)
    among = real_world("tenant_id") if tenant_ids is None else Q(tenant_id__in=tenant_ids)
    found = bills.filter(among).values_list("tenant_id", flat=True).first()
    if found is None:
        raise UnknownInvoice(NO_SUCH_BILL)
    return found


def month_page(*, tenant_id: int, after: date | None, limit: int) -> list[TenantMonth]:
    """Return a tenant's months, the latest first, from behind `after` on."""
    months = TenantMonth.objects.filter(tenant_id=tenant_id)
    if after is not None:
        months = months.filter(month__lt=after)
    return list(months.order_by("-month")[:limit])
