"""The number of a 数电票: 20 digits, of year, province, channel and serial. Pure.

Two digits of the year of issue, two of the province's tax bureau (GB/T 2260), one of the channel,
fifteen of a serial; there is no 发票代码 beside it (税务总局公告 2024 年第 11 号).
"""

import re
from datetime import date
from typing import Final

from kernel.errors import DomainError

PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
    ]
)
_DIGITS: Final = re.compile(r"[0-9]{20}\Z")


class MalformedEInvoiceNumber(DomainError):
    """A text is not the number of a 数电票 of that day."""

    code = "malformed_einvoice_number"


def check_number(text: str, *, issued_on: date) -> str:
    """Return the number without spaces.

    Raises:
        MalformedEInvoiceNumber: not 20 digits, another year, or no province.
    """
    number = re.sub(r"\s", "", text)
    if not _DIGITS.match(number):
        message = "The number of a 数电票 has 20 digits: copy it whole."
        raise MalformedEInvoiceNumber(message)
    if number[:2] != f"{issued_on:%y}":
        message = f"It begins with {number[:2]} and was issued in {issued_on.year}: one is wrong."
        raise MalformedEInvoiceNumber(message)
    if number[2:4] not in PROVINCES:
        message = f"No province has the code {number[2:4]}: look for a typing error."
        raise MalformedEInvoiceNumber(message)
    return number
