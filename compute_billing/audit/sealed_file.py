"""Decisions as a file that whoever has a published head can check without this house.

JSON lines: a head, the entries, and from the first seal that holds one of them every seal up to
the head, with the digests of all its entries. An entry's digest stands at its position; a seal's
hash follows from its digests and the seal before it; the last hash is the published head. Of
other entries the file holds digests alone, which tell nothing about them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from kernel import seals
from kernel.canonical import canonical_hash, canonical_json
from kernel.errors import DomainError
from kernel.models import AuditEntry, Seal, SealEntry
from kernel.seals import SealHead

FORMAT: Final = "suanji-audit-1"
# What the digest of an entry is made of, in this order; the hashes only where there is one.
ACTED: Final = (
    *("id", "occurred_at_us", "recorded_at_us", "actor_kind", "actor_id", "organisation_id"),
    *("action", "object_type", "object_id", "detail_hash"),
)
HASHES: Final = ("before_hash", "after_hash", "origin_hash")
ROWS_AT_ONCE: Final = 2_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableSealedFile(DomainError):
    """A file is not one that `sealed_lines` wrote."""

    code = "unreadable_sealed_file"


@dataclass(slots=True, kw_only=True)
class Proof:
    """What a file proves: nothing is wrong where `problems` is empty.

    `entries` are proven by the published head; `waiting` were not sealed under it.
    """

    entries: int = 0
    waiting: int = 0
    first_seal_no: int | None = None
    last_seal_no: int | None = None
    problems: list[str] = field(default_factory=list)


def sealed_lines(entries: Iterable[AuditEntry], *, head: SealHead | None) -> Iterator[str]:
    """Yield the lines of a file over some entries, which know their seals, up to `head`."""
    last_no = 0 if head is None else head.seal_no
    yield _line(kind="head", format=FORMAT, head=None if head is None else head.to_text())
    first_no = last_no + 1
    for entry in entries:
        link: SealEntry | None = getattr(entry, "sealed", None)
        if link is None or link.seal_id > last_no:
            yield _line(kind="entry", seal_no=None, position=None, **_told(entry))
        else:
            first_no = min(first_no, link.seal_id)
            yield _line(kind="entry", seal_no=link.seal_id, position=link.position, **_told(entry))
    yield from _seals(first_no=first_no, last_no=last_no)


def _line(**document: Any) -> str:
    return canonical_json(document).decode() + "\n"


def _told(entry: AuditEntry) -> dict[str, Any]:
    told = seals.told_by(entry)
    names = (*ACTED, *HASHES)[: len(told)]
    return {"entry": dict(zip(names, told, strict=True)), "detail": entry.detail}


def _seals(*, first_no: int, last_no: int) -> Iterator[str]:
    links = (
        SealEntry.objects.filter(seal_id__gte=first_no, seal_id__lte=last_no)
        .select_related("entry", "seal")
        .order_by("seal_id", "position")
    )
    for _, group in groupby(links.iterator(chunk_size=ROWS_AT_ONCE), key=lambda link: link.seal_id):
        found = list(group)
        yield _seal_line(found[0].seal, [seals.entry_digest(link.entry).hex() for link in found])


def _seal_line(seal: Seal, digests: list[str]) -> str:
    return _line(
        kind="seal",
        seal_no=seal.seal_no,
        prev_hash=bytes(seal.prev_hash).hex(),
        hash=bytes(seal.hash).hex(),
        sealed_at_us=(seal.sealed_at - _EPOCH) // timedelta(microseconds=1),
        digests=digests,
    )


def check(lines: Iterable[str], *, published: SealHead) -> Proof:
    """Say what a file proves under a head that was published; asks no database.

    Raises:
        UnreadableSealedFile: a line is none of this format.
    """
    checking = _Checking(published=published)
    for number, line in enumerate(lines, start=1):
        try:
            checking.take(json.loads(line), is_first=number == 1)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"Line {number} is not of the format {FORMAT}."
            raise UnreadableSealedFile(message) from error
    return checking.end()


class _Checking:
    """Takes a file line by line."""

    def __init__(self, *, published: SealHead) -> None:
        self.published = published
        self.proof = Proof()
        self.waiting: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        self.prev_hash: str | None = None
        self.reached = False

    def take(self, document: dict[str, Any], *, is_first: bool) -> None:
        kind = document["kind"]
        if is_first != (kind == "head") or (is_first and document["format"] != FORMAT):
            raise ValueError(kind)
        if kind == "entry":
            self._take_entry(document)
        elif kind == "seal":
            self._take_seal(document)

    def _take_entry(self, document: dict[str, Any]) -> None:
        told, seal_no = document["entry"], document["seal_no"]
        if canonical_hash(document["detail"]).hex() != told["detail_hash"]:
            self._wrong(f"entry {told['id']}: the detail was altered")
        if seal_no is None or seal_no > self.published.seal_no:
            self.proof.waiting += 1
            return
        hashes = [told.get(name) for name in HASHES]
        parts = [*(told[name] for name in ACTED), *(hashes if any(hashes) else ())]
        digest = seals.digest_of(parts).hex()
        self.waiting[seal_no].append((document["position"], told["id"], digest))

    def _take_seal(self, document: dict[str, Any]) -> None:
        seal_no, digests = document["seal_no"], document["digests"]
        if seal_no > self.published.seal_no:
            return
        self._take_place(seal_no, prev_hash=document["prev_hash"])
        made = seals.seal_hash_at(
            seal_no=seal_no,
            prev_hash=bytes.fromhex(document["prev_hash"]),
            sealed_at_us=document["sealed_at_us"],
            digests=[bytes.fromhex(digest) for digest in digests],
        )
        if made.hex() != document["hash"]:
            self._wrong(f"seal {seal_no}: its entries do not give its hash")
        self.prev_hash = made.hex()
        if seal_no == self.published.seal_no:
            self.reached = made == self.published.hash
        for position, entry_id, digest in self.waiting.pop(seal_no, []):
            if not 1 <= position <= len(digests) or digests[position - 1] != digest:
                self._wrong(f"entry {entry_id}: it is not what seal {seal_no} holds")
            self.proof.entries += 1

    def _take_place(self, seal_no: int, *, prev_hash: str) -> None:
        last = self.proof.last_seal_no
        if last is None:
            self.proof.first_seal_no = seal_no
        elif seal_no != last + 1 or prev_hash != self.prev_hash:
            self._wrong(f"seal {seal_no}: it does not follow the seal before it")
        self.proof.last_seal_no = seal_no

    def _wrong(self, problem: str) -> None:
        self.proof.problems.append(problem)

    def end(self) -> Proof:
        for seal_no, entries in sorted(self.waiting.items()):
            for _, entry_id, _ in entries:
                self._wrong(f"entry {entry_id}: the file lacks its seal {seal_no}")
        if not self.reached and (self.proof.last_seal_no is not None or self.waiting):
            self._wrong("the seals do not lead to the published head")
        return self.proof
