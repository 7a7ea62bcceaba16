"""Every read of claims and operators' statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from compute_billing.settlement.models import Claim, OperatorStatement
from kernel.errors import DomainError
from kernel.sql import rows, statement


class UnknownStatement(DomainError):
    """An operator has no such statement."""

    code = "unknown_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementBill:
    """A tenant's bill as it stands on an operator's statement."""

    tenant: str
    tenant_name: str
    series: str
    number: int
    quantity: int
    gross: int
    discount: int
    programme: int
    tenant_paid: int
    arrears: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What was used and who bears its price: milli-card-milliseconds and micro-yuan.

    gross = discount + programme + tenant_paid + arrears.
    """

    quantity: int
    gross: int
    discount: int
    programme: int
    tenant_paid: int
    arrears: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettlement:
    """One tenant's settled month over all operators, by the tenant's code."""

    tenant: str
    amounts: Amounts


def claims_of(*, month: date) -> list[Claim]:
    """Return the claims of a month by fund, claimant and sequence."""
    return list(
        Claim.objects.filter(period=month)
        .select_related("fund__programme", "claimant")
        .order_by("fund_id", "claimant_id", "sequence")
    )


def statements_of(*, month: date) -> list[OperatorStatement]:
    """Return the operators' statements of a month by operator and sequence."""
    return list(
        OperatorStatement.objects.filter(period=month)
        .select_related("operator")
        .order_by("operator_id", "sequence")
    )


def tenants_of(*, month: date) -> list[TenantSettlement]:
    """Return each tenant's settled month, by code."""
    found = rows(statement(__package__, "tenant_rows.sql"), month=month)
    return [
        TenantSettlement(
            tenant=tenant.pop("tenant"),
            amounts=Amounts(**{name: int(value) for name, value in tenant.items()}),
        )
        for tenant in found
    ]


def months_to_settle() -> list[date]:
    """Return the months with bills that stand on no operator's statement yet."""
    return [row["month"] for row in rows(statement(__package__, "months_to_settle.sql"))]


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Return the sum."""
    parts = list(amounts)
    return Amounts(
        quantity=sum(part.quantity for part in parts),
        gross=sum(part.gross for part in parts),
        discount=sum(part.discount for part in parts),
        programme=sum(part.programme for part in parts),
        tenant_paid=sum(part.tenant_paid for part in parts),
        arrears=sum(part.arrears for part in parts),
    )


def statement_page(
    *, operator_id: int, month: date | None, after: UUID | None, limit: int
) -> list[OperatorStatement]:
    """Return an operator's statements, the latest first, from behind `after` on.

    Raises:
        UnknownStatement: the operator has no statement `after`.
    """
    own = OperatorStatement.objects.filter(operator_id=operator_id)
    found = own if month is None else own.filter(period=month)
    if after is not None:
        last = _own_statement(operator_id=operator_id, public_id=after)
        found = found.filter(Q(period__lt=last.period) | Q(period=last.period, id__lt=last.pk))
    return list(found.select_related("operator").order_by("-period", "-id")[:limit])


def statement_with_bills(
    *, operator_id: int, public_id: UUID
) -> tuple[OperatorStatement, list[StatementBill]]:
    """Return an operator's statement and the bills that stand on it, by tenant.

    Raises:
        UnknownStatement: the operator has no such statement.
    """
    found = _own_statement(operator_id=operator_id, public_id=public_id)
    bills = rows(statement(__package__, "statement_lines.sql"), statement_id=found.pk)
    return found, [StatementBill(**bill) for bill in bills]


def _own_statement(*, operator_id: int, public_id: UUID) -> OperatorStatement:
    found = (
        OperatorStatement.objects.select_related("operator")
        .filter(operator_id=operator_id, public_id=public_id)
        .first()
    )
    if found is None:
        message = "You have no such statement."
        raise UnknownStatement(message)
    return found
