"""The one error of the launcher."""

from __future__ import annotations


class UnableToStartService(Exception):
    """A local server did not start; the message says why and what to do."""
