"""Forms of the portal: they read what was typed and know no rules."""

from allauth.account.forms import SignupForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role
from accounts.sign_in import INVITED_SESSION_KEY
from portal.people import ROLE_NAMES

ROLE_CHOICES = [(role.value, name) for role, name in ROLE_NAMES.items()]


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Where strangers may not sign up, an invitation opens the door for its address alone."""

    def clean_email(self) -> str:
        """Return the address, if this visitor may sign up with it."""
        email: str = super().clean_email()
        invited = context.request.session.get(INVITED_SESSION_KEY)
        if not settings.SIGN_UP_OPEN and email.lower() != invited:
            raise forms.ValidationError(_("Sign up with the address that was invited."))
        return email


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.TypedChoiceField(
        label=_("Role"), choices=ROLE_CHOICES, coerce=Role, initial=Role.VIEWER.value
    )


class ChangeRoleForm(forms.Form):
    """Which role gives way to which."""

    role = forms.TypedChoiceField(choices=ROLE_CHOICES, coerce=Role)
    new_role = forms.TypedChoiceField(choices=ROLE_CHOICES, coerce=Role)


class EndRoleForm(forms.Form):
    """Which role ends."""

    role = forms.TypedChoiceField(choices=ROLE_CHOICES, coerce=Role)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """allauth's form, whose name has no name in Chinese."""

    name = forms.CharField(label=_("Name of the key"), required=False)


class EditKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Likewise."""

    name = forms.CharField(label=_("Name of the key"), required=False)
