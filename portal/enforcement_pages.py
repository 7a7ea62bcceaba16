"""Jobs that must be stopped, from what rating says to what their page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compute_billing.rating.exhausted_reading import EnforcementLag, ExhaustedCase
from kernel.money import Money
from portal import figures
from portal.exports import Cell
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import Text, worded

STATES: Final[Mapping[str, Promise]] = {
    "open": gettext_lazy("to be stopped"),
    "extended": gettext_lazy("extended after all"),
    "ended": gettext_lazy("the job has ended"),
    "lost": gettext_lazy("nothing more was heard of the job"),
}
CAUSES: Final[Mapping[str, Promise]] = {
    "money": gettext_lazy("too little money"),
    "budget": gettext_lazy("a budget of the tenant stops it"),
    "silence": gettext_lazy("nobody asked for more"),
}
COLUMNS: Final = (
    *("case", "hold", "tenant", "operator", "cluster", "card_type", "cards", "job", "reference"),
    *(
        "state",
        "cause",
        "noted_at",
        "exhausted_at",
        "refused_at",
        "refusals",
        "asked_until",
        "shortfall",
    ),
    *("job_ended_at", "closed_at", "enforcement_lag_seconds"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LagFigures:
    """How many jobs ended, and how long they ran on, in words; '' where none did."""

    jobs: int
    mean: str
    longest: str


def lag_figures(lag: EnforcementLag) -> LagFigures:
    """Return the figures at the head of the page."""
    return LagFigures(jobs=lag.jobs, mean=duration(lag.mean), longest=duration(lag.longest))


def duration(time: timedelta | None) -> str:
    """Return a time in words that a person can compare: minutes, or hours and minutes."""
    if time is None:
        return ""
    minutes = time // timedelta(minutes=1)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


def cases_table(cases: Sequence[ExhaustedCase]) -> Table:
    """Return the cases as a table."""
    return Table(
        name=_("Jobs to be stopped"),
        columns=[
            _("Job"),
            _("Tenant"),
            _("Cards"),
            _("Covered until"),
            _("Ran on for"),
            _("Missing"),
            _("Refused since"),
            _("State"),
        ],
        rows=[_row(case) for case in cases],
    )


def _row(case: ExhaustedCase) -> TableRow:
    return TableRow(
        key=str(case.public_id),
        cells=[
            TableCell(text=case.allocation_key, note=case.cluster_name),
            words(case.tenant_name, code=case.tenant),
            TableCell(text=f"{figures.cards(case.milli_cards)} × {case.card_type}"),
            instant(case.exhausted_at),
            TableCell(
                text=duration(case.lag) or "–",
                tone="alarmed" if case.state == "open" and case.lag else "",
                figure="lag",
            ),
            amount(figures.money(case.shortfall), name="shortfall"),
            TableCell(at=case.noted_at, note=_refusals(case)),
            words(worded(STATES, case.state), note=worded(CAUSES, case.cause)),
        ],
    )


def _refusals(case: ExhaustedCase) -> Text:
    times = case.refusals
    if not times:
        return ""
    return ngettext("asked %(n)s time", "asked %(n)s times", times) % {"n": times}


def case_cells(case: ExhaustedCase) -> list[Cell]:
    """Return a case as a row of a file."""
    lag = case.lag
    return [
        *(str(case.public_id), str(case.hold), case.tenant, case.operator, case.cluster),
        *(case.card_type, Decimal(case.milli_cards) / 1000, case.allocation_key, case.reference),
        *(case.state, case.cause, case.noted_at, case.exhausted_at, case.refused_at, case.refusals),
        *(case.asked_until, Decimal(Money(case.shortfall).to_text())),
        *(case.job_ended_at, case.closed_at, None if lag is None else lag // timedelta(seconds=1)),
    ]
