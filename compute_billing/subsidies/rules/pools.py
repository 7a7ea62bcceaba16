"""Who gets what when a programme's money is not enough for all. Pure."""

from collections.abc import Sequence

from compute_billing.subsidies.rules.documents import Exhaustion
from compute_billing.subsidies.rules.facts import Known
from kernel.money import allocate


class Asked(Known, frozen=True, kw_only=True):
    """What an application asks of a pool: a positive amount, its place in line, its score."""

    reference: str
    amount: int
    position: int
    score: int = 0


def share_out(*, asked: Sequence[Asked], left: int, exhaustion: Exhaustion) -> dict[str, int]:
    """Return what each application gets of what is left; together never more than that.

    First come, or best ranked, is served whole until the money ends; the one at which it ends gets
    the rest. Pro rata cuts all alike, to the micro-yuan by largest remainder.
    """
    wanted = sum(item.amount for item in asked)
    if wanted <= left:
        return {item.reference: item.amount for item in asked}
    if exhaustion is Exhaustion.PRO_RATA:
        parts = allocate(total=left, weights=[item.amount for item in asked])
        return {item.reference: part for item, part in zip(asked, parts, strict=True)}
    shares: dict[str, int] = {}
    for item in sorted(asked, key=lambda item: _rank(item, exhaustion)):
        shares[item.reference] = min(item.amount, left)
        left -= shares[item.reference]
    return shares


def _rank(item: Asked, exhaustion: Exhaustion) -> tuple[int, int]:
    score = -item.score if exhaustion is Exhaustion.RANKING else 0
    return score, item.position
