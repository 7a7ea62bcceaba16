"""Whether a file that somebody sent may be kept: by its bytes, its name, its size, and a scanner.

What a browser says of a file's type is not asked. Which scanner looks at it is a setting,
UPLOAD_SCANNER: a callable that takes the bytes and returns the name of what it found, or "".
Without one nothing is refused, and that nobody looked is written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

import puremagic
import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from kernel.errors import DomainError

Scanner = Callable[[bytes], str]
MEBIBYTE: Final = 1024 * 1024
NAME_LENGTH_MAX: Final = 150
# What papers are sent as: none of these runs anything when it is only looked at.
PAPERS: Final[Mapping[str, frozenset[str]]] = {
    "application/pdf": frozenset({".pdf"}),
    "image/jpeg": frozenset({".jpg", ".jpeg"}),
    "image/png": frozenset({".png"}),
}
PAPER_BYTES_MAX: Final = 10 * MEBIBYTE

logger = structlog.get_logger(__name__)


class Refusal(StrEnum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE = "type"
    EXTENSION = "extension"
    INFECTED = "infected"
    SCANNER_AWAY = "scanner_away"


class UploadRefused(DomainError):
    """The file may not be kept; `reason` says why, in one word of `Refusal`."""

    code = "upload_refused"

    def __init__(self, reason: Refusal) -> None:
        """Keep the reason for people's words and for programs."""
        super().__init__(f"The file is refused: {reason}.", details={"reason": str(reason)})
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedUpload:
    """A file that may be kept, and what was found out about it."""

    content: bytes
    content_type: str
    name: str
    was_scanned: bool


def check_upload(
    *,
    content: bytes,
    name: str,
    allowed: Mapping[str, frozenset[str]] = PAPERS,
    bytes_max: int = PAPER_BYTES_MAX,
) -> CheckedUpload:
    """Return the file with the type that its bytes say, when it may be kept.

    Raises:
        UploadRefused: it is empty, too large, of another type than allowed, called by an
            extension that is not its type's, infected, or the scanner cannot be asked.
    """
    if not content:
        raise UploadRefused(Refusal.EMPTY)
    if len(content) > bytes_max:
        raise UploadRefused(Refusal.TOO_LARGE)
    content_type = _type_of(content, allowed=allowed)
    plain_name = plain(name)
    if PurePath(plain_name).suffix.lower() not in allowed[content_type]:
        raise UploadRefused(Refusal.EXTENSION)
    return CheckedUpload(
        content=content,
        content_type=content_type,
        name=plain_name,
        was_scanned=scan(content),
    )


def plain(name: str) -> str:
    """Return a file's name without folders and control characters, with its end kept."""
    last = PurePath(name.replace("\\", "/")).name
    printable = "".join(character for character in last if character.isprintable())
    return printable[-NAME_LENGTH_MAX:]


def _type_of(content: bytes, *, allowed: Mapping[str, frozenset[str]]) -> str:
    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        matches = []
    # A type is known by bytes at its very start, or the file may be two things at once.
    found = [match.mime_type for match in matches if match.mime_type in allowed]
    if not found:
        raise UploadRefused(Refusal.TYPE)
    return str(found[0])


def scan(content: bytes) -> bool:
    """Say whether a scanner looked at the bytes and found nothing.

    Raises:
        UploadRefused: they are infected, or the scanner cannot be asked.
    """
    if not settings.UPLOAD_SCANNER:
        return False
    scanner: Scanner = import_string(settings.UPLOAD_SCANNER)
    try:
        found = scanner(content)
    except (OSError, TimeoutError) as error:
        logger.exception("The scanner of uploads cannot be asked")
        raise UploadRefused(Refusal.SCANNER_AWAY) from error
    if found:
        logger.warning("An upload was refused by the scanner", found=found)
        raise UploadRefused(Refusal.INFECTED)
    return True
