"""Members and invitations over HTTP: as an owner sees them, and as a key may change them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries as people
from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import (
    MALFORMED,
    NOT_FOUND,
    PROBLEM,
    REFUSED,
    UNREADABLE,
    problem,
)
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.invitations import operations as invitations
from accounts.invitations.queries import InvitationUnknown, OpenInvitation, invitation_page
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from accounts.membership import operations
from accounts.membership.queries import MemberShown as Member
from accounts.membership.queries import member, member_page
from accounts.membership.rights import refuse_owner_by_key
from accounts.permissions import Role, Rule, Scope
from kernel.clock import utc_now

READERS: Final = Rule(required_scope=Scope.MEMBERS_READ, allowed_roles={Role.OWNER})
WRITERS: Final = Rule(required_scope=Scope.MEMBERS_WRITE, allowed_roles={Role.OWNER})
ROLES: Final = [role.value for role in Role]
OWNERS: Final = {
    (403, PROBLEM): problem(
        "permission_denied; owners_by_people_only: a key makes and unmakes no owner."
    )
}


class MemberShown(serializers.Serializer[Member]):
    """Somebody of the organisation."""

    id = serializers.UUIDField(source="public_id")
    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    roles = serializers.ListField(child=serializers.ChoiceField(ROLES))


class InvitationShown(serializers.Serializer[OpenInvitation]):
    """An offer that may still be taken."""

    id = serializers.UUIDField(source="public_id")
    email = serializers.EmailField()
    role = serializers.ChoiceField(ROLES)
    expires_at = serializers.DateTimeField()


class IssuedInvitationShown(serializers.Serializer[Any]):
    """A new offer, with its link for the only time."""

    invitation = InvitationShown()
    link = serializers.CharField(
        help_text="Sent to the address as well; whoever signs in with it may take the role."
    )


class RevokedShown(serializers.Serializer[Any]):
    """An offer that was taken back."""

    id = serializers.UUIDField()


class RoleBody(serializers.Serializer[Any]):
    """A role that ends."""

    role = serializers.ChoiceField(ROLES)


class RoleChangeBody(RoleBody):
    """A role that gives way to another."""

    new_role = serializers.ChoiceField(ROLES)


class InvitationBody(RoleBody):
    """Whom to invite, and as what."""

    email = serializers.EmailField()


class Members(APIView):
    """The people of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="members_list",
        summary="People of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(MemberShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of people by address."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        found = member_page(
            organisation_id=own_organisation(request),
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=MemberShown,
            cursor=lambda one: encoded(one.email),
        )


def _member_id(request: Request, member_id: UUID) -> int:
    return people.member_id(organisation_id=own_organisation(request), user_public_id=member_id)


class MemberRole(APIView):
    """A role of a member that gives way to another."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="member_change_role",
        summary="Give a member another role in place of one",
        request=RoleChangeBody,
        responses={
            200: MemberShown,
            **UNREADABLE,
            **REFUSED,
            **OWNERS,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "last_owner: an organisation keeps one; already_member: he has the new role."
            ),
            **MALFORMED,
        },
    )
    def post(self, request: Request, member_id: UUID) -> Response:
        """Change it, and return the member with the roles that he has now."""
        asked(request, Question)
        body = said(request, RoleChangeBody)
        role, new_role = Role(body["role"]), Role(body["new_role"])
        user_id, caller = _member_id(request, member_id), caller_of(request)
        refuse_owner_by_key(caller=caller, roles={role, new_role})
        operations.change_role(
            user_id=user_id,
            organisation_id=own_organisation(request),
            role=role,
            new_role=new_role,
            actor=actor_of(caller),
            now=utc_now(),
        )
        return _shown(request, user_id)


class MemberEnd(APIView):
    """A role of a member that ends."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="member_end_role",
        summary="End a role of a member",
        request=RoleBody,
        responses={
            200: MemberShown,
            **UNREADABLE,
            **REFUSED,
            **OWNERS,
            **NOT_FOUND,
            (409, PROBLEM): problem("last_owner: an organisation keeps one."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, member_id: UUID) -> Response:
        """End it, and return the member with the roles that are left."""
        asked(request, Question)
        role = Role(said(request, RoleBody)["role"])
        user_id, caller = _member_id(request, member_id), caller_of(request)
        refuse_owner_by_key(caller=caller, roles={role})
        operations.end_membership(
            user_id=user_id,
            organisation_id=own_organisation(request),
            role=role,
            actor=actor_of(caller),
            now=utc_now(),
        )
        return _shown(request, user_id)


def _shown(request: Request, user_id: int) -> Response:
    found = member(organisation_id=own_organisation(request), user_id=user_id)
    return Response(MemberShown(found).data)


class Invitations(APIView):
    """The open invitations of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invitations_list",
        summary="Open invitations of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(InvitationShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of open invitations, the newest first."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        try:
            found = invitation_page(
                organisation_id=own_organisation(request),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                now=utc_now(),
                limit=question["limit"] + 1,
            )
        except InvitationUnknown as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=InvitationShown,
            cursor=lambda one: encoded(str(one.public_id)),
        )

    @extend_schema(
        operation_id="invitation_create",
        summary="Invite somebody",
        request=InvitationBody,
        responses={
            201: OpenApiResponse(IssuedInvitationShown, description="With the link, once."),
            **UNREADABLE,
            **REFUSED,
            **OWNERS,
            (409, PROBLEM): problem(
                "unable_to_invite: the person has the role, or too many invitations are open; "
                "nobody_answers: the installation made the key."
            ),
            **MALFORMED,
        },
    )
    def post(self, request: Request) -> Response:
        """Offer a role; its link is sent by e-mail, and told here for the only time."""
        asked(request, Question)
        body, caller = said(request, InvitationBody), caller_of(request)
        role = Role(body["role"])
        refuse_owner_by_key(caller=caller, roles={role})
        issued = invitations.invite(
            organisation_id=own_organisation(request),
            email=body["email"],
            role=role,
            invited_by_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        link = f"{settings.PORTAL_ADDRESS}/invitations/{issued.token}"
        shown = {"invitation": issued.invitation, "link": link}
        return Response(IssuedInvitationShown(shown).data, status=HTTPStatus.CREATED)


class InvitationRevocation(APIView):
    """The end of an open invitation."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="invitation_revoke",
        summary="Take an open invitation back",
        request=None,
        responses={
            200: RevokedShown,
            **REFUSED,
            **NOT_FOUND,
            **MALFORMED,
        },
    )
    def post(self, request: Request, invitation_id: UUID) -> Response:
        """Revoke it; one that is not open is absent."""
        asked(request, Question)
        invitations.revoke_invitation(
            organisation_id=own_organisation(request),
            invitation_id=invitation_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return Response(RevokedShown({"id": invitation_id}).data)
