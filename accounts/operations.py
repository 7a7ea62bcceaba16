"""Every write to people, organisations, staff roles and API keys; membership is its own room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts import api_keys
from accounts.membership.operations import (
    LastOwner,
    UnableToAddMember,
    UnableToEndMembership,
    add_member,
    end_membership,
)
from accounts.models import (
    ApiKey,
    Organisation,
    OrganisationKind,
    SizeClass,
    StaffRole,
    User,
)
from accounts.permissions import Scope, Staff
from accounts.uscc import check_uscc
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_if_not_already
from kernel.worlds import is_sandbox

__all__ = [
    "IssuedApiKey",
    "LastOwner",
    "OrganisationKind",
    "SizeClass",
    "UnableToAddMember",
    "UnableToAuthenticate",
    "UnableToCreateOrganisation",
    "UnableToCreateUser",
    "UnableToEndMembership",
    "UnableToGrantStaffRole",
    "UnableToIssueApiKey",
    "add_member",
    "authenticate_api_key",
    "create_organisation",
    "create_user",
    "end_membership",
    "grant_staff_role",
    "issue_api_key",
    "note_security_event",
]

LAST_USED_RESOLUTION: Final = timedelta(minutes=5)


class UnableToCreateUser(DomainError):
    """Another user logs in with this address."""

    code = "email_taken"


class UnableToCreateOrganisation(DomainError):
    """Another organisation has this short name or this credit code."""

    code = "organisation_taken"


class UnableToGrantStaffRole(DomainError):
    """The user already has this staff role, or would grant it to himself."""

    code = "unable_to_grant_staff_role"


class UnableToIssueApiKey(DomainError):
    """A key needs at least one scope and an expiry that lies ahead."""

    code = "unable_to_issue_api_key"


class UnableToAuthenticate(DomainError):
    """The key is malformed, unknown, revoked or expired; which of them is not told."""

    code = "invalid_api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedApiKey:
    """A new key with its text, which is shown now and never again."""

    api_key: ApiKey
    text: str


def create_user(
    *,
    email: str,
    password: str | None,
    now: datetime,
    name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Create a person who logs in with `email`; without a password he cannot yet.

    Whoever creates him vouches for the address: it counts as verified.

    `is_staff` opens the admin site and `is_superuser` everything in it; what a person may
    do in the portal and the API are roles.

    Raises:
        UnableToCreateUser: the address is taken.
    """
    user = User(
        email=email.strip().lower(),
        name=name,
        is_staff=is_staff,
        is_superuser=is_superuser,
        created_at=now,
    )
    user.set_password(password)
    taken = UnableToCreateUser("This e-mail address is taken: log in, or use another one.")
    names = {"accounts_user_email_key": taken, "unique_verified_email": taken}
    with transaction(), constraint_errors(names):
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def note_security_event(*, user_id: int, event: str, now: datetime) -> None:
    """Write down that a person changed what he signs in with: `event` names the change."""
    with transaction_if_not_already():
        audit.record(
            action=f"accounts.{event}",
            object_type="user",
            object_id=user_id,
            actor=Actor.user(user_id),
            now=now,
        )


def create_organisation(
    *,
    code: str,
    name: str,
    kind: OrganisationKind,
    now: datetime,
    uscc: str | None = None,
    size_class: SizeClass | None = None,
) -> Organisation:
    """Create an organisation, not yet verified.

    Raises:
        MalformedUscc: the credit code fails GB 32100-2015.
        UnableToCreateOrganisation: the short name or the credit code is taken.
    """
    taken = {
        "accounts_organisation_code_key": UnableToCreateOrganisation(
            f"The short name {code} is taken: choose another.", details={"field": "code"}
        ),
        "accounts_organisation_uscc_key": UnableToCreateOrganisation(
            "An organisation with this credit code is registered: ask its owner to add you.",
            details={"field": "uscc"},
        ),
    }
    checked_uscc = None if uscc is None else check_uscc(uscc)
    with transaction(), constraint_errors(taken):
        return Organisation.objects.create(
            code=code,
            name=name,
            kind=kind,
            uscc=checked_uscc,
            size_class=size_class,
            created_at=now,
        )


def grant_staff_role(
    *, user_id: int, role: Staff, granted_by_id: int | None, now: datetime
) -> StaffRole:
    """Give a person a role in the exchange; None as giver is the installation itself.

    Raises:
        UnableToGrantStaffRole: he has it already, or is the giver.
    """
    refusals = {
        "accounts_staff_role_one_live": UnableToGrantStaffRole(f"The user is already {role}."),
        "accounts_staff_role_not_self_granted": UnableToGrantStaffRole(
            "Nobody grants himself a staff role: ask another officer."
        ),
    }
    with transaction(), constraint_errors(refusals):
        return StaffRole.objects.create(
            user_id=user_id, role=role, granted_by_id=granted_by_id, created_at=now
        )


def issue_api_key(
    *,
    organisation_id: int,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None = None,
    created_by_id: int | None = None,
) -> IssuedApiKey:
    """Make a key for an organisation's programs and return its text, for the only time.

    Raises:
        UnableToIssueApiKey: no scope, or an expiry that does not lie ahead.
    """
    if not scopes or (expires_at is not None and expires_at <= now):
        message = "A key needs at least one scope, and an expiry that lies ahead or none."
        raise UnableToIssueApiKey(message)
    key = api_keys.generate(is_sandbox=is_sandbox(organisation_id))
    with transaction_if_not_already():
        api_key = ApiKey.objects.create(
            organisation_id=organisation_id,
            name=name,
            prefix=key.prefix,
            secret_hash=key.secret_hash,
            scopes=sorted({Scope(scope).value for scope in scopes}),
            created_by_id=created_by_id,
            created_at=now,
            expires_at=expires_at,
        )
    return IssuedApiKey(api_key=api_key, text=key.text)


def authenticate_api_key(*, text: str, now: datetime) -> ApiKey:
    """Return the live key with this text, and note now and then that it was used.

    Raises:
        UnableToAuthenticate: malformed, unknown, revoked or expired.
    """
    prefix = api_keys.prefix_of(text)
    found = None if prefix is None else ApiKey.objects.filter(prefix=prefix).first()
    if (
        found is None
        or not api_keys.matches(text=text, secret_hash=found.secret_hash)
        or found.revoked_at is not None
        or (found.expires_at is not None and found.expires_at <= now)
    ):
        message = "The API key is not valid: check it, or issue a new one."
        raise UnableToAuthenticate(message)
    _note_use(api_key=found, now=now)
    return found


def _note_use(*, api_key: ApiKey, now: datetime) -> None:
    """Write `last_used_at` only when it is old, so that reading requests do not write."""
    stale_before = now - LAST_USED_RESOLUTION
    if api_key.last_used_at is not None and api_key.last_used_at > stale_before:
        return
    ApiKey.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale_before), id=api_key.id
    ).update(last_used_at=now)
