"""Stored assessments are made again from their stored facts, and compared to the byte."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from compute_billing.applications.decision_models import Proposal
from compute_billing.applications.models import ApplicationSubmission
from compute_billing.subsidies.rules.evaluation import EVALUATORS, replay
from compute_billing.subsidies.rules.facts import Stage
from compute_billing.subsidies.rules.verdicts import Assessment
from kernel.canonical import canonical_json


def misreplayed(*, limit: int) -> list[dict[str, Any]]:
    """Return what does not give its stored bytes again: the application's number and which one."""
    found = []
    for offender in _offenders():
        found.append(offender)
        if len(found) == limit:
            break
    return found


def _offenders() -> Iterator[dict[str, Any]]:
    submissions = ApplicationSubmission.objects.select_related("application", "version")
    for stored in submissions.order_by("pk").iterator():
        if not is_replayed(stored, document=bytes(stored.version.document)):
            yield {"application": stored.application.number, "submission": stored.number}
    proposals = Proposal.objects.select_related("application__version")
    for proposal in proposals.order_by("pk").iterator():
        document = bytes(proposal.application.version.document)
        if not is_replayed(proposal, document=document):
            yield {"application": proposal.application.number, "proposal": proposal.number}


def is_replayed(stored: ApplicationSubmission | Proposal, *, document: bytes) -> bool:
    """Say whether the evaluator that made an assessment makes the same bytes of it again."""
    if stored.evaluator not in EVALUATORS:
        return False
    told = replay(
        evaluator=stored.evaluator,
        document=json.loads(document),
        facts=json.loads(bytes(stored.facts)),
        stage=Stage.APPLY,
    )
    return canonical_json(told.told()) == bytes(stored.assessment)


def assessment_of(stored: ApplicationSubmission | Proposal) -> Assessment:
    """Return a stored assessment as it was made."""
    return msgspec.convert(json.loads(bytes(stored.assessment)), Assessment)
