"""Offers of packages: what everybody can buy, and what an operator's key proposes and may sell.

A key proposes in the name of who made it; whoever approves is a person, and another one.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api.catalogue import CATALOGUE_READERS
from compute_billing.api.operators import OperatorPageQuestion, OperatorQuestion, operator_asked
from compute_billing.api.package_offer_shapes import (
    CapacityBody,
    CapacityMonthShown,
    CapacityShown,
    OfferDraftQuestion,
    OfferProposalBody,
    OfferQuestion,
    PackageOfferDraftShown,
    PackageOfferShown,
)
from compute_billing.api.price_drafts import DRAFT_READERS, DRAFT_WRITERS, STATES
from compute_billing.catalogue.queries import CatalogueEntryNotFound, cards_of
from compute_billing.packages import operations, queries
from compute_billing.packages.days import next_day
from compute_billing.packages.operations import OfferProposal
from compute_billing.packages.queries import OfferDraftFilter, PackageOfferDraft
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.money import Money

# Capacity is told for as long as it can be set ahead.
DAYS_TOLD: Final = timedelta(days=3 * 366)
DECIDED: Final = "package_offer_draft_decided: it was approved or refused before"
UNANSWERED: Final = "nobody_answers: the installation made the key"


class PackageOffers(APIView):
    """What is offered."""

    access_by_method: ClassVar = {"GET": CATALOGUE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_offers_list",
        summary="Offers of packages that hold now",
        parameters=[OfferQuestion],
        responses={200: page_of(PackageOfferShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of offers by cluster and card type."""
        question = asked(request, OfferQuestion)
        found = [
            offer
            for offer in queries.offers(now=utc_now())
            if question.get("cluster", offer.cluster.code) == offer.cluster.code
            and question.get("card_type", offer.meter.code) == offer.meter.code
        ]
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            shown = [str(offer.public_id) for offer in found]
            found = found[shown.index(last) + 1 :] if last in shown else []
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=PackageOfferShown,
            cursor=lambda offer: encoded(str(offer.public_id)),
        )


