"""What a rate is applied to: the functions that a document may name. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from compute_billing.subsidies.rules.contract_rules import Days
from compute_billing.subsidies.rules.cost_rules import by_tax_basis, total
from compute_billing.subsidies.rules.facts import Cost, CostKind, Facts, Known, TaxBasis


class Found(Known, frozen=True, kw_only=True):
    """A basis: exact until it is rounded, with what it was made from; None where not known."""

    value: Fraction | None
    inputs: Mapping[str, str]
    missing: tuple[str, ...] = ()


class Basis(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="basis"
):
    """A named function from facts and counted costs to an amount."""

    clause: str

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Return the amount in micro-yuan (card-time for in-kind support)."""
        raise NotImplementedError


class ContractAmount(Basis, frozen=True, kw_only=True, tag="contract_amount"):
    """The contract's amount, whatever was used of it."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Read it from the contract."""
        contract = facts.contract
        amount = contract.amount_micro
        value = None if amount is None else by_tax_basis(amount, contract.tax_micro, tax_basis)
        needs = "contract.amount_micro" if amount is None else "contract.tax_micro"
        return _found(value, needs, {"contract": contract.number, "tax_basis": tax_basis})


class SettledAmount(Basis, frozen=True, kw_only=True, tag="settled_amount"):
    """What was really paid of the costs that count."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Sum what is paid by the day as of which one asks."""
        paid = _settled(costs, facts.as_of)
        return _sum_of(paid, tax_basis)


class MeteredAmount(Basis, frozen=True, kw_only=True, tag="metered_amount"):
    """What was metered of the costs that count, paid or not."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Sum all of them."""
        return _sum_of(costs, tax_basis)


class SettledDaysShare(Basis, frozen=True, kw_only=True, tag="settled_days_share"):
    """What was paid for the contract, times the share of its days within a base period.

    Day differences (end less start), as 南宁's own example counts: 2025-03-01…2025-12-31 are 305.
    """

    within: Days

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Sum what is paid and take the share of days."""
        paid = _sum_of(_settled(costs, facts.as_of), tax_basis)
        days = self._days(facts)
        if days is None:
            return _found(None, "contract.starts_on", {})
        inside, whole = days
        inputs = {**paid.inputs, "days": str(inside), "days_of_contract": str(whole)}
        value = None if paid.value is None else paid.value * Fraction(inside, whole)
        return Found(value=value, inputs=inputs, missing=paid.missing)

    def _days(self, facts: Facts) -> tuple[int, int] | None:
        first, end = facts.contract.starts_on, facts.contract.ends_on
        if first is None or end is None:
            return None
        last = date.fromordinal(end.toordinal() - 1)
        base_last = last if self.within.end is None else _day_before(self.within.end)
        inside = min(last, base_last) - max(first, self.within.start or first)
        return max(inside.days, 0), max((last - first).days, 1)


class PurchaseAmount(Basis, frozen=True, kw_only=True, tag="purchase_amount"):
    """What was paid for servers (the side of supply)."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Sum the purchases that are paid."""
        servers = [cost for cost in costs if cost.kind is CostKind.SERVERS]
        return _sum_of(_settled(servers, facts.as_of), tax_basis)


class CardTime(Basis, frozen=True, kw_only=True, tag="card_time"):
    """Card-time in kind: what was decided, else what was used, in milli-card-milliseconds."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Read the decision, or sum the use."""
        decided = facts.decision.card_time
        used = sum(cost.card_time for cost in costs)
        value = used if decided is None else decided
        return _found(value, "decision.card_time", {"used": str(used)})


class DecidedAmount(Basis, frozen=True, kw_only=True, tag="decided_amount"):
    """A figure that only people can give, such as an award for a contribution."""

    def find(self, facts: Facts, costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
        """Read the decision."""
        return _found(facts.decision.amount_micro, "decision.amount_micro", {})


AnyBasis = (
    ContractAmount
    | SettledAmount
    | MeteredAmount
    | SettledDaysShare
    | PurchaseAmount
    | CardTime
    | DecidedAmount
)


def _settled(costs: Sequence[Cost], as_of: date) -> list[Cost]:
    return [cost for cost in costs if cost.settled_on is not None and cost.settled_on <= as_of]


def _sum_of(costs: Sequence[Cost], tax_basis: TaxBasis) -> Found:
    inputs = {"costs": str(len(costs)), "tax_basis": tax_basis}
    return _found(total(costs, tax_basis), "costs.tax_micro", inputs)


def _found(value: int | None, needs: str, inputs: Mapping[str, str]) -> Found:
    if value is None:
        return Found(value=None, inputs=inputs, missing=(needs,))
    return Found(value=Fraction(value), inputs=inputs)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
