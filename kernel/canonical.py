"""One text for one value: what is hashed must be written in one way only. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def _refuse_float(value: object) -> None:
    if isinstance(value, float):
        message = f"{value!r} is a float: canonical texts hold whole numbers and strings."
        raise TypeError(message)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                message = f"the key {key!r} is not a text"
                raise TypeError(message)
            _refuse_float(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_float(inner)


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys, no spaces and UTF-8, so that equal values have equal bytes.

    Raises:
        TypeError: a float, a key that is no text, or a value that JSON does not have.
    """
    _refuse_float(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def canonical_hash(value: Any) -> bytes:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).digest()
