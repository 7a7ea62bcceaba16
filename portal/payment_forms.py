"""Forms of paying in: they read what was typed and know no rules."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from compute_billing.payments.operations import AutoTerms
from kernel.identifiers import uuid7

FEN_PER_YUAN: Final = 100
METHODS: Final = (
    ("", _("choose on the payment page")),
    ("card", _("bank card")),
    ("alipay", _("Alipay")),
    ("wechat_pay", _("WeChat Pay")),
)


def fen(yuan: Decimal) -> int:
    """Return yuan with at most two places in fen."""
    return int(yuan * FEN_PER_YUAN)


class YuanField(forms.DecimalField):
    """An amount in yuan and fen."""

    def __init__(self, **options: Any) -> None:
        """Let nobody type more than fen."""
        widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"})
        super().__init__(
            max_digits=11, decimal_places=2, min_value=Decimal(0), widget=widget, **options
        )


class OperatorForm(forms.Form):
    """A form about an operator; where there is only one, nobody is asked."""

    operator = forms.ChoiceField(label=_("Operator"))

    def __init__(self, *args: Any, operators: Sequence[Organisation], **options: Any) -> None:
        """Offer the operators."""
        super().__init__(*args, **options)
        self.operators = {operator.code: operator for operator in operators}
        self.fields["operator"].choices = [  # type: ignore[attr-defined]
            (operator.code, operator.name) for operator in operators
        ]
        if len(operators) == 1:
            self.fields["operator"].initial = operators[0].code

    @property
    def operator_id(self) -> int:
        """Return whom the money goes to, after the form was found valid."""
        return self.operators[self.cleaned_data["operator"]].pk


class PayInForm(OperatorForm):
    """How much, to whom, and how. `token` makes sending it twice one payment."""

    amount = YuanField(label=_("Amount in yuan"))
    method = forms.ChoiceField(label=_("How to pay"), choices=METHODS, required=False)
    save_card = forms.BooleanField(
        label=_("Keep the card for automatic top-ups"),
        required=False,
        help_text=_("Bank cards only. The number stays with the payment provider."),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=100)
    field_order = ("operator", "amount", "method", "save_card", "token")

    @classmethod
    def fresh(cls, *, operators: Sequence[Organisation]) -> "PayInForm":
        """Return an empty form with a token of its own."""
        return cls(operators=operators, initial={"token": str(uuid7())})


class RefundForm(forms.Form):
    """How much goes back."""

    amount = YuanField(label=_("Amount in yuan"))
    token = forms.CharField(widget=forms.HiddenInput, max_length=100)


class AutoTopUpForm(OperatorForm):
    """When the card pays, how much, and up to which sum in a month."""

    threshold = YuanField(label=_("When less than this is left"))
    amount = YuanField(label=_("Pay in"))
    month_max = YuanField(
        label=_("In a month at most"), help_text=_("Beyond it nothing is paid by itself.")
    )
    field_order = ("operator", "threshold", "amount", "month_max")

    def terms(self) -> AutoTerms:
        """Return what was typed, after the form was found valid."""
        said = self.cleaned_data
        return AutoTerms(
            threshold_fen=fen(said["threshold"]),
            amount_fen=fen(said["amount"]),
            month_max_fen=fen(said["month_max"]),
        )
