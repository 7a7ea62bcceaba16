"""Forms of the desk of cash: they read what was sent and know no rules."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LENGTH_MAX: Final = 500


class PairForm(forms.Form):
    """The difference that is the same movement, and why."""

    prefix = "pair"

    other = forms.ChoiceField(label=_("The same as"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        help_text=_("What you looked at: whoever checks the books later has only this."),
    )

    def __init__(self, *args: Any, others: list[tuple[str, Any]], **options: Any) -> None:
        """Offer these differences of the same account."""
        super().__init__(*args, **options)
        self.fields["other"].choices = others  # type: ignore[attr-defined]


class BookingForm(forms.Form):
    """Where money came from or went to, and whose it is."""

    prefix = "booking"

    counter = forms.ChoiceField(
        label=_("Book it as"),
        choices=[
            ("fee", _("a fee: the operator's expense")),
            ("own", _("the operator's own money")),
            ("transfer", _("a transfer between two places")),
        ],
    )
    operator = forms.ChoiceField(label=_("Operator"))
    other = forms.ChoiceField(
        label=_("Other end of the transfer"),
        required=False,
        help_text=_("Only for a transfer: the same amount the other way, elsewhere."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        help_text=_("What you looked at: whoever checks the books later has only this."),
    )

    def __init__(
        self,
        *args: Any,
        operators: list[tuple[str, str]],
        others: list[tuple[str, Any]],
        **options: Any,
    ) -> None:
        """Offer these operators, and these differences elsewhere."""
        super().__init__(*args, **options)
        self.fields["operator"].choices = operators  # type: ignore[attr-defined]
        self.fields["other"].choices = [("", _("none")), *others]  # type: ignore[attr-defined]
