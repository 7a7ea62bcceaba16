"""The own sandbox over HTTP: a key of the organisation acts on it, and so does a key of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_idempotency import HEADER, answer_request_once
from accounts.api_problems import MALFORMED, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.api import IssuedKeyShown, NewKeyBody
from accounts.keys.operations import actor_of, create_key
from accounts.permissions import Role, Rule, Scope
from accounts.sandboxes.queries import sandbox_of
from compute_billing.api.fields import MoneyBody, MonthField, money
from compute_billing.sandboxes import operations, queries
from compute_billing.sandboxes.queries import Sandbox
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.money import Money
from kernel.periods import month_text

READERS: Final = Rule(required_scope=Scope.KEYS_READ, allowed_roles={Role.OWNER, Role.DEVELOPER})
WRITERS: Final = Rule(required_scope=Scope.KEYS_WRITE, allowed_roles={Role.OWNER, Role.DEVELOPER})
UNREADABLE: Final = {
    (400, PROBLEM): problem("malformed_request: the body is not JSON."),
    (415, PROBLEM): problem("unsupported_media_type"),
}
NONE_YET: Final = {(409, PROBLEM): problem("no_sandbox: switch one on first.")}
KEY: Final = OpenApiParameter(
    name=HEADER,
    type=str,
    location=OpenApiParameter.HEADER,
    required=True,
    description="The same key again answers as the first time.",
)


class SandboxShown(serializers.Serializer[Sandbox]):
    """What programs name when they try something. Neither code nor account changes by a reset."""

    id = serializers.UUIDField(source="public_id")
    code = serializers.CharField()
    name = serializers.CharField()
    opened_at = serializers.DateTimeField()
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="Report use to this source."
    )
    account = serializers.CharField(help_text="Its use counts to no project.")
    project_account = serializers.CharField(help_text="Its use counts to `project`.")
    project = serializers.CharField()
    cluster = serializers.CharField()
    price_list = serializers.CharField()


class StandingShown(serializers.Serializer[Any]):
    """The sandbox; null while none is switched on."""

    sandbox = SandboxShown(allow_null=True)


class TopUpBody(serializers.Serializer[Any]):
    """How much play money."""

    amount = serializers.RegexField(
        r"^[0-9]{1,12}(\.[0-9]{1,6})?$", help_text='Yuan: "5000.00"; a million at most.'
    )


class ToppedUpShown(serializers.Serializer[Any]):
    """What was put in."""

    amount = MoneyBody()


class CloseBody(serializers.Serializer[Any]):
    """Which month."""

    month = MonthField()


class ClosedShown(serializers.Serializer[Any]):
    """The closed month, and how many bills its closing issued."""

    month = serializers.CharField(help_text="YYYY-MM")
    bills = serializers.IntegerField(help_text="0 where it was closed before.")


class OwnSandbox(APIView):
    """The sandbox of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sandbox_retrieve",
        summary="The own sandbox",
        responses={200: StandingShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it, or null."""
        asked(request, Question)
        return _answer(queries.sandbox(organisation_id=own_organisation(request)))

    @extend_schema(
        operation_id="sandbox_open",
        summary="Switch the own sandbox on",
        request=None,
        responses={
            201: StandingShown,
            200: OpenApiResponse(StandingShown, description="It was on."),
            **REFUSED,
            **MALFORMED,
        },
    )
    def post(self, request: Request) -> Response:
        """Switch it on; again changes nothing."""
        asked(request, Question)
        opened = operations.open_sandbox(
            organisation_id=_itself(request), actor=actor_of(caller_of(request)), now=utc_now()
        )
        return _answer(opened.sandbox, HTTPStatus.CREATED if opened.is_new else HTTPStatus.OK)


class SandboxKeys(APIView):
    """Keys of the sandbox."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sandbox_key_create",
        summary="Create an API key that reaches the sandbox alone",
        request=NewKeyBody,
        responses={
            201: OpenApiResponse(IssuedKeyShown, description="With the secret, once."),
            **UNREADABLE,
            **REFUSED,
            **NONE_YET,
            **MALFORMED,
        },
    )
    def post(self, request: Request) -> Response:
        """Make one, with any scopes but those of people."""
        asked(request, Question)
        body = said(request, NewKeyBody)
        issued = create_key(
            caller=caller_of(request),
            organisation_id=sandbox_of(organisation_id=own_organisation(request)).pk,
            name=body["name"],
            scopes=[Scope(scope) for scope in body["scopes"]],
            expires_at=body["expires_at"],
            now=utc_now(),
        )
        return Response(IssuedKeyShown(issued).data, status=HTTPStatus.CREATED)


class SandboxReset(APIView):
    """A new sandbox in the place of the old one."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sandbox_reset",
        summary="Empty the own sandbox; its keys and endpoints stay",
        request=None,
        responses={200: StandingShown, **REFUSED, **NONE_YET, **MALFORMED},
    )
    def post(self, request: Request) -> Response:
        """Make it anew, with today's prices."""
        asked(request, Question)
        return _answer(
            operations.reset_sandbox(
                organisation_id=_itself(request), actor=actor_of(caller_of(request)), now=utc_now()
            )
        )


class SandboxTopUps(APIView):
    """Play money."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sandbox_top_up",
        summary="Put play money into the own sandbox",
        request=TopUpBody,
        parameters=[KEY],
        responses={
            201: ToppedUpShown,
            (400, PROBLEM): problem("malformed_request; idempotency_key_missing"),
            (415, PROBLEM): problem("unsupported_media_type"),
            **REFUSED,
            (409, PROBLEM): problem("no_sandbox; idempotency_key_in_flight"),
            (422, PROBLEM): problem(
                "invalid_request; unable_to_top_up_sandbox; idempotency_key_reused"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Put it in, once per key."""
        asked(request, Question)
        amount = Money.from_text(said(request, TopUpBody)["amount"])

        def top_up() -> Answer:
            operations.top_up_sandbox(
                organisation_id=own_organisation(request),
                amount=amount,
                actor=actor_of(caller_of(request)),
                now=utc_now(),
            )
            return Answer(status=HTTPStatus.CREATED, body={"amount": money(amount.amount_micro)})

        return answer_request_once(request=request, perform=top_up)


class SandboxClosing(APIView):
    """The closing of a month, which nobody else asks for in a sandbox."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sandbox_close_month",
        summary="Close a month of the own sandbox and issue its bill",
        request=CloseBody,
        responses={
            200: ClosedShown,
            **UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem("no_sandbox; month_not_over; unable_to_close_sandbox_month"),
            **MALFORMED,
        },
    )
    def post(self, request: Request) -> Response:
        """Rate what waits, and close the month; again changes nothing."""
        asked(request, Question)
        month = said(request, CloseBody)["month"]
        closing = operations.close_sandbox_month(
            organisation_id=own_organisation(request), month=month, now=utc_now()
        )
        shown = {"month": month_text(month), "bills": len(closing.invoice_ids)}
        return Response(ClosedShown(shown).data)


def _itself(request: Request) -> int:
    """Return the organisation whose sandbox is meant, also where the sandbox itself asks."""
    return queries.real_organisation_id(organisation_id=own_organisation(request))


def _answer(found: Sandbox | None, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(StandingShown({"sandbox": found}).data, status=status)
