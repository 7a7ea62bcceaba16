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
from kernel.models import ActorKind, AuditEntry
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
) -> AuditEntry:
    """Append an entry in the transaction of the act, so that neither exists without the other.

    `action` is `room.verb` ("subsidies.approve"); `detail` holds references and figures.

    Raises:
        PersonalDataInAudit: `detail` holds what looks like personal data.
        MissingTransaction: no transaction is open.
    """
    kept = dict(detail or {})
    refuse_personal_data(kept)
    return AuditEntry.objects.create(
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
    )
