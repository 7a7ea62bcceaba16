"""Which programmes a firm could use, as its pages show it: primitives only."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compute_billing.prospects.queries import Prospect
from compute_billing.subsidies.rules.verdicts import Outcome, State, Step, Verdict
from portal import figures
from portal.exports import Cell
from portal.programmes.pages import named
from portal.programmes.words import FACTS, INPUT_VALUES, INPUTS, RULES, STEPS
from portal.tables import Table, TableCell, TableRow, amount, words
from portal.wording import Text

OUTCOMES: Final[Mapping[Outcome, Text]] = {
    Outcome.ELIGIBLE: gettext_lazy("fits"),
    Outcome.NEEDS_FIGURE: gettext_lazy("fits, people decide the figure"),
    Outcome.INCOMPLETE: gettext_lazy("something is missing"),
    Outcome.REFUSED: gettext_lazy("does not fit"),
}
VERDICTS: Final[Mapping[State, Text]] = {
    State.HOLDS: gettext_lazy("holds"),
    State.FAILS: gettext_lazy("does not hold"),
    State.MISSING: gettext_lazy("not known"),
}
HALF_OPEN: Final = re.compile(r"\[([\d-]*), ([\d-]*)\)")
PROSPECT_COLUMNS: Final = (
    *("programme", "version", "contract", "provider", "outcome", "amount_yuan", "is_at_most"),
    *("best_yuan", "missing"),
)
VERDICT_COLUMNS: Final[Sequence[str]] = (
    *("contract", "rule", "verdict", "says", "looked_at"),
    "missing",
)
STEP_COLUMNS: Final[Sequence[str]] = ("contract", "step", "amount_yuan", "says", "made_from")
MICRO_DIGITS: Final = 6


def prospects_table(prospects: Sequence[Prospect], *, tenant: str) -> Table:
    """Return programmes by contract, what each would bring, and what is missing."""
    return Table(
        name=_("Programmes for you"),
        columns=[
            _("Programme"),
            _("Contract"),
            _("State"),
            _("Would bring"),
            _("In the best combination"),
            _("Missing"),
        ],
        rows=[
            TableRow(
                key=f"{each.document.code}-{each.engagement.key}",
                cells=[
                    words(
                        named(each.document.names),
                        url=_address(each, tenant),
                        code=each.document.code,
                    ),
                    words(_contract(each), note=each.engagement.provider),
                    words(OUTCOMES[each.assessment.outcome], note=_because(each)),
                    _brings(each),
                    amount(figures.money(each.best), name="best"),
                    words(_missing_text(each)),
                ],
            )
            for each in prospects
        ],
    )


def _address(prospect: Prospect, tenant: str) -> str:
    asked = urlencode({"tenant": tenant})
    return f"{reverse('prospect', args=(prospect.document.code,))}?{asked}"


def _contract(prospect: Prospect) -> Text:
    return prospect.engagement.contract_no or _("without a contract")


def _because(prospect: Prospect) -> str:
    """Name the conditions that do not hold."""
    failing = [
        str(rule_name(verdict))
        for verdict in prospect.assessment.verdicts
        if verdict.state is State.FAILS
    ]
    return "、".join(dict.fromkeys(failing))


def _brings(prospect: Prospect) -> TableCell:
    told = prospect.assessment
    if told.amount is None or told.unit != "micro_yuan":
        return words("–")
    return TableCell(
        money=figures.money(told.amount),
        figure="amount",
        note=_("at most") if told.is_at_most else "",
    )


def _missing_text(prospect: Prospect) -> str:
    number = len(prospect.assessment.missing)
    return "–" if not number else ngettext("%(n)d fact", "%(n)d facts", number) % {"n": number}


def rule_name(verdict: Verdict) -> Text:
    """Return the condition of a verdict in words."""
    return RULES.get(verdict.rule, verdict.rule)


def missing_words(name: str) -> Text:
    """Return a fact that is missing, in the reader's words."""
    if name in FACTS:
        return FACTS[name]
    kind, _dot, rest = name.rpartition(".")
    return f"{FACTS.get(kind, kind)} {rest}" if kind else name


