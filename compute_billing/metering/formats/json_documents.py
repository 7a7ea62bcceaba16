"""Whole JSON documents: what is no JSON fails whole, what is odd in one record stays there."""

import re
from typing import Final, TypeVar

import msgspec

from compute_billing.metering.formats.reasons import UnableToReadUsage

T = TypeVar("T")

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_NUL_ESCAPE: Final = rb"\u0000"
# Each escape in turn, so that an escaped backslash before a "u" is not taken for one.
_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\."
)


def decode_document(decoder: "msgspec.json.Decoder[T]", body: bytes, *, what: str) -> T:
    """Decode a whole document; `what` says in the message what it should have been.

    Half of a surrogate pair is grammatical JSON that stands for no character. It must not fail
    the records beside it, so it is read as a NUL, for which its own record is then refused.

    Raises:
        UnableToReadUsage: not JSON, nested absurdly deep, or not of the expected shape.
    """
    body = body.removeprefix(_UTF8_MARK)
    try:
        return _decode(decoder, body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnableToReadUsage(f"This is not {what}: {error}.") from None


def _decode(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        whole = _ESCAPE.sub(lambda escape: _NUL_ESCAPE if escape["half"] else escape[0], body)
        if whole == body:
            raise
        return decoder.decode(whole)
