"""A version is proved, handed in to the reviewers, and taken back."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_problems import NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from kernel.clock import utc_now
from marketplace.api.sellers import SELLERS, UNSAID, told_version
from marketplace.api.shapes import AlgorithmVersionShown, ProofBody, ProofShown
from marketplace.listings import operations, queries
from marketplace.listings.proofs import ProofKind


class VersionProofs(APIView):
    """Proofs of a version."""

    access_by_method: ClassVar = {"POST": SELLERS}
    throttle_classes = (ReadingThrottle,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="version_proof_add",
        summary="Show a registration, a patent or a filing of a version, with its paper",
        request={"multipart/form-data": ProofBody},
        responses={
            201: OpenApiResponse(ProofShown, description="The proof, hashed and time-stamped."),
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("unable_to_prove; algorithm_version_locked; nobody_answers"),
            (422, PROBLEM): problem("malformed_proof_number; upload_refused; invalid_request"),
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Keep it."""
        asked(request, Question)
        seller_id, caller = own_organisation(request), caller_of(request)
        # Whose it is comes before what is sent.
        queries.own_version_id(seller_id=seller_id, public_id=version_id)
        body = said(request, ProofBody)
        made = operations.add_proof(
            seller_id=seller_id,
            version_id=version_id,
            kind=ProofKind(body["kind"]),
            number=body["number"],
            content=body["file"].read(),
            file_name=body["file"].name,
            user_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        return Response(ProofShown(made).data, status=HTTPStatus.CREATED)


class VersionProof(APIView):
    """A proof of a version."""

    access_by_method: ClassVar = {"DELETE": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="version_proof_remove",
        summary="Take a proof away from a version that is not with the reviewers",
        request=None,
        responses={
            200: AlgorithmVersionShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("algorithm_version_locked"),
            **UNSAID,
        },
    )
    def delete(self, request: Request, version_id: UUID, proof_id: UUID) -> Response:
        """Take it away."""
        asked(request, Question)
        operations.remove_proof(
            seller_id=own_organisation(request),
            version_id=version_id,
            proof_id=proof_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return told_version(request, version_id)


class VersionSubmit(APIView):
    """Handing a version in."""

    access_by_method: ClassVar = {"POST": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithm_version_submit",
        summary="Freeze a version and hand it to the reviewers",
        request=None,
        responses={
            200: AlgorithmVersionShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_submit_version: no proof says whose it is; illegal_transition; "
                "seller_not_verified; nobody_answers"
            ),
            **UNSAID,
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Hand it in; the answer says by when it is decided."""
        asked(request, Question)
        seller_id, caller = own_organisation(request), caller_of(request)
        queries.own_version_id(seller_id=seller_id, public_id=version_id)
        operations.submit_version(
            seller_id=seller_id,
            version_id=version_id,
            user_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        return told_version(request, version_id)


class VersionWithdraw(APIView):
    """Taking a version back."""

    access_by_method: ClassVar = {"POST": SELLERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="algorithm_version_withdraw",
        summary="Take a version back that no reviewer has taken up",
        request=None,
        responses={
            200: AlgorithmVersionShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("illegal_transition"),
            **UNSAID,
        },
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Take it back."""
        asked(request, Question)
        operations.withdraw_version(
            seller_id=own_organisation(request),
            version_id=version_id,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return told_version(request, version_id)
