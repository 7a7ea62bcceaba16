"""A frozen corpus of decisions: replayed from stored texts, each gives the same bytes for ever.

A file holds what a decision stores: the number of the evaluator, the document, the facts, the
stage, and the answer. Files are never rewritten: an evaluator that means something else is a new
number, with decisions of its own. KEEP_DECISIONS=1 writes those that are not there yet.
"""

import json
import os
from datetime import date
from pathlib import Path

import msgspec
import pytest

from compute_billing.subsidies.rules.evaluation import EVALUATOR, EVALUATORS, replay
from compute_billing.subsidies.rules.facts import CostKind, Funding, Overlap, Stage, SubjectKind
from kernel.canonical import canonical_json
from tests.builders.subsidy_documents import activated
from tests.builders.subsidy_facts import WAN, cost, facts

FOLDER = Path(__file__).parent / "decisions"
DECIDED = {
    "beijing-granted": (
        activated("beijing-2023"),
        facts(
            caps={"enterprise_year": (40 * WAN, 0)},
            evidence=("contract",),
            decision={"rate_ppm": 180_000},
        ),
        Stage.APPLY,
    ),
    "beijing-related-party": (
        activated("beijing-2023"),
        facts(caps={"enterprise_year": (0, 0)}, provider={"is_related": True}),
        Stage.APPLY,
    ),
    "nanning-official-example": (
        activated("nanning-2025"),
        facts(
            as_of=date(2026, 1, 10),
            applied_on=date(2026, 1, 10),
            provider={"lists": {"nanning-a-centre": True}},
            contract={"starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1)},
            caps={"enterprise_year": (0, 0)},
            costs=(cost(20 * WAN, incurred_on=date(2025, 6, 1)),),
        ),
        Stage.APPLY,
    ),
    "hangzhou-three-classes": (
        activated("hangzhou-2024"),
        facts(
            costs=(
                cost(100 * WAN, kind=CostKind.MODEL_SERVICE, is_filed_model=True),
                cost(200 * WAN, is_domestic=True),
                cost(3, is_domestic=False),
            ),
            provider={"lists": {"hangzhou-layout": True}},
            caps={"enterprise_year": (0, 650 * WAN)},
            applied_on=date(2024, 8, 1),
        ),
        Stage.APPLY,
    ),
    "henan-half-each": (
        activated("henan-2023"),
        facts(costs=(cost(123_457_000_001),), caps={"user_year": (0, 0)}),
        Stage.APPLY,
    ),
    "shanghai-together": (
        activated("shanghai-2025", **{"rate.levels[1].ppm": 700_000}),
        facts(
            as_of=date(2025, 8, 1),
            costs=(cost(100 * WAN),),
            other_funding=(
                Funding(programme="x", level="nation", overlap=Overlap.COST, amount_micro=7),
            ),
        ),
        Stage.APPLY,
    ),
    "wuhan-hours": (
        activated("wuhan-opc-hours-2026"),
        facts(
            as_of=date(2026, 6, 1),
            subject={"kind": SubjectKind.ONE_PERSON_COMPANY},
            decision={"card_time": 7_200_000_000_001},
            caps={"firm_year": (0, 1)},
        ),
        Stage.APPLY,
    ),
    "qingyang-too-late": (
        activated("qingyang-2024"),
        facts(approved_on=date(2023, 6, 1), caps={"top": (0, 0)}),
        Stage.CLAIM,
    ),
}


def stored(name: str) -> bytes:
    """Return what a decision of the present evaluator stores."""
    document, told, stage = DECIDED[name]
    answer = EVALUATORS[EVALUATOR](document=document, facts=told, stage=stage)
    return canonical_json(
        {
            "evaluator": EVALUATOR,
            "document": json.loads(document.canonical()),
            "facts": msgspec.to_builtins(told),
            "stage": stage.value,
            "answer": answer.told(),
        }
    )


@pytest.mark.parametrize("name", sorted(DECIDED))
def test_a_stored_decision_replays_byte_for_byte(name):
    # given
    path = FOLDER / f"{name}.json"
    if os.environ.get("KEEP_DECISIONS") and not path.exists():
        path.write_bytes(stored(name))
    kept = json.loads(path.read_bytes())

    # when
    answer = replay(
        evaluator=kept["evaluator"],
        document=kept["document"],
        facts=kept["facts"],
        stage=kept["stage"],
    )

    # then
    assert canonical_json(answer.told()) == canonical_json(kept["answer"])


def test_every_kept_decision_is_replayed():
    assert {path.stem for path in FOLDER.iterdir()} == set(DECIDED)


def test_one_changed_fact_gives_another_hash():
    document, told, stage = DECIDED["beijing-granted"]
    other = msgspec.structs.replace(told, as_of=date(2024, 6, 2))

    one, two = (
        EVALUATORS[EVALUATOR](document=document, facts=each, stage=stage) for each in (told, other)
    )

    assert one.facts_sha256 != two.facts_sha256
    assert one.document_sha256 == two.document_sha256
