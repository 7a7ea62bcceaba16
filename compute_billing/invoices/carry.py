"""Whole fen on documents, with nothing lost below a fen. Pure: no Django, no clock, no float."""

from dataclasses import dataclass

from kernel.money import MICRO_PER_FEN, divide_half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTotal:
    """What a document asks for in whole fen, and what it leaves to the next one."""

    total_fen: int
    carried_micro: int


def document_total(
    *, billed_before_micro: int, billed_before_fen: int, amount_micro: int
) -> DocumentTotal:
    """Return F(cumulative amount) - what earlier documents asked for, and the remainder.

    `billed_before_micro` is the sum of the earlier documents' amounts, `billed_before_fen` of
    their totals. The sum of all totals is then F(sum of all amounts), however the amounts are
    spread over documents; the remainder lies within half a fen, on either side of zero.
    """
    cumulative_micro = billed_before_micro + amount_micro
    cumulative_fen = divide_half_up(cumulative_micro, MICRO_PER_FEN)
    return DocumentTotal(
        total_fen=cumulative_fen - billed_before_fen,
        carried_micro=cumulative_micro - cumulative_fen * MICRO_PER_FEN,
    )
