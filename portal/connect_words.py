"""What is said of payees' accounts at Stripe: what it wants to know, and where money went."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notifications.kinds import Kind
from portal.figures import amount_told
from portal.wording import Text, worded

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.PAYOUT_REVERSED: gettext_lazy("A payout was taken back"),
    Kind.CONNECTED_ACCOUNT_LIMITED: gettext_lazy("Stripe stopped paying you"),
    Kind.ONWARD_PAYOUT_FAILED: gettext_lazy("Your bank sent money back to Stripe"),
}
# What Stripe wants to know, by the first words of its name for it.
WANTED: Final[Mapping[str, Text]] = {
    "external_account": gettext_lazy("the bank account that Stripe pays to"),
    "tos_acceptance": gettext_lazy("consent to Stripe's terms"),
    "business_profile": gettext_lazy("what the business does"),
    "business_type": gettext_lazy("the kind of the business"),
    "company.verification": gettext_lazy("a document of the company"),
    "company": gettext_lazy("details of the company"),
    "representative": gettext_lazy("who represents the company"),
    "directors": gettext_lazy("the directors"),
    "owners": gettext_lazy("the owners"),
    "person": gettext_lazy("details of a person of the company"),
    "individual.verification": gettext_lazy("a document of the person"),
    "individual": gettext_lazy("details of the person"),
    "documents": gettext_lazy("documents"),
}
DISABLED: Final[Mapping[str, Text]] = {
    "requirements.past_due": gettext_lazy("what Stripe wants to know is overdue"),
    "requirements.pending_verification": gettext_lazy("Stripe checks what was given"),
    "under_review": gettext_lazy("Stripe reviews the account"),
    "listed": gettext_lazy("Stripe compares the account with lists"),
    "platform_paused": gettext_lazy("the exchange paused it"),
    "rejected.fraud": gettext_lazy("Stripe refused it: suspected fraud"),
    "rejected.terms_of_service": gettext_lazy("Stripe refused it: its terms were broken"),
    "rejected.listed": gettext_lazy("Stripe refused it: it stands on a list"),
    "rejected.other": gettext_lazy("Stripe refused it"),
    "other": gettext_lazy("Stripe stopped it"),
}


def wanted_words(names: list[str]) -> list[Text]:
    """Return what Stripe wants to know, each thing once; a name of Stripe's where we have none."""
    return list(dict.fromkeys(_wanted(name) for name in names))


def _wanted(name: str) -> Text:
    found = [known for known in WANTED if name == known or name.startswith(f"{known}.")]
    if not found:
        return name.removeprefix("person_")
    return str(WANTED[max(found, key=len)])


def disabled_words(reason: str) -> Text:
    """Return why Stripe does not pay to an account."""
    return worded(DISABLED, reason) if reason else ""


def _reversed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Of payout %(number)s %(amount)s was taken back: %(reason)s.") % {
        "number": about["number"],
        "amount": amount_told(about["amount"]),
        "reason": about["reason"],
    }
    return text, reverse("overview")


def _limited(about: Mapping[str, Any]) -> tuple[str, str]:
    if not about["by"]:
        text = _("Why: %(reason)s. Stripe wants to know %(wanted)s things: go on there.")
    else:
        text = _("Why: %(reason)s. Stripe wants to know %(wanted)s things by %(by)s (UTC).")
    told = {
        "reason": disabled_words(about["reason"]) or _("Stripe did not say"),
        "wanted": about["wanted"],
        "by": about["by"],
    }
    return text % told, reverse("overview")


def _sent_back(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("It lies on your account at Stripe. Mend the bank account there: %(failure)s.")
    return text % {"failure": about["failure"]}, reverse("overview")


TEXTS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    Kind.PAYOUT_REVERSED: _reversed,
    Kind.CONNECTED_ACCOUNT_LIMITED: _limited,
    Kind.ONWARD_PAYOUT_FAILED: _sent_back,
}
