"""What we change of django-allauth: the only place, by its own hooks (docs/adr/0028)."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts import encryption, operations, second_factor
from accounts.models import User
from kernel.clock import utc_now

# The address of an invitation whose link was followed in this session.
INVITED_SESSION_KEY: Final = "invited_address"
_ADDED: Final = ("totp_activated", "webauthn_added")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing up and in, and what is noted of it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether this visitor may make himself an account: everybody, or the invited."""
        return bool(settings.SIGN_UP_OPEN) or INVITED_SESSION_KEY in request.session

    def new_user(self, request: HttpRequest) -> User:
        """Return a person who is about to sign up."""
        return User(created_at=utc_now())

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return how a person may confirm that it is he: with his second factor if he has one.

        A password beside it would be the weaker way to the same doors, and leads nowhere where
        the factor is what is asked for.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"].startswith("mfa_")]
        return factors or methods

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """Note a change of what a person signs in with, and tell him by e-mail.

        allauth calls this once for every such change, after it is committed.
        """
        event = template_prefix.rpartition("/")[2]
        now = utc_now()
        operations.note_security_event(user_id=user.pk, event=event, now=now)
        if event in _ADDED:
            second_factor.note_added(request=self.request, user=user, now=now)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: encrypted where they lie, and not to be given up by staff."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read a stored secret."""
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to leave somebody who decides for the exchange without a second factor."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(
            pk=authenticator.pk
        )
        has_another = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return has_another or not second_factor.is_required(user=authenticator.user)
