"""Keyset pages: `cursor` names the last row shown, by what the caller has seen of it.

A cursor is a list of texts in base64url. It holds nothing that the page did not show, so it
need not be secret, and it only ever moves within the caller's own rows.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from kernel.errors import DomainError
from kernel.periods import UnableToReadMonth, parse_month

LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 200
CURSOR_LENGTH_MAX: Final = 4_000
SMALL_NUMBER_DIGITS: Final = 9

T = TypeVar("T")


class CursorMalformed(DomainError):
    """A cursor is not one that this list has given."""

    code = "malformed_cursor"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("This cursor is none that this list has given: begin without one.")


def encoded(*parts: str) -> str:
    """Return texts as one word that fits into an address."""
    document = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decoded(word: str, *, parts: int) -> list[str] | None:
    """Return the texts of a word that `encoded` made, or None when it made no such word."""
    try:
        padded = word.encode("ascii") + b"=" * (-len(word) % 4)
        found = json.loads(urlsafe_b64decode(padded))
        texts = [text for text in found if isinstance(text, str) and "\0" not in text]
        return texts if len(texts) == len(found) == parts and encoded(*texts) == word else None
    except (ValueError, TypeError, binascii.Error):
        return None


def read_cursor(word: str, *, parts: int) -> list[str]:
    """Return what a cursor says.

    Raises:
        CursorMalformed: no list of this kind gave it.
    """
    found = decoded(word, parts=parts)
    if found is None:
        raise CursorMalformed
    return found


def instant_of(text: str) -> datetime:
    """Read an instant out of a cursor.

    Raises:
        CursorMalformed: it is none, or has no offset.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CursorMalformed
    return found


def small_number_of(text: str) -> int:
    """Read a number that a row counts its parts with out of a cursor.

    Raises:
        CursorMalformed: it is none, or larger than any.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= SMALL_NUMBER_DIGITS):
        raise CursorMalformed
    return int(text)


def month_of_cursor(text: str) -> date:
    """Read a month out of a cursor.

    Raises:
        CursorMalformed: it is none.
    """
    try:
        return parse_month(text)
    except UnableToReadMonth:
        raise CursorMalformed from None


def uuid_of(text: str) -> UUID:
    """Read an id out of a cursor.

    Raises:
        CursorMalformed: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise CursorMalformed from None


def page(
    found: Sequence[T],
    *,
    limit: int,
    shown: type[serializers.Serializer[Any]],
    cursor: Callable[[T], str],
) -> Response:
    """Answer up to `limit` of the rows found, of which there is one more when a page follows."""
    rows = found[:limit]
    following = cursor(rows[-1]) if len(found) > limit else None
    return Response({"data": shown(rows, many=True).data, "next_cursor": following})


def page_of(shown: type[serializers.Serializer[Any]]) -> Any:
    """Return the description of a page of rows."""
    return inline_serializer(
        name=f"{shown.__name__}Page",
        fields={
            "data": shown(many=True),
            "next_cursor": serializers.CharField(
                allow_null=True, help_text="Send it as `cursor` for the next page; null: no more."
            ),
        },
    )
