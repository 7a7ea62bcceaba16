"""Write down what was agreed with a payee: commission, reserve, minimum and schedule."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser

from accounts import queries as people
from compute_billing.management.output import ReportingCommand
from compute_billing.payouts import operations
from kernel.audit import Actor
from kernel.periods import month_text, parse_month

PPM_PER_PERCENT: Final = 10_000
FEN_PER_YUAN: Final = 100


class Command(ReportingCommand):
    """Write terms down; what is used from their month on is counted by them."""

    help = "Write down by which terms a payee is paid, from a month on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the payee, the month and the figures of the contract."""
        parser.add_argument("payee", help="code of the organisation that is paid")
        parser.add_argument("month", help="YYYY-MM, from which on")
        parser.add_argument("--contract", required=True, help="number of the contract")
        parser.add_argument("--commission", default="0", help="percent of what was paid")
        parser.add_argument("--commission-tax", default="6", help="percent of the commission")
        parser.add_argument("--reserve", default="0", help="percent that is held back")
        parser.add_argument("--reserve-days", type=int, default=0)
        parser.add_argument("--minimum", default="1", help="yuan, below which nothing is paid")
        parser.add_argument("--schedule", default="monthly", choices=["weekly", "monthly"])

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Write them down."""
        made = operations.agree(
            payee_id=people.organisation_by_code(code=options["payee"]).pk,
            from_month=parse_month(options["month"]),
            terms=operations.Terms(
                contract_no=options["contract"],
                commission_ppm=_whole(options["commission"], PPM_PER_PERCENT),
                commission_tax_ppm=_whole(options["commission_tax"], PPM_PER_PERCENT),
                reserve_ppm=_whole(options["reserve"], PPM_PER_PERCENT),
                reserve_days=options["reserve_days"],
                minimum_fen=_whole(options["minimum"], FEN_PER_YUAN),
                schedule=options["schedule"],
            ),
            actor=Actor.system(),
            now=now,
        )
        return {"payee": options["payee"], "from_month": month_text(made.from_month)}


def _whole(text: str, times: int) -> int:
    try:
        number = Decimal(text) * times
    except InvalidOperation as error:
        message = f"{text!r} is no number."
        raise CommandError(message) from error
    if number != number.to_integral_value() or number < 0:
        message = f"{text!r} has too many decimal places, or is negative."
        raise CommandError(message)
    return int(number)
