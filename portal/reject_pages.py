"""Rejects and retries, from what metering says to what their pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import encoded
from compute_billing.metering.desk import RejectCount, RejectLine, Retry
from portal.exports import Cell
from portal.figures import percent
from portal.reject_wording import worded_reason
from portal.tables import Table, TableCell, TableRow, count, instant, words
from portal.usage_pages import Choice
from portal.wording import FORMATS, Text, origin_name, worded

RETRY_COLUMNS: Final = (
    *("retry", "source", "reason", "asked_at", "finished_at", "total", "tried", "accepted"),
    *("duplicate", "conflict", "rejected"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectPage:
    """A reject: what is wrong, where, how to mend it, and what was delivered."""

    source: str
    what: Text
    mend: Text
    message: str
    field: str
    external_id: str
    account: str
    origin: Text
    format: Text
    position: int
    rejected_at: datetime
    resolved_at: datetime | None
    can_retry: bool
    lacks_account: bool
    payload: str
    place: str
    map_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPage:
    """A retry and how far it has come."""

    url: str
    source: str
    total: int
    tried: int
    part: str
    table: Table
    asked_at: datetime
    finished_at: datetime | None
    is_over: bool


def place_of(reject: RejectLine) -> str:
    """Return the one word that names a reject in a form."""
    return encoded(str(reject.import_id), str(reject.position))


def rejects_table(rejects: Sequence[RejectLine], *, may_act: bool) -> Table:
    """Return the table of rejects; who may act chooses among them."""
    return Table(
        name=_("Rejects"),
        columns=[
            _("What is wrong"),
            _("Source"),
            _("Source account"),
            _("Record"),
            _("Line"),
            _("Refused at"),
        ],
        rows=[_reject_row(reject) for reject in rejects],
        is_chosen_from=may_act,
    )


def _reject_row(reject: RejectLine) -> TableRow:
    reason = worded_reason(reject.reason)
    url = reverse("operator-reject", args=[reject.import_id, reject.position])
    return TableRow(
        key=reject.external_id or str(reject.position),
        choice=place_of(reject) if reject.can_retry else "",
        cells=[
            TableCell(text=reason.what, url=url, note=reason.mend),
            words(reject.source_name),
            words(reject.account),
            words(reject.external_id),
            TableCell(text=f"{reject.position:,}", note=origin_name(reject.origin)),
            instant(reject.rejected_at),
        ],
    )


def offered(counts: Sequence[RejectCount], *, name: str, chosen: str) -> list[Choice]:
    """Return what a filter offers: what open rejects have, and what was chosen."""
    values = sorted({getattr(found, name) for found in counts} | {chosen})
    sources = {found.source: found.source_name for found in counts}
    return [
        Choice(
            value=value,
            text=_choice(value, name=name, sources=sources),
            is_chosen=value == chosen,
        )
        for value in values
        if value
    ]


def _choice(value: str, *, name: str, sources: Mapping[str, str]) -> str:
    if name == "reason":
        return str(worded_reason(value).what)
    return sources.get(value, value)


def reject_page(reject: RejectLine) -> RejectPage:
    """Return all that is told of a reject."""
    reason = worded_reason(reject.reason)
    return RejectPage(
        source=reject.source_name,
        what=reason.what,
        mend=reason.mend,
        message=reject.message,
        field=reject.field,
        external_id=reject.external_id,
        account=reject.account,
        origin=origin_name(reject.origin),
        format=worded(FORMATS, reject.format),
        position=reject.position,
        rejected_at=reject.rejected_at,
        resolved_at=reject.resolved_at,
        can_retry=reject.can_retry,
        lacks_account=reject.reason == "unknown_account" and reject.resolved_at is None,
        payload=reject.payload,
        place=place_of(reject),
        map_url=reverse("operator-map-account", args=[reject.import_id, reject.position]),
    )


def retry_page(retry: Retry) -> RetryPage:
    """Return how far a retry has come."""
    return RetryPage(
        url=reverse("operator-retry", args=[retry.public_id]),
        source=retry.source_name,
        total=retry.total,
        tried=retry.tried,
        part=percent(retry.tried, retry.total) or "100.0%",
        table=retries_table([retry]),
        asked_at=retry.asked_at,
        finished_at=retry.finished_at,
        is_over=retry.finished_at is not None,
    )


def retries_table(retries: Sequence[Retry]) -> Table:
    """Return the table of retries."""
    return Table(
        name=_("Retries"),
        columns=[
            _("Asked for"),
            _("Source"),
            _("Tried"),
            _("Accepted"),
            _("Repeated"),
            _("In conflict"),
            _("Rejected again"),
        ],
        rows=[_retry_row(retry) for retry in retries],
    )


def _retry_row(retry: Retry) -> TableRow:
    return TableRow(
        key=str(retry.public_id),
        cells=[
            TableCell(
                at=retry.asked_at,
                url=reverse("operator-retry", args=[retry.public_id]),
                badge="" if retry.finished_at else _("under way"),
            ),
            words(retry.source_name, note=worded_reason(retry.reason).what if retry.reason else ""),
            TableCell(text=f"{retry.tried:,} / {retry.total:,}", figure="tried"),
            count(retry.accepted, figure="accepted"),
            count(retry.duplicate, figure="duplicate"),
            count(retry.conflict, alarm=True, figure="conflict"),
            count(retry.rejected, alarm=True, figure="rejected"),
        ],
    )


def retry_cells(retry: Retry) -> list[Cell]:
    """Return a retry as a row of a file."""
    return [
        *(str(retry.public_id), retry.source, retry.reason, retry.asked_at, retry.finished_at),
        *(retry.total, retry.tried, retry.accepted, retry.duplicate, retry.conflict),
        retry.rejected,
    ]
