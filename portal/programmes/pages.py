"""Published programmes as pages and files show them: primitives only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from compute_billing.programmes.queries import KnownProgramme
from compute_billing.subsidies.rules.caps import Cap
from compute_billing.subsidies.rules.documents import (
    Names,
    ProgrammeDocument,
    unset_parts,
)
from compute_billing.subsidies.rules.rates import CostClassRate, FlatRate, LevelRate, SubjectRate
from compute_billing.subsidies.rules.settable import settled
from kernel.money import MICRO_PER_YUAN
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR
from portal.exports import Cell
from portal.programmes.words import (
    BASES,
    BENEFITS,
    COSTS,
    GRADES,
    LEVELS,
    MODES,
    PARTS,
    RULES,
    SCOPES,
)
from portal.tables import Table, TableRow, words
from portal.wording import Text

COLUMNS: Final = (
    *("code", "name_zh", "name_en", "place", "level", "authority", "way", "rate", "highest"),
    *("source", "number", "published_on", "grade", "not_published"),
    *("version", "in_force_since"),
)
RULE_COLUMNS: Final = ("rule", "says")
YUAN_PER_WAN: Final = 10_000
PPM_PER_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePage:
    """One programme in words; `gaps` are (what, which official text is needed)."""

    name: str
    plain: str
    place: str
    authority: str
    way: Text
    source: str
    number: str
    published_on: date | None
    grade: Text
    seen: str
    is_draft: bool
    basis: Text
    rate: str
    highest: str
    gaps: Sequence[tuple[Text, str]]
    benefits: Sequence[tuple[Text, str]]
    version: int | None
    since: datetime | None


def named(names: Names) -> str:
    """Return a name in the reader's language."""
    return names.en if get_language() == "en" else names.zh


def programmes_table(programmes: Sequence[KnownProgramme]) -> Table:
    """Return the table of programmes."""
    return Table(
        name=_("Published programmes"),
        columns=(
            *(_("Programme"), _("Place"), _("Way"), _("Rate"), _("At most"), _("Not published")),
            _("Here"),
        ),
        rows=[
            TableRow(
                key=document.code,
                cells=(
                    words(
                        named(document.names),
                        url=reverse("programme", args=(document.code,)),
                        note=document.authority,
                    ),
                    words(document.jurisdiction.name, note=LEVELS[document.jurisdiction.level]),
                    words(MODES[document.mode]),
                    words(rate_text(document)),
                    words(highest_text(document)),
                    words(_gap_count(document), badge=_draft(document)),
                    words(_("in force") if known.version else _("not in force")),
                ),
            )
            for known in programmes
            for document in [known.document]
        ],
    )


def _gap_count(document: ProgrammeDocument) -> str:
    number = len(unset_parts(document))
    return ngettext("%(n)d part", "%(n)d parts", number) % {"n": number}


def _draft(document: ProgrammeDocument) -> Text:
    return _("draft") if document.source.is_draft else ""


