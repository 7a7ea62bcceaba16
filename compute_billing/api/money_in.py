"""What requests and answers about payments have in common."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from accounts import queries as accounts
from accounts import second_factor
from accounts.api_problems import PROBLEM, problem
from accounts.authentication import caller_of
from accounts.models import User
from accounts.permissions import Role, Rule, Scope
from compute_billing.payments.operations import UnableToTopUp
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.money import DEFAULT_CURRENCY, MICRO_PER_FEN, Money

_PAYERS: Final = frozenset({Role.OWNER, Role.FINANCE})
PAYERS: Final = Rule(required_scope=Scope.BILLING_WRITE, allowed_roles=_PAYERS)
# Money leaves: people only, and with a second factor.
REFUNDERS: Final = Rule(allowed_roles=_PAYERS)
NOT_SET_UP: Final[dict[Any, Any]] = {
    (503, PROBLEM): problem("payments_not_set_up: this installation takes no payments.")
}


class SecondFactorMissing(DomainError):
    """Money leaves only by somebody who showed a second factor."""

    code = "second_factor_missing"


class MoneySaid(serializers.Serializer[Any]):
    """An amount that is paid: a decimal with at most two places."""

    amount = serializers.RegexField(
        r"^[0-9]{1,9}(\.[0-9]{2}|\.[0-9]{2}0{4})?$", help_text='"500.00"; whole fen'
    )
    currency = serializers.ChoiceField([DEFAULT_CURRENCY], default=DEFAULT_CURRENCY)


def fen(said: dict[str, str]) -> int:
    """Return what somebody said, in fen."""
    return Money.from_text(said["amount"]).amount_micro // MICRO_PER_FEN


def operator_id(code: str) -> int:
    """Return the operator that a body names.

    Raises:
        UnableToTopUp: there is none of this code.
    """
    try:
        return accounts.organisation_by_code(code=code).pk
    except accounts.OrganisationNotFound as error:
        message = f"There is no operator {code!r}."
        raise UnableToTopUp(message, details={"operator": code}) from error


def insist_on_second_factor(request: Request) -> None:
    """Let nobody but a person who has just shown a second factor go on (docs/adr/0051).

    Raises:
        SecondFactorMissing: the session showed none of late, or it was taken away since.
    """
    user = request.user
    is_shown = isinstance(user, User) and second_factor.lets_money_out(
        request=request._request,  # noqa: SLF001 (allauth reads Django's request)
        user=user,
        now=utc_now(),
    )
    if caller_of(request).user_id is None or not is_shown:
        message = (
            f"Money leaves with a second factor that was shown within the last "
            f"{settings.MONEY_OUT_FACTOR_MINUTES} minutes: confirm it in the portal first."
        )
        raise SecondFactorMissing(message)
