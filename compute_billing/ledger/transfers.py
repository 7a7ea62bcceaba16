"""What is to be posted, and which of it may be: a pure judgement in the order of arrival."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

AMOUNT_MAX: Final = 2**62
KIND_LENGTH_MAX: Final = 32
REFERENCE_LENGTH_MAX: Final = 200

Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount` of `unit` moves from account `source` to account `destination`."""

    source: int
    destination: int
    unit: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A transaction to post. Its kind and reference make it happen once.

    Its content is its transfers, in any order; the instants are not part of it, so that a
    retry a moment later is the same.
    """

    kind: str
    reference: str
    occurred_at: datetime
    transfers: Sequence[Transfer]

    @property
    def key(self) -> Key:
        """Return what the books know it by."""
        return self.kind, self.reference

    @property
    def content(self) -> Counter[Transfer]:
        """Return the transfers without their order."""
        return Counter(self.transfers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the books have under a key; without an id it stands earlier in the same batch."""

    transaction_id: int | None
    transfers: Sequence[Transfer]

    @property
    def content(self) -> Counter[Transfer]:
        """Return the transfers without their order."""
        return Counter(self.transfers)


class Status(StrEnum):
    """What became of an entry."""

    POSTED = "posted"
    REPEATED = "repeated"
    REFERENCE_REUSED = "reference_reused"
    MALFORMED = "malformed"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNIT_MISMATCH = "unit_mismatch"
    OVERDRAFT = "overdraft"


class Result(NamedTuple):
    """What became of one entry; `transaction_id` is set when it stands in the books.

    A refused entry names the account that is to blame, and by how much it falls short. A named
    tuple, because it is made for each entry and takes a third of the time of a frozen dataclass.
    """

    status: Status
    transaction_id: int | None = None
    account_id: int | None = None
    shortfall: int = 0


TO_BE_POSTED: Final = Result(status=Status.POSTED)


def is_malformed(entry: Entry) -> bool:
    """Say whether an entry could be in no books: no transfers, no key, no positive amount."""
    if not 0 < len(entry.kind) <= KIND_LENGTH_MAX:
        return True
    if not 0 < len(entry.reference) <= REFERENCE_LENGTH_MAX or not entry.transfers:
        return True
    for transfer in entry.transfers:
        if not 0 < transfer.amount <= AMOUNT_MAX or transfer.source == transfer.destination:
            return True
    return False


def _repeated(entry: Entry, standing: Standing) -> Result:
    same = entry.content == standing.content
    return Result(
        status=Status.REPEATED if same else Status.REFERENCE_REUSED,
        transaction_id=standing.transaction_id,
    )


def _misnamed(entry: Entry, units: Mapping[int, str]) -> Result | None:
    for transfer in entry.transfers:
        unit = transfer.unit
        if units.get(transfer.source) == unit == units.get(transfer.destination):
            continue
        for account_id in (transfer.source, transfer.destination):
            if account_id not in units:
                return Result(status=Status.UNKNOWN_ACCOUNT, account_id=account_id)
            if units[account_id] != unit:
                return Result(status=Status.UNIT_MISMATCH, account_id=account_id)
    return None


def _overdrawn(entry: Entry, left: dict[int, int]) -> Result | None:
    """Take an entry out of what is left, or say which account it would overdraw."""
    change: dict[int, int] = {}
    for transfer in entry.transfers:
        if transfer.source in left:
            change[transfer.source] = change.get(transfer.source, 0) - transfer.amount
        if transfer.destination in left:
            change[transfer.destination] = change.get(transfer.destination, 0) + transfer.amount
    for account_id, delta in change.items():
        if delta < 0 and left[account_id] + delta < 0:
            shortfall = -(left[account_id] + delta)
            return Result(status=Status.OVERDRAFT, account_id=account_id, shortfall=shortfall)
    for account_id, delta in change.items():
        left[account_id] += delta
    return None


def judge(
    entries: Sequence[Entry],
    *,
    standing: Mapping[Key, Standing],
    units: Mapping[int, str],
    available: Mapping[int, int],
) -> list[Result]:
    """Say what becomes of each well-formed entry; one to be posted has no transaction id yet.

    An entry is judged as if those before it were posted alone, so that a batch and its entries
    one by one come to the same books. `available` is what a floored account has above its floor
    and its holds; accounts that are not in it have no floor.
    """
    earlier: dict[Key, Entry] = {}
    left = dict(available)
    results = []
    for entry in entries:
        key = entry.key
        if key in standing:
            results.append(_repeated(entry, standing[key]))
        elif key in earlier:
            in_batch = Standing(transaction_id=None, transfers=earlier[key].transfers)
            results.append(_repeated(entry, in_batch))
        elif refusal := _misnamed(entry, units) or _overdrawn(entry, left):
            results.append(refusal)
        else:
            results.append(TO_BE_POSTED)
            earlier[key] = entry
    return results
