"""The queue and a case as officers see them: primitives for templates and files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.verification.cases import Case, assessment_of, same_name
from accounts.verification.findings import Findings, OrganisationFacts
from accounts.verification.queries import QueueLine
from accounts.verification.states import VerificationState
from portal.exports import Cell
from portal.verification.words import KINDS, SIZES, STATES

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A filter of the queue by state."""

    text: Promise
    states: tuple[VerificationState, ...]


FILTERS: Final = {
    "submitted": Choice(
        text=gettext_lazy("waiting for a decision"), states=(VerificationState.SUBMITTED,)
    ),
    "returned": Choice(
        text=gettext_lazy("with the organisation"),
        states=(VerificationState.RETURNED, VerificationState.WITHDRAWN),
    ),
    "approved": Choice(text=gettext_lazy("approved"), states=(VerificationState.APPROVED,)),
    "rejected": Choice(text=gettext_lazy("rejected"), states=(VerificationState.REJECTED,)),
    "all": Choice(text=gettext_lazy("all"), states=tuple(VerificationState)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in the queue."""

    id: UUID
    name: str
    kind: Text
    uscc: str
    state: Text
    submitted_at: datetime
    due_on: date | None
    is_overdue: bool
    is_due_today: bool
    submissions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One thing that is said, beside what is known."""

    text: Text
    said: Text
    known: Text
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """Something that an officer should look at."""

    text: str


def queue_lines(
    lines: Iterable[QueueLine], *, wanted: str, late: bool, today: date
) -> list[CaseLine]:
    """Return the cases that fit the filters, as they are shown."""
    needle = wanted.casefold()
    found = [
        CaseLine(
            id=line.public_id,
            name=line.organisation,
            kind=KINDS[line.kind],
            uscc=line.uscc,
            state=STATES[line.state],
            submitted_at=line.submitted_at,
            due_on=line.due_on,
            is_overdue=line.due_on is not None and line.due_on < today,
            is_due_today=line.due_on == today,
            submissions=line.submissions,
        )
        for line in lines
        if needle in line.organisation.casefold() or needle in line.uscc.casefold()
    ]
    return [line for line in found if line.is_overdue] if late else found


def queue_columns() -> list[str]:
    """Return the heads of the file."""
    return [
        _("Organisation"),
        _("Unified social credit code"),
        _("Kind"),
        _("State"),
        _("Handed in"),
        _("Decide by"),
        _("Times handed in"),
    ]


def queue_rows(lines: Iterable[CaseLine]) -> list[tuple[Cell, ...]]:
    """Return the rows of the file."""
    return [
        (
            line.name,
            line.uscc,
            str(line.kind),
            str(line.state),
            line.submitted_at,
            line.due_on,
            line.submissions,
        )
        for line in lines
    ]


def comparison(case: Case, known: OrganisationFacts) -> list[FactLine]:
    """Return what the case says beside what is known of the organisation now."""
    assessment = assessment_of(case)
    size: Text = "–" if assessment is None else SIZES[assessment.size_class]
    known_size: Text = "–" if known.size_class is None else SIZES[known.size_class]
    return [
        FactLine(
            text=_("Registered name"),
            said=case.registered_name,
            known=known.name,
            differs=not same_name(case.registered_name, known.name),
        ),
        FactLine(
            text=_("Unified social credit code"),
            said=case.uscc,
            known=known.uscc or "–",
            differs=bool(known.uscc) and case.uscc != known.uscc,
        ),
        FactLine(
            text=_("Size"),
            said=size,
            known=known_size,
            differs=known.size_class is not None and size != known_size,
        ),
    ]


def findings(case: Case, found: Findings) -> list[FindingLine]:
    """Return what an officer should look at, in sentences."""
    texts = []
    if found.wrong_tries:
        texts.append(
            _("%(n)s wrong amounts were typed before the account was confirmed.")
            % {"n": found.wrong_tries}
        )
    texts += [
        _("The paper %(paper)s was also handed in by %(organisation)s.")
        % {"paper": paper, "organisation": organisation}
        for paper, organisation in found.shared_papers
    ]
    texts += [
        _("The related organisation %(code)s is registered here as %(organisation)s.")
        % {"code": code, "organisation": organisation}
        for code, organisation in found.known_related
    ]
    texts += [
        _("%(organisation)s named this organisation as related.") % {"organisation": organisation}
        for organisation in found.named_by
    ]
    if case.payment is not None and not same_name(case.payment.holder, case.registered_name):
        texts.append(_("The account is in another name than the registered one."))
    return [FindingLine(text=text) for text in texts]
