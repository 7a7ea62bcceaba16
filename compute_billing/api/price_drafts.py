"""Price drafts over HTTP: proposed, seen with their effect, changed, taken back and approved.

A draft is never edited: to change it is to make the next one, which takes its place. A key
proposes in the name of who made it; whoever approves is a person, and another one.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_etags import TAG, etag_of, if_match, refuse_other, tagged
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_UNREADABLE,
    answer_request_once,
)
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
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import CardSecondsField, MoneyField, MonthField
from compute_billing.api.operators import OperatorPageQuestion, OperatorQuestion, operator_asked
from compute_billing.api.proposals import ChangeBody, ProposalBody, proposal_of
from compute_billing.catalogue.operations import UnknownPriceDraft
from compute_billing.rating import draft_desk, drafts
from compute_billing.rating.draft_desk import (
    DraftFilter,
    DraftLine,
    TenantEffect,
)
from kernel.clock import utc_now
from kernel.idempotency import Answer

DRAFT_READERS: Final = Rule(
    required_scope=Scope.CATALOGUE_READ,
    allowed_roles={Role.OWNER, Role.FINANCE},
    allowed_staff_roles={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR},
)
DRAFT_WRITERS: Final = Rule(
    required_scope=Scope.CATALOGUE_WRITE, allowed_roles={Role.OWNER, Role.FINANCE}
)
# By no key: four eyes are two people, each with a second factor.
DRAFT_APPROVERS: Final = Rule(allowed_staff_roles={Staff.OPERATOR, Staff.FINANCE})
DECISIONS: Final = ("approved", "refused", "replaced")
STATES: Final = {"open": True, "decided": False}
DECIDED: Final = "price_draft_decided: it was approved, refused or replaced before"
MALFORMED_PRICE: Final = (
    "unable_to_publish_price: it would not hold later, or its amount or band is malformed"
)


class DraftQuestion(OperatorPageQuestion):
    """Which drafts."""

    state = serializers.ChoiceField(list(STATES), required=False)
    price_list = serializers.CharField(required=False, max_length=64)
    card_type = serializers.CharField(required=False, max_length=64)


class PriceDraftShown(serializers.Serializer[DraftLine]):
    """A proposed price, and what it would have changed of a month's use in all."""

    id = serializers.UUIDField(source="public_id")
    price_list = serializers.CharField()
    card_type = serializers.CharField()
    cluster = serializers.CharField(allow_blank=True, help_text="Empty: every one of yours.")
    band = serializers.CharField()
    valid_from = serializers.DateTimeField()
    unit_price = MoneyField(source="unit_price_micro", help_text="A card-hour.")
    former_unit_price = MoneyField(
        source="former_micro", allow_null=True, help_text="null: there is none, or it has tiers."
    )
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()
    effect_month = MonthField(help_text="Whose use the effect is reckoned on.")
    tenants = serializers.IntegerField(help_text="Whom it would have concerned.")
    quantity_card_seconds = CardSecondsField(source="quantity")
    gross_before = MoneyField()
    gross_after = MoneyField()
    decision = serializers.ChoiceField(DECISIONS, allow_null=True, help_text="null: it waits.")
    decided_at = serializers.DateTimeField(allow_null=True)
    replaced_by = serializers.UUIDField(allow_null=True)


class PriceEffectShown(serializers.Serializer[TenantEffect]):
    """What a draft would have changed for a tenant."""

    tenant = serializers.CharField()
    quantity_card_seconds = CardSecondsField(source="quantity")
    gross_before = MoneyField()
    gross_after = MoneyField()


def _tag(draft: DraftLine) -> str:
    return etag_of(draft.public_id, draft.decision)


def _draft(request: Request, question: dict[str, Any], draft_id: UUID) -> DraftLine:
    return draft_desk.draft(public_id=draft_id, issuer_id=operator_asked(request, question))


def _shown(draft: DraftLine) -> Response:
    return tagged(Response(PriceDraftShown(draft).data), _tag(draft))


