"""Forms of transfers by bank: they read what was sent and know no rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class StatementForm(forms.Form):
    """A statement of one of the accounts."""

    account = forms.ChoiceField(label=_("Account"))
    file = forms.FileField(
        label=_("Bank statement"),
        allow_empty_file=True,
        help_text=_(
            "CSV or camt.053 as the online bank exports it. The same days again do no harm."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xml"}),
    )

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **options: Any) -> None:
        """Offer these accounts."""
        super().__init__(*args, **options)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]


class LineForm(forms.Form):
    """Whose money a transfer is, and why."""

    fate = forms.ChoiceField(
        label=_("This money"),
        choices=[("credit", _("It is a tenant's")), ("aside", _("It is no tenant's"))],
    )
    tenant = forms.ChoiceField(label=_("Tenant"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("What you looked at: whoever checks the books later has only this."),
    )

    def __init__(self, *args: Any, tenants: list[tuple[str, str]], **options: Any) -> None:
        """Offer these tenants, by code."""
        super().__init__(*args, **options)
        none = ("", _("Choose a tenant"))
        self.fields["tenant"].choices = [none, *tenants]  # type: ignore[attr-defined]
