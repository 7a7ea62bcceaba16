"""Events of applications for subsidies; see vocabulary. Pure."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.events.kinds import Event, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationMoved(Event):
    """The organisation's application is in another state; `due_on` is empty without a term."""

    kind: ClassVar[EventKind] = EventKind.APPLICATION_MOVED
    application: UUID
    number: str
    state: str
    due_on: str
