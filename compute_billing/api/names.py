"""The names that rows without a UUID have outside."""

from __future__ import annotations

from typing import Final

from accounts.api_paging import decoded, encoded

NOTHING: Final = ("", "")


def record_id(*, source: str, external_id: str) -> str:
    """Return one word for a usage record's source and external id (docs/adr)."""
    return encoded(source, external_id)


def read_record_id(word: str) -> tuple[str, str]:
    """Return the source and the external id that a word stands for.

    A word that stands for nothing is looked up like any other, so that it takes as long.
    """
    source, external_id = decoded(word, parts=2) or NOTHING
    return source, external_id