def programme_cells(programmes: Iterable[KnownProgramme]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of programmes."""
    for known in programmes:
        document, source = known.document, known.document.source
        yield (
            document.code,
            document.names.zh,
            document.names.en,
            document.jurisdiction.name,
            document.jurisdiction.level,
            document.authority,
            document.mode.value,
            rate_text(document),
            highest_text(document),
            source.title,
            source.number,
            source.published_on,
            source.grade,
            len(unset_parts(document)),
            known.version.number if known.version else None,
            known.since,
        )


def rate_text(document: ProgrammeDocument) -> str:
    """Return the rate, or the span of rates, with what the text leaves to people."""
    rates = _rates(document)
    known = [ppm for ppm in rates if ppm is not None]
    if document.rate is None:
        return "–"
    if not known:
        return _("not published")
    span = _span(known)
    text = _("up to %(rate)s") % {"rate": span} if document.rate.is_ceiling else span
    return text if len(known) == len(rates) else _("%(rate)s and more") % {"rate": text}


def _rates(document: ProgrammeDocument) -> list[int | None]:
    match document.rate:
        case FlatRate(ppm=ppm):
            return [settled(ppm)]
        case SubjectRate() as rate:
            listed = [each.ppm for each in rate.lists]
            return [*listed, *rate.kinds.values(), settled(rate.otherwise_ppm)]
        case CostClassRate(classes=classes):
            return [settled(each.ppm) for each in classes]
        case LevelRate(levels=levels):
            return [settled(each.ppm) for each in levels]
        case _:
            return []


def _span(rates: Sequence[int]) -> str:
    lowest, highest = min(rates), max(rates)
    return _percent(highest) if lowest == highest else f"{_percent(lowest)}–{_percent(highest)}"


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, PPM_PER_PERCENT)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def highest_text(document: ProgrammeDocument) -> str:
    """Return the highest amounts, each with what it is counted by."""
    if not document.caps:
        return "–"
    return "; ".join(_cap_text(cap, document) for cap in document.caps)


def _cap_text(cap: Cap, document: ProgrammeDocument) -> str:
    limit = settled(cap.amount)
    if limit is None:
        return _("not published")
    highest = max([limit, *cap.on_lists.values()])
    scope = settled(cap.scope)
    amount = _quantity(highest) if document.mode == "in_kind" else _yuan(highest)
    return amount if scope is None else f"{amount} / {SCOPES[scope]}"


def _yuan(micro: int) -> str:
    yuan = micro // MICRO_PER_YUAN
    if get_language() == "en":
        return f"¥ {yuan:,}"
    return f"{yuan // YUAN_PER_WAN:,} 万元" if yuan % YUAN_PER_WAN == 0 else f"{yuan:,} 元"


def _quantity(quantity: int) -> str:
    hours = quantity // MILLI_CARD_MS_PER_CARD_HOUR
    return ngettext("%(n)s card-hour", "%(n)s card-hours", hours) % {"n": f"{hours:,}"}


def programme_page(known: KnownProgramme) -> ProgrammePage:
    """Return one programme in words."""
    document, source = known.document, known.document.source
    return ProgrammePage(
        name=named(document.names),
        plain=named(document.plain),
        place=document.jurisdiction.name,
        authority=document.authority,
        way=MODES[document.mode],
        source=source.title,
        number=source.number,
        published_on=source.published_on,
        grade=GRADES[source.grade],
        seen=source.seen,
        is_draft=source.is_draft,
        basis=BASES[_tag(document.basis)],
        rate=rate_text(document),
        highest=highest_text(document),
        gaps=[(part_name(gap.path), gap.unset) for gap in unset_parts(document)],
        benefits=[
            (BENEFITS.get(each.kind, each.kind), document.clauses[each.clause].says)
            for each in document.benefits
        ],
        version=known.version.number if known.version else None,
        since=known.since,
    )


def part_name(path: str) -> Text:
    """Return what stands at a place of a document, in the reader's words."""
    name = path.removeprefix("$.").split(".")[0].split("[")[0]
    return PARTS.get(name, name)


def _tag(part: object) -> str:
    return str(getattr(part, "__struct_config__").tag)  # noqa: B009 - msgspec's, on every struct


def rule_rows(document: ProgrammeDocument) -> list[tuple[Text, str]]:
    """Return each condition, and each kind of cost that counts, with what the text says."""
    judged = [(RULES[_tag(rule)], rule.clause) for rule in document.rules]
    counted = [(COSTS[_tag(rule)], rule.clause) for rule in document.costs]
    return [(name, document.clauses[clause].says) for name, clause in (*judged, *counted)]


def rules_table(rows: Sequence[tuple[Text, str]]) -> Table:
    """Return the table of conditions."""
    return Table(
        name=_("Conditions"),
        columns=(_("Condition"), _("What the text says")),
        rows=[
            TableRow(key=str(position), cells=(words(name), words(says)))
            for position, (name, says) in enumerate(rows)
        ],
    )


def rule_cells(rows: Iterable[tuple[Text, str]]) -> Iterator[Sequence[Cell]]:
    """Return the rows of the file of conditions."""
    for name, says in rows:
        yield (str(name), says)
