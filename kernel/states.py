"""State machines as tables, moved by compare-and-set. Rooms keep theirs in `states.py`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kernel.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(DomainError):
    """The table of transitions has no way from the one state to the other."""

    code = "illegal_transition"


class StaleState(DomainError):
    """The row was no longer in the expected state: somebody else moved it first."""

    code = "stale_state"


class Transitions(Generic[S]):
    """Which states may follow which; a state without successors is final."""

    def __init__(self, table: Mapping[S, frozenset[S]]) -> None:
        """Keep the table. Every state that is named as a successor must have a row."""
        missing = {state for successors in table.values() for state in successors} - set(table)
        if missing:
            message = f"these states have no row of their own: {sorted(missing)}"
            raise ValueError(message)
        self._table = dict(table)

    def allows(self, *, from_: S, to: S) -> bool:
        """Say whether `to` may follow `from_`."""
        return to in self._table[from_]

    def is_final(self, state: S) -> bool:
        """Say whether nothing may follow `state`."""
        return not self._table[state]

    def check(self, *, from_: S, to: S) -> None:
        """Refuse a move that the table does not have.

        Raises:
            IllegalTransition: `to` may not follow `from_`.
        """
        if not self.allows(from_=from_, to=to):
            allowed = sorted(self._table[from_])
            message = f"Cannot move from {from_} to {to}: allowed from there are {allowed}."
            raise IllegalTransition(message, details={"from": str(from_), "to": str(to)})

    def compare_and_set(
        self,
        rows: "QuerySet[Any]",
        *,
        from_: S,
        to: S,
        also: Mapping[str, Any] | None = None,
    ) -> None:
        """Move the one row of `rows` from `from_` to `to`, setting the columns of `also`.

        Raises:
            IllegalTransition: the table has no such move.
            StaleState: no row was in `from_` any more.
        """
        self.check(from_=from_, to=to)
        moved = rows.filter(state=from_).update(state=to, **dict(also or {}))
        if moved != 1:
            message = f"Expected one row in state {from_}, found {moved}: read it again."
            raise StaleState(message, details={"expected": str(from_), "to": str(to)})
