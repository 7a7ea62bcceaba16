"""Which costs count, and which amount of each. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from compute_billing.subsidies.rules.contract_rules import Days
from compute_billing.subsidies.rules.facts import Cost, CostKind, Facts, Purpose, TaxBasis


class CostRule(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="keep"
):
    """A named predicate over one cost: what it does not keep is left out of the basis."""

    clause: str

    def keeps(self, cost: Cost, facts: Facts) -> bool:
        """Say whether the cost counts."""
        raise NotImplementedError


class KeepKinds(CostRule, frozen=True, kw_only=True, tag="kinds"):
    """Only what was bought of these kinds."""

    kinds: tuple[CostKind, ...]

    def keeps(self, cost: Cost, facts: Facts) -> bool:
        """Compare the kind."""
        return cost.kind in self.kinds


class KeepPurposes(CostRule, frozen=True, kw_only=True, tag="purposes"):
    """Only what was used for one of these purposes; a line may have its own."""

    purposes: tuple[Purpose, ...]

    def keeps(self, cost: Cost, facts: Facts) -> bool:
        """Compare the line's purpose, else the contract's."""
        return (cost.purpose or facts.contract.purpose) in self.purposes


class KeepIncurred(CostRule, frozen=True, kw_only=True, tag="incurred"):
    """Only what was used within a period."""

    within: Days

    def keeps(self, cost: Cost, facts: Facts) -> bool:
        """Compare the day of use."""
        return self.within.contains(cost.incurred_on)


class KeepSettled(CostRule, frozen=True, kw_only=True, tag="settled"):
    """Only what was really paid, by the day as of which one asks."""

    def keeps(self, cost: Cost, facts: Facts) -> bool:
        """Compare the day of payment."""
        return cost.settled_on is not None and cost.settled_on <= facts.as_of


AnyCostRule = KeepKinds | KeepPurposes | KeepIncurred | KeepSettled


def kept(
    *, rules: Sequence[AnyCostRule], facts: Facts
) -> tuple[tuple[Cost, ...], Mapping[str, str]]:
    """Return the costs that count, and for each that does not the name of the rule."""
    counted: list[Cost] = []
    left_out: dict[str, str] = {}
    for cost in facts.costs:
        refused = next((rule for rule in rules if not rule.keeps(cost, facts)), None)
        if refused is None:
            counted.append(cost)
        else:
            left_out[cost.reference] = str(refused.__struct_config__.tag)
    return tuple(counted), left_out


def by_tax_basis(amount_micro: int, tax_micro: int | None, tax_basis: TaxBasis) -> int | None:
    """Return an amount with or without its tax; None where the tax is not known but needed."""
    if tax_basis == "with_tax":
        return amount_micro
    return None if tax_micro is None else amount_micro - tax_micro


def total(costs: Sequence[Cost], tax_basis: TaxBasis) -> int | None:
    """Return the sum of costs in micro-yuan; None where a tax is not known but needed."""
    amounts = [by_tax_basis(cost.amount_micro, cost.tax_micro, tax_basis) for cost in costs]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
