"""Tables of people and organisations: explicit names, constraints, no behaviour."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.notifications.models import Notification, NotificationPreference
from accounts.permissions import Role, Staff
from accounts.verification.models import (
    RelatedParty,
    Verification,
    VerificationDecision,
    VerificationDocument,
    VerificationPayment,
    VerificationSubmission,
)
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from kernel.identifiers import uuid7

__all__ = [
    "ApiKey",
    "Invitation",
    "Membership",
    "Notification",
    "NotificationPreference",
    "Organisation",
    "OrganisationKind",
    "RelatedParty",
    "SizeClass",
    "StaffRole",
    "User",
    "UserManager",
    "Verification",
    "VerificationDecision",
    "VerificationDocument",
    "VerificationPayment",
    "VerificationSubmission",
    "WebhookDelivery",
    "WebhookEndpoint",
]

LANGUAGES = ("zh-hans", "en")
LANGUAGE_DEFAULT = LANGUAGES[0]


def _choices(values: type[Role] | type[Staff]) -> list[tuple[str, str]]:
    return [(value.value, value.value.replace("_", " ")) for value in values]


class UserManager(BaseUserManager["User"]):
    """Finds people by their log-in; `accounts.operations` creates them."""


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by the e-mail address that he logs in with."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    email = models.EmailField(unique=True, help_text="Lower case; the login name.")
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField(default=False, help_text="May enter the admin site.")
    is_active = models.BooleanField(default=True)
    language = models.CharField(
        max_length=8, default=LANGUAGE_DEFAULT, help_text="Of messages that are sent to him."
    )
    created_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "accounts_user"
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="accounts_user_language"
            ),
        ]


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    ENTERPRISE = "enterprise", "enterprise"
    UNIVERSITY = "university", "university"
    INSTITUTE = "institute", "institute"
    OPERATOR = "operator", "operator"
    GOVERNMENT = "government", "government"


class SizeClass(models.TextChoices):
    """Size of an enterprise by 工信部联企业〔2011〕300号."""

    MICRO = "micro", "micro"
    SMALL = "small", "small"
    MEDIUM = "medium", "medium"
    LARGE = "large", "large"


class Organisation(models.Model):
    """A tenant, a seller, an operator or an authority. Its id is the tenant id of the books."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    code = models.SlugField(max_length=64, unique=True, help_text="Short stable name.")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    uscc = models.CharField(  # noqa: DJ001 - null, because unknown codes must not collide
        max_length=18, null=True, unique=True, help_text="统一社会信用代码 (GB 32100-2015)."
    )
    size_class = models.CharField(  # noqa: DJ001 - null means not assessed
        max_length=8, null=True, choices=SizeClass.choices
    )
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_organisation"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="accounts_organisation_kind"
            ),
            models.CheckConstraint(
                condition=Q(size_class__in=SizeClass.values), name="accounts_organisation_size"
            ),
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="accounts_organisation_uscc_form",
            ),
        ]


class Membership(models.Model):
    """A role of a person in an organisation, kept with its end.

    Ended memberships stay, because whoever decides on public money may not have been a
    member of the beneficiary lately.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=_choices(Role))
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True),
                name="accounts_membership_one_live",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="accounts_membership_role",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("created_at")), name="accounts_membership_ends_after"
            ),
        ]


class Invitation(models.Model):
    """An offer of a role to whoever has an e-mail address. Only the hash of its link is kept."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(help_text="Lower case; only who has it may accept.")
    role = models.CharField(max_length=16, choices=_choices(Role))
    token_hash = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the token.")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sent_invitations")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email", "role"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="accounts_invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_invitation_email_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]),
                name="accounts_invitation_role",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="accounts_invitation_expires_after",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="accounts_invitation_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="accounts_invitation_email")]


class StaffRole(models.Model):
    """A role of a person in the exchange itself, kept with its end."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=20, choices=_choices(Staff))
    granted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="granted_staff_roles"
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_staff_role"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True),
                name="accounts_staff_role_one_live",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Staff]),
                name="accounts_staff_role_role",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                name="accounts_staff_role_not_self_granted",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("created_at")), name="accounts_staff_role_ends_after"
            ),
        ]


class ApiKey(models.Model):
    """A key of an organisation's programs. Only the hash of its secret is kept."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, help_text="Shown, to tell keys apart.")
    secret_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the whole key.")
    scopes = ArrayField(models.CharField(max_length=32))
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="created_api_keys"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="Written at most every few minutes.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_api_key"
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="accounts_api_key_some_scope"),
        ]