class PriceDrafts(APIView):
    """Drafts of an issuer's lists: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS, "POST": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="price_drafts_list",
        summary="Price drafts of the own lists",
        parameters=[DraftQuestion],
        responses={200: page_of(PriceDraftShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of drafts, the newest first."""
        question = asked(request, DraftQuestion)
        cursor = question.get("cursor")
        wanted = DraftFilter(
            is_open=STATES.get(question.get("state", "")),
            price_list=question.get("price_list"),
            card_type=question.get("card_type"),
        )
        try:
            found = draft_desk.drafts(
                wanted=wanted,
                issuer_id=operator_asked(request, question),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except UnknownPriceDraft as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=PriceDraftShown,
            cursor=lambda draft: encoded(str(draft.public_id)),
        )

    @extend_schema(
        operation_id="price_draft_create",
        summary="Propose a price; somebody else approves it",
        parameters=[IDEMPOTENCY_KEY],
        request=ProposalBody,
        responses={
            201: PriceDraftShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "nobody_answers: the installation made the key; idempotency_key_in_flight"
            ),
            (422, PROBLEM): problem(
                f"invalid_request: a part is malformed, or you have no such list or cluster; "
                f"{MALFORMED_PRICE}; idempotency_key_reused"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Make the draft with its effect on last month's use; nothing holds yet."""
        asked(request, Question)
        issuer_id, caller = own_organisation(request), caller_of(request)
        proposal = proposal_of(said(request, ProposalBody), issuer_id=issuer_id)

        def propose() -> Answer:
            made = drafts.propose_price(
                proposal=proposal,
                maker_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            draft = draft_desk.draft(public_id=made.public_id, issuer_id=issuer_id)
            return Answer(status=HTTPStatus.CREATED, body=PriceDraftShown(draft).data)

        return answer_request_once(request=request, perform=propose)


class PriceDraft(APIView):
    """A draft."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS, "PATCH": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="price_draft_retrieve",
        summary="A price draft, with its ETag",
        parameters=[OperatorQuestion],
        responses={200: PriceDraftShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        """Return it, with the ETag that a change must name."""
        return _shown(_draft(request, asked(request, OperatorQuestion), draft_id))

    @extend_schema(
        operation_id="price_draft_change",
        summary="Put another draft in the place of one",
        parameters=[TAG],
        request=ChangeBody,
        responses={
            201: PriceDraftShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(f"{DECIDED}; nobody_answers: the installation made the key."),
            (412, PROBLEM): problem("precondition_failed: it was decided or replaced meanwhile."),
            (422, PROBLEM): problem(
                f"invalid_request: a part is malformed, or you have no such list or cluster; "
                f"{MALFORMED_PRICE}."
            ),
            (428, PROBLEM): problem("precondition_required: send If-Match."),
        },
    )
    def patch(self, request: Request, draft_id: UUID) -> Response:
        """Make the next draft, of what is named and else as this one; its effect is its own."""
        asked(request, Question)
        issuer_id, caller = own_organisation(request), caller_of(request)
        former = draft_desk.draft(public_id=draft_id, issuer_id=issuer_id)
        refuse_other(if_match(request), _tag(former))
        made = drafts.propose_price(
            proposal=proposal_of(said(request, ChangeBody), issuer_id=issuer_id, former=former),
            maker_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
            replaces=former.public_id,
        )
        answer = _shown(draft_desk.draft(public_id=made.public_id, issuer_id=issuer_id))
        answer.status_code = HTTPStatus.CREATED
        answer["Location"] = reverse("price-draft", kwargs={"draft_id": made.public_id})
        return answer


class PriceDraftEffects(APIView):
    """What a draft would have changed, tenant by tenant."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="price_draft_effects_list",
        summary="What a price draft would have changed for each tenant",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(PriceEffectShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        """Return a page of tenants, the largest change first."""
        question = asked(request, OperatorPageQuestion)
        draft, cursor = _draft(request, question, draft_id), question.get("cursor")
        found = draft_desk.effects(
            public_id=draft.public_id,
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=PriceEffectShown,
            cursor=lambda effect: encoded(effect.tenant),
        )


class PriceDraftWithdrawal(APIView):
    """A draft that is taken back."""

    access_by_method: ClassVar = {"POST": DRAFT_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="price_draft_withdraw",
        summary="Take a price draft back",
        request=None,
        responses={
            200: PriceDraftShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(f"{DECIDED}; nobody_answers: the installation made the key."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Take it back; nothing is published."""
        asked(request, Question)
        issuer_id, caller = own_organisation(request), caller_of(request)
        draft = draft_desk.draft(public_id=draft_id, issuer_id=issuer_id)
        drafts.refuse_price(
            draft_id=draft.public_id,
            decider_id=answerable(caller=caller),
            actor=actor_of(caller),
            now=utc_now(),
        )
        return _shown(draft_desk.draft(public_id=draft_id, issuer_id=issuer_id))


class PriceDraftApproval(APIView):
    """A draft that is published, by a second person."""

    access_by_method: ClassVar = {"POST": DRAFT_APPROVERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="price_draft_approve",
        summary="Approve a price draft and publish it; by people only",
        parameters=[OperatorQuestion, TAG],
        request=None,
        responses={
            200: PriceDraftShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                f"{DECIDED}; four_eyes: who proposed it does not approve it; price_overlaps, "
                "unable_to_end_price: a price of the key stands against it."
            ),
            (412, PROBLEM): problem("precondition_failed: it was decided or replaced meanwhile."),
            (428, PROBLEM): problem("precondition_required: send If-Match."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Publish it: the price of its key that holds then ends where it begins."""
        question = asked(request, OperatorQuestion)
        draft, caller = _draft(request, question, draft_id), caller_of(request)
        refuse_other(if_match(request), _tag(draft))
        drafts.approve_price(
            draft_id=draft.public_id, approver_id=answerable(caller=caller), now=utc_now()
        )
        return _shown(_draft(request, question, draft_id))
