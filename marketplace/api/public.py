"""What anybody may read without a log-in: the market, and certificates with their keys."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from marketplace.api.shapes import (
    INDUSTRY_WORDS,
    TASK_WORDS,
    CertificateShown,
    ListingDetailShown,
    ListingShown,
    listing_detail_told,
    listing_told,
)
from marketplace.listings import queries
from marketplace.listings.states import ListingState

LISTING_PAGE: Final = page_of(ListingShown)


class ListingQuestion(PageQuestion):
    """Which listings."""

    task = serializers.ChoiceField(TASK_WORDS, required=False)
    industry = serializers.ChoiceField(INDUSTRY_WORDS, required=False)


class SigningKeyShown(serializers.Serializer[Any]):
    """The public half of a key that certificates were signed with."""

    kid = serializers.CharField()
    public_key = serializers.CharField(help_text="32 bytes in base64.")
    first_used_at = serializers.DateTimeField()


class SigningKeysShown(serializers.Serializer[Any]):
    """Every key that ever signed a certificate."""

    data = SigningKeyShown(many=True)  # type: ignore[assignment]


class Listings(APIView):
    """What is listed."""

    is_public = True

    @extend_schema(
        operation_id="listings_list",
        summary="Algorithms that are listed now, the newest first",
        parameters=[ListingQuestion],
        responses={200: LISTING_PAGE, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them as they were approved."""
        question = asked(request, ListingQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.listing_page(
                task=question.get("task"),
                industry=question.get("industry"),
                after=read_cursor(cursor, parts=1)[0] if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.CertificateNotFound as error:
            raise CursorMalformed from error
        return page(
            [listing_told(listing) for listing in found],
            limit=question["limit"],
            shown=ListingShown,
            cursor=lambda listing: encoded(listing["certificate"]),
        )


class ListingDetail(APIView):
    """A listing."""

    is_public = True

    @extend_schema(
        operation_id="listing_retrieve",
        summary="A registered version: what was approved, and where it stands now",
        responses={200: ListingDetailShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, number: str) -> Response:
        """Return it, whatever became of it."""
        asked(request, Question)
        listing = queries.registered(number=number)
        return Response(ListingDetailShown(listing_detail_told(listing)).data)


class CertificateDetail(APIView):
    """A certificate."""

    is_public = True

    @extend_schema(
        operation_id="certificate_retrieve",
        summary="A registration certificate: signed document, key, and where the listing stands",
        responses={200: CertificateShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, number: str) -> Response:
        """Return it."""
        asked(request, Question)
        listing = queries.registered(number=number)
        certificate = listing.certificate
        told = {
            "number": certificate.number,
            "document": bytes(certificate.document).decode(),
            "sha256": certificate.sha256,
            "signature": b64encode(bytes(certificate.signature)).decode(),
            "kid": certificate.key.kid,
            "public_key": b64encode(bytes(certificate.key.public_key)).decode(),
            "issued_at": certificate.issued_at,
            "state": listing.state.value,
            "effect": listing.effect,
            "reason": "" if listing.state is ListingState.LISTED else listing.reason,
        }
        return Response(CertificateShown(told).data)


class SigningKeys(APIView):
    """Keys of certificates."""

    is_public = True

    @extend_schema(
        operation_id="certificate_keys_list",
        summary="Public keys of certificates, retired ones included",
        responses={200: SigningKeysShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return all of them."""
        asked(request, Question)
        keys = [
            {
                "kid": key.kid,
                "public_key": b64encode(bytes(key.public_key)).decode(),
                "first_used_at": key.first_used_at,
            }
            for key in queries.signing_keys()
        ]
        return Response(SigningKeysShown({"data": keys}).data)
