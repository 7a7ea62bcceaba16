"""Mend a wrongly priced month with four eyes: see the effect, ask for it, approve it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import queries as people
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import yuan
from compute_billing.rating import rerate
from compute_billing.rating.rerate import Difference
from kernel.periods import month_text, parse_month

HEADER = ("tenant", "charges", "gross", "subsidy", "tenant_part")


class Command(ReportingCommand):
    """`rerate 2026-10` only shows; with --maker it asks; with --approve it is done."""

    help = "Show, ask for or approve the mending of a month whose prices were corrected."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month, or the request to approve, and who acts."""
        parser.add_argument("month", nargs="?", help="YYYY-MM")
        parser.add_argument("--tenant", help="code of one tenant; without it, every tenant")
        parser.add_argument(
            "--dry-run", action="store_true", help="show the effect, ask for nothing"
        )
        parser.add_argument("--maker", metavar="EMAIL", help="who asks for it")
        parser.add_argument("--reason", default="", help="why, for the record")
        parser.add_argument("--approve", type=int, metavar="REQUEST", help="number of a request")
        parser.add_argument("--approver", metavar="EMAIL", help="who approves it")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Do one of the three; the first and second change no book."""
        if options["approve"] is not None:
            return _approve(options, now=now)
        if options["month"] is None:
            message = "Name the month to mend, such as 2026-10, or --approve REQUEST."
            raise CommandError(message)
        if options["dry_run"] or options["maker"] is None:
            return _preview(options, now=now)
        return _request(options, now=now)

    def show(self, document: dict[str, Any]) -> None:
        """Write a line per tenant."""
        self.table(HEADER, [[line[name] for name in HEADER] for line in document["tenants"]])
        if document.get("request"):
            self.stdout.write(f"request {document['request']}: {document['state']}")


def _preview(options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    month = parse_month(options["month"])
    differences = rerate.preview(month=month, tenant_id=_tenant_id(options), now=now)
    return {"month": month_text(month), "state": "dry_run", "tenants": _lines(differences)}


def _request(options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    month = parse_month(options["month"])
    if not options["reason"].strip():
        message = "--reason says why: it stands in the decision log."
        raise CommandError(message)
    request = rerate.request(
        month=month,
        reason=options["reason"].strip(),
        maker_id=people.user_by_email(email=options["maker"]).pk,
        tenant_id=_tenant_id(options),
        now=now,
    )
    asked = [Difference(**effect) for effect in request.preview]
    return {
        "month": month_text(month),
        "state": "asked_for",
        "request": request.pk,
        "tenants": _lines(asked),
    }


def _approve(options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    if options["approver"] is None:
        message = "--approver EMAIL says who approves; it is not who asked."
        raise CommandError(message)
    done = rerate.approve_and_run(
        request_id=options["approve"],
        approver_id=people.user_by_email(email=options["approver"]).pk,
        now=now,
    )
    return {"state": "done", "request": options["approve"], "tenants": _lines(done)}


def _tenant_id(options: dict[str, Any]) -> int | None:
    if options["tenant"] is None:
        return None
    return int(people.organisation_by_code(code=options["tenant"]).pk)


def _lines(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    codes = {pk: code for code, pk in people.organisation_ids_by_code().items()}
    return [
        {
            "tenant": codes[difference.tenant_id],
            "charges": difference.charges,
            "gross": yuan(difference.gross),
            "subsidy": yuan(difference.programme),
            "tenant_part": yuan(difference.tenant),
        }
        for difference in differences
    ]
