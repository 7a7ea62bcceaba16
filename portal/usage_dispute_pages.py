"""Disputes about use, from what the room says to what their pages show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import encoded
from portal import figures
from portal.bill_file import yuan
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.usage_dispute_words import ANSWERED, LEVELS, REASONS, STATES
from portal.wording import Text, worded

DISPUTE_COLUMNS: Final = (
    *("id", "source", "external_id", "tenant", "operator", "reason", "state", "opened_at"),
    *("due_on", "disputed", "before", "after", "closed_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """An answer in words."""

    level: Text
    verdict: Text
    words: str
    grants: Sequence[tuple[datetime, datetime]]
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputePage:
    """A dispute with its amounts, answers and papers, and what may be done with it."""

    public_id: str
    job: str
    job_url: str
    tenant: str
    operator: str
    source: str
    starts_at: datetime
    ends_at: datetime
    reason: Text
    words: str
    state: str
    state_text: Text
    opened_at: datetime
    due_on: date
    is_waiting: bool
    is_overdue: bool
    disputed: MoneyFigure
    before: MoneyFigure
    after: MoneyFigure | None
    escalation: str
    escalated_at: datetime | None
    answers: Sequence[AnswerShown]
    papers: Sequence[tuple[str, str]]
    may_withdraw: bool
    may_escalate: bool
    escalable_until: date | None


def dispute_page(dispute: Any, *, today: date) -> DisputePage:
    """Put the page together."""
    answers = sorted(dispute.answers.all(), key=lambda answer: answer.pk)
    first = answers[0] if answers else None
    until = None if first is None else first.escalable_until
    return DisputePage(
        public_id=str(dispute.public_id),
        job=dispute.external_id,
        job_url=reverse("usage-why", args=[encoded(dispute.source.code, dispute.external_id)]),
        tenant=dispute.tenant.name,
        operator=dispute.operator.name,
        source=dispute.source.code,
        starts_at=dispute.starts_at,
        ends_at=dispute.ends_at,
        reason=worded(REASONS, dispute.reason),
        words=dispute.words,
        state=dispute.state,
        state_text=worded(STATES, dispute.state),
        opened_at=dispute.opened_at,
        due_on=dispute.due_on,
        is_waiting=dispute.state in ("open", "escalated"),
        is_overdue=today > dispute.due_on,
        disputed=figures.money(dispute.disputed_micro),
        before=figures.money(dispute.tenant_before),
        after=None if dispute.tenant_after is None else figures.money(dispute.tenant_after),
        escalation=dispute.escalation_words,
        escalated_at=dispute.escalated_at,
        answers=[_answer(answer) for answer in answers],
        papers=[_paper(dispute, file) for file in dispute.files.all()],
        may_withdraw=dispute.state in ("open", "escalated"),
        may_escalate=dispute.state in ("rejected", "settled")
        and dispute.escalated_at is None
        and until is not None
        and today <= until,
        escalable_until=until,
    )


def _answer(answer: Any) -> AnswerShown:
    return AnswerShown(
        level=worded(LEVELS, answer.level),
        verdict=worded(ANSWERED, answer.verdict),
        words=answer.words,
        grants=[(grant.granted_from, grant.granted_until) for grant in answer.grants.all()],
        answered_at=answer.answered_at,
    )


def _paper(dispute: Any, file: Any) -> tuple[str, str]:
    return file.file_name, reverse("dispute-paper", args=[dispute.public_id, file.public_id])


def own_table(disputes: Iterable[Any]) -> Table:
    """Return the table of a buyer's disputes."""
    return Table(
        name=_("Disputes"),
        columns=[_("Job"), _("What is wrong"), _("State"), _("Opened"), _("Disputed"), _("Now")],
        rows=[
            TableRow(
                key=str(dispute.public_id),
                cells=[
                    TableCell(
                        text=dispute.external_id,
                        url=reverse("own-dispute", args=[dispute.public_id]),
                    ),
                    words(worded(REASONS, dispute.reason)),
                    words(worded(STATES, dispute.state)),
                    instant(dispute.opened_at),
                    amount(figures.money(dispute.disputed_micro)),
                    _after(dispute),
                ],
            )
            for dispute in disputes
        ],
    )


def _after(dispute: Any) -> TableCell:
    if dispute.tenant_after is None:
        return TableCell(text="–")
    return amount(figures.money(dispute.tenant_after))


def queue_table(disputes: Iterable[Any], *, today: date) -> Table:
    """Return the table of those who answer, with the last day of each."""
    return Table(
        name=_("Disputes"),
        columns=[_("Job"), _("Tenant"), _("What is wrong"), _("State"), _("Due"), _("Disputed")],
        rows=[
            TableRow(
                key=str(dispute.public_id),
                cells=[
                    TableCell(
                        text=dispute.external_id,
                        url=reverse("operator-dispute", args=[dispute.public_id]),
                        note=dispute.source.code,
                    ),
                    words(dispute.tenant.name),
                    words(worded(REASONS, dispute.reason)),
                    words(worded(STATES, dispute.state)),
                    _due(dispute, today=today),
                    amount(figures.money(dispute.disputed_micro)),
                ],
            )
            for dispute in disputes
        ],
    )


def _due(dispute: Any, *, today: date) -> TableCell:
    is_waiting = dispute.state in ("open", "escalated")
    if not is_waiting:
        return TableCell(text="–", tone="words")
    is_late = today > dispute.due_on
    return words(dispute.due_on.isoformat(), badge=_("overdue") if is_late else "")


def dispute_rows(disputes: Iterable[Any]) -> Iterator[list[Cell]]:
    """Yield disputes as rows of a file, amounts in yuan."""
    for dispute in disputes:
        after = dispute.tenant_after
        yield [
            str(dispute.public_id),
            dispute.source.code,
            dispute.external_id,
            dispute.tenant.code,
            dispute.operator.code,
            dispute.reason,
            dispute.state,
            dispute.opened_at,
            dispute.due_on,
            yuan(dispute.disputed_micro),
            yuan(dispute.tenant_before),
            None if after is None else yuan(after),
            dispute.closed_at,
        ]
