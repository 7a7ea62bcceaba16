"""Forms of payees at Stripe and of reversals: they read what was sent and know no rules."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

# Where Stripe opens accounts for platforms of the region; mainland China is not among them.
COUNTRIES: Final = (
    ("HK", _("Hong Kong")),
    ("SG", _("Singapore")),
    ("JP", _("Japan")),
    ("GB", _("United Kingdom")),
    ("US", _("United States")),
)


class ConnectForm(forms.Form):
    """Whose account is opened, or gone on with."""

    payee = forms.ChoiceField(label=_("Payee"))
    country = forms.ChoiceField(
        label=_("Country of the payee's bank"),
        choices=COUNTRIES,
        help_text=_("It stays what it was when the account was opened."),
    )
    email = forms.EmailField(label=_("E-mail of the payee"), max_length=200)

    def __init__(self, *args: Any, payees: list[tuple[str, str]], **options: Any) -> None:
        """Offer these payees, by code."""
        super().__init__(*args, **options)
        self.fields["payee"].choices = payees  # type: ignore[attr-defined]


class RailForm(forms.Form):
    """Who is paid by Connect from now on."""

    payee = forms.ChoiceField(label=_("Payee"))
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, payees: list[tuple[str, str]], **options: Any) -> None:
        """Offer these payees, by code."""
        super().__init__(*args, **options)
        self.fields["payee"].choices = payees  # type: ignore[attr-defined]


class ReversalForm(forms.Form):
    """How much of a transfer is taken back, and why."""

    amount = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, max_digits=14, decimal_places=2
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)
