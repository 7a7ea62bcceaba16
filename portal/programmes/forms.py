"""Forms of the programmes' desk: they read what was sent and know no rules."""

from collections.abc import Sequence
from typing import Any, Final

import yaml
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.programmes.operations import REASON_LENGTH_MAX, Filling
from compute_billing.subsidies.rules.documents import OpenPart
from portal.programmes.pages import part_name

TEXT_LENGTH_MAX: Final = 60_000
VALUE_LENGTH_MAX: Final = 200


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    """Why somebody activates, withdraws or ends a version."""

    reason = _reason(gettext_lazy("Reason"))


class TextForm(forms.Form):
    """A version as a text, and why it is proposed."""

    text = forms.CharField(
        label=gettext_lazy("What the programme says"),
        max_length=TEXT_LENGTH_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "class": "code", "spellcheck": "false"}),
        help_text=gettext_lazy("YAML, as in the library; the number of the version is counted."),
    )
    reason = _reason(gettext_lazy("Why it is proposed"))


class FillForm(forms.Form):
    """A value and a reason for each part that stands open; what is left empty stays open."""

    def __init__(self, *arguments: Any, parts: Sequence[OpenPart], **keywords: Any) -> None:
        """Ask for each of the parts."""
        super().__init__(*arguments, **keywords)
        self.parts = parts
        for position, part in enumerate(parts):
            self.fields[f"value_{position}"] = forms.CharField(
                label=f"{part_name(part.path)} ({part.path})",
                required=False,
                max_length=VALUE_LENGTH_MAX,
                help_text=part.unset,
            )
            self.fields[f"because_{position}"] = forms.CharField(
                label=_("Why this is assumed"), required=False, max_length=REASON_LENGTH_MAX
            )
        self.fields["reason"] = _reason(_("Why it is proposed"))

    def clean(self) -> dict[str, Any]:
        """Refuse a value that nobody can read, one without a reason, and none at all."""
        said = dict(super().clean() or {})
        filled = [n for n in range(len(self.parts)) if said.get(f"value_{n}")]
        if not filled:
            self.add_error(None, _("Fill at least one of the parts."))
        for position in filled:
            if not str(said.get(f"because_{position}") or "").strip():
                self.add_error(f"because_{position}", _("An assumption needs a reason."))
            try:
                said[f"value_{position}"] = yaml.safe_load(said[f"value_{position}"])
            except yaml.YAMLError:
                self.add_error(f"value_{position}", _("This value cannot be read."))
        return said

    def fillings(self) -> list[Filling]:
        """Return what is filled."""
        said = self.cleaned_data
        return [
            Filling(path=part.path, value=said[f"value_{n}"], because=said[f"because_{n}"])
            for n, part in enumerate(self.parts)
            if said[f"value_{n}"] not in ("", None)
        ]
