"""What notifications about due payments say."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notifications.kinds import Kind
from portal.figures import amount_told

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.PAYMENT_DUE: gettext_lazy("A payment is due"),
    Kind.PAYMENT_LONG_OVERDUE: gettext_lazy("A tenant is long overdue"),
}


def _due(about: Mapping[str, Any]) -> tuple[str, str]:
    said = {
        "amount": amount_told(about["amount"]),
        "items": about["items"],
        "day": about["due_on"],
        "operator": about["operator"],
    }
    if about["level"] == 1:
        text = _("%(amount)s are to be paid to %(operator)s by %(day)s.") % said
    elif about["level"] == 2:
        text = _("%(amount)s are due to %(operator)s today; pay in, and they are cleared.") % said
    else:
        text = _(
            "%(amount)s to %(operator)s are overdue since %(day)s. Pay in, dispute what you "
            "doubt, or write to the operator; else spending may be stopped."
        )
        text %= said
    return text, reverse("receivables")


def _long_overdue(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(tenant)s was reminded for the last time of %(amount)s to %(operator)s.") % {
        "tenant": about["tenant"],
        "operator": about["operator"],
        "amount": amount_told(about["amount"]),
    }
    return text, reverse("receivables-desk")


TEXTS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    Kind.PAYMENT_DUE: _due,
    Kind.PAYMENT_LONG_OVERDUE: _long_overdue,
}
