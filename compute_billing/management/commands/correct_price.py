"""Correct a price that was published wrong: the same key and validity, with other terms.

New use is right from here on; what is charged already is mended by `rerate`, month by month.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from accounts import queries as people
from compute_billing.catalogue import mending
from compute_billing.catalogue.mending import PublishedPrice
from compute_billing.catalogue.pricing import Tier
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import plain, yuan
from kernel.money import Money
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR

HEADER = (
    *("price", "card_type", "cluster", "band", "correction_no", "unit_price"),
    *("valid_from", "valid_until"),
)


class Command(ReportingCommand):
    """`correct_price --list standard` only shows; with a price's number it is corrected."""

    help = "Show the prices of a list, or correct one by two people."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the list to show, or the price with its right terms and who corrects it."""
        parser.add_argument("price", nargs="?", type=int, help="number of the price")
        parser.add_argument("--list", help="code of the price list to show")
        parser.add_argument("--at", help="prices that hold at this instant (ISO 8601 with zone)")
        parser.add_argument("--unit-price", metavar="YUAN", help="the right price of a card-hour")
        parser.add_argument("--tiers", metavar="HOURS:YUAN,…", help="or the right tiers")
        parser.add_argument("--maker", metavar="EMAIL", help="who corrects it")
        parser.add_argument("--approver", metavar="EMAIL", help="who approves that; somebody else")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Show the prices, or correct one."""
        if options["price"] is None:
            return _shown(options, now=now)
        if options["maker"] is None or options["approver"] is None:
            message = "--maker EMAIL and --approver EMAIL say who corrects it: two people."
            raise CommandError(message)
        corrected = mending.mend_price(
            price_id=options["price"],
            **_terms(options),
            maker_id=people.user_by_email(email=options["maker"]).pk,
            approver_id=people.user_by_email(email=options["approver"]).pk,
            now=now,
        )
        found = mending.published_price(price_id=corrected.pk)
        return {"prices": [_line(found)]}

    def show(self, document: dict[str, Any]) -> None:
        """Write a line per price."""
        self.table(HEADER, [[line[name] for name in HEADER] for line in document["prices"]])


def _shown(options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    if options["list"] is None:
        message = "Name the price list to show, or the number of the price to correct."
        raise CommandError(message)
    at = now if options["at"] is None else _instant(options["at"])
    found = mending.published_prices(price_list=options["list"], at=at)
    return {"prices": [_line(price) for price in found]}


def _instant(text: str) -> datetime:
    at = parse_datetime(text)
    if at is None or at.tzinfo is None:
        message = "--at is an instant with its zone, such as 2026-10-15T00:00:00+08:00."
        raise CommandError(message)
    return at


def _terms(options: dict[str, Any]) -> dict[str, Any]:
    if (options["unit_price"] is None) == (options["tiers"] is None):
        message = "State the right terms: either --unit-price YUAN or --tiers HOURS:YUAN,…"
        raise CommandError(message)
    if options["tiers"] is None:
        micro = Money.from_text(options["unit_price"]).amount_micro
        return {"unit_price_micro": micro, "tiers": None}
    return {
        "unit_price_micro": None,
        "tiers": [_tier(text) for text in options["tiers"].split(",")],
    }


def _tier(text: str) -> Tier:
    hours, _, price = text.partition(":")
    if not hours.strip().isdigit() or not price:
        message = f"{text!r} is no tier: write the card-hours from which it holds, as 100:1.5."
        raise CommandError(message)
    return int(hours) * MILLI_CARD_MS_PER_CARD_HOUR, Money.from_text(price.strip()).amount_micro


def _line(price: PublishedPrice) -> dict[str, Any]:
    unit_price = price.unit_price_micro
    return {
        "price": price.price_id,
        "card_type": price.card_type,
        "cluster": price.cluster,
        "band": price.band,
        "correction_no": price.correction_no,
        "unit_price": "tiers" if unit_price is None else yuan(unit_price),
        "valid_from": plain(price.valid_from),
        "valid_until": plain(price.valid_until),
    }
