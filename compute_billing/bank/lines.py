"""Lines of a bank statement as they were read: values without a database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final

from kernel.errors import DomainError

LINES_MAX: Final = 50_000
TEXT_LENGTH_MAX: Final = 500
AMOUNT_FEN_MAX: Final = 10**15


class UnableToReadStatement(DomainError):
    """The file is too large, of no known form, or names no date and no amount."""

    code = "unable_to_read_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A movement on the account. Amounts are fen; `position` counts the file's lines from 1."""

    position: int
    booked_on: date
    is_incoming: bool
    amount_fen: int
    balance_fen: int | None
    payer_name: str
    payer_account: str
    remark: str
    serial: str
    # Among lines of one file with the same identity, the how manieth this is.
    occurrence: int = 1

    @property
    def key(self) -> str:
        """Return what the line is known by in every file that tells of it."""
        return f"{sha256(repr(self.identity).encode()).hexdigest()}:{self.occurrence}"

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what makes it the same movement: the bank's serial, or all that is said of it.

        A serial alone is not enough: banks give one to a payment and its fee, or to none.
        """
        movement = (self.booked_on.isoformat(), self.is_incoming, self.amount_fen)
        if self.serial:
            return (*movement, self.serial)
        return (*movement, self.balance_fen, self.payer_name, self.payer_account, self.remark)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line that cannot be read: why, and what it says."""

    position: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What the account held before the first and after the last movement, in fen.

    `difference_fen` is what the closing balance is above opening and readable movements.
    """

    opening_on: date
    opening_fen: int
    closing_on: date
    closing_fen: int
    difference_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStatement:
    """What a file says: its lines, those that cannot be read, and what it is known by.

    `account` is the number of the account that it says to be of; a table says none. `balances`
    are None where it tells none.
    """

    name: str
    sha256: str
    lines: tuple[StatementLine, ...]
    refused: tuple[RefusedLine, ...]
    account: str = ""
    balances: Balances | None = None


def counted(lines: Iterable[StatementLine]) -> tuple[StatementLine, ...]:
    """Give lines of one identity numbers, so that two equal payments are two."""
    seen: Counter[tuple[object, ...]] = Counter()
    numbered = []
    for line in lines:
        seen[line.identity] += 1
        numbered.append(replace(line, occurrence=seen[line.identity]))
    return tuple(numbered)
