"""What every write to listings leaves behind, and how a seller's version is taken for one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction_required
from marketplace.listings.locks import lock_version
from marketplace.listings.models import Algorithm, AlgorithmVersion
from marketplace.listings.queries import VersionNotFound, own_version_id
from marketplace.listings.states import EDITABLE


class VersionLocked(DomainError):
    """The version is with the reviewers, or decided: what it says cannot be changed."""

    code = "algorithm_version_locked"


class ChangedMeanwhile(DomainError):
    """Somebody saved it after it was read."""

    code = "algorithm_changed"


@transaction_required
def note(
    verb: str,
    row: Algorithm | AlgorithmVersion,
    *,
    seller_id: int,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down who did what to an algorithm or a version, by reference."""
    audit.record(
        action=f"listings.{verb}",
        object_type="algorithm" if isinstance(row, Algorithm) else "algorithm_version",
        object_id=str(row.public_id),
        actor=actor,
        organisation_id=seller_id,
        now=now,
        detail=detail,
    )


@transaction_required
def locked_version(*, seller_id: int, version_id: UUID) -> AlgorithmVersion:
    """Lock a version of a seller, and return it as it is behind the lock.

    Raises:
        VersionNotFound: he has none of this id.
    """
    found = lock_version(own_version_id(seller_id=seller_id, public_id=version_id))
    if found is None:
        message = "The version was thrown away meanwhile."
        raise VersionNotFound(message)
    return found


@transaction_required
def editable_version(*, seller_id: int, version_id: UUID) -> AlgorithmVersion:
    """Lock a version of a seller for a change.

    Raises:
        VersionNotFound: he has none of this id.
        VersionLocked: it is with the reviewers, or decided.
    """
    version = locked_version(seller_id=seller_id, version_id=version_id)
    if version.state not in EDITABLE:
        message = f"The version is {version.state}: withdraw it to change what it says."
        raise VersionLocked(message, details={"state": version.state})
    return version


def refuse_changed(row: Algorithm | AlgorithmVersion, *, seen: int | None) -> None:
    """Refuse a change of what was not seen as it is now; None is whoever does not care.

    Raises:
        ChangedMeanwhile: its revision is another one.
    """
    if seen is not None and row.revision != seen:
        message = "It was changed meanwhile: read it again, and decide again."
        raise ChangedMeanwhile(message, details={"revision": row.revision})
