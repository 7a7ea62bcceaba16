"""Forms of applications: they read what was sent and know no rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.applications.operations import OBJECTION_LENGTH_MAX


class ObjectionForm(forms.Form):
    """What somebody says against a notice."""

    words = forms.CharField(
        label=_("What is wrong with it, and how one can see that"),
        max_length=OBJECTION_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
