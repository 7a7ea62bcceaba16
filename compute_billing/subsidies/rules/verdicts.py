"""What an evaluation answers: verdicts, steps of the amount, what is missing. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec

from compute_billing.subsidies.rules.facts import Known

Unit = Literal["micro_yuan", "card_time", "ppm", "days"]


class State(StrEnum):
    """Whether a rule holds; MISSING: nobody told what it needs."""

    HOLDS = "holds"
    FAILS = "fails"
    MISSING = "missing"


class Outcome(StrEnum):
    """What follows from all verdicts and figures together."""

    ELIGIBLE = "eligible"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    NEEDS_FIGURE = "needs_figure"


class Verdict(Known, frozen=True, kw_only=True):
    """One rule's answer, with the clause it comes from and what it looked at."""

    rule: str
    clause: str
    state: State
    inputs: Mapping[str, str]
    missing: tuple[str, ...] = ()


class Step(Known, frozen=True, kw_only=True):
    """One intermediate number of an amount: its name, what it was made from, its value."""

    name: str
    clause: str
    unit: Unit
    value: int
    inputs: Mapping[str, str] = {}


class Share(Known, frozen=True, kw_only=True):
    """What one level of government gives of the amount."""

    level: str
    amount: int


class Assessment(Known, frozen=True, kw_only=True):
    """The whole answer. `amount` is in micro-yuan, or card-time (q) where `unit` says so.

    The amount is told also where the outcome is not ELIGIBLE: what it would bring if what is
    missing came. `is_at_most`: the text gives a ceiling and nobody has decided the figure.
    """

    evaluator: int
    document_sha256: str
    facts_sha256: str
    stage: str
    outcome: Outcome
    unit: Unit
    amount: int | None
    is_at_most: bool
    verdicts: tuple[Verdict, ...]
    steps: tuple[Step, ...]
    left_out: Mapping[str, str]
    shares: tuple[Share, ...]
    missing: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Return the assessment as JSON values, for canonical texts and pages."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told


def text_of(value: object) -> str:
    """Return the one text for an input of a verdict."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ", ".join(text_of(item) for item in value)
    return str(value)
