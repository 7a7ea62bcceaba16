"""Disputes about use: a buyer opens them, and its operator answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast
from urllib.parse import quote

from suanji_client import shapes
from suanji_client.connection import Connection, text_of


class Disputing(Connection):
    """The part of the client that doubts use and answers doubts.

    What is done takes `once`, the Idempotency-Key; a new one is drawn for each call without it.
    """

    def usage_disputes(self, *, state: str | None = None) -> Iterator[shapes.UsageDispute]:
        """Yield the organisation's disputes, the newest first."""
        return self._rows("usage/disputes", state=state)

    def usage_dispute(self, dispute_id: str) -> shapes.UsageDispute:
        """Return a dispute with its answers."""
        place = f"usage/disputes/{quote(dispute_id, safe='')}"
        return cast("shapes.UsageDispute", self._get(place))

    def dispute_usage(
        self,
        record_id: str,
        *,
        reason: str,
        words: str,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        once: str | None = None,
    ) -> shapes.UsageDispute:
        """Dispute a record of use, or a span of it."""
        body = {"record": record_id, "reason": reason, "words": words}
        times = {"starts_at": starts_at, "ends_at": ends_at}
        body |= {name: text_of(at) for name, at in times.items() if at is not None}
        return cast("shapes.UsageDispute", self._post_once("usage/disputes", body, once=once))

    def withdraw_usage_dispute(
        self, dispute_id: str, *, once: str | None = None
    ) -> shapes.UsageDispute:
        """Take a dispute back that nobody has answered yet."""
        place = f"usage/disputes/{quote(dispute_id, safe='')}/withdraw"
        return cast("shapes.UsageDispute", self._post_once(place, {}, once=once))

    def escalate_usage_dispute(
        self, dispute_id: str, *, words: str, once: str | None = None
    ) -> shapes.UsageDispute:
        """Take the operator's answer to the finance officer of the house, once."""
        place = f"usage/disputes/{quote(dispute_id, safe='')}/escalate"
        return cast("shapes.UsageDispute", self._post_once(place, {"words": words}, once=once))

    def source_disputes(
        self, source: str, *, state: str | None = None
    ) -> Iterator[shapes.UsageDispute]:
        """Yield disputes about use that an operator's source reported, the newest first."""
        return self._rows(f"sources/{quote(source)}/disputes", state=state)

    def answer_usage_dispute(
        self,
        source: str,
        dispute_id: str,
        *,
        verdict: str,
        words: str,
        granted_from: datetime | None = None,
        granted_until: datetime | None = None,
        once: str | None = None,
    ) -> shapes.UsageDispute:
        """Answer for the operator: granted, partly (with its time) or rejected."""
        body = {"verdict": verdict, "words": words}
        times = {"granted_from": granted_from, "granted_until": granted_until}
        body |= {name: text_of(at) for name, at in times.items() if at is not None}
        place = f"sources/{quote(source)}/disputes/{quote(dispute_id, safe='')}/answer"
        return cast("shapes.UsageDispute", self._post_once(place, body, once=once))
