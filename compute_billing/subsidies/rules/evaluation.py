"""The evaluator: a document and facts in, verdicts and an amount with its arithmetic out. Pure.

The same document and facts give the same bytes, for ever: a changed meaning is a new evaluator
beside this one, and decisions name the one that they were made by (RULES.md §2, 37).
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from compute_billing.subsidies.rules.amounts import Amount, find_amount
from compute_billing.subsidies.rules.cost_rules import kept
from compute_billing.subsidies.rules.documents import (
    ProgrammeDocument,
    from_values,
    unset_parts,
)
from compute_billing.subsidies.rules.facts import Facts, Stage
from compute_billing.subsidies.rules.verdicts import Assessment, Outcome, State, Verdict
from kernel.canonical import canonical_json

EVALUATOR: Final = 1


def evaluate(*, document: ProgrammeDocument, facts: Facts, stage: Stage) -> Assessment:
    """Say whether a programme gives, how much, and why, as of the facts' date.

    Every rule of the stage is judged, also behind one that fails, so that an applicant hears of
    all that is wrong at once.
    """
    verdicts = [rule.judge(facts) for rule in document.rules if stage in rule.stages]
    costs, left_out = kept(rules=document.costs, facts=facts)
    found = find_amount(document=document, facts=facts, costs=costs)
    verdicts.extend(found.verdicts)
    missing = _missing(document, verdicts, found)
    return Assessment(
        evaluator=EVALUATOR,
        document_sha256=document.sha256(),
        facts_sha256=facts_sha256(facts),
        stage=stage,
        outcome=_outcome(verdicts, missing, found),
        unit=found.unit,
        amount=found.value,
        is_at_most=found.is_at_most,
        verdicts=tuple(verdicts),
        steps=found.steps,
        left_out=left_out,
        shares=found.shares,
        missing=missing,
    )


def facts_sha256(facts: Facts) -> str:
    """Return the hash of the one text of the facts."""
    return hashlib.sha256(canonical_json(msgspec.to_builtins(facts))).hexdigest()


def _missing(
    document: ProgrammeDocument, verdicts: Sequence[Verdict], found: Amount
) -> tuple[str, ...]:
    texts = (f"text: {part.path}: {part.unset}" for part in unset_parts(document))
    facts = (name for verdict in verdicts for name in verdict.missing)
    return tuple(dict.fromkeys((*facts, *found.missing, *texts)))


def _outcome(verdicts: Sequence[Verdict], missing: Sequence[str], found: Amount) -> Outcome:
    if any(verdict.state is State.FAILS for verdict in verdicts):
        return Outcome.REFUSED
    if missing:
        return Outcome.INCOMPLETE
    return Outcome.NEEDS_FIGURE if found.is_at_most else Outcome.ELIGIBLE


class Evaluator(Protocol):
    """What every evaluator is, of whatever number."""

    def __call__(self, *, document: ProgrammeDocument, facts: Facts, stage: Stage) -> Assessment:
        """Answer for a document and facts."""


EVALUATORS: Final[Mapping[int, Evaluator]] = {EVALUATOR: evaluate}


def replay(*, evaluator: int, document: object, facts: object, stage: str) -> Assessment:
    """Answer again from the stored values of a decision, by the evaluator that made it.

    Raises:
        KeyError: there is no evaluator of this number.
        UnableToReadProgramme: the stored document cannot be read.
    """
    return EVALUATORS[evaluator](
        document=from_values(document),
        facts=msgspec.convert(facts, Facts),
        stage=Stage(stage),
    )
