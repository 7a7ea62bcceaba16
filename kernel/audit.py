"""Write down who decided what. Reading, verifying and exporting is done above.

Entries hold references and figures, never personal data: they are sealed for ever, and what
is sealed can never be erased.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kernel.canonical import canonical_hash
from kernel.models import ActorKind, AuditEntry, AuditOrigin
from kernel.origin import Origin, current, new_salt, origin_hash
from kernel.transactions import transaction_required

TEXT_LENGTH_MAX: Final = 500

PERSONAL_KEYS: Final = frozenset(
    {
        "address",
        "bank_account",
        "birthday",
        "email",
        "first_name",
        "full_name",
        "id_card",
        "id_number",
        "ip",
        "ip_address",
        "last_name",
        "mobile",
        "name",
        "passport",
        "password",
        "phone",
    }
)
# E-mail addresses, Chinese mobile numbers (in prose), Chinese identity numbers.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOBILE = re.compile(r"(?<![0-9A-Za-z-])1[3-9][0-9]{9}(?![0-9A-Za-z-])")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)


class PersonalDataInAudit(ValueError):
    """An audit entry would hold personal data: refer to the person's row instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted, by reference."""

    kind: ActorKind
    id: int | None = None

    @classmethod
    def system(cls) -> "Actor":
        """Return the house itself: a sweep, a schedule, a command."""
        return cls(kind=ActorKind.SYSTEM)

    @classmethod
    def user(cls, user_id: int) -> "Actor":
        """Return a person."""
        return cls(kind=ActorKind.USER, id=user_id)

    @classmethod
    def api_key(cls, api_key_id: int) -> "Actor":
        """Return an organisation's program."""
        return cls(kind=ActorKind.API_KEY, id=api_key_id)


def _looks_personal(text: str) -> bool:
    """Judge by form alone; a text of nothing but digits is a reference, not a telephone."""
    return (
        len(text) > TEXT_LENGTH_MAX
        or _EMAIL.search(text) is not None
        or _IDENTITY.search(text) is not None
        or (not text.isdigit() and _MOBILE.search(text) is not None)
    )


def refuse_personal_data(value: Any) -> None:
    """Refuse keys and texts that look like personal data, at any depth.

    Raises:
        PersonalDataInAudit: something looks like it; the value itself is not repeated.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if str(key).lower() in PERSONAL_KEYS:
                message = f"an audit entry may not hold {key!r}: refer to the row that does"
                raise PersonalDataInAudit(message)
            refuse_personal_data(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_personal_data(inner)
    elif isinstance(value, str) and _looks_personal(value):
        message = "an audit entry may hold short texts without addresses and personal numbers"
        raise PersonalDataInAudit(message)


def state_hash(state: Mapping[str, Any] | None) -> bytes | None:
    """Return the SHA-256 of an object's state, told by references and figures; None of none.

    Only what is not personal is hashed: an address is guessed from its hash in no time.

    Raises:
        PersonalDataInAudit: the state holds what looks like personal data.
    """
    if state is None:
        return None
    refuse_personal_data(state)
    return canonical_hash(dict(state))


@transaction_required
def record(
    *,
    action: str,
    object_type: str,
    object_id: int | str,
    actor: Actor,
    now: datetime,
    organisation_id: int | None = None,
    occurred_at: datetime | None = None,
    detail: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry in the transaction of the act, so that neither exists without the other.

    `action` is `room.verb` ("subsidies.approve"); `detail` holds references and figures.
    `before` and `after` tell the object's state, None where there was or is none; their hashes
    are kept. From where the actor acted is kept beside the entry (`kernel.origin`).

    Raises:
        PersonalDataInAudit: `detail` or a state holds what looks like personal data.
        MissingTransaction: no transaction is open.
    """
    kept = dict(detail or {})
    refuse_personal_data(kept)
    origin = current()
    salt = new_salt()
    entry = AuditEntry.objects.create(
        occurred_at=occurred_at or now,
        recorded_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        organisation_id=organisation_id,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        detail_hash=canonical_hash(kept),
        detail=kept,
        before_hash=state_hash(before),
        after_hash=state_hash(after),
        origin_hash=None if origin is None else origin_hash(origin, salt=salt),
    )
    if origin is not None:
        _keep(origin, entry=entry, salt=salt, now=now)
    return entry


def _keep(origin: Origin, *, entry: AuditEntry, salt: bytes, now: datetime) -> None:
    AuditOrigin.objects.create(
        entry=entry,
        salt=salt,
        address=origin.address or None,
        user_agent=origin.user_agent,
        recorded_at=now,
    )


def origin_of(entry: AuditEntry) -> Origin | None:
    """Return from where an entry's actor acted; None where nobody knows or it was deleted."""
    kept: AuditOrigin | None = getattr(entry, "origin", None)
    if kept is None:
        return None
    return Origin(address=kept.address or "", user_agent=kept.user_agent)


def origin_was_altered(entry: AuditEntry) -> bool:
    """Say whether an origin is there and is not the one that the entry holds the hash of."""
    kept: AuditOrigin | None = getattr(entry, "origin", None)
    told = origin_of(entry)
    if kept is None or told is None:
        return False
    expected = None if entry.origin_hash is None else bytes(entry.origin_hash)
    return origin_hash(told, salt=bytes(kept.salt)) != expected


@transaction_required
def forget_origins(*, before: datetime) -> int:
    """Delete from where people acted before a moment and return how many; entries stay."""
    deleted, _ = AuditOrigin.objects.filter(recorded_at__lt=before).delete()
    return deleted


@transaction_required
def forget_origins_of(*, actor: Actor) -> int:
    """Delete from where somebody acted and return how many; what he did stays."""
    his = AuditOrigin.objects.filter(entry__actor_kind=actor.kind, entry__actor_id=actor.id)
    deleted, _ = his.delete()
    return deleted
