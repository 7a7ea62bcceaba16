"""The own organisation over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_etags import TAG, if_match, tagged
from accounts.api_problems import MALFORMED, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.models import Organisation, OrganisationKind, SizeClass
from accounts.organisations.operations import rename, version_of
from accounts.permissions import ANY_MEMBER, Role, Rule, Scope
from accounts.queries import organisation_by_id
from kernel.clock import utc_now
from kernel.worlds import is_sandbox

READERS: Final = Rule(required_scope=Scope.MEMBERS_READ, allowed_roles=ANY_MEMBER)
WRITERS: Final = Rule(required_scope=Scope.MEMBERS_WRITE, allowed_roles={Role.OWNER})


class OrganisationShown(serializers.Serializer[Organisation]):
    """What an organisation says of itself, and what was verified of it."""

    id = serializers.UUIDField(source="public_id")
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(OrganisationKind.choices)
    size_class = serializers.ChoiceField(SizeClass.choices, allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    verified_until = serializers.DateTimeField(
        allow_null=True, help_text="From then on it is verified no longer."
    )
    is_sandbox = serializers.SerializerMethodField(help_text="Nothing that it says is real.")

    def get_is_sandbox(self, organisation: Organisation) -> bool:
        """Say whether it is a sandbox."""
        return is_sandbox(organisation.pk)


class RenameBody(serializers.Serializer[Any]):
    """Another name."""

    name = serializers.CharField(max_length=200)


class OwnOrganisation(APIView):
    """The organisation that the caller acts for."""

    access_by_method: ClassVar = {"GET": READERS, "PATCH": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="organisation_retrieve",
        summary="The own organisation",
        responses={200: OrganisationShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it, with the ETag that a change must name."""
        asked(request, Question)
        return _answer(organisation_by_id(organisation_id=own_organisation(request)))

    @extend_schema(
        operation_id="organisation_rename",
        summary="Give the own organisation another name",
        request=RenameBody,
        parameters=[TAG],
        responses={
            200: OrganisationShown,
            (400, PROBLEM): problem("malformed_request: the body is not JSON."),
            (415, PROBLEM): problem("unsupported_media_type"),
            **REFUSED,
            (409, PROBLEM): problem("name_is_verified: verify the organisation anew."),
            (412, PROBLEM): problem("precondition_failed: it was changed meanwhile."),
            (428, PROBLEM): problem("precondition_required: send If-Match."),
            **MALFORMED,
        },
    )
    def patch(self, request: Request) -> Response:
        """Rename it, unless somebody changed it since it was read."""
        asked(request, Question)
        seen = if_match(request)
        return _answer(
            rename(
                organisation_id=own_organisation(request),
                name=said(request, RenameBody)["name"],
                seen=seen,
                actor=actor_of(caller_of(request)),
                now=utc_now(),
            )
        )


def _answer(organisation: Organisation) -> Response:
    return tagged(Response(OrganisationShown(organisation).data), version_of(organisation))
