"""What a caller may ask of a list: typed parameters, and nothing else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request

from accounts.api_paging import CURSOR_LENGTH_MAX, LIMIT_DEFAULT, LIMIT_MAX
from accounts.authentication import caller_of
from accounts.queries import organisation_by_code

_ORGANISATION: Final = "Its code, which staff name; everybody else reads his own."
_WITH_OFFSET: Final = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z", re.IGNORECASE)


class InstantField(serializers.DateTimeField):
    """An instant that a caller names: RFC 3339 with its offset, never a guess."""

    default_error_messages = {"offset": "Say the offset: 2026-10-05T09:00:00+08:00, or Z."}

    def to_internal_value(self, value: Any) -> datetime:
        """Return the instant."""
        if isinstance(value, str) and not _WITH_OFFSET.search(value.strip()):
            self.fail("offset")
        return super().to_internal_value(value)


class Question(serializers.Serializer[Any]):
    """The query of an address; subclasses add the filters of their list."""


class OrganisationQuestion(Question):
    """Which organisation's."""

    organisation = serializers.CharField(required=False, max_length=64, help_text=_ORGANISATION)


class PageQuestion(Question):
    """Which page of a list."""

    limit = serializers.IntegerField(
        min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT, help_text="Rows of a page."
    )
    cursor = serializers.CharField(
        required=False, max_length=CURSOR_LENGTH_MAX, help_text="`next_cursor` of the page before."
    )


class OrganisationPageQuestion(PageQuestion):
    """Which page of which organisation's list."""

    organisation = serializers.CharField(required=False, max_length=64, help_text=_ORGANISATION)


def asked(request: Request, question: type[Question]) -> dict[str, Any]:
    """Return the parameters of a request; those that were not sent and have no default lack.

    Raises:
        ValidationError: a parameter is unknown, was sent twice, or is not of its type.
    """
    known = set(question().fields)
    sent = request.query_params
    refused = dict.fromkeys(set(sent) - known, ("There is no such parameter.", "unknown"))
    refused |= {
        name: ("Send this parameter once.", "repeated")
        for name in set(sent) & known
        if len(sent.getlist(name)) > 1
    }
    if refused:
        raise ValidationError({name: ErrorDetail(*said) for name, said in refused.items()})
    reading = question(data=sent.dict())
    reading.is_valid(raise_exception=True)
    return dict(reading.validated_data)


def said(request: Request, body: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return what the body of a request says.

    Raises:
        ValidationError: a part is missing or not of its type.
    """
    reading = body(data=request.data)
    reading.is_valid(raise_exception=True)
    return dict(reading.validated_data)


def own_organisation(request: Request) -> int:
    """Return the organisation that the caller acts for; everything he reads is its own.

    Raises:
        PermissionDenied: he acts for none.
    """
    organisation_id = caller_of(request).organisation_id
    if organisation_id is None:
        raise PermissionDenied
    return organisation_id


def organisation_asked(request: Request, question: dict[str, Any]) -> int:
    """Return the organisation whose rows are read: one's own, or the one that staff name.

    Raises:
        PermissionDenied: somebody else than staff names one.
        ValidationError: staff name none.
        OrganisationNotFound: there is none of this code.
    """
    own, code = caller_of(request).organisation_id, question.get("organisation")
    if own is not None:
        if code is not None:
            raise PermissionDenied
        return own
    if code is None:
        raise ValidationError({"organisation": "Name the organisation."})
    return organisation_by_code(code=code).pk
