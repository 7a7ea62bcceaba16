"""Where a version of a programme is: read from what was decided and from its term. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class VersionState(StrEnum):
    """Where a version is; `ended` was in force once."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Final = Transitions(
    {
        VersionState.PROPOSED: frozenset({VersionState.ACTIVE, VersionState.WITHDRAWN}),
        VersionState.ACTIVE: frozenset({VersionState.ENDED}),
        VersionState.ENDED: frozenset(),
        VersionState.WITHDRAWN: frozenset(),
    }
)


def state_of(*, decision: str | None, ends_at: datetime | None) -> VersionState:
    """Return the state of a version by its decision, None before there is one, and its end."""
    if decision is None:
        return VersionState.PROPOSED
    if decision == "withdrawn":
        return VersionState.WITHDRAWN
    return VersionState.ACTIVE if ends_at is None else VersionState.ENDED
