"""Lines of a claim on what a tenant paid: signed differences along an award's counter. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compute_billing.subsidies.terms import Formula, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What counts of a charge family now, in micro-yuan."""

    charge_id: int
    recorded_month: date
    basis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to be: the difference of basis, where the counter stood before, and what follows.

    `amounts` are by fund, in the order of the award's parts.
    """

    charge_id: int
    recorded_month: date
    basis: int
    basis_before: int
    amounts: tuple[int, ...]


def differences(
    counted: Iterable[Counted], *, claimed: Mapping[int, int], may_grow: bool
) -> list[Counted]:
    """Return by how much each family's basis differs from what was claimed of it, if it does.

    What is given back comes first, so that what is new finds its room under the cap. Where claims
    are over (`may_grow` is false), only what is to be given back is left.
    """
    changed = [
        Counted(
            charge_id=family.charge_id,
            recorded_month=family.recorded_month,
            basis=family.basis - claimed.get(family.charge_id, 0),
        )
        for family in counted
    ]
    wanted = [each for each in changed if each.basis < 0 or (may_grow and each.basis > 0)]
    return sorted(wanted, key=lambda each: (each.basis > 0, each.charge_id))


def lines(
    changed: Sequence[Counted], *, formula: Formula, basis: int, upto_ppm: Sequence[int]
) -> list[Line]:
    """Walk the counter from `basis` on: each amount is S after less S before, split among funds."""
    made = []
    for each in changed:
        after = parts(formula.given(basis + each.basis), upto_ppm)
        before = parts(formula.given(basis), upto_ppm)
        made.append(
            Line(
                charge_id=each.charge_id,
                recorded_month=each.recorded_month,
                basis=each.basis,
                basis_before=basis,
                amounts=tuple(new - old for new, old in zip(after, before, strict=True)),
            )
        )
        basis += each.basis
    return made
