"""The best allowed combination of programmes for a firm's contracts: the exact optimum. Pure.

An option is one programme for one contract with the amount that it would bring alone. Programmes
may exclude each other, have a cap over all contracts, and together never give more than a
contract cost. For options that do not exclude each other the most that they bring is a maximum
flow from programmes to contracts; which options to keep is found by branch and bound, whose
bound is the same flow with all that is still possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from compute_billing.subsidies.rules.facts import Funding, Overlap
from compute_billing.subsidies.rules.funding_rules import NoOtherFunding

SOURCE: Final = ("source",)
SINK: Final = ("sink",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One programme for one contract; `amount` in micro-yuan is what it brings alone."""

    programme: str
    level: str
    contract: str
    amount: int
    exclusions: tuple[NoOtherFunding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Options that may stand together, and what each brings then."""

    total: int
    amounts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is left of each programme's cap, and what each contract cost; in micro-yuan."""

    programmes: Mapping[str, int]
    contracts: Mapping[str, int]


def exclude_each_other(one: Option, other: Option) -> bool:
    """Say whether one of two options forbids the other."""
    if one.programme == other.programme:
        return False
    return _forbids(one, other) or _forbids(other, one)


def _forbids(one: Option, other: Option) -> bool:
    near = Funding(
        programme=other.programme, level=other.level, overlap=_overlap(one, other), amount_micro=0
    )
    return any(rule.excludes(near) for rule in one.exclusions)


def _overlap(one: Option, other: Option) -> Overlap:
    if one.contract == other.contract:
        return Overlap.CONTRACT
    return Overlap.LEVEL if one.level == other.level else Overlap.ANY


def best_combination(*, options: Sequence[Option], limits: Limits) -> Combination:
    """Return the options that bring the most together."""
    ordered = sorted(
        options, key=lambda option: (-option.amount, option.programme, option.contract)
    )
    return _search(ordered, limits, best=Combination(total=-1, amounts={}))


def _search(options: Sequence[Option], limits: Limits, *, best: Combination) -> Combination:
    bound = _flow(options, limits)
    if bound.total <= best.total:
        return best
    contested = next(
        (one for one in options if any(exclude_each_other(one, other) for other in options)), None
    )
    if contested is None:
        return bound
    taken = [option for option in options if not exclude_each_other(contested, option)]
    best = _search(taken, limits, best=best)
    left = [option for option in options if option is not contested]
    return _search(left, limits, best=best)


def _flow(options: Sequence[Option], limits: Limits) -> Combination:
    """Return the most that options bring that do not exclude each other (or an upper bound)."""
    if not options:
        return Combination(total=0, amounts={})
    graph = nx.DiGraph()
    for option in options:
        programme, contract = ("programme", option.programme), ("contract", option.contract)
        graph.add_edge(SOURCE, programme, capacity=limits.programmes[option.programme])
        graph.add_edge(programme, contract, capacity=option.amount)
        graph.add_edge(contract, SINK, capacity=limits.contracts[option.contract])
    total, flows = nx.maximum_flow(graph, SOURCE, SINK)
    amounts = {
        (option.programme, option.contract): flows["programme", option.programme][
            "contract", option.contract
        ]
        for option in options
    }
    return Combination(total=total, amounts=amounts)
