"""Ask before a job starts, keep asking while it runs: money is set aside, or the answer is no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import IDEMPOTENCY_KEY, answer_request_once
from accounts.api_paging import encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle, UsageThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.permissions import Role, Rule, Scope
from compute_billing import public
from compute_billing.api.fields import CardSecondsField, CardsField, MoneyField
from compute_billing.budgets.operations import BudgetExhausted, note_stop
from compute_billing.ledger import hold_reading
from compute_billing.ledger.hold_reading import HoldInWords, HoldKey
from compute_billing.rating import exhausting, holding
from compute_billing.rating.holding import InsufficientFunds
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.quantities import parse_milli_cards

HOLD_READERS: Final = Rule(
    required_scope=Scope.USAGE_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER},
)
HOLDERS: Final = Rule(required_scope=Scope.USAGE_WRITE, allowed_roles={Role.OWNER, Role.DEVELOPER})
STATES: Final = ("open", "closed", "expired")
UNHELD: Final[dict[Any, Any]] = {
    (400, PROBLEM): problem("idempotency_key_missing"),
    (402, PROBLEM): problem(
        "insufficient_funds, or budget_exhausted where a budget of the tenant stops what it cannot "
        "pay: `details.shortfall` says how much is missing."
    ),
    (409, PROBLEM): problem(
        "hold_reference_reused, hold_is_closed, idempotency_key_in_flight: see the detail."
    ),
    (422, PROBLEM): problem("unable_to_hold, invalid_request, idempotency_key_reused"),
}


class HoldQuestion(PageQuestion):
    """Which holds."""

    state = serializers.ChoiceField(STATES, required=False)


class HoldAsked(serializers.Serializer[Any]):
    """A job that is about to run, in the words that its usage will have."""

    source = serializers.CharField(  # type: ignore[assignment]  # a field's word of our own
        max_length=64, help_text="Who will report its usage."
    )
    account = serializers.CharField(max_length=255, help_text="Whose job it is, at the source.")
    allocation = serializers.CharField(
        max_length=200, help_text="The key of the job in the usage of the source."
    )
    reference = serializers.CharField(max_length=200, help_text="Yours; the same again is no new.")
    cards = serializers.CharField(max_length=20, help_text='"8" or "0.22".')
    card_type = serializers.CharField(
        max_length=64, required=False, default="", help_text="That of the source unless said."
    )
    starts_at = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Extend before then, or stop the job.")


class ExtensionAsked(serializers.Serializer[Any]):
    """How much longer a job is to run."""

    until = serializers.DateTimeField()


class ReleaseAsked(serializers.Serializer[Any]):
    """That a job has ended, or never ran."""

    ended_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Null: it never ran, and all is free at once. Else the hold waits for its last "
        "usage.",
    )


class HoldShown(serializers.Serializer[HoldInWords]):
    """Value that is set aside for a job."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(STATES)
    tenant = serializers.CharField()
    operator = serializers.CharField()
    cluster = serializers.CharField()
    card_type = serializers.CharField()
    project = serializers.CharField(allow_null=True)
    reference = serializers.CharField()
    allocation = serializers.CharField(source="allocation_key")
    cards = CardsField(source="milli_cards")
    starts_at = serializers.DateTimeField()
    covered_until = serializers.DateTimeField(help_text="What it covers; usage of later is not.")
    expires_at = serializers.DateTimeField(help_text="It lets go by itself then.")
    ended_at = serializers.DateTimeField(allow_null=True)
    held = MoneyField(help_text="Still set aside.")
    captured = MoneyField(help_text="What usage of the job took of it.")
    held_card_seconds = CardSecondsField(source="held_card_time")
    captured_card_seconds = CardSecondsField(source="captured_card_time")


