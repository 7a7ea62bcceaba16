"""The hash chain over audit entries.

Whoever owns the database could compute the whole chain anew, so a chain alone proves
nothing: its head is printed on claims, settlement sheets and the daily mail, and
verification takes such published heads.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from kernel.audit import origin_was_altered
from kernel.canonical import canonical_hash
from kernel.errors import DomainError
from kernel.locks import AdvisoryLock, try_xact_lock
from kernel.models import AuditEntry, Seal, SealEntry
from kernel.sql import row, statement
from kernel.transactions import transaction

ENTRIES_PER_SEAL_MAX: Final = 10_000
GENESIS_HASH: Final = bytes(32)
_DOMAIN: Final = b"suanji-seal-1\n"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD = re.compile(r"(?P<seal_no>[1-9][0-9]{0,17}):(?P<hash>[0-9a-f]{64})")


class UnableToReadSealHead(DomainError):
    """A text is not a published head: a number, a colon and a hash."""

    code = "malformed_seal_head"


@dataclass(frozen=True, slots=True)
class SealHead:
    """The end of the chain at some moment, as printed on what leaves the house."""

    seal_no: int
    hash: bytes

    def to_text(self) -> str:
        """Return "12:9f86…": the number and 64 hexadecimal digits."""
        return f"{self.seal_no}:{self.hash.hex()}"

    @classmethod
    def from_text(cls, text: str) -> "SealHead":
        """Read a printed head.

        Raises:
            UnableToReadSealHead: not a number, a colon and 64 hexadecimal digits.
        """
        match = _HEAD.fullmatch(text.strip().lower())
        if match is None:
            message = "A head is a number, a colon and 64 hexadecimal digits."
            raise UnableToReadSealHead(message)
        return cls(int(match["seal_no"]), bytes.fromhex(match["hash"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it was sealed."""

    seal_no: int
    problem: str
    entry_id: int | None = None


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def entry_digest(entry: AuditEntry) -> bytes:
    """Return the SHA-256 of everything that an entry says; its detail by hash."""
    return digest_of(told_by(entry))


def told_by(entry: AuditEntry) -> list[int | str | None]:
    """Return what the digest of an entry is made of.

    Entries from before there were hashes of states and origins keep the digest they had.
    """
    hashes = [
        None if found is None else bytes(found).hex()
        for found in (entry.before_hash, entry.after_hash, entry.origin_hash)
    ]
    return [*_acted(entry), *(hashes if any(hashes) else ())]


def digest_of(told: Sequence[int | str | None]) -> bytes:
    """Return the digest of what an entry says."""
    return canonical_hash(list(told))


def _acted(entry: AuditEntry) -> list[int | str | None]:
    return [
        entry.id,
        _microseconds(entry.occurred_at),
        _microseconds(entry.recorded_at),
        entry.actor_kind,
        entry.actor_id,
        entry.organisation_id,
        entry.action,
        entry.object_type,
        entry.object_id,
        bytes(entry.detail_hash).hex(),
    ]


def seal_hash(
    *, seal_no: int, prev_hash: bytes, sealed_at: datetime, digests: Sequence[bytes]
) -> bytes:
    """Return the hash of a seal over the digests of its entries, in their order."""
    return seal_hash_at(
        seal_no=seal_no,
        prev_hash=prev_hash,
        sealed_at_us=_microseconds(sealed_at),
        digests=digests,
    )


def seal_hash_at(
    *, seal_no: int, prev_hash: bytes, sealed_at_us: int, digests: Sequence[bytes]
) -> bytes:
    """Return the hash of a seal whose moment is told in microseconds since 1970."""
    head = f"{seal_no}:{len(digests)}:{sealed_at_us}\n".encode()
    return hashlib.sha256(_DOMAIN + head + prev_hash + b"".join(digests)).digest()


def seal_entries(*, now: datetime, limit: int = ENTRIES_PER_SEAL_MAX) -> Seal | None:
    """Seal the entries that no seal covers yet, or return None.

    One sealer at a time: while another is at work there is nothing to do. Entries are found
    through the link table and not by a cursor on ids, because ids become visible out of
    order.
    """
    with transaction():
        if not try_xact_lock(AdvisoryLock.AUDIT_SEAL):
            return None
        entries = _unsealed(limit)
        return _append_seal(entries, now=now) if entries else None


def _unsealed(limit: int) -> list[AuditEntry]:
    text = statement("kernel", "unsealed_entries.sql")
    return list(AuditEntry.objects.raw(text, {"limit": limit}))