class PackageOfferDrafts(APIView):
    """Proposed offers of an operator's clusters: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS, "POST": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_offer_drafts_list",
        summary="Proposed offers of packages of the own clusters",
        parameters=[OfferDraftQuestion],
        responses={200: page_of(PackageOfferDraftShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of proposed offers, the newest first."""
        question = asked(request, OfferDraftQuestion)
        cursor = question.get("cursor")
        found = queries.offer_draft_page(
            operator_id=operator_asked(request, question),
            wanted=OfferDraftFilter(
                is_open=STATES.get(question.get("state", "")),
                cluster=question.get("cluster"),
                card_type=question.get("card_type"),
            ),
            after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=PackageOfferDraftShown,
            cursor=lambda draft: encoded(str(draft.public_id)),
        )

    @extend_schema(
        operation_id="package_offer_draft_create",
        summary="Propose an offer of packages; somebody else approves it",
        parameters=[IDEMPOTENCY_KEY],
        request=OfferProposalBody,
        responses={
            201: PackageOfferDraftShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem(f"{UNANSWERED}; idempotency_key_in_flight"),
            (422, PROBLEM): problem(
                "invalid_request: a part is malformed, or you have no such cluster; "
                "unable_to_propose_package_offer: it would not hold later, or its price is not "
                "in whole fen; idempotency_key_reused"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Make the draft; nothing can be bought of it yet."""
        asked(request, Question)
        operator_id, caller = own_organisation(request), caller_of(request)
        proposal = _proposal(said(request, OfferProposalBody), operator_id=operator_id)

        def propose() -> Answer:
            made = operations.propose_offer(
                proposal=proposal,
                maker_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            draft = queries.offer_draft_of(operator_id=operator_id, public_id=made.public_id)
            return Answer(status=HTTPStatus.CREATED, body=_shown(draft))

        return answer_request_once(request=request, perform=propose)


class PackageOfferDraftDetail(APIView):
    """A proposed offer."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_offer_draft_retrieve",
        summary="A proposed offer of packages, and what became of it",
        parameters=[OperatorQuestion],
        responses={200: PackageOfferDraftShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        """Return it, decided or not."""
        operator_id = operator_asked(request, asked(request, OperatorQuestion))
        draft = queries.offer_draft_of(operator_id=operator_id, public_id=draft_id)
        return Response(_shown(draft))


class PackageOfferDraftWithdrawal(APIView):
    """A proposed offer that is taken back."""

    access_by_method: ClassVar = {"POST": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_offer_draft_withdraw",
        summary="Take a proposed offer of packages back",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={
            200: PackageOfferDraftShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(f"{DECIDED}; {UNANSWERED}; idempotency_key_in_flight"),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Take it back; it can be bought by nobody."""
        asked(request, Question)
        operator_id, caller = own_organisation(request), caller_of(request)
        draft = queries.offer_draft_of(operator_id=operator_id, public_id=draft_id)

        def withdraw() -> Answer:
            operations.refuse_offer(
                draft_id=draft.public_id,
                decider_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            refused = queries.offer_draft_of(operator_id=operator_id, public_id=draft_id)
            return Answer(status=HTTPStatus.OK, body=_shown(refused))

        return answer_request_once(request=request, perform=withdraw)


class PackageCapacity(APIView):
    """How many cards may be sold as packages, and how many are."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS, "POST": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_capacity_list",
        summary="Cards of the own clusters that may be sold as packages, by month",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(CapacityMonthShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of months from tomorrow on, by cluster and card type."""
        question = asked(request, OperatorPageQuestion)
        tomorrow = next_day(utc_now())
        months = queries.capacity_by_month(
            starts_on=tomorrow,
            ends_on=tomorrow + DAYS_TOLD,
            operator_id=operator_asked(request, question),
        )
        found = sorted(months, key=_place)
        if "cursor" in question:
            last = tuple(read_cursor(question["cursor"], parts=3))
            found = [month for month in found if _place(month) > last]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=CapacityMonthShown,
            cursor=lambda month: encoded(*_place(month)),
        )

    @extend_schema(
        operation_id="package_capacity_set",
        summary="Say how many cards of a cluster may be sold as packages, from a day up to another",
        parameters=[IDEMPOTENCY_KEY],
        request=CapacityBody,
        responses={
            200: CapacityShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem(
                "unable_to_set_package_capacity: days that are over or out of order, more is sold "
                f"already, or the cluster has fewer cards; {UNANSWERED}; "
                "idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request) -> Response:
        """Set it for each of the days; what is sold stays sold."""
        asked(request, Question)
        operator_id, caller = own_organisation(request), caller_of(request)
        body = said(request, CapacityBody)
        span = _cards(body, operator_id=operator_id)
        span |= {name: body[name] for name in ("starts_on", "ends_on")}

        def set_capacity() -> Answer:
            answerable(caller=caller)
            operations.set_sellable(
                cards=body["cards"], actor=actor_of(caller), now=utc_now(), **span
            )
            told = {**body, "free": queries.free_cards(**span)}
            return Answer(status=HTTPStatus.OK, body=dict(CapacityShown(told).data))

        return answer_request_once(request=request, perform=set_capacity)


def _shown(draft: PackageOfferDraft) -> dict[str, Any]:
    return dict(PackageOfferDraftShown(draft).data)


def _place(month: queries.CapacityMonth) -> tuple[str, str, str]:
    return month.cluster, month.card_type, month.month.isoformat()


def _cards(body: dict[str, Any], *, operator_id: int) -> dict[str, Any]:
    """Return the cluster and the meter that a body names.

    Raises:
        ValidationError: the operator has no such cluster, or there is no such card type.
    """
    try:
        cluster_id, meter_id = cards_of(
            operator_id=operator_id, cluster=body["cluster"], card_type=body["card_type"]
        )
    except CatalogueEntryNotFound as error:
        told = ErrorDetail("You have nothing of this code.", "unknown")
        raise ValidationError(dict.fromkeys(error.details["fields"], told)) from error
    return {"cluster_id": cluster_id, "meter_id": meter_id}


def _proposal(body: dict[str, Any], *, operator_id: int) -> OfferProposal:
    return OfferProposal(
        term_kind=body["term_kind"],
        price_micro=Money.from_text(body["price"]["amount"]).amount_micro,
        cards_min=body["cards_min"],
        tax_class=body["tax_class"],
        fee_ppm=Money.from_text(body["fee_rate"]).amount_micro,
        valid_from=body["valid_from"],
        **_cards(body, operator_id=operator_id),
    )
