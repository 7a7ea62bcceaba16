"""Where the own organisation's verification stands, over HTTP. It is walked in the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.models import SizeClass
from accounts.permissions import Role, Rule, Scope
from accounts.verification.cases import lacks_of
from accounts.verification.kinds import Step
from accounts.verification.queries import Standing, standing_of
from accounts.verification.states import VerificationState
from kernel.clock import utc_now

READERS: Final = Rule(
    required_scope=Scope.MEMBERS_READ, allowed_roles={Role.OWNER, Role.FINANCE, Role.SELLER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    step: str
    code: str


class LackShown(serializers.Serializer[_Lack]):
    """Something that a step lacks before the case may be handed in."""

    step = serializers.ChoiceField([step.value for step in Step])
    code = serializers.CharField()


class CaseShown(serializers.Serializer[Any]):
    """The newest case."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField([state.value for state in VerificationState])
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="By when officers decide.")
    lacks = LackShown(many=True)
    to_mend = serializers.DictField(
        child=serializers.CharField(), help_text="By step, while the case is returned."
    )


class VerificationShown(serializers.Serializer[Any]):
    """What the organisation is verified as, and where its newest case stands."""

    name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)
    size_class = serializers.ChoiceField([size.value for size in SizeClass], allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    verified_until = serializers.DateTimeField(
        allow_null=True, help_text="From then on it is verified no longer."
    )
    case = CaseShown(allow_null=True)


class VerificationStanding(APIView):
    """Where the own organisation's verification stands."""

    access_by_method: ClassVar = {"GET": READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="verification_read",
        summary="Where the verification of the own organisation stands",
        responses={200: VerificationShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return what it is verified as, and where its newest case stands."""
        asked(request, Question)
        standing = standing_of(organisation_id=own_organisation(request), now=utc_now())
        return Response(VerificationShown(_told(standing)).data)


def _told(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "uscc": standing.uscc,
        "size_class": standing.size_class,
        "verified_at": standing.verified_at,
        "verified_until": standing.verified_until,
        "case": _case(standing),
    }


def _case(standing: Standing) -> dict[str, UUID | str | datetime | date | object] | None:
    case = standing.case
    if case is None:
        return None
    return {
        "id": case.public_id,
        "state": case.state.value,
        "submitted_at": case.submitted_at,
        "due_on": case.due_on,
        "lacks": [_Lack(step=lack.step.value, code=lack.code) for lack in lacks_of(case)],
        "to_mend": standing.to_mend,
    }
