"""The forms of packages: they read what was typed and know no rules."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.packages.quoting import CARDS_MAX, MONTHS_MAX
from kernel.money import Money, UnableToReadMoney
from portal.wording import TAX_CLASSES, worded

PPM_PER_PERCENT = 10_000
_DAY = {"type": "date"}


class OrderForm(forms.Form):
    """An order: of which offer, how many cards, for how long and from when on."""

    offer = forms.ChoiceField(label=_("Offer"))
    cards = forms.IntegerField(label=_("Cards"), min_value=1, max_value=CARDS_MAX)
    terms = forms.IntegerField(
        label=_("Terms"),
        min_value=1,
        max_value=MONTHS_MAX,
        initial=1,
        help_text=_("how many months, or years, of the offer"),
    )
    starts_on = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs=_DAY),
        help_text=_("tomorrow at the earliest"),
    )

    def __init__(self, *args: Any, offers: Iterable[tuple[str, str]], **options: Any) -> None:
        """Offer these, by id."""
        super().__init__(*args, **options)
        self.fields["offer"].choices = list(offers)  # type: ignore[attr-defined]


class CardsForm(forms.Form):
    """How many cards a package is to have instead."""

    cards = forms.IntegerField(label=_("Cards"), min_value=1, max_value=CARDS_MAX)


class TermsForm(forms.Form):
    """For how many terms a package is to go on."""

    terms = forms.IntegerField(label=_("Terms"), min_value=1, max_value=MONTHS_MAX)


class CapacityForm(forms.Form):
    """How many cards of a cluster may be sold as packages, from a day up to another."""

    cluster = forms.ChoiceField(label=_("Cluster"))
    card_type = forms.ChoiceField(label=_("Card type"))
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=_DAY))
    ends_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs=_DAY),
        help_text=_("the day after the last one"),
    )
    cards = forms.IntegerField(label=_("Sellable cards"), min_value=0, max_value=CARDS_MAX)

    def __init__(
        self, *args: Any, clusters: Mapping[str, str], card_types: Iterable[str], **options: Any
    ) -> None:
        """Offer these clusters, by name, and card types."""
        super().__init__(*args, **options)
        self.fields["cluster"].choices = list(clusters.items())  # type: ignore[attr-defined]
        self.fields["card_type"].choices = [  # type: ignore[attr-defined]
            (c, c) for c in card_types
        ]


class OfferForm(forms.Form):
    """An offer as it is proposed."""

    cluster = forms.ChoiceField(label=_("Cluster"))
    card_type = forms.ChoiceField(label=_("Card type"))
    term_kind = forms.ChoiceField(
        label=_("Term"), choices=[("month", _("by the month")), ("year", _("by the year"))]
    )
    price = forms.CharField(
        label=_("Yuan per card and month"),
        max_length=20,
        help_text=_("in whole fen: 1400.00"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    cards_min = forms.IntegerField(
        label=_("Least cards"), min_value=1, max_value=CARDS_MAX, initial=1
    )
    tax_class = forms.ChoiceField(
        label=_("Tax class"),
        choices=[(name, worded(TAX_CLASSES, name)) for name in ("vat_6", "vat_13")],
        help_text=_("your accountant decides: a service, or the lease of equipment"),
    )
    fee = forms.DecimalField(
        label=_("Fee"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        initial=Decimal(0),
        help_text=_("percent of what is given back before the end"),
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs=_DAY))

    def __init__(
        self, *args: Any, clusters: Mapping[str, str], card_types: Iterable[str], **options: Any
    ) -> None:
        """Offer these clusters, by name, and card types."""
        super().__init__(*args, **options)
        self.fields["cluster"].choices = list(clusters.items())  # type: ignore[attr-defined]
        self.fields["card_type"].choices = [  # type: ignore[attr-defined]
            (c, c) for c in card_types
        ]

    def clean_price(self) -> int:
        """Return micro-yuan."""
        try:
            return Money.from_text(self.cleaned_data["price"].strip()).amount_micro
        except UnableToReadMoney as error:
            told = _("Write an amount in yuan, such as 1400.00.")
            raise forms.ValidationError(told) from error

    def clean_fee(self) -> int:
        """Return parts per million."""
        return int(self.cleaned_data["fee"] * PPM_PER_PERCENT)
