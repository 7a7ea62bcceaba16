"""Forms of verification: they read what was typed and know no rules but those of form."""

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.uscc import MalformedUscc, check_uscc
from accounts.verification.decisions.operations import REASON_LENGTH_MAX
from accounts.verification.kinds import DocumentKind, Industry, Outcome, Relation, Step
from accounts.verification.sizes import TEN_THOUSAND, THRESHOLDS, Figure
from portal.verification.words import DECISIONS, DOCUMENTS, INDUSTRIES, RELATIONS, STEPS

WAN_PLACES: Final = 4
PEOPLE_MAX: Final = 10_000_000
FEN_PER_YUAN: Final = 100
ACCOUNT_NUMBER: Final = re.compile(r"[0-9]{8,30}")
YEARS_BACK: Final = 2
PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}


class UsccField(forms.CharField):
    """A 统一社会信用代码 whose check characters hold."""

    def __init__(self, **options: Any) -> None:
        """Take a text as long as a code may be typed, with spaces."""
        super().__init__(
            max_length=40, widget=forms.TextInput(attrs={**PLAIN, "class": "code"}), **options
        )

    def clean(self, value: Any) -> str:
        """Return the code in capitals."""
        text = "".join(str(super().clean(value)).split())
        try:
            return check_uscc(text)
        except MalformedUscc as error:
            message = _("This is no credit code: a character is wrong or missing. Compare it.")
            raise forms.ValidationError(message) from error


class IdentityForm(forms.Form):
    """Who the organisation is."""

    uscc = UsccField(
        label=_("Unified social credit code"),
        help_text=_("18 characters, as on the business licence. Its check characters are checked."),
    )
    registered_name = forms.CharField(
        label=_("Registered name"),
        max_length=200,
        help_text=_("Exactly as on the business licence. The corporate account is in this name."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class SizeForm(forms.Form):
    """What the size is judged by; which figures are needed is said by the industry."""

    industry = forms.TypedChoiceField(label=_("Industry"), coerce=Industry)
    year = forms.TypedChoiceField(
        label=_("Year of the figures"),
        coerce=int,
        help_text=_("The last year with closed accounts; for a new enterprise, this year."),
    )
    employees = forms.IntegerField(
        label=_("Employees at the end of the year"),
        min_value=0,
        max_value=PEOPLE_MAX,
        required=False,
    )
    revenue_yuan = forms.DecimalField(
        label=_("Operating income of the year, in ten thousand yuan"),
        min_value=0,
        max_digits=14,
        decimal_places=WAN_PLACES,
        required=False,
        help_text=_("As in the annual accounts, without VAT. 1,000 means ten million yuan."),
    )
    assets_yuan = forms.DecimalField(
        label=_("Total assets at the end of the year, in ten thousand yuan"),
        min_value=0,
        max_digits=14,
        decimal_places=WAN_PLACES,
        required=False,
        help_text=_("Asked for in construction, real estate, leasing and business services."),
    )

    def __init__(self, *args: Any, this_year: int, **options: Any) -> None:
        """Offer the industries, and this year and those just before it."""
        super().__init__(*args, **options)
        words = [(industry.value, text) for industry, text in INDUSTRIES.items()]
        years = [
            (str(year), str(year)) for year in range(this_year, this_year - YEARS_BACK - 1, -1)
        ]
        self.fields["industry"].choices = [("", _("Choose an industry")), *words]  # type: ignore[attr-defined]
        self.fields["year"].choices = years  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return whole yuan; a figure that the industry asks for must be there."""
        values = super().clean() or {}
        industry = values.get("industry")
        if industry:
            for figure in THRESHOLDS[industry].bounds:
                if values.get(figure) is None and figure not in self.errors:
                    self.add_error(str(figure), _("Your industry is judged by this figure."))
        for figure in (Figure.REVENUE, Figure.ASSETS):
            if values.get(figure) is not None:
                values[str(figure)] = int(values[figure] * TEN_THOUSAND)
        return values


class DocumentForm(forms.Form):
    """A paper."""

    kind = forms.TypedChoiceField(
        label=_("What it is"),
        coerce=DocumentKind,
        choices=[(kind.value, text) for kind, text in DOCUMENTS.items()],
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. Black out identity numbers on copies."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class AccountForm(forms.Form):
    """Which corporate account the small payment goes to."""

    bank = forms.CharField(label=_("Bank"), max_length=100)
    branch = forms.CharField(
        label=_("Branch"),
        max_length=150,
        required=False,
        help_text=_("With the city, as the bank writes it on statements."),
    )
    account_number = forms.CharField(
        label=_("Account number"),
        max_length=60,
        widget=forms.TextInput(attrs={**PLAIN, "class": "code", "inputmode": "numeric"}),
        help_text=_("Stored encrypted; afterwards only its last four digits are shown."),
    )

    def clean_account_number(self) -> str:
        """Return its digits."""
        digits = re.sub(r"[\s-]", "", self.cleaned_data["account_number"])
        if not ACCOUNT_NUMBER.fullmatch(digits):
            raise forms.ValidationError(_("A corporate account number has 8 to 30 digits."))
        return digits


class AmountForm(forms.Form):
    """The amount that arrived."""

    amount = forms.DecimalField(
        label=_("Amount that arrived, in yuan"),
        min_value=Decimal("0.01"),
        max_value=Decimal("0.99"),
        max_digits=3,
        decimal_places=2,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "decimal", "placeholder": "0.00"}),
    )

    def amount_fen(self) -> int:
        """Return it in whole fen."""
        return int(self.cleaned_data["amount"] * FEN_PER_YUAN)


class RelatedForm(forms.Form):
    """A related organisation."""

    uscc = UsccField(label=_("Its unified social credit code"))
    registered_name = forms.CharField(label=_("Its registered name"), max_length=200)
    relation = forms.TypedChoiceField(
        label=_("How it is related"),
        coerce=Relation,
        choices=[(relation.value, text) for relation, text in RELATIONS.items()],
    )


class SubmitForm(forms.Form):
    """The undertaking without which nothing is submitted."""

    is_true = forms.BooleanField(
        label=_(
            "I declare for the organisation that everything above is true and complete, and know "
            "that false statements end subsidies and are paid back."
        )
    )


class DecisionForm(forms.Form):
    """What an officer decides, and what is to be mended."""

    submission_number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    outcome = forms.TypedChoiceField(
        label=_("Decision on the case"),
        coerce=Outcome,
        choices=[(outcome.value, text) for outcome, text in DECISIONS.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason, as the organisation will read it"),
        required=False,
        max_length=REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to return or reject. Name no persons: it is kept for ever."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add a field for each step that something may be wrong with."""
        super().__init__(*args, **options)
        for step, text in STEPS.items():
            self.fields[f"reason_{step}"] = forms.CharField(
                label=str(text), required=False, max_length=REASON_LENGTH_MAX
            )

    def step_fields(self) -> list[forms.BoundField]:
        """Return the fields of what is to be mended."""
        return [self[f"reason_{step}"] for step in STEPS]

    def step_reasons(self) -> dict[Step, str]:
        """Return what is to be mended, by step."""
        return {step: self.cleaned_data[f"reason_{step}"] for step in STEPS}


class SentForm(forms.Form):
    """By what name the bank knows a payment."""

    bank_reference = forms.CharField(max_length=64, required=False)
