"""The files of a version: names, sizes and SHA-256, as one text with a hash of its own. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.canonical import canonical_json
from kernel.errors import DomainError

FORMAT: Final = 1
FILES_MAX: Final = 2_000
NAME_LENGTH_MAX: Final = 255
# A tebibyte: larger than any model's file, and far from the end of a bigint.
FILE_BYTES_MAX: Final = 2**40
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class MalformedManifest(DomainError):
    """The list of files cannot be kept; `details` say which file, and what is wrong with it."""

    code = "malformed_manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file: its path inside the delivery, its bytes counted, and their SHA-256 in hexadecimal."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The files in the order of their names, and the one text that says so."""

    files: tuple[Artefact, ...]
    document: bytes

    @property
    def sha256(self) -> str:
        """Return what the manifest is known by: whoever has it knows every byte of every file."""
        return hashlib.sha256(self.document).hexdigest()

    @property
    def size_bytes(self) -> int:
        """Return how much is delivered."""
        return sum(file.size_bytes for file in self.files)


def manifest_of(files: Sequence[Artefact]) -> Manifest:
    """Return the manifest of some files; in whatever order they come, it is the same.

    Names are in Unicode's composed form, so that one name has one spelling.

    Raises:
        MalformedManifest: there is none, there are too many, or a file is not fit to be listed.
    """
    if not files or len(files) > FILES_MAX:
        message = f"A version has from 1 to {FILES_MAX} files; these are {len(files)}."
        raise MalformedManifest(message, details={"reason": "count"})
    checked = [_checked(file, position=number) for number, file in enumerate(files)]
    _refuse_collisions(checked)
    ordered = tuple(sorted(checked, key=lambda file: file.name.encode()))
    document = canonical_json({"files": [_line(file) for file in ordered], "format": FORMAT})
    return Manifest(files=ordered, document=document)


def _line(file: Artefact) -> dict[str, Any]:
    return {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}


def _checked(file: Artefact, *, position: int) -> Artefact:
    name, sha256 = unicodedata.normalize("NFC", file.name), file.sha256.lower()
    wrong = next(_faults(name, size_bytes=file.size_bytes, sha256=sha256), None)
    if wrong is not None:
        field, reason, words = wrong
        message = f"File {position + 1} ({name[:NAME_LENGTH_MAX]!r}): {words}"
        details = {"position": position, "field": field, "reason": reason}
        raise MalformedManifest(message, details=details)
    return Artefact(name=name, size_bytes=file.size_bytes, sha256=sha256)


def _faults(name: str, *, size_bytes: int, sha256: str) -> Iterator[tuple[str, str, str]]:
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        yield "name", "length", f"a name has from 1 to {NAME_LENGTH_MAX} characters."
    if "\\" in name or not name.isprintable():
        yield "name", "characters", "write folders with / and leave out control characters."
    if any(part in {"", ".", ".."} for part in name.split("/")):
        yield "name", "path", "write a path below the delivery: weights/part-1.bin."
    if not 0 <= size_bytes <= FILE_BYTES_MAX:
        yield "size_bytes", "size", f"a file has from 0 to {FILE_BYTES_MAX} bytes."
    if not _SHA256.fullmatch(sha256):
        yield "sha256", "hash", "write its SHA-256 as 64 hexadecimal digits."


def _refuse_collisions(files: Iterable[Artefact]) -> None:
    """Refuse names that are one file on a disk that ignores case, or a file and a folder."""
    names = [file.name.casefold() for file in files]
    folders = {folder for name in names for folder in _folders(name)}
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen or name in folders:
            reason = "repeated" if name in seen else "folder"
            message = f"File {position + 1} ({name!r}) cannot lie beside another of this name."
            details = {"position": position, "field": "name", "reason": reason}
            raise MalformedManifest(message, details=details)
        seen.add(name)


def _folders(name: str) -> Iterator[str]:
    parts = name.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        yield "/".join(parts[:end])
