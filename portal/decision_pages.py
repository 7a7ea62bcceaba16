"""The log of decisions as pages and files show it: primitives only."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from compute_billing.audit.decisions import ChainProof, Decision
from kernel.models import ActorKind
from portal.exports import Cell
from portal.wording import Text, worded
from portal.wording_of_decisions import ACTIONS, DETAILS, OBJECTS

COLUMNS: Final = (
    *("id", "occurred_at", "recorded_at", "actor_kind", "actor", "actor_id"),
    *("organisation", "action", "object_type", "object_id", "detail", "detail_hash"),
    *("before_hash", "after_hash", "address", "user_agent", "seal_no", "position"),
)
# How many decisions the whole exchange has taken is nobody else's business.
COLUMNS_OF_THE_EXCHANGE: Final = (*COLUMNS, "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A line of the log."""

    public_id: str
    at: datetime
    actor: Text
    actor_kind: Text
    action: Text
    action_code: str
    subject: str
    organisation: str
    organisation_code: str
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPage:
    """An entry of the log with all that it says, its seal, and what proves it."""

    row: DecisionRow
    number: str
    recorded_at: datetime
    object_type: Text
    object_id: str
    details: Sequence[tuple[Text, str]]
    detail_hash: str
    before_hash: str
    after_hash: str
    address: str
    user_agent: str
    origin_note: Text
    seal_no: int | None
    position: int | None
    sealed_at: datetime | None
    seal_hash: str
    proof: ChainProof | None


def decision_row(decision: Decision) -> DecisionRow:
    """Return an entry as a line of the list."""
    return DecisionRow(
        public_id=str(decision.public_id),
        at=decision.occurred_at,
        actor=_actor(decision),
        actor_kind=_KINDS[decision.actor.kind],
        action=worded(ACTIONS, decision.action),
        action_code=decision.action,
        subject=f"{worded(OBJECTS, decision.object_type)} {_short(decision.object_id)}",
        organisation=decision.organisation_name,
        organisation_code=decision.organisation_code,
        is_sealed=decision.seal_no is not None,
    )


_KINDS: Final = {
    ActorKind.USER: _("person"),
    ActorKind.API_KEY: _("API key"),
    ActorKind.SYSTEM: _("the exchange itself"),
}
SHORT_CHARACTERS: Final = 13


def _actor(decision: Decision) -> Text:
    actor = decision.actor
    if actor.kind is ActorKind.SYSTEM:
        return _KINDS[ActorKind.SYSTEM]
    return actor.name if actor.is_named else _("somebody of the exchange")


def _short(object_id: str) -> str:
    """Return a reference as long as it helps to tell one from the next."""
    return object_id if len(object_id) <= SHORT_CHARACTERS * 2 else f"{object_id[:13]}…"


def decision_page(decision: Decision, *, proof: ChainProof | None) -> DecisionPage:
    """Return an entry with all that it says."""
    origin = decision.origin
    return DecisionPage(
        row=decision_row(decision),
        number=f"{decision.number}",
        recorded_at=decision.recorded_at,
        object_type=worded(OBJECTS, decision.object_type),
        object_id=decision.object_id,
        details=[
            (worded(DETAILS, name), _told(value)) for name, value in sorted(decision.detail.items())
        ],
        detail_hash=decision.detail_hash,
        before_hash=decision.before_hash,
        after_hash=decision.after_hash,
        address="" if origin is None else origin.address,
        user_agent="" if origin is None else origin.user_agent,
        origin_note=_origin_note(decision),
        seal_no=decision.seal_no,
        position=decision.position,
        sealed_at=decision.sealed_at,
        seal_hash=decision.seal_hash,
        proof=proof,
    )


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _origin_note(decision: Decision) -> Text:
    """Return why no origin is told; '' where one is."""
    if decision.origin is not None:
        return ""
    if not decision.had_origin:
        return _("none: a command or a worker of the exchange")
    if not decision.actor.is_named:
        return _("told to the exchange alone")
    return _("deleted, its time being over; the entry keeps a salted hash of it")


def decision_cells(decisions: Iterator[Decision], *, of_the_exchange: bool) -> Iterator[list[Cell]]:
    """Yield the rows of the file; those of the exchange tell the entry's number as well."""
    for decision in decisions:
        origin, actor = decision.origin, decision.actor
        yield [
            str(decision.public_id),
            decision.occurred_at,
            decision.recorded_at,
            actor.kind.value,
            actor.name,
            actor.reference,
            decision.organisation_code,
            decision.action,
            decision.object_type,
            decision.object_id,
            json.dumps(decision.detail, ensure_ascii=False, sort_keys=True),
            decision.detail_hash,
            decision.before_hash,
            decision.after_hash,
            "" if origin is None else origin.address,
            "" if origin is None else origin.user_agent,
            decision.seal_no,
            decision.position,
            *([decision.number] if of_the_exchange else []),
        ]
