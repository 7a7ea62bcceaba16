"""Which part of a basis is given: one rate, or one by subject, by class of cost, by level. Pure.

Rates are in ppm (millionths). `is_ceiling`: the text says 不超过, so that people decide a figure
up to it; until they have, an amount is told as "at most".
"""

from collections.abc import Mapping, Sequence

import msgspec

from compute_billing.subsidies.rules.facts import Cost, CostKind, Facts, Known
from compute_billing.subsidies.rules.settable import Open, settled


class Part(Known, frozen=True, kw_only=True):
    """A rate and the costs that it is for; None: for the whole basis."""

    name: str
    ppm: int | None
    costs: tuple[Cost, ...] | None = None


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rate"):
    """A named way to find the rate."""

    clause: str
    is_ceiling: bool = False

    def parts(self, facts: Facts, costs: Sequence[Cost]) -> tuple[Part, ...]:
        """Return the rates that apply; a rate that stands open, or is not known, is None."""
        raise NotImplementedError


class FlatRate(Rate, frozen=True, kw_only=True, tag="flat"):
    """One rate for all."""

    ppm: int | Open

    def parts(self, facts: Facts, costs: Sequence[Cost]) -> tuple[Part, ...]:
        """Return the one rate."""
        return (Part(name="flat", ppm=settled(self.ppm)),)


class ListRate(Known, frozen=True, kw_only=True):
    """The rate of applicants who stand on a list."""

    name: str
    ppm: int


class SubjectRate(Rate, frozen=True, kw_only=True, tag="by_subject"):
    """Another rate for applicants on a list (初创), or of a kind; the first that fits."""

    lists: tuple[ListRate, ...] = ()
    kinds: Mapping[str, int] = {}
    otherwise_ppm: int | Open

    def parts(self, facts: Facts, costs: Sequence[Cost]) -> tuple[Part, ...]:
        """Return the rate of the first list or kind that fits; None where one is not known."""
        for rate in self.lists:
            is_listed = facts.subject.lists.get(rate.name)
            if is_listed is None:
                return (Part(name=f"subject.lists.{rate.name}", ppm=None),)
            if is_listed:
                return (Part(name=rate.name, ppm=rate.ppm),)
        kind = facts.subject.kind
        if kind is not None and kind in self.kinds:
            return (Part(name=kind, ppm=self.kinds[kind]),)
        return (Part(name="otherwise", ppm=settled(self.otherwise_ppm)),)


class CostClass(Known, frozen=True, kw_only=True):
    """Costs that are alike to a programme; what is left out does not matter."""

    name: str
    ppm: int | Open
    kinds: tuple[CostKind, ...] = ()
    is_domestic: bool | None = None
    is_filed_model: bool | None = None

    def includes(self, cost: Cost) -> bool:
        """Say whether a cost is of this class."""
        return (
            (not self.kinds or cost.kind in self.kinds)
            and self.is_domestic in {None, bool(cost.is_domestic)}
            and self.is_filed_model in {None, bool(cost.is_filed_model)}
        )


class CostClassRate(Rate, frozen=True, kw_only=True, tag="by_cost_class"):
    """A rate for each class of costs; a cost is of the first class that it fits."""

    classes: tuple[CostClass, ...]

    def parts(self, facts: Facts, costs: Sequence[Cost]) -> tuple[Part, ...]:
        """Return each class that has costs."""
        waiting = list(costs)
        parts: list[Part] = []
        for cost_class in self.classes:
            own = tuple(cost for cost in waiting if cost_class.includes(cost))
            waiting = [cost for cost in waiting if cost not in own]
            if own:
                parts.append(Part(name=cost_class.name, ppm=settled(cost_class.ppm), costs=own))
        return tuple(parts)


class OneLevelRate(Known, frozen=True, kw_only=True):
    """The rate that one level of government gives."""

    level: str
    ppm: int | Open


class LevelRate(Rate, frozen=True, kw_only=True, tag="by_level"):
    """A rate for each level of government, each out of a fund of its own."""

    levels: tuple[OneLevelRate, ...]

    def parts(self, facts: Facts, costs: Sequence[Cost]) -> tuple[Part, ...]:
        """Return each level's rate."""
        return tuple(Part(name=each.level, ppm=settled(each.ppm)) for each in self.levels)


AnyRate = FlatRate | SubjectRate | CostClassRate | LevelRate
