"""Forms of reconciliation: they read what was typed and know no rules."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.periods import UnableToReadMonth, parse_month

MICRO = 1_000_000
TEXT_LENGTH_MAX = 1_000_000
DIGITS_MAX = 24


class TotalsForm(forms.Form):
    """What a source says was used in a month, a line for each account."""

    source = forms.ChoiceField(label=gettext_lazy("Source"))
    month = forms.CharField(
        label=gettext_lazy("Month"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}"}),
    )
    totals = forms.CharField(
        label=gettext_lazy("Totals by account"),
        max_length=TEXT_LENGTH_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("a line for each account: account,card-seconds"),
    )

    def __init__(self, *args: Any, sources: Mapping[str, str], **options: Any) -> None:
        """Offer these sources, by name."""
        super().__init__(*args, **options)
        offered = list(sources.items())
        self.fields["source"].choices = offered  # type: ignore[attr-defined]

    def clean_month(self) -> Any:
        """Return the first day of the month."""
        try:
            return parse_month(self.cleaned_data["month"])
        except UnableToReadMonth as error:
            raise forms.ValidationError(_("Write a month as 2026-10.")) from error

    def clean_totals(self) -> dict[str, int]:
        """Return milli-card-milliseconds by account; an account that comes twice is summed."""
        found: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["totals"].splitlines(), start=1):
            if not line.strip():
                continue
            account, quantity = _read(line, number=number)
            found[account] = found.get(account, 0) + quantity
        return found


def _read(line: str, *, number: int) -> tuple[str, int]:
    account, comma, text = line.rpartition(",")
    digits = text.strip()
    exact = Decimal(digits) * MICRO if digits.replace(".", "", 1).isdecimal() else None
    if (
        not (comma and account.strip())
        or exact is None
        or not digits.isascii()
        or len(digits) > DIGITS_MAX
        or exact != int(exact)
    ):
        told = _("Line %(number)s: write account,card-seconds with at most six places.")
        raise forms.ValidationError(told % {"number": number})
    return account.strip(), int(exact)


class ExplainForm(forms.Form):
    """Why a source and the books differ, and which figures are meant."""

    tenant = forms.CharField(required=False, widget=forms.HiddenInput)
    stated = forms.IntegerField(widget=forms.HiddenInput)
    recorded = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
