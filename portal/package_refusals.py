"""Why a package cannot be had or changed so, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import DomainError
from kernel.money import Money
from portal import figures

OTHERWISE: Final = gettext_lazy("That cannot be. Look at the package again.")
# By code; what stands in a refusal's details is put in.
TEXTS: Final[Mapping[str, Promise]] = {
    "package_capacity_exhausted": gettext_lazy(
        "On %(day)s only %(free)s cards are free. Take fewer, or other days."
    ),
    "insufficient_balance": gettext_lazy("¥ %(missing)s are missing: pay that in first."),
    "package_used_already": gettext_lazy(
        "More card time of %(month)s is used than fewer cards would have given. Give back fewer, "
        "or wait for the month to end."
    ),
    "package_quote_changed": gettext_lazy("It comes to another amount by now. Look at it again."),
    "unable_to_order_package": gettext_lazy(
        "A package is of one term at least and of three years at most."
    ),
    "unable_to_change_package": gettext_lazy(
        "Nothing would change, or the package is over, or nothing is offered."
    ),
    "unable_to_pay": gettext_lazy("The wallet is paused, or there is none. Ask the operator."),
}


def refusal(error: DomainError) -> str:
    """Return why."""
    details = dict(error.details)
    if "least" in details:
        return _("It is %(least)s cards or more.") % details
    if "earliest" in details:
        return _("Begin on %(earliest)s or later, within a year.") % details
    if "missing" in details:
        missing = Money.from_text(str(details["missing"]))
        details["missing"] = figures.money(missing.amount_micro).rounded
    return str(TEXTS.get(error.code, OTHERWISE)) % details
