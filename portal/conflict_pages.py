"""Conflicts, from what metering says to what their pages show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import encoded
from compute_billing.metering.desk import ConflictLine, Content
from portal import figures
from portal.tables import Table, TableCell, TableRow, instant, words
from portal.wording import DECISIONS, Text, origin_name, worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of both contents; `differs` says whether they disagree about it."""

    name: Text
    first: Text
    other: Text
    first_at: datetime | None = None
    other_at: datetime | None = None

    @property
    def differs(self) -> bool:
        """Say whether the other content says something else; what it leaves unsaid is as there."""
        if self.first_at is not None:
            return self.first_at != self.other_at
        return bool(self.other) and self.first != self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage:
    """A conflict: both contents side by side, where each stands, and what was decided."""

    source: str
    external_id: str
    url: str
    differences: Sequence[Difference]
    first_line: str
    other_line: str
    payload: str
    times: int
    first_at: datetime
    can_correct: bool
    is_open: bool
    decision: Text
    decision_reason: str
    decided_at: datetime | None
    decide_url: str


def word_of(conflict: ConflictLine) -> str:
    """Return the one word that names a conflict in an address."""
    return encoded(conflict.source, conflict.external_id, conflict.payload_hash)


def conflicts_table(conflicts: Sequence[ConflictLine]) -> Table:
    """Return the table of conflicts."""
    return Table(
        name=_("Conflicts"),
        columns=[_("Record"), _("Source"), _("Line"), _("Times"), _("First seen"), _("Decision")],
        rows=[_row(conflict) for conflict in conflicts],
    )


def _row(conflict: ConflictLine) -> TableRow:
    return TableRow(
        key=conflict.external_id,
        cells=[
            TableCell(
                text=conflict.external_id,
                url=reverse("operator-conflict", args=[word_of(conflict)]),
            ),
            words(conflict.source_name),
            TableCell(text=f"{conflict.position:,}", note=origin_name(conflict.origin)),
            TableCell(text=f"{conflict.times:,}"),
            instant(conflict.first_at),
            words(worded(DECISIONS, conflict.decision or "")),
        ],
    )


def conflict_page(
    conflict: ConflictLine, *, first: Content | None, other: Content | None
) -> ConflictPage:
    """Return both contents of a conflict side by side."""
    word = word_of(conflict)
    return ConflictPage(
        source=conflict.source_name,
        external_id=conflict.external_id,
        url=reverse("operator-conflict", args=[word]),
        differences=[] if first is None or other is None else [*_differences(first, other)],
        first_line="" if first is None else _line(first.origin, first.position),
        other_line=_line(conflict.origin, conflict.position),
        payload=conflict.payload,
        times=conflict.times,
        first_at=conflict.first_at,
        can_correct=first is not None and other is not None and not first.is_corrected,
        is_open=conflict.resolved_at is None,
        decision=worded(DECISIONS, conflict.decision or ""),
        decision_reason=conflict.decision_reason or "",
        decided_at=conflict.decided_at,
        decide_url=reverse("operator-decide", args=[word]),
    )


def _line(origin: str, position: int) -> str:
    return _("%(origin)s, line %(line)s") % {
        "origin": origin_name(origin),
        "line": f"{position:,}",
    }


def _differences(first: Content, other: Content) -> Iterator[Difference]:
    yield Difference(
        name=_("Tenant"),
        first=first.tenant_name,
        other=other.tenant_name or _("nobody's account %(account)s") % {"account": other.account},
    )
    yield Difference(name=_("Project"), first=first.project or "–", other=other.project)
    # What came later is known by the code alone: that of the same cluster has its name.
    is_same = first.cluster == other.cluster
    yield Difference(
        name=_("Cluster"),
        first=first.cluster_name,
        other=first.cluster_name if is_same else other.cluster,
    )
    yield Difference(name=_("Card type"), first=first.card_type, other=other.card_type)
    yield Difference(
        name=_("Cards"),
        first=figures.cards(first.milli_cards),
        other=figures.cards(other.milli_cards),
    )
    yield Difference(
        name=_("Started"), first="", other="", first_at=first.started_at, other_at=other.started_at
    )
    yield Difference(
        name=_("End of use"), first="", other="", first_at=first.ended_at, other_at=other.ended_at
    )
    yield Difference(
        name=_("Card-hours"),
        first=figures.card_hours(first.quantity),
        other=figures.card_hours(other.quantity),
    )
    yield Difference(name=_("Licence"), first=first.licence or "–", other=other.licence)
