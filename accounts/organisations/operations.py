"""Changes of what an organisation says of itself, by somebody who has seen what he changes."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from accounts.api_etags import etag_of
from accounts.locks import lock_organisation
from accounts.models import Organisation
from accounts.queries import OrganisationNotFound
from accounts.sandboxes.rights import refuse_in_sandbox
from kernel import audit
from kernel.audit import Actor
from kernel.canonical import canonical_hash
from kernel.errors import DomainError
from kernel.transactions import transaction

ANY_VERSION: Final = "*"


class OrganisationChanged(DomainError):
    """Somebody changed the organisation meanwhile."""

    code = "precondition_failed"


class NameIsVerified(DomainError):
    """The name was verified: it changes by a new verification."""

    code = "name_is_verified"


def version_of(organisation: Organisation) -> str:
    """Return the entity tag of all that a reader sees of an organisation and that may change."""
    return etag_of(
        organisation.public_id,
        organisation.name,
        organisation.size_class,
        organisation.verified_at,
        organisation.verified_until,
    )


def rename(
    *, organisation_id: int, name: str, seen: Collection[str], actor: Actor, now: datetime
) -> Organisation:
    """Give an organisation that is not verified another name; `seen` are versions, or ANY_VERSION.

    Raises:
        OrganisationNotFound: there is none.
        OrganisationChanged: it is none of the versions that the caller has seen.
        NameIsVerified: the name was verified.
        NotInASandbox: a sandbox is named after its organisation.
    """
    refuse_in_sandbox(organisation_id=organisation_id)
    with transaction():
        found = lock_organisation(organisation_id)
        if found is None:
            message = f"There is no organisation {organisation_id}."
            raise OrganisationNotFound(message)
        if ANY_VERSION not in seen and version_of(found) not in seen:
            message = "The organisation was changed meanwhile: read it again, and decide again."
            raise OrganisationChanged(message)
        if found.verified_at is not None:
            message = "The name was verified: verify the organisation anew to change it."
            raise NameIsVerified(message)
        before, found.name = _state(found), name
        found.save(update_fields=["name"])
        audit.record(
            action="accounts.rename_organisation",
            object_type="organisation",
            object_id=str(found.public_id),
            actor=actor,
            organisation_id=found.pk,
            before=before,
            after=_state(found),
            now=now,
        )
        return found


def _state(organisation: Organisation) -> dict[str, str]:
    """Tell the name by its hash: a log that is kept for ever needs no names."""
    return {"name_hash": canonical_hash(organisation.name).hex()}
