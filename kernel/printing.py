"""Amounts as documents print them. Pure; together the parts of an amount are exact."""

from typing import Final

from kernel.money import MICRO_PER_FEN

MINUS: Final = "−"

Parts = tuple[str, str]
"""Yuan and fen, grouped by thousands; the four places below a fen."""


def parts(micro: int) -> Parts:
    """Return an amount in micro-yuan in its two parts; together they are exact."""
    fen, rest = divmod(abs(micro), MICRO_PER_FEN)
    return f"{MINUS if micro < 0 else ''}{_grouped(fen)}", f"{rest:04d}"


def fen_text(fen: int) -> str:
    """Return whole fen as yuan, grouped by thousands."""
    return f"{MINUS if fen < 0 else ''}{_grouped(abs(fen))}"


def _grouped(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
