"""Text in, numbered lines out: gzip, damaged bytes, endless lines, and what a reject keeps."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO, cast

from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.record import Reject

CHUNK_CHARACTERS: Final = 1 << 18
LINE_LENGTH_MAX: Final = 1 << 18
DOCUMENT_LENGTH_MAX: Final = 1 << 29
PAYLOAD_KEPT_MAX: Final = 4096

_GZIP_MAGIC: Final = b"\x1f\x8b"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_BAD_BYTES: Final = "surrogateescape"
_BYTE_ORDER_MARK: Final = "\ufeff"


def open_text(path: str | Path) -> TextIO:
    """Open a file of usage as text, "-" being standard input; gzip is told by its content.

    Bytes that are not UTF-8 stay visible (surrogate escapes), so that the row that holds them can
    be refused and the others read.

    Raises:
        UnableToReadUsage: UTF-16, as spreadsheets save it.
        OSError: no such file, or not readable.
    """
    if str(path) == "-":
        standard_input = cast("io.BufferedReader", sys.stdin.buffer)
        return _decoded(standard_input, standard_input.peek(2)[:2], "Standard input")
    with Path(path).open("rb") as raw:
        magic = raw.read(2)
    return _decoded(Path(path), magic, str(path))


def _decoded(source: Path | io.BufferedReader, magic: bytes, name: str) -> TextIO:
    if magic in _UTF16_MARKS:
        raise UnableToReadUsage(f"{name} is UTF-16 text: save it as UTF-8 (CSV UTF-8).")
    if magic == _GZIP_MAGIC:
        return gzip.open(source, "rt", encoding="utf-8", errors=_BAD_BYTES, newline="\n")
    if isinstance(source, Path):
        return source.open(encoding="utf-8", errors=_BAD_BYTES, newline="\n")
    return io.TextIOWrapper(source, encoding="utf-8", errors=_BAD_BYTES, newline="\n")


def _read(stream: TextIO, size: int) -> str:
    try:
        return stream.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"The compressed file is damaged or cut short ({error}): fetch it again."
        raise UnableToReadUsage(message) from None


def read_document(stream: TextIO) -> str:
    """Read a whole JSON document, without a byte order mark.

    Raises:
        UnableToReadUsage: damaged compression, or larger than a document may be.
    """
    text = _read(stream, DOCUMENT_LENGTH_MAX + 1)
    if len(text) > DOCUMENT_LENGTH_MAX:
        message = "The JSON document passes 512 MiB: split it by time, or send JSON lines."
        raise UnableToReadUsage(message)
    return text.removeprefix(_BYTE_ORDER_MARK)


def numbered_lines(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Yield (line number, line without its end); an endless line comes cut, to be refused.

    Raises:
        UnableToReadUsage: damaged compression; the lines before it have been yielded.
    """
    position = 0
    rest = ""
    while chunk := _read(stream, CHUNK_CHARACTERS):
        lines = (rest + chunk).split("\n")
        rest = lines.pop()[: LINE_LENGTH_MAX + 1]
        for line in lines:
            position += 1
            yield position, _bare(line) if position == 1 or line[-1:] == "\r" else line
    if rest:
        yield position + 1, _bare(rest)


def _bare(line: str) -> str:
    return line.removeprefix(_BYTE_ORDER_MARK).removesuffix("\r")


def refuse_damage(line: str) -> None:
    """Refuse a line that no column of it can be trusted in."""
    if len(line) > LINE_LENGTH_MAX:
        message = (
            f"The line passes {LINE_LENGTH_MAX} characters: check that the file is text whose "
            "lines end in LF or CRLF."
        )
        raise UnableToReadRow("line_too_long", "", message)
    if "\0" in line:
        message = f"There is a NUL at character {line.index(chr(0)) + 1}: export it again as text."
        raise UnableToReadRow("malformed_text", "", message)
    refuse_undecodable(line)


def refuse_undecodable(text: str) -> None:
    """Refuse text in which a byte was not UTF-8."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"Character {error.start + 1} is not UTF-8: export the file again as UTF-8."
        raise UnableToReadRow("malformed_text", "", message) from None


def storable(text: str) -> str:
    """Return text that PostgreSQL can keep: no NUL, no stray bytes, of bounded length."""
    kept = text[:PAYLOAD_KEPT_MAX]
    if not kept.isascii():
        kept = kept.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return kept.replace("\0", "\ufffd")


def reject(
    error: UnableToReadRow,
    *,
    position: int,
    payload: str,
    external_id: str = "",
    account: str = "",
    place: str = "Line",
) -> Reject:
    """Make the reject of a row; its message says in which line, too."""
    return Reject(
        position=position,
        reason=error.reason,
        field=error.field,
        message=f"{place} {position}: {error.message}",
        payload=storable(payload),
        external_id=storable(external_id),
        account=storable(account),
    )
