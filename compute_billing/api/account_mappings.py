"""Whose the accounts of a source are: listed, mapped and ended by the source's operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, Question, asked, own_organisation, said
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import encoded, instant_of, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import UsageThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api.operators import OperatorPageQuestion, operator_asked
from compute_billing.api.sources import SOURCE_READERS, SOURCE_WRITERS
from compute_billing.contracts.queries import project_by_code
from compute_billing.metering import operations, queries
from compute_billing.metering.operations import Decided
from compute_billing.metering.queries import AccountMapping, MappingFilter
from kernel.clock import utc_now
from kernel.idempotency import Answer

ACCOUNT_LENGTH_MAX: Final = 200
CODE_LENGTH_MAX: Final = 64


class MappingQuestion(OperatorPageQuestion):
    """Which mappings."""

    account = serializers.CharField(required=False, max_length=ACCOUNT_LENGTH_MAX)
    tenant = serializers.CharField(required=False, max_length=CODE_LENGTH_MAX)
    at = InstantField(required=False, help_text="Those that hold then; all without it.")


class AccountMappingShown(serializers.Serializer[AccountMapping]):
    """Whose an account is, for use that starts in a time."""

    account = serializers.CharField()
    tenant = serializers.CharField()
    project = serializers.CharField(
        allow_null=True, help_text="Of use that names none itself; null: none."
    )
    valid_from = serializers.DateTimeField(allow_null=True, help_text="null: from ever.")
    valid_until = serializers.DateTimeField(
        allow_null=True, help_text="Not included; null: until it is ended."
    )


class AccountMappingBody(serializers.Serializer[Any]):
    """Whose an account is to be."""

    account = serializers.CharField(
        max_length=ACCOUNT_LENGTH_MAX, help_text="As the source names it."
    )
    tenant = serializers.CharField(max_length=CODE_LENGTH_MAX, help_text="The organisation's code.")
    project = serializers.CharField(
        max_length=CODE_LENGTH_MAX, required=False, help_text="One of the tenant's."
    )
    valid_from = InstantField(required=False, help_text="From ever without it.")
    valid_until = InstantField(required=False, help_text="Until it is ended without it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a time that is none."""
        begins, ends = attrs.get("valid_from"), attrs.get("valid_until")
        if begins is not None and ends is not None and ends <= begins:
            raise ValidationError({"valid_until": "Name an end behind the beginning."})
        return attrs


class MappingEndBody(serializers.Serializer[Any]):
    """From when on an account is nobody's."""

    account = serializers.CharField(max_length=ACCOUNT_LENGTH_MAX)
    tenant = serializers.CharField(
        max_length=CODE_LENGTH_MAX, help_text="Whose it is; nobody else's mapping is ended."
    )
    at = InstantField(help_text="Within the mapping; use that starts then or later is not its.")


class AccountMappings(APIView):
    """The mappings of a source's accounts."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS, "POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="account_mappings_list",
        summary="Whose the accounts of a source are, and when",
        parameters=[MappingQuestion],
        responses={200: page_of(AccountMappingShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of mappings by account and beginning."""
        question = asked(request, MappingQuestion)
        cursor = question.get("cursor")
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        found = queries.mapping_page(
            source_id=source.pk,
            wanted=MappingFilter(
                **{name: question.get(name) for name in ("account", "tenant", "at")}
            ),
            after=_place(cursor) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=AccountMappingShown,
            cursor=lambda mapping: encoded(mapping.account, _instant(mapping.valid_from)),
        )

    @extend_schema(
        operation_id="account_mapping_create",
        summary="Say whose an account of a source is",
        parameters=[IDEMPOTENCY_KEY],
        request=AccountMappingBody,
        responses={
            201: AccountMappingShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "account_mapped_already: for part of that time, end that mapping first; "
                "nobody_answers: the installation made the key; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Map it; rejects of the account are tried again by a worker, or by asking for it."""
        source_id = _own_source(request, code)
        body = said(request, AccountMappingBody)
        owned = _owner(body, operator_id=own_organisation(request))
        times: dict[str, Any] = {name: body.get(name) for name in ("valid_from", "valid_until")}
        return _decided_once(
            request,
            status=HTTPStatus.CREATED,
            act=lambda decided: queries.mapping_in_words(
                operations.map_account(
                    source_id=source_id,
                    account=body["account"],
                    decided=decided,
                    **owned,
                    **times,
                )
            ),
        )


class AccountMappingEnd(APIView):
    """The end of a mapping."""

    access_by_method: ClassVar = {"POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="account_mapping_end",
        summary="End the mapping of an account that holds at an instant",
        parameters=[IDEMPOTENCY_KEY],
        request=MappingEndBody,
        responses={
            200: AccountMappingShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "account_not_mapped: the account is not theirs at that instant; nobody_answers: "
                "the installation made the key; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """End it; at its very beginning it is gone, and told without time."""
        source_id = _own_source(request, code)
        body = said(request, MappingEndBody)
        owned = _owner(body, operator_id=own_organisation(request))
        return _decided_once(
            request,
            status=HTTPStatus.OK,
            act=lambda decided: queries.mapping_in_words(
                operations.end_mapping(
                    source_id=source_id,
                    account=body["account"],
                    tenant_id=owned["tenant_id"],
                    at=body["at"],
                    decided=decided,
                )
            ),
        )


def _own_source(request: Request, code: str) -> int:
    """Return the caller's own source, before anything is said about the body."""
    asked(request, Question)
    return queries.source_of_operator(code=code, operator_id=own_organisation(request)).pk


def _owner(body: dict[str, Any], *, operator_id: int) -> dict[str, Any]:
    """Return tenant and project by number.

    Raises:
        ValidationError: there is no such organisation that uses cards, or it has no such project.
    """
    tenant_id = queries.tenant_to_map(code=body["tenant"], operator_id=operator_id)
    if tenant_id is None:
        raise ValidationError({"tenant": ErrorDetail("Nobody of this code uses cards.", "unknown")})
    if "project" not in body:
        return {"tenant_id": tenant_id, "project_id": None}
    project = project_by_code(tenant_id=tenant_id, code=body["project"])
    if project is None:
        told = ErrorDetail("The tenant has no project of this code.", "unknown")
        raise ValidationError({"project": told})
    return {"tenant_id": tenant_id, "project_id": project.pk}


def _decided_once(
    request: Request, *, status: HTTPStatus, act: Callable[[Decided], AccountMapping]
) -> Response:
    """Let the caller decide, once for each Idempotency-Key; somebody answers for him."""
    caller = caller_of(request)

    def perform() -> Answer:
        answerable(caller=caller)
        mapping = act(Decided(actor=actor_of(caller), now=utc_now()))
        return Answer(status=status, body=dict(AccountMappingShown(mapping).data))

    return answer_request_once(request=request, perform=perform)


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _place(cursor: str) -> tuple[str, datetime | None]:
    account, begins = read_cursor(cursor, parts=2)
    return account, instant_of(begins) if begins else None
