"""Bring a file of usage into the books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import track

from compute_billing import public
from compute_billing.management.output import ReportingCommand
from compute_billing.metering import operations, queries
from compute_billing.metering.formats import FORMATS, MEASURES, ParseOptions, open_text, parse
from compute_billing.metering.formats.record import Parsed, Reject

if TYPE_CHECKING:
    from compute_billing.metering.models import UsageSource


class Command(ReportingCommand):
    """Parse, resolve and append; equal records sent again change nothing."""

    help = "Bring a file of usage into the books."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how to read it."""
        parser.add_argument("file", help="may be gzipped; - is standard input")
        parser.add_argument("--source", required=True, help="code of the usage source")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--measure", default="cards", choices=MEASURES)
        parser.add_argument("--card-type", default="", help="for rows that name no card type")
        parser.add_argument("--time-zone", default="", help="of times without a zone")
        parser.add_argument(
            "--create-tenants",
            action="store_true",
            help="open source, tenants, clusters and card types that the file names and we lack",
        )

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Record the file in batches, each committed on its own."""
        with _opened(options["file"]) as stream:
            return _record(stream, options, now=now).as_document()


def _record(stream: TextIO, options: dict[str, Any], *, now: datetime) -> operations.Outcome:
    source = _source(options, now=now)
    usage_import = operations.start_import(
        source=source,
        format_name=options["format"],
        origin=Path(options["file"]).name,
        measure=options["measure"],
        now=now,
    )
    total = operations.Outcome()
    for batch in _batches(_parsed(stream, options, source=source)):
        if options["create_tenants"]:
            _create_missing(batch, source=source, now=now)
        total.count(
            operations.record_batch(batch, source=source, import_id=usage_import.pk, now=now)
        )
    operations.finish_import(import_id=usage_import.pk, now=now)
    return total


def _source(options: dict[str, Any], *, now: datetime) -> UsageSource:
    if not options["create_tenants"]:
        return queries.source_by_code(options["source"])
    public.add_missing_card_types({options["card_type"]})
    return public.open_missing_source(
        code=options["source"],
        card_type=options["card_type"],
        time_zone=options["time_zone"] or "UTC",
        now=now,
    )


def _opened(file: str) -> TextIO:
    try:
        return open_text(file)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise CommandError(message) from error


def _parsed(stream: TextIO, options: dict[str, Any], *, source: UsageSource) -> Iterator[Parsed]:
    parse_options = ParseOptions(
        format=options["format"],
        measure=options["measure"],
        default_card_type=options["card_type"],
        time_zone=options["time_zone"] or source.time_zone,
    )
    yield from track(
        parse(stream, options=parse_options),
        description="records",
        total=None,
        console=Console(stderr=True),
        disable=options["json"],
    )


def _batches(parsed: Iterator[Parsed]) -> Iterator[list[Parsed]]:
    while batch := list(islice(parsed, operations.BATCH_RECORDS_MAX)):
        yield batch


def _create_missing(batch: list[Parsed], *, source: UsageSource, now: datetime) -> None:
    records = [item for item in batch if not isinstance(item, Reject)]
    public.add_missing_card_types({record.card_type for record in records})
    public.add_missing_clusters(source=source, codes={record.cluster for record in records})
    public.add_missing_tenants(
        source_id=source.pk, accounts={record.account for record in records}, now=now
    )
