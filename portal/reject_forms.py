"""Forms about rejects: they read what was typed and know no rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def day_field(label: Any, hint: Any) -> forms.DateField:
    """Return a field for a day that may stay empty."""
    return forms.DateField(
        label=label, help_text=hint, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class MapAccountForm(forms.Form):
    """Whose an account is, and for which use."""

    tenant = forms.ChoiceField(label=_("Tenant"))
    project = forms.CharField(
        label=_("Project"),
        required=False,
        max_length=64,
        help_text=_("the project's code; empty for use without a project"),
    )
    valid_from = day_field(
        _("Valid from"), _("first day of use that is meant; empty for ever before")
    )
    valid_until = day_field(
        _("Valid until"), _("first day that is not meant any more; may stay empty")
    )
    retry = forms.BooleanField(
        label=_("Then try the rejects of this account again"), required=False, initial=True
    )

    def __init__(self, *args: object, tenants: list[tuple[str, str]], **kwargs: object) -> None:
        """Offer these tenants, by code and name."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offered = [("", _("Choose a tenant")), *tenants]
        self.fields["tenant"].choices = offered  # type: ignore[attr-defined]
