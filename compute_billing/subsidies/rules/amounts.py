"""The amount, step by step: basis × rate, rounded, above the minimum, below every cap. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from compute_billing.subsidies.rules.bases import CardTime, Found
from compute_billing.subsidies.rules.cost_rules import total
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.facts import Cost, Facts, Overlap, TaxBasis
from compute_billing.subsidies.rules.rates import LevelRate, Part
from compute_billing.subsidies.rules.settable import settled
from compute_billing.subsidies.rules.verdicts import Share, State, Step, Unit, Verdict
from kernel.money import allocate

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a document gives for counted costs, and how it was found."""

    value: int | None
    unit: Unit
    is_at_most: bool
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]
    shares: tuple[Share, ...]
    missing: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Working:
    """The sheet on which one amount is worked out."""

    document: ProgrammeDocument
    facts: Facts
    costs: Sequence[Cost]
    tax_basis: TaxBasis
    unit: Unit
    is_at_most: bool = False
    steps: list[Step] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def note(self, name: str, clause: str, value: int, **inputs: object) -> None:
        told = {key: str(item) for key, item in inputs.items()}
        self.steps.append(Step(name=name, clause=clause, unit=self.unit, value=value, inputs=told))


def find_amount(*, document: ProgrammeDocument, facts: Facts, costs: Sequence[Cost]) -> Amount:
    """Work out what a document gives for the costs that count.

    While something is missing the amount is None, and the steps go as far as they can.
    """
    tax_basis: TaxBasis | None = settled(document.tax_basis)
    working = _Working(
        document=document,
        facts=facts,
        costs=costs,
        tax_basis=tax_basis or "with_tax",
        unit="card_time" if isinstance(document.basis, CardTime) else "micro_yuan",
    )
    value = None if tax_basis is None else _worked_out(working)
    return Amount(
        value=value,
        unit=working.unit,
        is_at_most=working.is_at_most,
        steps=tuple(working.steps),
        verdicts=tuple(working.verdicts),
        shares=() if value is None else _shares(working, value),
        missing=tuple(working.missing),
    )


def _worked_out(working: _Working) -> int | None:
    given = _given(working)
    if given is None:
        return None
    rounded = working.document.rounding.apply(given)
    working.note("rounded", working.document.rounding.clause, rounded, exact=given)
    enough = _above_minimum(working, rounded)
    within = _below_caps(working, enough)
    return None if within is None else _below_all_money_together(working, within)


def _given(working: _Working) -> Fraction | None:
    """Return basis × rate, exact but for the steps that the text itself rounds."""
    document, facts = working.document, working.facts
    basis = document.basis.find(facts, working.costs, working.tax_basis)
    if basis.value is None:
        working.missing.extend(basis.missing)
        return None
    counted = document.rounding.apply_to_step(basis.value)
    _note_basis(working, basis, counted)
    if document.rate is None:
        return counted
    parts = document.rate.parts(facts, working.costs)
    return _rated(working, counted, [_decided(working, part) for part in parts])


def _note_basis(working: _Working, basis: Found, counted: Fraction) -> None:
    whole = counted.numerator // counted.denominator
    working.note("basis", working.document.basis.clause, whole, **basis.inputs)


def _decided(working: _Working, part: Part) -> Part:
    """Return a rate as people decided it, where the text only gives a ceiling."""
    rate = working.document.rate
    if rate is None or not rate.is_ceiling or part.ppm is None:
        return part
    decided = working.facts.decision.rate_ppm
    if decided is None:
        working.is_at_most = True
        return part
    is_within = 0 <= decided <= part.ppm
    working.verdicts.append(
        Verdict(
            rule="rate_ceiling",
            clause=rate.clause,
            state=State.HOLDS if is_within else State.FAILS,
            inputs={"decided_ppm": str(decided), "ceiling_ppm": str(part.ppm)},
        )
    )
    return Part(name=part.name, ppm=min(decided, part.ppm), costs=part.costs)


def _rated(working: _Working, basis: Fraction, parts: Sequence[Part]) -> Fraction | None:
    rate = working.document.rate
    given = Fraction(0)
    for part in parts:
        own = basis if part.costs is None else _own_basis(working, part.costs)
        if part.ppm is None or own is None:
            working.missing.append(f"rate.{part.name}")
            return None
        amount = working.document.rounding.apply_to_step(own * part.ppm / PPM)
        working.note(
            f"rate:{part.name}",
            rate.clause if rate else "",
            amount.numerator // amount.denominator,
            basis=own,
            ppm=part.ppm,
        )
        given += amount
    return given


def _own_basis(working: _Working, costs: Sequence[Cost]) -> Fraction | None:
    """Return the basis of one class of costs: the document's own function over them alone."""
    found = working.document.basis.find(working.facts, costs, working.tax_basis)
    return None if found.value is None else working.document.rounding.apply_to_step(found.value)


def _above_minimum(working: _Working, amount: int) -> int:
    minimum = working.document.minimum
    if minimum is None:
        return amount
    is_enough = amount >= minimum.amount
    working.verdicts.append(
        Verdict(
            rule="minimum",
            clause=minimum.clause,
            state=State.HOLDS if is_enough else State.FAILS,
            inputs={"amount": str(amount), "minimum": str(minimum.amount)},
        )
    )
    return amount if is_enough else 0


def _below_caps(working: _Working, amount: int) -> int | None:
    within = amount
    is_known = True
    for cap in working.document.caps:
        limit, used = cap.limit(working.facts), cap.used(working.facts)
        if limit is None or used is None:
            working.missing.append(f"caps.{cap.name}")
            is_known = False
            continue
        within = min(within, max(limit - used, 0))
        working.note(f"cap:{cap.name}", cap.clause, within, cap=limit, used=used)
    return within if is_known else None


def _below_all_money_together(working: _Working, amount: int) -> int | None:
    together = working.document.together
    if together is None:
        return amount
    others = working.facts.other_funding
    cost = total(working.costs, working.tax_basis)
    if others is None or cost is None:
        working.missing.append("other_funding")
        return None
    given = sum(
        item.amount_micro for item in others if item.overlap in {Overlap.CONTRACT, Overlap.COST}
    )
    room = max(cost * together.ppm_max // PPM - given, 0)
    within = min(amount, room)
    working.note("together", together.clause, within, cost=cost, others=given)
    return within


def _shares(working: _Working, amount: int) -> tuple[Share, ...]:
    parts = _level_parts(working)
    if not parts or sum(parts.values()) == 0:
        return (Share(level=working.document.jurisdiction.level, amount=amount),)
    amounts = allocate(total=amount, weights=list(parts.values()))
    return tuple(
        Share(level=level, amount=part) for level, part in zip(parts, amounts, strict=True)
    )


def _level_parts(working: _Working) -> Mapping[str, int]:
    document = working.document
    if document.levels is not None:
        return {part.level: part.parts for part in document.levels.parts}
    if isinstance(document.rate, LevelRate):
        parts = document.rate.parts(working.facts, working.costs)
        return {part.name: part.ppm or 0 for part in parts}
    return {}
