"""Events of what is meant to be spent, and of what may be owed. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from accounts.events.kinds import Event, EventKind
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetReached(Event):
    """A threshold of a budget was reached, by what was spent or by what is forecast.

    `measure` is `actual` or `forecast`; `month` the period's first; `project` is empty for all use.
    """

    kind: ClassVar[EventKind] = EventKind.BUDGET_REACHED
    budget: UUID
    project: str
    month: date
    measure: str
    percent: int
    amount: Money
    spent: Money
    forecast: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStopped(Event):
    """A budget that stops could not pay a hold: the first time in its period.

    `held` is what is set aside of it for jobs, `shortfall` what was missing; `project` is empty for
    all use.
    """

    kind: ClassVar[EventKind] = EventKind.BUDGET_STOPPED
    budget: UUID
    project: str
    month: date
    amount: Money
    spent: Money
    held: Money
    shortfall: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditChanged(Event):
    """The organisation pays in another way from now on, or may owe another amount."""

    kind: ClassVar[EventKind] = EventKind.CREDIT_CHANGED
    mode: str
    limit: Money
    used: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDue(Event):
    """The organisation is reminded of what it owes an operator.

    `level` is 1 before the due day, 2 on it, and rises to 5; `amount` is asked for, of so many
    items, of which the first was or is due on `due_on` (YYYY-MM-DD). `disputed` is not asked for.
    """

    kind: ClassVar[EventKind] = EventKind.PAYMENT_DUE
    notice: UUID
    operator: str
    level: int
    items: int
    due_on: str
    amount: Money
    disputed: Money
