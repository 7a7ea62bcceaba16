"""Forms of payouts: they read what was sent and know no rules."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.payouts.operations import BankDetails

BANK_FIELDS: Final = ("bank", "branch_code", "holder", "number")


class RunForm(forms.Form):
    """Out of which account is paid."""

    custody = forms.ChoiceField(label=_("Pay out of"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **options: Any) -> None:
        """Offer these accounts."""
        super().__init__(*args, **options)
        self.fields["custody"].choices = places  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """What the bank answered."""

    file = forms.FileField(
        label=_("Result file"),
        allow_empty_file=True,
        help_text=_("CSV as the online bank exports it. The same file again does no harm."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )


class OwnAccountForm(forms.Form):
    """Where one's own organisation is to be paid."""

    holder = forms.CharField(
        label=_("Account holder"),
        max_length=200,
        help_text=_("The payee itself, by its registered name."),
    )
    bank = forms.CharField(label=_("Bank and branch"), max_length=100)
    branch_code = forms.RegexField(
        label=_("Branch number"),
        regex=r"^[0-9]{12}$",
        help_text=_("The twelve digits of the branch in the payment system."),
    )
    number = forms.RegexField(label=_("Account number"), regex=r"^[0-9A-Za-z\s-]{8,50}$")
    reason = forms.CharField(label=_("Reason"), max_length=500)

    @property
    def details(self) -> BankDetails:
        """Return the account that was typed."""
        told = self.cleaned_data
        return BankDetails(**{name: told[name] for name in BANK_FIELDS})


class AccountForm(OwnAccountForm):
    """Where a payee is to be paid."""

    payee = forms.ChoiceField(label=_("Payee"))
    field_order = ("payee",)

    def __init__(self, *args: Any, payees: list[tuple[str, str]], **options: Any) -> None:
        """Offer these payees, by code."""
        super().__init__(*args, **options)
        self.fields["payee"].choices = payees  # type: ignore[attr-defined]
