"""Card-time as whole milli-card-milliseconds. Pure: no Django, no clock, no float.

One card for one second is 1,000,000; fractional cards are milli-cards ("0.22" = 220).
"""

import re
from typing import Final

from kernel.errors import DomainError
from kernel.money import divide_half_up

MILLI_PER_CARD: Final = 1_000
MILLI_CARD_MS_PER_CARD_SECOND: Final = 1_000_000
MILLI_CARD_MS_PER_CARD_HOUR: Final = 3_600_000_000
CARD_HOUR_PLACES: Final = 6
MILLI_CARDS_MAX: Final = 2_147_483_647

_CARDS = re.compile(r"(?P<whole>[0-9]{1,7})(?:\.(?P<part>[0-9]{1,9}))?")


class UnableToReadCards(DomainError):
    """A text is not a number of cards in thousandths."""

    code = "malformed_cards"


def _signed_decimal(magnitude: int, *, negative: bool, places: int) -> str:
    sign = "-" if negative else ""
    whole, part = divmod(magnitude, 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def card_seconds_text(quantity: int) -> str:
    """Return the exact card-seconds without trailing zeros: 1_500_000 -> "1.5"."""
    text = _signed_decimal(abs(quantity), negative=quantity < 0, places=6)
    return text.rstrip("0").rstrip(".")


def card_hours_text(quantity: int, *, places: int = CARD_HOUR_PLACES) -> str:
    """Return card-hours rounded half up to `places`, for reading and not for reckoning.

    An hour has 3,600 seconds, so most quantities have no finite decimal in hours; exact
    texts are card-seconds.
    """
    scaled = divide_half_up(abs(quantity) * 10**places, MILLI_CARD_MS_PER_CARD_HOUR)
    return _signed_decimal(scaled, negative=quantity < 0 and scaled > 0, places=places)


def parse_milli_cards(text: str) -> int:
    """Read a number of cards exactly: "0.22" -> 220, "128" -> 128_000.

    Zero is a number of cards; whether it may be metered is for metering to say.

    Raises:
        UnableToReadCards: not a plain decimal, finer than a thousandth, or too many.
    """
    match = _CARDS.fullmatch(text.strip())
    if match is None:
        message = f"{text[:40]!r} is not a number of cards: write digits such as 8 or 0.22."
        raise UnableToReadCards(message, details={"text": text[:40]})
    part = (match["part"] or "").rstrip("0")
    if len(part) > 3:
        message = f"{text[:40]!r} is finer than a thousandth of a card: give at most 3 places."
        raise UnableToReadCards(message, details={"text": text[:40]})
    milli_cards = int(match["whole"]) * MILLI_PER_CARD + int(part.ljust(3, "0"))
    if milli_cards > MILLI_CARDS_MAX:
        message = f"{text[:40]!r} is more cards than one record may hold."
        raise UnableToReadCards(message, details={"text": text[:40]})
    return milli_cards
