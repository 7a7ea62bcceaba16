"""Sources and deliveries, from what metering says to what their tables show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compute_billing.metering.desk import DeliveryLine, SourceDesk
from portal.operator_desk import address_of
from portal.tables import Table, TableCell, TableRow, count, instant, named, words
from portal.wording import FORMATS, Text, origin_name, worded

# A source that told of no use for longer is late: reports come at night.
LATE_AFTER: Final = timedelta(days=2)


def sources_table(sources: Sequence[SourceDesk], *, now: datetime) -> Table:
    """Return the table of sources."""
    return Table(
        name=_("Sources"),
        columns=[
            _("Source"),
            _("Cluster"),
            _("Last delivery"),
            _("Newest use"),
            _("Behind"),
            _("Silent days"),
            _("Waiting"),
            _("Held"),
            _("Rejects"),
            _("Conflicts"),
        ],
        rows=[_source_row(source, now=now) for source in sources],
    )


def _source_row(source: SourceDesk, *, now: datetime) -> TableRow:
    of_source = address_of({"source": source.code})
    return TableRow(
        key=source.code,
        cells=[
            named(
                source.name,
                code=source.code,
                url=f"{reverse('operator-deliveries')}?{of_source}",
            ),
            words(source.cluster_name),
            instant(source.last_seen_at, never=_("never")),
            instant(source.newest_use_at),
            _behind(source.newest_use_at, now=now),
            count(source.silent_days, figure="silent"),
            count(source.waiting, figure="waiting"),
            count(source.parked, alarm=True, figure="parked"),
            count(
                source.open_rejects,
                alarm=True,
                figure="rejects",
                url=f"{reverse('operator-rejects')}?{of_source}",
            ),
            count(
                source.open_conflicts,
                alarm=True,
                figure="conflicts",
                url=f"{reverse('operator-conflicts')}?{of_source}",
            ),
        ],
    )


def _behind(newest: datetime | None, *, now: datetime) -> TableCell:
    if newest is None:
        return TableCell(text="–")
    lag = now - newest
    return TableCell(text=duration(lag), tone="alarmed" if lag > LATE_AFTER else "")


def duration(lag: timedelta) -> Text:
    """Return how long something is ago, in its largest unit, rounded down."""
    minutes = max(int(lag.total_seconds()), 0) // 60
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def deliveries_table(deliveries: Sequence[DeliveryLine]) -> Table:
    """Return the table of deliveries."""
    return Table(
        name=_("Deliveries"),
        columns=[
            _("Began"),
            _("Source"),
            _("Origin"),
            _("Accepted"),
            _("Repeated"),
            _("In conflict"),
            _("Rejected"),
        ],
        rows=[_delivery_row(delivery) for delivery in deliveries],
    )


def _delivery_row(delivery: DeliveryLine) -> TableRow:
    return TableRow(
        key=str(delivery.import_id),
        cells=[
            TableCell(
                at=delivery.started_at, badge="" if delivery.finished_at else _("not finished")
            ),
            words(delivery.source_name),
            words(origin_name(delivery.origin), note=worded(FORMATS, delivery.format)),
            count(delivery.accepted, figure="accepted"),
            count(delivery.duplicate, figure="duplicate"),
            count(delivery.conflict, alarm=True, figure="conflict"),
            count(delivery.rejected, alarm=True, figure="rejected"),
        ],
    )
