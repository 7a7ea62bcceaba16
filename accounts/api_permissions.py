"""Deny by default: a view says who may enter, and one that says nothing lets nobody in.

    class UsageRecords(APIView):
        required_scope = Scope.USAGE_WRITE              # for API keys
        allowed_roles = {Role.OWNER, Role.DEVELOPER}    # for members, by session
        allowed_staff_roles = {Staff.OPERATOR}          # for staff, by session

Where methods differ, `access_by_method = {"GET": Rule(...), "POST": Rule(...)}` stands
instead. `is_public = True` lets everybody in and must be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.authentication import caller_of
from accounts.permissions import Rule, may_enter

if TYPE_CHECKING:
    # rest_framework.views itself reads the settings that name this module.
    from rest_framework.views import APIView


def rule_of(*, view: object, method: str) -> Rule | None:
    """Return what a view asks for on a method; None where everybody may enter."""
    if getattr(view, "is_public", False) is True:
        return None
    by_method: Mapping[str, Rule] | None = getattr(view, "access_by_method", None)
    if by_method is not None:
        asked = "GET" if method == "HEAD" else method
        return by_method.get(asked, Rule())
    return Rule(
        required_scope=getattr(view, "required_scope", None),
        allowed_roles=getattr(view, "allowed_roles", ()),
        allowed_staff_roles=getattr(view, "allowed_staff_roles", ()),
    )


class DeclaredAccess(BasePermission):
    """Let in whom the view declares. Whose rows he sees is the query's affair."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the caller may enter this view with this method."""
        rule = rule_of(view=view, method=request.method or "")
        return rule is None or may_enter(caller=caller_of(request), rule=rule)