class Holds(APIView):
    """Holds: tenants and operators read theirs, operators' schedulers ask for new ones."""

    access_by_method: ClassVar = {"GET": HOLD_READERS, "POST": HOLDERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="holds_list",
        summary="Holds for own jobs, or on own compute",
        parameters=[HoldQuestion],
        responses={200: page_of(HoldShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of holds, the newest first."""
        question = asked(request, HoldQuestion)
        cursor = question.get("cursor")
        found = hold_reading.hold_page(
            organisation_id=own_organisation(request),
            state=question.get("state"),
            after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=HoldShown,
            cursor=lambda hold: encoded(str(hold.public_id)),
        )

    @extend_schema(
        operation_id="hold_create",
        summary="Set aside what a job may cost at most",
        parameters=[IDEMPOTENCY_KEY],
        request=HoldAsked,
        responses={201: HoldShown, **REFUSED, **NOT_FOUND, **UNHELD},
    )
    def post(self, request: Request) -> Response:
        """Hold the worst case before the job starts, or say what is missing."""
        asked(request, Question)
        body = said(request, HoldAsked)
        operator_id = own_organisation(request)
        try:
            return self._held(request, body, operator_id=operator_id)
        except BudgetExhausted as refusal:
            note_stop(refusal, now=utc_now())
            raise

    def _held(self, request: Request, body: dict[str, Any], *, operator_id: int) -> Response:
        return _answered(
            request,
            status=201,
            act=lambda: (
                public.hold(
                    operator_id=operator_id,
                    source=body["source"],
                    account=body["account"],
                    card_type=body["card_type"],
                    reference=body["reference"],
                    allocation_key=body["allocation"],
                    milli_cards=parse_milli_cards(body["cards"]),
                    starts_at=body["starts_at"],
                    until=body["until"],
                    actor=actor_of(caller_of(request)),
                    now=utc_now(),
                ).public_id
            ),
        )


class HoldDetail(APIView):
    """One hold."""

    access_by_method: ClassVar = {"GET": HOLD_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="hold_retrieve",
        summary="A hold, and what is left of it",
        responses={200: HoldShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, hold_id: UUID) -> Response:
        """Return the hold."""
        asked(request, Question)
        found = hold_reading.hold_in_words(
            organisation_id=own_organisation(request), public_id=hold_id
        )
        return Response(HoldShown(found).data)


class HoldExtend(APIView):
    """More time for a running job."""

    access_by_method: ClassVar = {"POST": HOLDERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="hold_extend",
        summary="Cover more time of a running job",
        parameters=[IDEMPOTENCY_KEY],
        request=ExtensionAsked,
        responses={200: HoldShown, **REFUSED, **NOT_FOUND, **UNHELD},
    )
    def post(self, request: Request, hold_id: UUID) -> Response:
        """Hold what the time up to `until` may cost at most, or say what is missing.

        Of a job that runs, the refusal is kept: its operator has to stop it.
        """
        asked(request, Question)
        until = said(request, ExtensionAsked)["until"]
        hold = _own(request, hold_id)
        wanted: dict[str, Any] = {
            "tenant_id": hold.tenant_id,
            "hold_id": hold.hold_id,
            "until": until,
            "now": utc_now(),
        }
        try:
            return _answered(
                request, status=200, act=lambda: holding.extend_hold(**wanted).public_id
            )
        except InsufficientFunds as refusal:
            exhausting.note_exhausted(**wanted, shortfall_micro=refusal.shortfall_micro)
            raise
        except BudgetExhausted as refusal:
            note_stop(refusal, now=wanted["now"])
            exhausting.note_exhausted(
                **wanted, shortfall_micro=refusal.shortfall_micro, cause="budget"
            )
            raise


class HoldRelease(APIView):
    """The end of a job."""

    access_by_method: ClassVar = {"POST": HOLDERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="hold_release",
        summary="Say that a job has ended, or never ran",
        parameters=[IDEMPOTENCY_KEY],
        request=ReleaseAsked,
        responses={200: HoldShown, **REFUSED, **NOT_FOUND, **UNHELD},
    )
    def post(self, request: Request, hold_id: UUID) -> Response:
        """Let go of what the job does not need."""
        asked(request, Question)
        ended_at = said(request, ReleaseAsked)["ended_at"]
        hold = _own(request, hold_id)
        return _answered(
            request,
            status=200,
            act=lambda: (
                holding.release_hold(
                    tenant_id=hold.tenant_id,
                    hold_id=hold.hold_id,
                    ended_at=ended_at,
                    actor=actor_of(caller_of(request)),
                    now=utc_now(),
                ).public_id
            ),
        )


def _own(request: Request, hold_id: UUID) -> HoldKey:
    return hold_reading.hold_on_operator(operator_id=own_organisation(request), public_id=hold_id)


def _answered(request: Request, *, status: int, act: Callable[[], UUID]) -> Response:
    """Do it once per Idempotency-Key, and answer with the hold as it then is."""
    organisation_id = own_organisation(request)

    def perform() -> Answer:
        found = hold_reading.hold_in_words(organisation_id=organisation_id, public_id=act())
        return Answer(status=status, body=dict(HoldShown(found).data))

    return answer_request_once(request=request, perform=perform)
