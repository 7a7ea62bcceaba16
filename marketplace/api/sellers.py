"""Algorithms and versions of the own organisation: made, described, proved and handed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_etags import TAG, PreconditionFailed, etag_of, if_match, tagged
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from accounts.permissions import Role, Rule, Scope
from kernel.clock import utc_now
from marketplace.api.shapes import (
    AlgorithmBody,
    AlgorithmShown,
    AlgorithmVersionShown,
    DossierBody,
    NewVersionBody,
    artefacts_of,
    descent_of,
    described,
    version_told,
)
from marketplace.listings import operations, queries
from marketplace.listings.models import Algorithm, AlgorithmVersion

READERS: Final = Rule(
    required_scope=Scope.MARKETPLACE_READ,
    allowed_roles={Role.OWNER, Role.SELLER, Role.DEVELOPER, Role.VIEWER},
)
SELLERS: Final = Rule(
    required_scope=Scope.MARKETPLACE_WRITE, allowed_roles={Role.OWNER, Role.SELLER}
)
ALGORITHM_PAGE: Final = page_of(AlgorithmShown)
CHANGED: Final = {
    (412, PROBLEM): problem("algorithm_changed: it was changed meanwhile."),
    (428, PROBLEM): problem("precondition_required: send If-Match."),
}
UNSAID: Final = {(422, PROBLEM): problem("invalid_request")}


class AlgorithmVersionsShown(serializers.Serializer[Any]):
    """The versions of an algorithm."""

    data = AlgorithmVersionShown(many=True)  # type: ignore[assignment]


def _tag(row: Algorithm | AlgorithmVersion) -> str:
    return etag_of(row.public_id, row.revision)


def _seen(request: Request, row: Algorithm | AlgorithmVersion) -> int | None:
    """Return the revision that the caller has seen; None where he does not care."""
    tags = if_match(request)
    if "*" in tags:
        return None
    if _tag(row) not in tags:
        raise PreconditionFailed
    return row.revision


def _algorithm(request: Request, algorithm_id: UUID) -> Algorithm:
    return queries.own_algorithm(seller_id=own_organisation(request), public_id=algorithm_id)


def _version(request: Request, version_id: UUID) -> AlgorithmVersion:
    return queries.own_version(seller_id=own_organisation(request), public_id=version_id)


def told_version(request: Request, version_id: UUID, *, status: int = HTTPStatus.OK) -> Response:
    """Answer with a version of the own organisation and its entity tag."""
    version = _version(request, version_id)
    return tagged(
        Response(AlgorithmVersionShown(version_told(version)).data, status=status), _tag(version)
    )


class Algorithms(APIView):
    """Algorithms of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithms_list",
        summary="Algorithms of the own organisation, the newest first",
        parameters=[PageQuestion],
        responses={200: ALGORITHM_PAGE, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.algorithm_page(
                seller_id=own_organisation(request),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.AlgorithmNotFound as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=AlgorithmShown,
            cursor=lambda algorithm: encoded(str(algorithm.public_id)),
        )

    @extend_schema(
        operation_id="algorithm_create",
        summary="Register an algorithm; nobody else sees it yet",
        request=AlgorithmBody,
        responses={
            201: OpenApiResponse(AlgorithmShown, description="The algorithm."),
            **UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem("algorithm_exists; seller_not_verified; nobody_answers"),
            **UNSAID,
        },
    )
    def post(self, request: Request) -> Response:
        """Make it."""
        asked(request, Question)
        caller = caller_of(request)
        made = operations.create_algorithm(
            seller_id=own_organisation(request),
            description=described(said(request, AlgorithmBody)),
            user_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        return tagged(Response(AlgorithmShown(made).data, status=HTTPStatus.CREATED), _tag(made))


class AlgorithmDetail(APIView):
    """An algorithm of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "PUT": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithm_retrieve",
        summary="An algorithm of the own organisation",
        responses={200: AlgorithmShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, algorithm_id: UUID) -> Response:
        """Return it with its entity tag."""
        asked(request, Question)
        found = _algorithm(request, algorithm_id)
        return tagged(Response(AlgorithmShown(found).data), _tag(found))

    @extend_schema(
        operation_id="algorithm_change",
        summary="Describe an algorithm anew; what was approved says what it said",
        parameters=[TAG],
        request=AlgorithmBody,
        responses={
            200: AlgorithmShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("algorithm_exists"),
            **CHANGED,
            **UNSAID,
        },
    )
    def put(self, request: Request, algorithm_id: UUID) -> Response:
        """Change it as it was read."""
        asked(request, Question)
        found = _algorithm(request, algorithm_id)
        changed = operations.change_algorithm(
            seller_id=found.seller_id,
            algorithm_id=algorithm_id,
            description=described(said(request, AlgorithmBody)),
            seen=_seen(request, found),
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return tagged(Response(AlgorithmShown(changed).data), _tag(changed))


class AlgorithmVersions(APIView):
    """Versions of an algorithm of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithm_versions_list",
        summary="Versions of an algorithm, the highest number first",
        responses={200: AlgorithmVersionsShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, algorithm_id: UUID) -> Response:
        """Return all of them."""
        asked(request, Question)
        found = queries.versions_of(algorithm=_algorithm(request, algorithm_id))
        told = {"data": [version_told(version) for version in found]}
        return Response(AlgorithmVersionsShown(told).data)

    @extend_schema(
        operation_id="algorithm_version_create",
        summary="Add a version; its number, files and lineage never change",
        request=NewVersionBody,
        responses={
            201: OpenApiResponse(AlgorithmVersionShown, description="The version, a draft."),
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("algorithm_version_exists; unable_to_descend; nobody_answers"),
            (422, PROBLEM): problem(
                "malformed_version_number; malformed_manifest; malformed_dossier; invalid_request"
            ),
        },
    )
    def post(self, request: Request, algorithm_id: UUID) -> Response:
        """Add it."""
        asked(request, Question)
        found, caller = _algorithm(request, algorithm_id), caller_of(request)
        body = said(request, NewVersionBody)
        made = operations.add_version(
            seller_id=found.seller_id,
            algorithm_id=algorithm_id,
            number=body["number"],
            artefacts=artefacts_of(body),
            dossier=body["dossier"],
            descent=descent_of(body),
            user_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        return told_version(request, made.public_id, status=HTTPStatus.CREATED)


class AlgorithmVersionDetail(APIView):
    """A version of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "PUT": SELLERS, "DELETE": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithm_version_retrieve",
        summary="A version, with its proofs and what reviewers said",
        responses={200: AlgorithmVersionShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, version_id: UUID) -> Response:
        """Return it with its entity tag."""
        asked(request, Question)
        return told_version(request, version_id)

    @extend_schema(
        operation_id="algorithm_version_change",
        summary="Write the dossier of a version anew, while it is not with the reviewers",
        parameters=[TAG],
        request=DossierBody,
        responses={
            200: AlgorithmVersionShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("algorithm_version_locked"),
            **CHANGED,
            (422, PROBLEM): problem("malformed_dossier; invalid_request"),
        },
    )
    def put(self, request: Request, version_id: UUID) -> Response:
        """Change it as it was read."""
        asked(request, Question)
        found = _version(request, version_id)
        operations.change_dossier(
            seller_id=found.algorithm.seller_id,
            version_id=version_id,
            seen=_seen(request, found),
            dossier=said(request, DossierBody),
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return told_version(request, version_id)

    @extend_schema(
        operation_id="algorithm_version_discard",
        summary="Throw away a draft that was never handed in; its number is free again",
        request=None,
        responses={
            200: OpenApiResponse(AlgorithmShown, description="The algorithm, without it."),
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("unable_to_discard_version; algorithm_version_locked"),
            **UNSAID,
        },
    )
    def delete(self, request: Request, version_id: UUID) -> Response:
        """Throw it away."""
        asked(request, Question)
        found = _version(request, version_id)
        operations.discard_version(
            seller_id=found.algorithm.seller_id,
            version_id=version_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return Response(AlgorithmShown(found.algorithm).data)
