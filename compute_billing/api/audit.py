"""The log of decisions on the own organisation, by the keyset of the newest first."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, PageQuestion, asked
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.audit import decisions
from compute_billing.audit.decisions import Decision, DecisionFilter

AUDIT_READERS: Final = Rule(
    required_scope=Scope.AUDIT_READ,
    allowed_roles={Role.OWNER},
    allowed_staff_roles={
        Staff.SUBSIDY_OFFICER,
        Staff.SUBSIDY_APPROVER,
        Staff.FINANCE,
        Staff.AUDITOR,
    },
)


class DecisionQuestion(PageQuestion):
    """Which decisions."""

    actor = serializers.CharField(
        required=False,
        max_length=254,
        help_text='A member\'s e-mail address, the prefix of an own key, or "system".',
    )
    action = serializers.CharField(
        required=False,
        max_length=64,
        help_text='A whole action, or its beginning up to the dot: "api_keys.".',
    )
    object_type = serializers.CharField(required=False, max_length=64)
    object_id = serializers.CharField(
        required=False, max_length=64, help_text="With `object_type`."
    )
    organisation = serializers.CharField(
        required=False,
        max_length=64,
        help_text="Its code, which staff may name; everybody else reads his own.",
    )
    recorded_from = InstantField(required=False)
    recorded_until = InstantField(required=False, help_text="Not included.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an object's id without its type: it names nothing."""
        if "object_id" in attrs and "object_type" not in attrs:
            raise serializers.ValidationError({"object_id": "Send object_type as well."})
        return attrs


class ActorShown(serializers.Serializer[Any]):
    """Who acted. Somebody who never belonged to the organisation has no name here."""

    kind = serializers.ChoiceField(["user", "api_key", "system"])
    id = serializers.UUIDField(source="reference", allow_null=True)
    name = serializers.CharField(allow_blank=True)


class OriginShown(serializers.Serializer[Any]):
    """From where; null where it is not known, not told, or its time is over."""

    address = serializers.CharField(allow_blank=True)
    user_agent = serializers.CharField(allow_blank=True)


class SealShown(serializers.Serializer[Any]):
    """Which seal covers the entry, and where in it; null until it is sealed."""

    number = serializers.IntegerField()
    position = serializers.IntegerField()
    hash = serializers.CharField()
    sealed_at = serializers.DateTimeField()


class DecisionShown(serializers.Serializer[Any]):
    """Who did what to which object; states are told by SHA-256 alone."""

    id = serializers.UUIDField(source="public_id")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    actor = serializers.SerializerMethodField()
    action = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.CharField()
    detail = serializers.DictField()
    detail_hash = serializers.CharField()
    before_hash = serializers.CharField(allow_blank=True)
    after_hash = serializers.CharField(allow_blank=True)
    origin = OriginShown(allow_null=True)
    seal = serializers.SerializerMethodField()

    @extend_schema_field(ActorShown)
    def get_actor(self, decision: Decision) -> dict[str, Any]:
        """Return who acted."""
        actor = decision.actor
        return {
            "kind": actor.kind.value,
            "id": actor.reference or None,
            "name": actor.name,
        }

    @extend_schema_field(SealShown(allow_null=True))
    def get_seal(self, decision: Decision) -> dict[str, Any] | None:
        """Return the seal."""
        if decision.seal_no is None:
            return None
        return dict(
            SealShown(
                {
                    "number": decision.seal_no,
                    "position": decision.position,
                    "hash": decision.seal_hash,
                    "sealed_at": decision.sealed_at,
                }
            ).data
        )


def _whose(request: Request, question: dict[str, Any]) -> int | None:
    """Return whose log is read: the caller's organisation's, or that of the exchange for staff.

    Raises:
        PermissionDenied: somebody else than staff names an organisation.
    """
    organisation_id = caller_of(request).organisation_id
    if organisation_id is not None and "organisation" in question:
        raise PermissionDenied
    return organisation_id


class Decisions(APIView):
    """Decisions on the own organisation; on all for staff."""

    access_by_method: ClassVar = {"GET": AUDIT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="audit_list",
        summary="The log of decisions on the own organisation",
        parameters=[DecisionQuestion],
        responses={200: page_of(DecisionShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of decisions, the newest first."""
        question = asked(request, DecisionQuestion)
        cursor = question.get("cursor")
        try:
            found = decisions.decision_page(
                wanted=_wanted(question),
                organisation_id=_whose(request, question),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except decisions.UnknownDecision as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=DecisionShown,
            cursor=lambda one: encoded(str(one.public_id)),
        )


def _wanted(question: dict[str, Any]) -> DecisionFilter:
    subject = question.get("object_type", "")
    if "object_id" in question:
        subject = f"{subject}:{question['object_id']}"
    return DecisionFilter(
        actor=question.get("actor", ""),
        action=question.get("action", ""),
        subject=subject,
        organisation=question.get("organisation", ""),
        recorded_from=question.get("recorded_from"),
        recorded_until=question.get("recorded_until"),
    )