def _append_seal(entries: Sequence[AuditEntry], *, now: datetime) -> Seal:
    last = head()
    seal_no = 1 if last is None else last.seal_no + 1
    prev_hash = GENESIS_HASH if last is None else last.hash
    digests = [entry_digest(entry) for entry in entries]
    seal = Seal.objects.create(
        seal_no=seal_no,
        prev_hash=prev_hash,
        hash=seal_hash(seal_no=seal_no, prev_hash=prev_hash, sealed_at=now, digests=digests),
        entry_count=len(entries),
        sealed_at=now,
    )
    SealEntry.objects.bulk_create(
        SealEntry(entry=entry, seal=seal, position=position)
        for position, entry in enumerate(entries, start=1)
    )
    return seal


def head() -> SealHead | None:
    """Return the end of the chain, or None while nothing is sealed."""
    last = Seal.objects.order_by("-seal_no").first()
    return None if last is None else SealHead(last.seal_no, bytes(last.hash))


def lag(*, now: datetime) -> timedelta:
    """Return how long the oldest unsealed entry has waited; zero when all are sealed."""
    found = row(statement("kernel", "oldest_unsealed.sql"))
    oldest = None if found is None else found["recorded_at"]
    return timedelta(0) if oldest is None else max(now - oldest, timedelta(0))


def verify(
    *, published: Iterable[SealHead] = (), first_no: int = 1, last_no: int | None = None
) -> list[Finding]:
    """Recompute the chain and compare it with itself and with published heads.

    An empty list means: nothing sealed was altered, removed or added, and every published
    head still stands in the chain. From `first_no` on, what lies before it is taken as it is;
    up to `last_no`, what lies behind it is not looked at.
    """
    expected = {item.seal_no: item.hash for item in published}
    findings: list[Finding] = []
    prev_hash, next_no = _hash_before(first_no), first_no
    for seal, entries in _seals_with_entries(first_no=first_no, last_no=last_no):
        if seal.seal_no != next_no:
            problem = f"seals {next_no} to {seal.seal_no - 1} are missing"
            findings.append(Finding(seal_no=next_no, problem=problem))
        findings += _findings_of_seal(seal, entries, prev_hash=prev_hash)
        if expected.pop(seal.seal_no, seal.hash) != bytes(seal.hash):
            findings.append(Finding(seal_no=seal.seal_no, problem="differs from published head"))
        prev_hash, next_no = bytes(seal.hash), seal.seal_no + 1
    findings += [
        Finding(seal_no=seal_no, problem="published head is not in the chain")
        for seal_no in sorted(expected)
    ]
    return findings


def _hash_before(first_no: int) -> bytes:
    before = Seal.objects.filter(seal_no=first_no - 1).first()
    return GENESIS_HASH if before is None else bytes(before.hash)


def _seals_with_entries(
    *, first_no: int, last_no: int | None
) -> Iterator[tuple[Seal, list[SealEntry]]]:
    seals = Seal.objects.filter(seal_no__gte=first_no)
    links = SealEntry.objects.filter(seal_id__gte=first_no)
    if last_no is not None:
        seals, links = seals.filter(seal_no__lte=last_no), links.filter(seal_id__lte=last_no)
    links = links.select_related("entry__origin").order_by("seal_id", "position")
    groups = groupby(links.iterator(chunk_size=2_000), key=lambda link: link.seal_id)
    seal_no, group = next(groups, (None, iter(())))
    for seal in seals.order_by("seal_no").iterator(chunk_size=2_000):
        if seal_no == seal.seal_no:
            yield seal, list(group)
            seal_no, group = next(groups, (None, iter(())))
        else:
            yield seal, []


def _findings_of_seal(
    seal: Seal, links: Sequence[SealEntry], *, prev_hash: bytes
) -> Iterator[Finding]:
    if bytes(seal.prev_hash) != prev_hash:
        yield Finding(seal_no=seal.seal_no, problem="does not follow the seal before it")
    positions = [link.position for link in links]
    if positions != list(range(1, seal.entry_count + 1)):
        yield Finding(seal_no=seal.seal_no, problem="entries are missing or added")
    for link in links:
        if canonical_hash(link.entry.detail) != bytes(link.entry.detail_hash):
            yield Finding(
                seal_no=seal.seal_no, entry_id=link.entry.id, problem="the detail was altered"
            )
        if origin_was_altered(link.entry):
            yield Finding(
                seal_no=seal.seal_no, entry_id=link.entry.id, problem="the origin was altered"
            )
    recomputed = seal_hash(
        seal_no=seal.seal_no,
        prev_hash=bytes(seal.prev_hash),
        sealed_at=seal.sealed_at,
        digests=[entry_digest(link.entry) for link in links],
    )
    if recomputed != bytes(seal.hash):
        yield Finding(seal_no=seal.seal_no, problem="its entries do not give its hash")
