"""What the operator's desk reads of statements: those of every operator, and the bills on one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from compute_billing.settlement.models import OperatorStatement
from compute_billing.settlement.queries import Amounts, StatementBill, UnknownStatement
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.settlement"
STATEMENTS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """An operator's statement of a month; later bills of the month stand on the next one."""

    public_id: UUID
    operator: str
    operator_name: str
    month: date
    sequence: int
    issued_at: datetime
    tenants: int
    amounts: Amounts


def statements() -> list[StatementLine]:
    """Return the newest statements of all operators, the latest month first."""
    found = OperatorStatement.objects.select_related("operator").order_by("-period", "-id")
    return [_line(each) for each in found[:STATEMENTS_MAX]]


def statement_with_bills(*, public_id: UUID) -> tuple[StatementLine, list[StatementBill]]:
    """Return a statement and the bills that stand on it, by tenant.

    Raises:
        UnknownStatement: there is none.
    """
    found = OperatorStatement.objects.select_related("operator").filter(public_id=public_id).first()
    if found is None:
        message = f"There is no statement {public_id}."
        raise UnknownStatement(message)
    bills = rows(statement(ROOM, "statement_lines.sql"), statement_id=found.pk)
    return _line(found), [StatementBill(**bill) for bill in bills]


def _line(found: OperatorStatement) -> StatementLine:
    return StatementLine(
        public_id=found.public_id,
        operator=found.operator.code,
        operator_name=found.operator.name,
        month=found.period,
        sequence=found.sequence,
        issued_at=found.issued_at,
        tenants=found.tenant_count,
        amounts=Amounts(
            quantity=int(found.quantity),
            gross=found.gross,
            discount=found.discount,
            programme=found.programme,
            tenant_paid=found.tenant_paid,
            arrears=found.arrears,
        ),
    )
