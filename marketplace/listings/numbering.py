"""Numbers of versions by Semantic Versioning 2.0.0, with a key that sorts as they do. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from kernel.errors import DomainError

LENGTH_MAX: Final = 64
_NUMBER: Final = "(?:0|[1-9][0-9]*)"
_IDENTIFIER: Final = f"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION: Final = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
)

# Of one byte each, so that keys compare as versions do.
_END: Final = b"\x01"
_NUMERIC: Final = b"\x02"
_WORD: Final = b"\x03"
_RELEASE: Final = b"\xff"


class MalformedVersionNumber(DomainError):
    """The number is not of the form that Semantic Versioning asks for."""

    code = "malformed_version_number"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class VersionNumber:
    """A version's number; two compare by precedence (item 11 of the specification).

    `key` is bytes that compare as the numbers do, in Python as in a `bytea` column.
    """

    key: bytes
    text: str

    @property
    def is_prerelease(self) -> bool:
        """Say whether it comes before the version that it names."""
        return "-" in self.text


def read_version_number(text: str) -> VersionNumber:
    """Return the number that a text says.

    Build metadata (`+…`) is refused: it does not count in precedence, so of two versions that
    differ by it alone nobody could say which is the newer one.

    Raises:
        MalformedVersionNumber: it is too long, has build metadata, or is not MAJOR.MINOR.PATCH.
    """
    if "+" in text:
        message = f"{text!r} has build metadata: leave out what follows the plus sign."
        raise MalformedVersionNumber(message, details={"reason": "build_metadata"})
    found = _VERSION.fullmatch(text) if len(text) <= LENGTH_MAX else None
    if found is None:
        message = (
            f"{text[:LENGTH_MAX]!r} is no version number: write 1.4.0, or 2.0.0-rc.1 before a "
            f"release; no leading zeros, {LENGTH_MAX} characters at most."
        )
        raise MalformedVersionNumber(message, details={"reason": "form"})
    *core, prerelease = found.groups()
    key = b"".join(_number(part) for part in core) + _prerelease(prerelease)
    return VersionNumber(key=key, text=text)


def _number(digits: str) -> bytes:
    """Put the length first: of numbers without leading zeros the longer is the larger."""
    return bytes([len(digits)]) + digits.encode()


def _prerelease(text: str | None) -> bytes:
    if text is None:
        return _RELEASE
    return b"".join(_identifier(part) for part in text.split(".")) + _END


def _identifier(text: str) -> bytes:
    """Numbers come before words, and words in the order of ASCII."""
    if text.isdigit():
        return _NUMERIC + _number(text)
    return _WORD + text.encode() + _END
