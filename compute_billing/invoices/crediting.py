"""What a credit note takes back, tied to the lines that billed it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from compute_billing.invoices.lines import BillLine, Booked, LineKey, bill_lines

BilledKey: TypeAlias = tuple[date | int | str | None, ...]
"""What a line and its correction have in common: month of use, price, project, cluster, payer.

Of a package: its term, the tax class and the payer; lines of the package's other terms stand behind
those of the term, for a fen that the term alone does not cover.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """A line of an earlier bill, and how much of it no credit note has taken back."""

    line_id: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """How much of an earlier line the line at a position of a credit note takes back."""

    position: int
    line_id: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A month's sums: what is billed, and what is credited with the lines that billed it."""

    billed: Sequence[Booked]
    credited: Sequence[Booked]
    ties: Sequence[Tie]


def billed_key(key: LineKey, payer_kind: str) -> BilledKey:
    """Return what a line has in common with its correction."""
    if key.package is not None:
        return key.package.term_id, key.tax_class, payer_kind
    return key.usage_month, key.price_id, key.project_id, key.cluster_id, payer_kind


def may_be_credited(booked: Booked, *, month: date) -> bool:
    """Say whether sums only take back, and from an earlier month.

    Fewer cards of a package take back what may have been billed in any month before.
    """
    amounts = booked.shares.values()
    only_takes_back = max(amounts, default=0) <= 0 and min(amounts, default=0) < 0
    return only_takes_back and (booked.key.package is not None or booked.key.usage_month < month)


def split(
    groups: Sequence[Booked],
    *,
    month: date,
    earlier: Mapping[BilledKey, Sequence[BilledLine]],
) -> Split:
    """Part a month's sums into a bill and a credit note.

    Sums that only take back, from an earlier month, and that earlier lines cover in full, are
    credited: the oldest line first, never more than is left of it. All else is billed, be it
    below zero.
    """
    billed: list[Booked] = []
    credited: list[Booked] = []
    ties: list[Tie] = []
    position = 0
    taken: dict[int, int] = {}
    for group in groups:
        lines = bill_lines(group)
        found = (
            _ties(lines, first_position=position + 1, earlier=earlier, taken=taken)
            if may_be_credited(group, month=month)
            else None
        )
        if found is None:
            billed.append(group)
            continue
        credited.append(group)
        ties += found
        for tie in found:
            taken[tie.line_id] = taken.get(tie.line_id, 0) + tie.amount
        position += len(lines)
    return Split(billed=billed, credited=credited, ties=ties)


def _ties(
    lines: Iterable[BillLine],
    *,
    first_position: int,
    earlier: Mapping[BilledKey, Sequence[BilledLine]],
    taken: Mapping[int, int],
) -> list[Tie] | None:
    """Tie each line to what billed it; None when earlier lines do not cover one of them.

    `taken` is what other groups of this document take back already, by line.
    """
    ties = []
    for position, line in enumerate(lines, start=first_position):
        wanted = -line.amount
        for before in earlier.get(billed_key(line.key, line.payer_kind), ()):
            part = min(wanted, before.left - taken.get(before.line_id, 0))
            if part > 0:
                ties.append(Tie(position=position, line_id=before.line_id, amount=part))
                wanted -= part
        if wanted:
            return None
    return ties
