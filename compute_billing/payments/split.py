"""Over which payments a refund is spread: what would be spent last goes back first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A payment and how much of it can go back, in fen; in reverse order of burn."""

    payment_id: int
    refundable_fen: int


def spread(*, amount_fen: int, sources: Sequence[Source]) -> list[tuple[int, int]]:
    """Return which payment gives how much back, as far as the sources reach."""
    parts = []
    left = amount_fen
    for source in sources:
        part = min(left, source.refundable_fen)
        if part > 0:
            parts.append((source.payment_id, part))
            left -= part
    return parts
