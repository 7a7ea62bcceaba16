"""Tables of people and organisations: explicit names, constraints, no behaviour."""

from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.api_keys import SANDBOX_PREFIX as SANDBOX_KEY
from accounts.notifications.models import MailState, Notification, NotificationPreference
from accounts.permissions import Role, Staff
from accounts.verification.models import (
    RelatedParty,
    Verification,
    VerificationDecision,
    VerificationDocument,
    VerificationPayment,
    VerificationReminder,
    VerificationSubmission,
)
from accounts.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from kernel.identifiers import uuid7
from kernel.worlds import real_world

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
    "VerificationReminder",
    "VerificationSubmission",
    "WebhookAttempt",
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


# A code that says so of itself: no organisation may be named like a sandbox, nor the reverse.
SANDBOX_CODE: Final = r"-sandbox(-[0-9]+)?$"


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


class RealOrganisations(models.Manager["Organisation"]):
    """All organisations but the sandboxes: whoever lists organisations asks here."""

    def get_queryset(self) -> models.QuerySet["Organisation"]:
        """Return those of the real world."""
        return super().get_queryset().filter(real_world("id"))


class Organisation(models.Model):
    """A tenant, a seller, an operator or an authority. Its id is the tenant id of the books.

    A sandbox is an organisation of its own, numbered below zero: the tenant and at once the
    operator of a small world in which its organisation's programs are tried (docs/adr/0037).
    """

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
    verified_until = models.DateTimeField(null=True, help_text="The term is half-open.")
    created_at = models.DateTimeField()
    sandbox_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="sandboxes"
    )
    retired_at = models.DateTimeField(null=True, help_text="When another sandbox took its place.")

    objects: ClassVar[models.Manager["Organisation"]] = models.Manager()
    real: ClassVar[RealOrganisations] = RealOrganisations()

    class Meta:
        db_table = "accounts_organisation"
        constraints = [
            models.CheckConstraint(
                condition=Q(id__lt=0, sandbox_of__isnull=False, uscc=None, verified_at=None)
                | Q(id__gt=0, sandbox_of=None, retired_at=None),
                name="accounts_organisation_sandbox_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_until=None)
                | Q(
                    verified_at__isnull=False,
                    verified_until__isnull=False,
                    verified_until__gt=F("verified_at"),
                ),
                name="accounts_organisation_verified_for_a_term",
            ),
            models.CheckConstraint(
                condition=real_world("sandbox_of"), name="accounts_organisation_sandbox_of_real"
            ),
            models.CheckConstraint(
                condition=Q(id__lt=0, code__regex=SANDBOX_CODE)
                | (Q(id__gt=0) & ~Q(code__regex=SANDBOX_CODE)),
                name="accounts_organisation_sandbox_code",
            ),
            models.UniqueConstraint(
                fields=["sandbox_of"],
                condition=Q(retired_at__isnull=True),
                name="accounts_organisation_one_sandbox",
            ),
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
            models.CheckConstraint(
                condition=real_world("organisation"), name="accounts_membership_of_no_sandbox"
            ),
        ]


class Invitation(models.Model):
    """An offer of a role to whoever has an e-mail address. Of its link only the hash is kept.

    Until the e-mail with the link has left, the token lies here encrypted.
    """

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
    token_encrypted = models.TextField(blank=True, help_text="Until its e-mail has left.")
    mail_state = models.CharField(max_length=16, choices=MailState.choices, default=MailState.NONE)
    mail_attempts = models.SmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True)
    mail_claimed_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(
                condition=real_world("organisation"), name="accounts_invitation_to_no_sandbox"
            ),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="accounts_invitation_mail_state"
            ),
            models.CheckConstraint(
                condition=Q(mail_state="waiting", mail_next_at__isnull=False)
                | (~Q(mail_state="waiting") & Q(mail_next_at__isnull=True)),
                name="accounts_invitation_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(mail_state__in=["waiting", "sending"]) & ~Q(token_encrypted=""))
                | (~Q(mail_state__in=["waiting", "sending"]) & Q(token_encrypted="")),
                name="accounts_invitation_token_until_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="accounts_invitation_email"),
            models.Index(
                fields=["mail_next_at", "id"],
                condition=Q(mail_state="waiting"),
                name="accounts_invitation_mail",
            ),
        ]


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
    prefix = models.CharField(max_length=24, unique=True, help_text="Shown, to tell keys apart.")
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
            models.CheckConstraint(
                condition=Q(organisation__lt=0, prefix__startswith=SANDBOX_KEY)
                | (Q(organisation__gt=0) & ~Q(prefix__startswith=SANDBOX_KEY)),
                name="accounts_api_key_shows_its_world",
            ),
        ]
