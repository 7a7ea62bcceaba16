"""How commands speak: one JSON document on stdout for scripts, tables for people."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from kernel.clock import utc_now
from kernel.errors import DomainError


class ReportingCommand(BaseCommand):
    """A command with `--json`: progress and logs go to stderr, the exit code is honest.

    Subclasses implement `report(options, now)` and return a JSON value, and may implement
    `show(document)` for people.
    """

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add what every reporting command has."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
        parser.add_argument("--now", help="take this instant (ISO 8601 with zone) for now")
        return parser

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the report; a domain error is told in a sentence, with exit code 1."""
        try:
            document = self.report(options, now=_now(options["now"]))
        except DomainError as error:
            message = f"{error.code}: {error.message}"
            raise CommandError(message) from error
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self.show(document)
        if self.has_failed(document):
            sys.exit(1)

    def report(self, options: dict[str, Any], *, now: datetime) -> Any:
        """Do the work and return what is to be told."""
        raise NotImplementedError

    def show(self, document: Any) -> None:
        """Tell it to people."""
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def has_failed(self, document: Any) -> bool:
        """Say whether the exit code must be 1 although the report was made."""
        del document
        return False

    def table(self, header: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
        """Write lines in columns as wide as their content."""
        texts = [[str(cell) for cell in line] for line in (header, *lines)]
        widths = [max(len(line[column]) for line in texts) for column in range(len(header))]
        for line in texts:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _now(text: str | None) -> datetime:
    return utc_now() if text is None else instant(text)


def instant(text: str) -> datetime:
    """Read an instant that an option gives.

    Raises:
        CommandError: it is none, or names no zone.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"{text!r} is not an instant: write 2026-11-01T00:00:00Z."
        raise CommandError(message)
    return found
