"""The log of decisions, read: searched, named for the reader, proven, written to files.

An entry refers to people and organisations by number; who they are is looked up when it is read,
so that somebody who was erased has no name here either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.api_keys import shown_prefix
from accounts.models import ApiKey, Membership, Organisation, User
from compute_billing.audit.sealed_file import sealed_lines
from kernel import seals
from kernel.audit import origin_of
from kernel.errors import DomainError
from kernel.models import ActorKind, AuditEntry, Seal
from kernel.origin import Origin
from kernel.seals import Finding
from kernel.sql import rows, statement
from kernel.worlds import real_world

ROOM: Final = "compute_billing.audit"
BATCH: Final = 1_000
# An organisation switches its sandbox on and empties it: its own log tells so, and nobody else's.
SANDBOX: Final = "sandbox"
# So many entries are proven while somebody waits for a page: a fraction of a second.
PROVEN_ENTRIES_MAX: Final = 5_000


class UnknownDecision(DomainError):
    """There is no such entry, or it is another organisation's."""

    code = "unknown_decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """Which entries; an empty text is no filter.

    `actor` is a person's e-mail address, an API key's prefix or "system"; `action` a whole code
    or its beginning up to the dot ("settlement."); `subject` an object's type, or type and id
    with a colon ("claim:12"); `organisation` a code. Instants bound when it was written down.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    organisation: str = ""
    recorded_from: datetime | None = None
    recorded_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionActor:
    """Who acted: a person by name or address, a key by its name, the house itself.

    `reference` is the person's public id or the key's; `is_named` is false for somebody whom
    the reader's organisation does not know.
    """

    kind: ActorKind
    name: str = ""
    reference: str = ""
    is_named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An entry in words. `origin` is None where it is not known, not told, or deleted."""

    public_id: UUID
    number: int
    occurred_at: datetime
    recorded_at: datetime
    actor: DecisionActor
    organisation_code: str
    organisation_name: str
    action: str
    object_type: str
    object_id: str
    detail: dict[str, Any]
    detail_hash: str
    before_hash: str
    after_hash: str
    had_origin: bool
    origin: Origin | None
    seal_no: int | None
    position: int | None
    sealed_at: datetime | None
    seal_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainProof:
    """That the chain holds from a seal up to another; whole from the first seal on."""

    first_no: int
    last_no: int
    entries: int
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings

    @property
    def is_whole(self) -> bool:
        """Say whether nothing before it was taken as it is."""
        return self.first_no == 1


def decision_page(
    *,
    wanted: DecisionFilter,
    organisation_id: int | None,
    after: UUID | None,
    limit: int,
) -> list[Decision]:
    """Return entries of an organisation (None: of all), the newest first, from behind `after` on.

    Raises:
        UnknownDecision: there is no entry `after` among them.
    """
    entries = _own(organisation_id)
    if after is not None:
        entries = entries.filter(id__lt=_found(organisation_id, public_id=after).pk)
    return _in_words(
        _filtered(entries, wanted, reader_id=organisation_id)[:limit], reader_id=organisation_id
    )


def decision(*, public_id: UUID, organisation_id: int | None) -> Decision:
    """Return an entry of an organisation (None: of any).

    Raises:
        UnknownDecision: there is none, or it is another organisation's.
    """
    entry = _found(organisation_id, public_id=public_id)
    return _in_words([entry], reader_id=organisation_id)[0]


def decisions(*, wanted: DecisionFilter, organisation_id: int | None) -> Iterator[Decision]:
    """Yield every entry that is wanted, the newest first, read in batches."""
    entries = _filtered(_own(organisation_id), wanted, reader_id=organisation_id)
    last_id: int | None = None
    while True:
        behind = entries if last_id is None else entries.filter(id__lt=last_id)
        found = list(behind[:BATCH])
        if not found:
            return
        yield from _in_words(found, reader_id=organisation_id)
        last_id = found[-1].pk


def sealed_file(*, wanted: DecisionFilter) -> Iterator[str]:
    """Yield the lines of a file that proves the wanted entries under the present head."""
    entries = _filtered(_own(None), wanted, reader_id=None)
    yield from sealed_lines(entries.iterator(chunk_size=BATCH), head=seals.head())


def actions() -> list[str]:
    """Return every action that an officer may read of, by name."""
    return [found["action"] for found in rows(statement(ROOM, "actions.sql"))]


def prove_chain(*, last_no: int) -> ChainProof:
    """Recompute the chain up to a seal: whole, or as far back as a reader can wait for."""
    first_no, entries = last_no, 0
    counts = Seal.objects.filter(seal_no__lte=last_no).order_by("-seal_no")
    for seal_no, count in counts.values_list("seal_no", "entry_count").iterator():
        if entries and entries + count > PROVEN_ENTRIES_MAX:
            break
        first_no, entries = seal_no, entries + count
    return ChainProof(
        first_no=first_no,
        last_no=last_no,
        entries=entries,
        findings=seals.verify(first_no=first_no, last_no=last_no),
    )


def _own(organisation_id: int | None) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.select_related("sealed__seal", "origin").order_by("-id")
    if organisation_id is None:
        # Sealed like everything, but nothing that an officer has to read.
        real = Q(organisation_id=None) | real_world("organisation_id")
        return entries.filter(real).exclude(object_type=SANDBOX)
    return entries.filter(organisation_id=organisation_id)


def _found(organisation_id: int | None, *, public_id: UUID) -> AuditEntry:
    found = _own(organisation_id).filter(public_id=public_id).first()
    if found is None:
        message = "There is no such entry."
        raise UnknownDecision(message)
    return found


def _filtered(
    entries: QuerySet[AuditEntry], wanted: DecisionFilter, *, reader_id: int | None
) -> QuerySet[AuditEntry]:
    if wanted.action:
        how = "action__startswith" if wanted.action.endswith(".") else "action"
        entries = entries.filter(**{how: wanted.action})
    if wanted.subject:
        object_type, colon, object_id = wanted.subject.partition(":")
        entries = entries.filter(object_type=object_type)
        entries = entries.filter(object_id=object_id) if colon else entries
    if wanted.organisation:
        named = Organisation.real.filter(code=wanted.organisation).values_list("id", flat=True)
        entries = entries.filter(organisation_id=named.first() or 0)
    if wanted.recorded_from is not None:
        entries = entries.filter(recorded_at__gte=wanted.recorded_from)
    if wanted.recorded_until is not None:
        entries = entries.filter(recorded_at__lt=wanted.recorded_until)
    return _by_actor(entries, wanted.actor, reader_id=reader_id) if wanted.actor else entries


def _by_actor(
    entries: QuerySet[AuditEntry], told: str, *, reader_id: int | None
) -> QuerySet[AuditEntry]:
    """Keep what somebody did whom an address, a key's prefix or "system" names.

    Somebody whom the reader's organisation does not know has done nothing.
    """
    if told == ActorKind.SYSTEM:
        return entries.filter(actor_kind=ActorKind.SYSTEM)
    if "@" in told:
        kind, people = ActorKind.USER, User.objects.filter(email=told.strip().lower())
        if reader_id is not None:
            people = people.filter(memberships__organisation_id=reader_id)
        found = people.values_list("id", flat=True).first()
    else:
        kind = ActorKind.API_KEY
        keys = ApiKey.objects.filter(prefix=shown_prefix(told))
        if reader_id is not None:
            keys = keys.filter(organisation_id=reader_id)
        found = keys.values_list("id", flat=True).first()
    return entries.filter(actor_kind=kind, actor_id=found or 0)


def _in_words(
    entries: Sequence[AuditEntry] | QuerySet[AuditEntry], *, reader_id: int | None
) -> list[Decision]:
    found = list(entries)
    names = _Names.of(found, reader_id=reader_id)
    return [_decision(entry, names=names) for entry in found]


def _decision(entry: AuditEntry, *, names: "_Names") -> Decision:
    actor = names.actor(entry)
    organisation = names.organisations.get(entry.organisation_id or 0, ("", ""))
    link = getattr(entry, "sealed", None)
    return Decision(
        public_id=entry.public_id,
        number=entry.pk,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        actor=actor,
        organisation_code=organisation[0],
        organisation_name=organisation[1],
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        detail=entry.detail,
        detail_hash=_hex(entry.detail_hash),
        before_hash=_hex(entry.before_hash),
        after_hash=_hex(entry.after_hash),
        had_origin=entry.origin_hash is not None,
        origin=origin_of(entry) if actor.is_named else None,
        seal_no=None if link is None else link.seal_id,
        position=None if link is None else link.position,
        sealed_at=None if link is None else link.seal.sealed_at,
        seal_hash="" if link is None else _hex(link.seal.hash),
    )


def _hex(found: bytes | memoryview | None) -> str:
    return "" if found is None else bytes(found).hex()


@dataclass(frozen=True, slots=True)
class _Names:
    """Whom and what the numbers of some entries name, as far as the reader may know it."""

    people: dict[int, tuple[str, str]]
    keys: dict[int, tuple[str, str]]
    organisations: dict[int, tuple[str, str]]

    @classmethod
    def of(cls, entries: Sequence[AuditEntry], *, reader_id: int | None) -> "_Names":
        """Read the names: of everybody, or of those whom the reader's organisation knows."""
        users = _actors(entries, ActorKind.USER)
        people = User.objects.filter(id__in=users)
        keys = ApiKey.objects.filter(id__in=_actors(entries, ActorKind.API_KEY))
        if reader_id is not None:
            known = Membership.objects.filter(organisation_id=reader_id, user_id__in=users)
            people = people.filter(id__in=known.values("user_id"))
            keys = keys.filter(organisation_id=reader_id)
        mentioned = {entry.organisation_id for entry in entries if entry.organisation_id}
        organisations = Organisation.objects.filter(id__in=mentioned)
        return cls(
            people={user.pk: (user.email, str(user.public_id)) for user in people},
            keys={key.pk: (f"{key.name} (sk_{key.prefix}_…)", str(key.public_id)) for key in keys},
            organisations={one.pk: (one.code, one.name) for one in organisations},
        )

    def actor(self, entry: AuditEntry) -> DecisionActor:
        """Return who made an entry, by name where the reader may know it."""
        kind = ActorKind(entry.actor_kind)
        if kind is ActorKind.SYSTEM:
            return DecisionActor(kind=kind)
        known = self.people if kind is ActorKind.USER else self.keys
        name, reference = known.get(entry.actor_id or 0, ("", ""))
        return DecisionActor(kind=kind, name=name, reference=reference, is_named=bool(name))


def _actors(entries: Sequence[AuditEntry], kind: ActorKind) -> set[int]:
    return {entry.actor_id for entry in entries if entry.actor_kind == kind and entry.actor_id}
