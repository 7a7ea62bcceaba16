"""Reads of an organisation's keys."""

from uuid import UUID

from accounts.models import ApiKey
from accounts.permissions import Caller
from kernel.errors import DomainError


class UnknownApiKey(DomainError):
    """The organisation has no such key."""

    code = "unknown_api_key"


class NobodyAnswers(DomainError):
    """The installation made the key, so no person answers for what it does."""

    code = "nobody_answers"


def own_key(*, organisation_id: int, public_id: UUID) -> ApiKey:
    """Return a key of an organisation.

    Raises:
        UnknownApiKey: there is none, or it is another organisation's.
    """
    found = ApiKey.objects.filter(organisation_id=organisation_id, public_id=public_id).first()
    if found is None:
        message = "You have no such API key."
        raise UnknownApiKey(message)
    return found


def key_page(*, organisation_id: int, after: UUID | None, limit: int) -> list[ApiKey]:
    """Return an organisation's keys, the newest first, from behind `after` on.

    Raises:
        UnknownApiKey: the organisation has no key `after`.
    """
    keys = ApiKey.objects.filter(organisation_id=organisation_id)
    if after is not None:
        keys = keys.filter(id__lt=own_key(organisation_id=organisation_id, public_id=after).pk)
    return list(keys.order_by("-id")[:limit])


def maker_of(*, api_key_id: int) -> int | None:
    """Return who made a key; None where the installation did."""
    return ApiKey.objects.values_list("created_by_id", flat=True).filter(id=api_key_id).first()


def answerable(*, caller: Caller) -> int:
    """Return the person who answers for what a caller does: himself, or who made the key.

    Raises:
        NobodyAnswers: nobody made the key but the installation.
    """
    if caller.user_id is not None:
        return caller.user_id
    found = None if caller.api_key_id is None else maker_of(api_key_id=caller.api_key_id)
    if found is None:
        message = "Nobody answers for this key: let an owner make one."
        raise NobodyAnswers(message)
    return found
