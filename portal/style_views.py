"""The living style page: every part that pages are built of, drawn by the same templates."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ANY_MEMBER, ANY_STAFF
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR
from portal import figures
from portal.access import GuardedView
from portal.chart import Chart, stacked_chart

COLOURS: Final = (
    *("paper", "surface", "ink", "muted", "faint", "line", "accent", "accent-ink", "alarm"),
)
SERIES: Final = tuple(range(1, 9))
# In rem; all rhythm is in halves of the base of sixteen pixels.
SPACES: Final = ("05", "1", "15", "2", "3", "4")
FIRST: Final = date(2026, 10, 1)
AMOUNTS: Final = (44_374_663_941, 12_000_000_000, -32_370, 0)


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("A hint stands below its field."))
    kind = forms.ChoiceField(label=_("Card type"), choices=[("910B2", "910B2"), ("H200", "H200")])
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    sure = forms.BooleanField(label=_("A choice"), required=False)


class StyleView(GuardedView):
    """The parts, for whoever builds pages or judges them."""

    allowed_roles = ANY_MEMBER
    allowed_staff_roles = ANY_STAFF

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        context: dict[str, Any] = {
            "colours": COLOURS,
            "series": SERIES,
            "spaces": SPACES,
            "amounts": [figures.money(micro) for micro in AMOUNTS],
            "chart": _chart(),
            "form": SampleForm({"name": "", "kind": "910B2", "until": ""}),
        }
        return render(request, "portal/style.html", context)


def _chart() -> Chart:
    days = [FIRST + timedelta(days=n) for n in range(31)]
    return stacked_chart(
        first=days[0],
        last=days[-1],
        parts={
            f"{name} · {card}": {
                day: (day.day * step % 23) * base * MILLI_CARD_MS_PER_CARD_HOUR for day in days
            }
            for name, card, step, base in (
                ("perception", "910B2", 7, 12),
                ("planning", "910B2", 5, 9),
                ("perception", "H200", 11, 5),
                ("teaching", "910C", 3, 3),
            )
        },
        milli_cards=24_000,
    )
