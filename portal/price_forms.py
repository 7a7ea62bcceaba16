"""The form of a price draft: it reads what was typed and knows no rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.money import Money, UnableToReadMoney
from portal.wording import band_name, price_list_name


def named_lists(lists: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Return price lists for choosing: whom each is for, with its code."""
    named = {
        code: str(price_list_name(code, kind=kind, customer_class=customer_class))
        for code, (kind, customer_class) in lists.items()
    }
    return [(code, name if code in name else f"{name} · {code}") for code, name in named.items()]


class PriceForm(forms.Form):
    """A price as it is proposed."""

    price_list = forms.ChoiceField(label=_("Price list"))
    card_type = forms.ChoiceField(label=_("Card type"))
    cluster = forms.ChoiceField(label=_("Cluster"), required=False)
    band = forms.ChoiceField(label=_("Time of day"))
    amount = forms.CharField(
        label=_("Yuan per card-hour"),
        max_length=20,
        help_text=_("at most six places: 2.43"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        help_text=_("the first day on which it holds; the present price ends there"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("what whoever approves has to know"),
    )

    def __init__(
        self,
        *args: Any,
        price_lists: Mapping[str, tuple[str, str]],
        card_types: Iterable[str],
        clusters: Mapping[str, str],
        bands: Mapping[str, str],
        **options: Any,
    ) -> None:
        """Offer lists (kind and class by code), card types, clusters and bands (with hours)."""
        super().__init__(*args, **options)
        self._offer("price_list", named_lists(price_lists))
        self._offer("card_type", [(code, code) for code in card_types])
        self._offer("cluster", [("", _("every cluster")), *clusters.items()])
        self._offer(
            "band", [(band, band_name(band, window=window)) for band, window in bands.items()]
        )

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_amount(self) -> int:
        """Return micro-yuan."""
        try:
            return Money.from_text(self.cleaned_data["amount"].strip()).amount_micro
        except UnableToReadMoney as error:
            told = _("Write an amount in yuan with at most six places, such as 2.43.")
            raise forms.ValidationError(told) from error
