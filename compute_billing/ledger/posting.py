"""How entries get into the books: judged under the locks of their balances, then set-based."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import IntegrityError, connection

from compute_billing.ledger.locks import ROOM, lock_balances
from compute_billing.ledger.transfers import (
    Entry,
    Key,
    Result,
    Standing,
    Status,
    Transfer,
    is_malformed,
    judge,
)
from kernel.errors import DomainError
from kernel.integrity import constraint_name
from kernel.sql import execute, statement
from kernel.transactions import savepoint, transaction_required

BATCH_MAX: Final = 20_000
ROUNDS_MAX: Final = 10
IN_THE_BOOKS: Final = frozenset({Status.POSTED, Status.REPEATED, Status.REFERENCE_REUSED})


class BooksAreBusy(RuntimeError):
    """Other connections took the same keys round after round; the same call may be repeated."""


def _text(value: str) -> str:
    """Escape a text for COPY."""
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
        return (
            value.replace("\\", "\\\\")
            .replace("\t", "\\t")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        )
    return value


# The few kinds, units and instants of a batch are rendered once.
_word: Final = lru_cache(maxsize=256)(_text)
_instant: Final = lru_cache(maxsize=256)(datetime.isoformat)


def _rendered(entries: Sequence[Entry]) -> str:
    """Return entries as COPY text, a line per transfer."""
    lines = []
    for position, entry in enumerate(entries):
        key = f"{_word(entry.kind)}\t{_text(entry.reference)}\t{_instant(entry.occurred_at)}"
        for part, transfer in enumerate(entry.transfers):
            lines.append(
                f"{position}\t{part}\t{key}\t{transfer.source}\t{transfer.destination}\t"
                f"{_word(transfer.unit)}\t{transfer.amount}\n"
            )
    return "".join(lines)


def _stage(entries: Sequence[Entry]) -> None:
    execute(statement(ROOM, "stage_entries.sql"))
    with connection.cursor() as cursor, cursor.copy(statement(ROOM, "copy_entries.sql")) as copy:
        copy.write(_rendered(entries))


def _standing(entries: Sequence[Entry]) -> dict[Key, Standing]:
    """Return what of the entries' keys the books have, with its content."""
    keys = {entry.key for entry in entries}
    found = execute(
        statement(ROOM, "posted_already.sql"),
        kinds=[kind for kind, _ in keys],
        references=[reference for _, reference in keys],
    ).fetchall()
    ids: dict[Key, int] = {}
    transfers: defaultdict[Key, list[Transfer]] = defaultdict(list)
    for kind, reference, transaction_id, source, destination, unit, amount in found:
        ids[kind, reference] = transaction_id
        transfers[kind, reference].append(Transfer(source, destination, unit, amount))
    return {
        key: Standing(transaction_id=ids[key], transfers=content)
        for key, content in transfers.items()
    }


@transaction_required
def _locked_accounts(entries: Sequence[Entry]) -> tuple[dict[int, str], dict[int, int]]:
    """Lock what the entries touch; return the accounts' units, and what the floored ones have."""
    wanted = {transfer.source for entry in entries for transfer in entry.transfers}
    wanted |= {transfer.destination for entry in entries for transfer in entry.transfers}
    units: dict[int, str] = {}
    available: dict[int, int] = {}
    for account_id, unit, amount in lock_balances(wanted):
        units[account_id] = unit
        available[account_id] = amount
    unfloored = wanted - units.keys()
    if unfloored:
        units |= execute(statement(ROOM, "units.sql"), account_ids=list(unfloored)).fetchall()
    return units, available


class _KeyTaken(Exception):
    """The books have a transaction under the key of an entry that was judged to be new."""


def _write(entries: Sequence[Entry], results: Sequence[Result], *, now: datetime) -> dict[Key, int]:
    """Post the entries that may be, all or none of them, and return their ids."""
    allowed = [
        entry
        for entry, result in zip(entries, results, strict=True)
        if result.status == Status.POSTED
    ]
    if not allowed:
        return {}
    try:
        with savepoint():
            _stage(allowed)
            ids = dict(execute(statement(ROOM, "post_batch.sql"), now=now).fetchall())
    except IntegrityError as error:
        if constraint_name(error) == "ledger_transaction_happens_once":
            raise _KeyTaken from error
        raise
    return {entry.key: ids[position] for position, entry in enumerate(allowed)}


