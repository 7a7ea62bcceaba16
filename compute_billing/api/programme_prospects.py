"""Which programmes a firm could use on its real use, by its key."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyField
from compute_billing.prospects import queries
from compute_billing.prospects.queries import Prospect
from compute_billing.subsidies.rules.verdicts import Outcome, State
from kernel.clock import utc_now

OUTCOMES = [outcome.value for outcome in Outcome]
VERDICTS = [state.value for state in State]


class ProspectVerdictShown(serializers.Serializer[Any]):
    """One condition, with the clause that it comes from and what it looked at."""

    rule = serializers.CharField()
    clause = serializers.CharField(help_text="What the text says.")
    judgement = serializers.ChoiceField(VERDICTS)
    inputs = serializers.DictField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())


class ProspectStepShown(serializers.Serializer[Any]):
    """One intermediate number of the amount, in whole units: micro_yuan or card_time."""

    name = serializers.CharField()
    clause = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.CharField()
    inputs = serializers.DictField(child=serializers.CharField())


class ProspectShown(serializers.Serializer[Any]):
    """What a programme would give for a contract if what is missing came."""

    programme = serializers.CharField()
    version = serializers.IntegerField()
    contract = serializers.CharField(allow_blank=True, help_text="Empty: nothing is signed.")
    provider = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES)
    amount = MoneyField(allow_null=True, help_text="null: not known, or no money.")
    is_at_most = serializers.BooleanField(help_text="The text gives a ceiling, and people decide.")
    best = MoneyField(help_text="Its part of the best combination.")
    missing = serializers.ListField(child=serializers.CharField())
    verdicts = ProspectVerdictShown(many=True)
    steps = ProspectStepShown(many=True)


class ProspectsShown(serializers.Serializer[Any]):
    """All of them, on the rated use from `since` to `as_of`, both included."""

    since = serializers.DateField()
    as_of = serializers.DateField()
    net = MoneyField(help_text="What the use cost behind commercial discounts.")
    best = MoneyField(help_text="The most that programmes may bring together.")
    prospects = ProspectShown(many=True)


def _told(prospect: Prospect) -> dict[str, Any]:
    told, clauses = prospect.assessment, prospect.document.clauses

    def says(name: str) -> str:
        return clauses[name].says if name in clauses else ""

    return {
        "programme": prospect.document.code,
        "version": prospect.number,
        "contract": prospect.engagement.contract_no,
        "provider": prospect.engagement.provider,
        "outcome": told.outcome.value,
        "amount": told.amount if told.unit == "micro_yuan" else None,
        "is_at_most": told.is_at_most,
        "best": prospect.best,
        "missing": list(told.missing),
        "verdicts": [
            {
                "rule": verdict.rule,
                "clause": says(verdict.clause),
                "judgement": verdict.state.value,
                "inputs": dict(verdict.inputs),
                "missing": list(verdict.missing),
            }
            for verdict in told.verdicts
        ],
        "steps": [
            {
                "name": step.name,
                "clause": says(step.clause),
                "unit": step.unit,
                "value": str(step.value),
                "inputs": dict(step.inputs),
            }
            for step in told.steps
        ],
    }


class ProgrammeProspects(APIView):
    """Programmes for the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="programme_prospects_retrieve",
        summary="What programmes in force would bring on the use of the last three months",
        responses={200: ProspectsShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return them by programme and contract."""
        asked(request, Question)
        found = queries.prospects_of(tenant_id=own_organisation(request), now=utc_now())
        told = {
            "since": found.since,
            "as_of": found.as_of,
            "net": found.net,
            "best": found.best,
            "prospects": [_told(prospect) for prospect in found.prospects],
        }
        return Response(ProspectsShown(told).data)
