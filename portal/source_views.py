"""The operator's desk: sources and how they do, and what they delivered."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from compute_billing.metering import desk
from compute_billing.metering.desk import DeliveryLine, SourceDesk
from kernel.clock import utc_now
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.operator_desk import DeskView, address_of, chosen_texts
from portal.source_pages import deliveries_table, sources_table

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
SOURCE_COLUMNS: Final = (
    *("source", "name", "cluster", "last_seen_at", "newest_use_at", "silent_days", "waiting"),
    *("parked", "open_rejects", "open_conflicts"),
)
DELIVERY_COLUMNS: Final = (
    *("import_id", "source", "format", "origin", "started_at", "finished_at", "accepted"),
    *("duplicate", "conflict", "rejected"),
)


class SourcesView(DeskView):
    """Every source: when it was heard of, how far behind it is, what of it waits."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        now, chosen = utc_now(), chosen_texts(request, ("cluster",))
        every, kind = desk.sources(now=now), wanted_kind(request)
        found = [source for source in every if chosen["cluster"] in ("", source.cluster)]
        if kind is not None:
            rows = (_source_cells(source) for source in found)
            return file_response(name="sources", kind=kind, columns=SOURCE_COLUMNS, rows=rows)
        return self.page(
            request,
            "sources.html",
            table=sources_table(found, now=now),
            clusters=sorted({(source.cluster, source.cluster_name) for source in every}),
            chosen=chosen,
            address=address_of(chosen),
        )


class DeliveriesView(DeskView):
    """Deliveries, the newest first, of all sources or of one."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all as a file."""
        chosen = chosen_texts(request, ("source",))
        kind = wanted_kind(request)
        if kind is not None:
            rows = (_delivery_cells(delivery) for delivery in _every(chosen["source"]))
            return file_response(name="deliveries", kind=kind, columns=DELIVERY_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = desk.deliveries(source=chosen["source"], after=_after(cursor), limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        return self.page(
            request,
            "deliveries.html",
            table=deliveries_table(shown),
            sources=desk.source_names(),
            chosen=chosen,
            address=address_of(chosen),
            cursor=shown[-1].import_id if len(found) > PAGE_ROWS else "",
            is_first=not cursor,
        )


def _every(source: str) -> Iterator[DeliveryLine]:
    after = None
    while page := desk.deliveries(source=source, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].import_id


def _after(cursor: str) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError as error:
        raise Http404 from error


def _source_cells(source: SourceDesk) -> list[Cell]:
    return [
        source.code,
        source.name,
        source.cluster,
        source.last_seen_at,
        source.newest_use_at,
        source.silent_days,
        source.waiting,
        source.parked,
        source.open_rejects,
        source.open_conflicts,
    ]


def _delivery_cells(delivery: DeliveryLine) -> list[Cell]:
    return [
        str(delivery.import_id),
        delivery.source,
        delivery.format,
        delivery.origin,
        delivery.started_at,
        delivery.finished_at,
        delivery.accepted,
        delivery.duplicate,
        delivery.conflict,
        delivery.rejected,
    ]