def _with_ids(
    entries: Sequence[Entry], results: Sequence[Result], written: Mapping[Key, int]
) -> list[Result]:
    """Fill in the ids of what was posted now, and of its repeats in the same batch."""
    return [
        Result(status=result.status, transaction_id=written[entry.key])
        if result.transaction_id is None and result.status in IN_THE_BOOKS
        else result
        for entry, result in zip(entries, results, strict=True)
    ]


def _post_well_formed(entries: Sequence[Entry], *, now: datetime) -> list[Result]:
    """Post entries that could be in the books.

    The first round takes every key to be new, which is nearly always so and saves looking. When
    it finds that a key was taken, or would refuse an entry (which may be a repeat of what has
    used the money up), what stands under the keys is read, under the locks, and judged again.
    """
    units, available = _locked_accounts(entries)
    results = judge(entries, standing={}, units=units, available=available)
    looked = False
    for _ in range(ROUNDS_MAX):
        if looked or all(result.status == Status.POSTED for result in results):
            try:
                return _with_ids(entries, results, _write(entries, results, now=now))
            except _KeyTaken:
                pass
        results = judge(entries, standing=_standing(entries), units=units, available=available)
        looked = True
    message = "Other connections kept posting under the same references: repeat the call."
    raise BooksAreBusy(message)


@transaction_required
def post_entries(entries: Sequence[Entry], *, now: datetime) -> list[Result]:
    """Post a batch and return what became of each entry, in their order."""
    if len(entries) > BATCH_MAX:
        message = f"a batch holds at most {BATCH_MAX} entries, not {len(entries)}"
        raise ValueError(message)
    results = [Result(status=Status.MALFORMED)] * len(entries)
    positions = [number for number, entry in enumerate(entries) if not is_malformed(entry)]
    if positions:
        posted = _post_well_formed([entries[position] for position in positions], now=now)
        for position, result in zip(positions, posted, strict=True):
            results[position] = result
    return results


class UnableToPost(DomainError):
    """An entry is malformed, names an unknown account, or mixes units."""

    code = "unable_to_post"


class Overdraft(UnableToPost):
    """An account would pass its floor, its holds included."""

    code = "overdraft"


class ReferenceReused(UnableToPost):
    """The books have a transaction of this kind and reference with other content."""

    code = "reference_reused"


def _refusal(entry: Entry, result: Result) -> UnableToPost | None:
    """Return the error that a refused entry deserves, or None for one in the books."""
    what = f"{entry.kind} {entry.reference}"
    where = f"account {result.account_id}"
    messages = {
        Status.OVERDRAFT: f"{what}: {where} falls short by {result.shortfall}: top it up first.",
        Status.REFERENCE_REUSED: (
            f"{what} stands in the books with other content: use another reference."
        ),
        Status.MALFORMED: (
            f"{what}: an entry needs transfers of positive amounts between two accounts, a kind "
            "and a reference."
        ),
        Status.UNKNOWN_ACCOUNT: f"{what}: there is no {where}.",
        Status.UNIT_MISMATCH: f"{what}: {where} has another unit than the transfer.",
    }
    if result.status not in messages:
        return None
    errors = {Status.OVERDRAFT: Overdraft, Status.REFERENCE_REUSED: ReferenceReused}
    details = {
        "kind": entry.kind,
        "reference": entry.reference,
        "reason": str(result.status),
        "account_id": result.account_id,
        "shortfall": result.shortfall,
    }
    return errors.get(result.status, UnableToPost)(messages[result.status], details=details)


@transaction_required
def post(
    *,
    kind: str,
    reference: str,
    occurred_at: datetime,
    now: datetime,
    transfers: Sequence[Transfer],
) -> int:
    """Post one transaction and return its id; the same again changes nothing.

    Raises:
        Overdraft: an account would pass its floor; the error names it and the shortfall.
        ReferenceReused: the books have other content under this kind and reference.
        UnableToPost: malformed, an unknown account, or another unit.
    """
    entry = Entry(
        kind=kind, reference=reference, occurred_at=occurred_at, transfers=tuple(transfers)
    )
    result = post_entries([entry], now=now)[0]
    refusal = _refusal(entry, result)
    if refusal is not None or result.transaction_id is None:
        raise refusal or UnableToPost(f"{kind} {reference} was not posted.")
    return result.transaction_id


@transaction_required
def post_batch(*, entries: Sequence[Entry], now: datetime) -> list[Result]:
    """Post many transactions at once, at most BATCH_MAX, and say what became of each.

    The books come out as if the entries had been posted one by one in their order: a refused
    one leaves the rest standing.
    """
    return post_entries(entries, now=now)
