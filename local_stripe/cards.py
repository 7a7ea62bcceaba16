"""Stripe's test payment methods: which card they stand for and what its bank does."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card that always behaves the same way."""

    brand: str = "visa"
    last4: str = "4242"
    funding: str = "credit"
    country: str = "US"
    # What the bank answers to a payment, or None when it pays.
    decline: tuple[str, str | None] | None = None
    # A card that may be saved and then never pays.
    attaches: bool = True
    # When the card holder must prove himself: always, only when he is there, on every first use.
    authentication: str | None = None
    dispute: str | None = None
    refund: str | None = None
    # The net can be paid out at once.
    available_at_once: bool = False


def _declined(code: str, reason: str | None, last4: str, *, attaches: bool = False) -> Card:
    return Card(last4=last4, decline=(code, reason), attaches=attaches)


_CARD_DECLINED: Final = "card_declined"
CARDS: Final = {
    "pm_card_visa": Card(),
    "pm_card_visa_debit": Card(last4="5556", funding="debit"),
    "pm_card_mastercard": Card(brand="mastercard", last4="4444"),
    "pm_card_amex": Card(brand="amex", last4="8431"),
    "pm_card_unionpay": Card(brand="unionpay", last4="0005", country="CN"),
    "pm_card_chargeDeclined": _declined(_CARD_DECLINED, "generic_decline", "0002"),
    "pm_card_chargeDeclinedInsufficientFunds": _declined(
        _CARD_DECLINED, "insufficient_funds", "9995"
    ),
    "pm_card_chargeDeclinedLostCard": _declined(_CARD_DECLINED, "lost_card", "9987"),
    "pm_card_chargeDeclinedStolenCard": _declined(_CARD_DECLINED, "stolen_card", "9979"),
    "pm_card_chargeDeclinedExpiredCard": _declined("expired_card", None, "0069"),
    "pm_card_chargeDeclinedIncorrectCvc": _declined("incorrect_cvc", None, "0127"),
    "pm_card_chargeDeclinedProcessingError": _declined("processing_error", None, "0119"),
    "pm_card_chargeCustomerFail": _declined(
        _CARD_DECLINED, "generic_decline", "0341", attaches=True
    ),
    "pm_card_authenticationRequired": Card(last4="3184", authentication="always"),
    "pm_card_authenticationRequiredOnSetup": Card(last4="3155", authentication="setup"),
    "pm_card_threeDSecure2Required": Card(last4="3220", authentication="always"),
    "pm_card_createDispute": Card(last4="0259", dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": Card(last4="2685", dispute="product_not_received"),
    "pm_card_createDisputeInquiry": Card(last4="1976", dispute="inquiry"),
    "pm_card_pendingRefund": Card(last4="7726", refund="pending"),
    "pm_card_refundFail": Card(last4="5126", refund="failed"),
    "pm_card_bypassPending": Card(last4="0077", available_at_once=True),
}
_ALSO: Final = "pm_card_visa_"
TOKENS: Final = {name.replace("pm_card_", "tok_"): name for name in CARDS}


def named(name: str) -> str | None:
    """Return the test payment method of a name, in any of its spellings."""
    if name in CARDS:
        return name
    if name in TOKENS:
        return TOKENS[name]
    if name.startswith(_ALSO) and (short := "pm_card_" + name.removeprefix(_ALSO)) in CARDS:
        return short
    return None


MESSAGES: Final = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
