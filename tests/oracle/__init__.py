"""A second opinion on every charge, that imports nothing of ours.

It reads the usage itself and reckons in fractions; slow on purpose, so that each line can be
checked against the rules by eye.
"""

from tests.oracle.books import Charge, OracleBooks, Share, rate, rate_uses
from tests.oracle.terms import Award, Lot, Price
from tests.oracle.usage import Use, read_usage

__all__ = [
    "Award",
    "Charge",
    "Lot",
    "OracleBooks",
    "Price",
    "Share",
    "Use",
    "rate",
    "rate_uses",
    "read_usage",
]
