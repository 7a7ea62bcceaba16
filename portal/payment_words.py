"""What Stripe says of payments, in the reader's words; its own words stay beside them, small."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CALLS: Final[Mapping[str, Promise]] = {
    "checkout": _("open a payment page"),
    "intent": _("open a payment for a program"),
    "automatic": _("let a kept card pay"),
    "cancel": _("call a payment off"),
    "refund": _("send money back"),
}
# By what an event is about, in Stripe's words.
OBJECTS: Final[Mapping[str, Promise]] = {
    "checkout.session": _("a payment page"),
    "payment_intent": _("a payment"),
    "charge": _("a charge"),
    "refund": _("a refund"),
    "dispute": _("a dispute"),
}
# By how the type of an event ends.
EVENTS: Final[Mapping[str, Promise]] = {
    "async_payment_failed": _("failed"),
    "async_payment_succeeded": _("paid"),
    "canceled": _("called off"),
    "closed": _("closed"),
    "completed": _("completed"),
    "created": _("made"),
    "expired": _("expired"),
    "failed": _("failed"),
    "funds_reinstated": _("money came back"),
    "funds_withdrawn": _("money was taken"),
    "payment_failed": _("failed"),
    "processing": _("under way"),
    "refunded": _("refunded"),
    "requires_action": _("waits for the payer"),
    "succeeded": _("succeeded"),
    "updated": _("changed"),
}
FAILED: Final = _("the payment provider refused it")
UNANSWERED: Final = _("the payment provider did not answer")
# Why it failed, by the code before the colon of what was kept.
FAILURES: Final[Mapping[str, Promise]] = {
    "APIConnectionError": UNANSWERED,
    "APIError": _("the payment provider has a fault"),
    "AuthenticationError": _("the payment provider does not know our key"),
    "PermissionError": _("our key may not do this at the payment provider"),
    "RateLimitError": _("the payment provider was asked too often"),
    "rate_limit": _("the payment provider was asked too often"),
    "authentication_required": _("the bank wants the payer to confirm it"),
    "authentication_not_handled": _("the bank wants the payer to confirm it"),
    "balance_insufficient": _("the account at the payment provider has too little money"),
    "insufficient_funds": _("the card has too little money"),
    "card_declined": _("the card was declined"),
    "generic_decline": _("the card was declined"),
    "do_not_honor": _("the card was declined"),
    "card_not_supported": _("the card cannot be used for this"),
    "card_velocity_exceeded": _("the card's limit is reached"),
    "expired_card": _("the card has expired"),
    "expired_or_canceled_card": _("the card has expired or was cancelled"),
    "fraudulent": _("the bank suspects fraud"),
    "incorrect_cvc": _("the card's security code is wrong"),
    "invalid_cvc": _("the card's security code is wrong"),
    "incorrect_number": _("the card's number is wrong"),
    "lost_card": _("the card is reported lost"),
    "stolen_card": _("the card is reported stolen"),
    "lost_or_stolen_card": _("the card is reported lost or stolen"),
    "payment_intent_authentication_failure": _("the payer did not confirm it"),
    "payment_intent_payment_attempt_expired": _("nobody paid in time"),
    "processing_error": _("the bank had a fault: try again"),
    "charge_for_pending_refund_disputed": _("the payment is disputed"),
    "declined": _("the bank declined it"),
    "merchant_request": _("taken back at the payment provider"),
    "unknown": _("no reason given"),
    "cancelled": _("called off"),
    "failed": FAILED,
}


def failure_words(failure: str) -> str:
    """Return why something failed; what nobody knows by its code is said in general."""
    if not failure:
        return ""
    return str(FAILURES.get(failure.partition(":")[0], FAILED))


def event_words(kind: str) -> str:
    """Return what an event of Stripe tells; by its type where we have no words."""
    told = EVENTS.get(kind.rpartition(".")[2])
    return kind if told is None else str(told)
