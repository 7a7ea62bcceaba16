"""Every write to an organisation's keys, each with an entry in the audit log."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import KeyCreated, KeyRevoked, KeyRotated
from accounts.keys.locks import lock_key
from accounts.keys.queries import maker_of, own_key
from accounts.keys.rights import may_give
from accounts.models import ApiKey
from accounts.operations import IssuedApiKey, issue_api_key
from accounts.permissions import Caller, Scope
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required
from kernel.worlds import is_sandbox

OVERLAP_MAX: Final = timedelta(days=30)
OVERLAP_DEFAULT: Final = timedelta(days=1)


class UnableToGiveScopes(DomainError):
    """A key was asked for that may do more than who asks for it."""

    code = "unable_to_give_scopes"


class UnableToRotateApiKey(DomainError):
    """The key is no longer live, or the overlap is out of bounds."""

    code = "unable_to_rotate_api_key"


def create_key(
    *,
    caller: Caller,
    organisation_id: int,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    now: datetime,
) -> IssuedApiKey:
    """Make a key that may do no more than its maker, and return its text for the only time.

    Raises:
        UnableToGiveScopes: a scope that the caller does not have himself.
        UnableToIssueApiKey: no scope, or an expiry that does not lie ahead.
    """
    with transaction():
        issued = _issue(
            caller=caller,
            organisation_id=organisation_id,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            now=now,
        )
        _write_down("create", issued.api_key, caller=caller, now=now)
        _tell(KeyCreated, issued.api_key, now=now)
        return issued


def revoke_key(*, caller: Caller, organisation_id: int, public_id: UUID, now: datetime) -> ApiKey:
    """End a key at once; ending it again changes nothing.

    Raises:
        UnknownApiKey: the organisation has no such key.
    """
    with transaction():
        key = lock_key(own_key(organisation_id=organisation_id, public_id=public_id).pk)
        before = _state(key)
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            key.revoked_at = now
            _write_down("revoke", key, caller=caller, before=before, now=now)
            _tell(KeyRevoked, key, now=now)
        return key


def rotate_key(
    *,
    caller: Caller,
    organisation_id: int,
    public_id: UUID,
    overlap: timedelta = OVERLAP_DEFAULT,
    now: datetime,
) -> IssuedApiKey:
    """Make a key like a live one, which ends after the overlap; both work until then.

    The new key expires when the old one would have.

    Raises:
        UnknownApiKey: the organisation has no such key.
        UnableToRotateApiKey: it has ended, or the overlap is negative or beyond OVERLAP_MAX.
        UnableToGiveScopes: it may do what the caller may not.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        message = f"Keys overlap by at most {OVERLAP_MAX.days} days."
        raise UnableToRotateApiKey(message)
    with transaction():
        old = lock_key(own_key(organisation_id=organisation_id, public_id=public_id).pk)
        _refuse_ended(old, now=now)
        issued = _issue(
            caller=caller,
            organisation_id=organisation_id,
            name=old.name,
            scopes=[Scope(scope) for scope in old.scopes],
            expires_at=old.expires_at,
            now=now,
        )
        ends_at = now + overlap
        if old.expires_at is None or ends_at < old.expires_at:
            ApiKey.objects.filter(pk=old.pk, revoked_at=None).update(expires_at=ends_at)
        _write_down("rotate", issued.api_key, caller=caller, now=now, replaces=str(old.public_id))
        rotated = KeyRotated(
            key=issued.api_key.public_id, prefix=issued.api_key.prefix, replaces=old.public_id
        )
        emit(rotated, organisation_id=organisation_id, now=now)
        return issued


def _refuse_ended(key: ApiKey, *, now: datetime) -> None:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        message = "This key has ended: create a new one."
        raise UnableToRotateApiKey(message)


@transaction_required
def _issue(
    *,
    caller: Caller,
    organisation_id: int,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    now: datetime,
) -> IssuedApiKey:
    beyond = sorted(set(scopes) - may_give(caller, in_sandbox=is_sandbox(organisation_id)))
    if beyond:
        message = f"You may not give {', '.join(beyond)}: nobody gives what he does not have."
        raise UnableToGiveScopes(message, details={"scopes": beyond})
    return issue_api_key(
        organisation_id=organisation_id,
        name=name,
        scopes=scopes,
        now=now,
        expires_at=expires_at,
        created_by_id=_maker(caller),
    )


def _maker(caller: Caller) -> int | None:
    """Return who answers for a new key: who makes it, or who made the key that makes it."""
    if caller.api_key_id is None:
        return caller.user_id
    return maker_of(api_key_id=caller.api_key_id)


@transaction_required
def _tell(event: type[KeyCreated | KeyRevoked], key: ApiKey, *, now: datetime) -> None:
    told = event(key=key.public_id, prefix=key.prefix)
    emit(told, organisation_id=key.organisation_id, now=now)


def actor_of(caller: Caller) -> Actor:
    """Return who acts, as the audit log names him."""
    if caller.api_key_id is not None:
        return Actor.api_key(caller.api_key_id)
    return Actor.system() if caller.user_id is None else Actor.user(caller.user_id)


def _state(key: ApiKey) -> dict[str, Any]:
    return {
        "scopes": list(key.scopes),
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
        "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
    }


@transaction_required
def _write_down(
    verb: str,
    key: ApiKey,
    *,
    caller: Caller,
    now: datetime,
    before: dict[str, Any] | None = None,
    **detail: str,
) -> None:
    audit.record(
        action=f"api_keys.{verb}",
        object_type="api_key",
        object_id=str(key.public_id),
        actor=actor_of(caller),
        now=now,
        organisation_id=key.organisation_id,
        detail={"prefix": key.prefix, "scopes": list(key.scopes), **detail},
        before=before,
        after=_state(key),
    )