def prospect_cells(prospects: Iterable[Prospect]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of programmes."""
    for each in prospects:
        told = each.assessment
        yield (
            each.document.code,
            each.number,
            each.engagement.contract_no,
            each.engagement.provider,
            told.outcome.value,
            _yuan(told.amount) if told.unit == "micro_yuan" else "",
            "true" if told.is_at_most else "false",
            _yuan(each.best),
            "; ".join(told.missing),
        )


def _yuan(micro: int | None) -> str:
    if micro is None:
        return ""
    sign, whole = ("-" if micro < 0 else ""), abs(micro)
    return f"{sign}{whole // 10**MICRO_DIGITS}.{whole % 10**MICRO_DIGITS:06d}"


def verdicts_table(prospect: Prospect) -> Table:
    """Return every condition of one programme for one contract."""
    return Table(
        name=_("Conditions"),
        columns=[_("Condition"), _("Verdict"), _("What the text says"), _("Looked at")],
        rows=[
            TableRow(
                key=f"{position}",
                cells=[
                    words(rule_name(verdict)),
                    words(VERDICTS[verdict.state]),
                    words(_says(prospect, verdict.clause)),
                    words(_looked_at(verdict)),
                ],
            )
            for position, verdict in enumerate(prospect.assessment.verdicts)
        ],
    )


def in_days(value: str) -> str:
    """Write the half-open periods of an input with their last day, as people say them."""
    return HALF_OPEN.sub(lambda found: _period(*found.groups()), value)


def _period(start: str, end: str) -> str:
    last = (date.fromisoformat(end) - timedelta(days=1)).isoformat() if end else ""
    return f"{start} – {last}".strip()


def _looked_at(verdict: Verdict) -> str:
    if verdict.state is State.MISSING:
        return "、".join(str(missing_words(name)) for name in verdict.missing)
    return _inputs(verdict.inputs)


def _inputs(inputs: Mapping[str, str]) -> str:
    told = (
        f"{INPUTS.get(name, name)} {INPUT_VALUES.get(value) or in_days(value)}"
        for name, value in inputs.items()
        if value
    )
    return " · ".join(told)


def _says(prospect: Prospect, clause: str) -> str:
    clauses = prospect.document.clauses
    return clauses[clause].says if clause in clauses else "–"


def steps_table(prospect: Prospect) -> Table:
    """Return the arithmetic of the amount."""
    return Table(
        name=_("Arithmetic"),
        columns=[_("Step"), _("Amount"), _("What the text says")],
        rows=[
            TableRow(
                key=f"{position}",
                cells=[
                    words(step_name(step)),
                    _value(step),
                    words(_says(prospect, step.clause)),
                ],
            )
            for position, step in enumerate(prospect.assessment.steps)
        ],
    )


def step_name(step: Step) -> Text:
    """Return a step of the arithmetic in words."""
    return STEPS.get(step.name.partition(":")[0], step.name)


def _value(step: Step) -> TableCell:
    if step.unit == "micro_yuan":
        return amount(figures.money(step.value), name=step.name.partition(":")[0])
    return words(figures.card_hours(step.value))


def verdict_cells(prospects: Iterable[Prospect]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of conditions."""
    for each in prospects:
        for verdict in each.assessment.verdicts:
            yield (
                each.engagement.contract_no,
                verdict.rule,
                verdict.state.value,
                _says(each, verdict.clause),
                "; ".join(f"{name}={value}" for name, value in verdict.inputs.items()),
                "; ".join(verdict.missing),
            )


def step_cells(prospects: Iterable[Prospect]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of the arithmetic."""
    for each in prospects:
        for step in each.assessment.steps:
            value = _yuan(step.value) if step.unit == "micro_yuan" else f"{step.value}"
            made_from = "; ".join(f"{name}={told}" for name, told in step.inputs.items())
            says = _says(each, step.clause)
            yield each.engagement.contract_no, step.name, value, says, made_from
