"""A delivery and its attempts in the reader's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.webhooks.queries import WebhookAttempt, WebhookDelivery
from portal.webhook_pages import FAILURES, KINDS, STATES
from portal.wording import Text, worded

OUTCOMES: Final[Mapping[str, Text]] = {
    "": gettext_lazy("all"),
    "taken": gettext_lazy("delivered"),
    **FAILURES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """An attempt as it is shown."""

    number: int
    started_at: datetime
    outcome: Text
    status: int | None
    is_taken: bool
    duration: str
    retry_after: str
    excerpt: str


def delivery_facts(delivery: WebhookDelivery) -> dict[str, Any]:
    """Return what stands above the attempts."""
    return {
        "kind": worded(KINDS, delivery.event.kind),
        "message": f"evt_{delivery.event.public_id.hex}",
        "state": worded(STATES, delivery.state),
        "may_be_repeated": delivery.state in {"delivered", "dead"},
    }


def attempt_lines(attempts: Iterable[WebhookAttempt]) -> list[AttemptLine]:
    """Return attempts as they are shown."""
    return [
        AttemptLine(
            number=one.number,
            started_at=one.started_at,
            outcome=_outcome(one),
            status=one.response_status,
            is_taken=one.ended_at is not None and not one.failure,
            duration="–" if one.duration_ms is None else _duration(one.duration_ms),
            retry_after=_asked(one.retry_after_seconds),
            excerpt=one.response_excerpt,
        )
        for one in attempts
    ]


def _outcome(attempt: WebhookAttempt) -> Text:
    if attempt.ended_at is None:
        return _("under way, or nobody knows")
    return worded(FAILURES, attempt.failure) if attempt.failure else STATES["delivered"]


def _duration(milliseconds: int) -> str:
    return f"{milliseconds:,} ms"


def _asked(seconds: int | None) -> str:
    return "" if seconds is None else _("asked to wait %(seconds)s s") % {"seconds": f"{seconds:,}"}
