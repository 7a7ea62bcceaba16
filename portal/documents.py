"""Answers that are documents."""

from typing import Protocol

from django.http import Http404, HttpResponse

from kernel.rendering import LANGUAGES


class Document(Protocol):
    """A PDF and what to call it."""

    @property
    def name(self) -> str:
        """Return the name of the file."""

    @property
    def content(self) -> bytes:
        """Return its bytes."""


def known_language(language: str) -> str:
    """Return a language that documents are printed in.

    Raises:
        Http404: they are not.
    """
    if language not in LANGUAGES:
        raise Http404
    return language


def pdf_response(document: Document) -> HttpResponse:
    """Send a document to be read in the browser."""
    return HttpResponse(
        document.content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{document.name}"'},
    )
