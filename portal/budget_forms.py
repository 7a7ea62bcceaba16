"""The form of a budget: it reads what was typed and knows no rules but how things are written."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.budgets.operations import USUAL_ACTUAL, USUAL_FORECAST, BudgetTerms
from compute_billing.budgets.queries import Budget
from kernel.money import MICRO_PER_FEN, Money
from kernel.periods import UnableToReadMonth, month_of, month_text, parse_month
from portal.payment_forms import YuanField, fen

SEPARATORS: Final = re.compile(r"[,，、;\s%]+")
KINDS: Final = (("monthly", _("each month anew")), ("term", _("once, for all of its months")))


class MonthField(forms.CharField):
    """A month, written 2026-10."""

    def __init__(self, **options: Any) -> None:
        """Let the browser offer months."""
        widget = forms.TextInput(
            attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}", "placeholder": "2026-10"}
        )
        super().__init__(max_length=7, widget=widget, **options)

    def clean(self, value: Any) -> date | None:
        """Return its first day."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_month(text)
        except UnableToReadMonth as error:
            raise forms.ValidationError(_("Write a month as 2026-10.")) from error


class PercentsField(forms.CharField):
    """Per cents, with anything between them."""

    def __init__(self, **options: Any) -> None:
        """Take a short line."""
        super().__init__(max_length=60, required=False, **options)

    def clean(self, value: Any) -> list[int]:
        """Return the numbers."""
        words = [word for word in SEPARATORS.split(super().clean(value)) if word]
        if not all(re.fullmatch(r"[0-9]{1,4}", word) for word in words):
            raise forms.ValidationError(_("Write whole numbers, such as 50, 80, 100."))
        return [int(word) for word in words]


class BudgetForm(forms.Form):
    """All of a budget; `version` is the one that was read."""

    name = forms.CharField(label=_("Name"), max_length=100)
    project = forms.ChoiceField(label=_("Project"), required=False)
    amount = YuanField(label=_("Amount in yuan"))
    kind = forms.ChoiceField(label=_("The amount is for"), choices=KINDS)
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(
        label=_("Last month"), required=False, help_text=_("Without one it goes on each month.")
    )
    actual_percents = PercentsField(
        label=_("Tell at so many per cent spent"), help_text=_("Each is told once a period.")
    )
    forecast_percents = PercentsField(
        label=_("Tell at so many per cent forecast"),
        help_text=_("The forecast is the spend at the end, at the mean pace of the last 7 days."),
    )
    stops = forms.BooleanField(
        label=_("Stop jobs that it could not pay"),
        required=False,
        help_text=_(
            "A job that asks for money before it starts, or for more, is refused; what runs is to "
            "be stopped at the end of what is set aside for it. Use that nobody asked for first is "
            "charged all the same."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, projects: Sequence[tuple[str, str]], **options: Any) -> None:
        """Offer the tenant's projects."""
        super().__init__(*args, **options)
        self.fields["project"].choices = [("", _("all use")), *projects]  # type: ignore[attr-defined]

    def terms(self) -> BudgetTerms:
        """Return what was typed, after the form was found valid."""
        said = self.cleaned_data
        return BudgetTerms(
            name=said["name"],
            project=said["project"] or None,
            is_term=said["kind"] == "term",
            first_month=said["first_month"],
            last_month=said["last_month"],
            amount_micro=fen(said["amount"]) * MICRO_PER_FEN,
            actual_percents=said["actual_percents"],
            forecast_percents=said["forecast_percents"],
            stops=said["stops"],
        )


def fresh(*, today: date) -> dict[str, Any]:
    """Return how an empty form begins."""
    return {
        "kind": "monthly",
        "first_month": month_text(month_of(today)),
        "actual_percents": _listed(USUAL_ACTUAL),
        "forecast_percents": _listed(USUAL_FORECAST),
    }


def as_typed(budget: Budget) -> dict[str, Any]:
    """Return a budget as somebody would type it."""
    return {
        "name": budget.name,
        "project": budget.project.code if budget.project else "",
        "amount": Money(budget.amount).to_text()[: -len("0000")],
        "kind": budget.kind,
        "first_month": month_text(budget.first_month),
        "last_month": month_text(budget.last_month) if budget.last_month else "",
        "actual_percents": _listed(budget.actual_percents),
        "forecast_percents": _listed(budget.forecast_percents),
        "stops": budget.stops,
        "version": budget.version,
    }


def _listed(percents: Sequence[int]) -> str:
    return ", ".join(map(str, percents))
