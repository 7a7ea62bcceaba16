"""Numbers as people read them. Pure: integers in, texts out, nothing rounded unseen.

Money is shown with all six places: the fen as usual, what is below a fen apart, so that a page
can set it smaller and every column still adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kernel.money import MICRO_PER_FEN, Money
from kernel.quantities import card_hours_text, card_seconds_text

MINUS: Final = "−"
HOUR_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFigure:
    """An exact amount: yuan and fen, the four places below a fen, and its sign.

    `exact` is the plain number with six places, `rounded` the same rounded half up to fen.
    """

    whole: str
    rest: str
    sign: str
    exact: str
    rounded: str

    @property
    def short(self) -> str:
        """Return it without zeros below a fen, for a price: 2.43, 1.620001."""
        return f"{self.sign}{self.whole}{self.rest.rstrip('0')}"

    @property
    def is_zero(self) -> bool:
        """Say whether it is nothing at all."""
        return self.exact == "0.000000"

    @property
    def is_whole_fen(self) -> bool:
        """Say whether nothing is below the fen, which then need not be shown."""
        return self.rest == "0000"

    @property
    def is_negative(self) -> bool:
        """Say whether it is below zero."""
        return bool(self.sign)


def money(micro: int) -> MoneyFigure:
    """Return an amount in micro-yuan for showing."""
    fen, rest = divmod(abs(micro), MICRO_PER_FEN)
    yuan, part = divmod(fen, 100)
    return MoneyFigure(
        whole=f"{yuan:,}.{part:02d}",
        rest=f"{rest:04d}",
        sign=MINUS if micro < 0 else "",
        exact=Money(micro).to_text(),
        rounded=_to_fen(micro),
    )


def amount_told(amount: Mapping[str, str]) -> str:
    """Return an amount of the API, as events keep it, in yuan and fen."""
    return f"¥ {money(Money.from_text(amount['amount']).amount_micro).rounded}"


def _to_fen(micro: int) -> str:
    """Return an amount rounded half up to fen, for where it stands alone and large."""
    yuan, fen = divmod(abs(Money(micro).to_fen()), 100)
    return f"{MINUS if micro < 0 else ''}{yuan:,}.{fen:02d}"


def card_hours(quantity: int) -> str:
    """Return card-hours with two places, rounded half up, grouped by thousands."""
    text = card_hours_text(quantity, places=HOUR_PLACES)
    whole, _, part = text.lstrip("-").partition(".")
    return f"{MINUS if text.startswith('-') else ''}{int(whole):,}.{part}"


def card_seconds(quantity: int) -> str:
    """Return the exact card-seconds, grouped by thousands, without needless zeros."""
    whole, dot, part = card_seconds_text(abs(quantity)).partition(".")
    return f"{MINUS if quantity < 0 else ''}{int(whole):,}{dot}{part}"


def percent(part: int, whole: int) -> str:
    """Return a share in percent with one place, rounded half up; '' of nothing."""
    if whole <= 0:
        return ""
    tenths = (2 * part * 1000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def cards(milli_cards: int) -> str:
    """Return a number of cards without needless zeros."""
    whole, part = divmod(milli_cards, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")
