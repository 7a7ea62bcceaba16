"""Whose statements and sources are read: an operator's own, or those of one that staff name."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request

from accounts.api_asking import PageQuestion, Question
from accounts.authentication import caller_of
from accounts.queries import organisation_by_code

_HELP: Final = "The operator's code, which staff name; everybody else reads his own."


class OperatorQuestion(Question):
    """Which operator's."""

    operator = serializers.CharField(required=False, max_length=64, help_text=_HELP)


class OperatorPageQuestion(PageQuestion):
    """Which page of which operator's list."""

    operator = serializers.CharField(required=False, max_length=64, help_text=_HELP)


def operator_or_all(request: Request, question: dict[str, Any]) -> int | None:
    """Return the operator whose rows are read; None for all, where staff name none.

    Raises:
        PermissionDenied: somebody else than staff names one.
        OrganisationNotFound: there is none of this code.
    """
    if caller_of(request).organisation_id is None and "operator" not in question:
        return None
    return operator_asked(request, question)


def operator_asked(request: Request, question: dict[str, Any]) -> int:
    """Return the operator whose rows are read.

    Raises:
        PermissionDenied: somebody else than staff names one.
        ValidationError: staff name none.
        OrganisationNotFound: there is none of this code.
    """
    caller, code = caller_of(request), question.get("operator")
    if caller.organisation_id is not None:
        if code is not None:
            raise PermissionDenied
        return caller.organisation_id
    if code is None:
        raise ValidationError({"operator": "Name the operator."})
    return organisation_by_code(code=code).pk
