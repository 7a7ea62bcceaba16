"""One message to an endpoint: what became of it, and each attempt to send it."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Organisation
from accounts.webhooks import queries
from portal.exports import Row, file_response, wanted_kind
from portal.webhook_delivery_pages import OUTCOMES, attempt_lines, delivery_facts
from portal.webhook_views import WebhooksDesk

ATTEMPTS_MAX: Final = 200
FILE_COLUMNS: Final = (
    "delivery",
    "number",
    "started_at",
    "ended_at",
    "failure",
    "response_status",
    "retry_after_seconds",
    "duration_ms",
    "response_excerpt",
)


class DeliveryView(WebhooksDesk):
    """A delivery with its attempts, those alone that ended as the filter says."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, code: str, delivery_id: UUID) -> HttpResponseBase:
        """Show it, or its attempts as a file.

        Raises:
            Http404: there is no such delivery or outcome, or it is another organisation's.
        """
        organisation = self.own(code)
        delivery = self.delivery(organisation, delivery_id)
        chosen = request.GET.get("outcome", "")
        if chosen not in OUTCOMES:
            raise Http404
        attempts = queries.attempt_page(
            delivery=delivery, failure=_failure(chosen), limit=ATTEMPTS_MAX
        )
        kind = wanted_kind(request)
        if kind is not None:
            rows = _cells(delivery, attempts)
            return file_response(name="attempts", kind=kind, columns=FILE_COLUMNS, rows=rows)
        context = {
            **delivery_facts(delivery),
            "delivery": delivery,
            "attempts": attempt_lines(attempts),
            "outcomes": list(OUTCOMES.items()),
            "chosen": chosen,
            "address": f"outcome={chosen}" if chosen else "",
        }
        return self.page(
            request, "portal/webhook_delivery.html", organisation=organisation, context=context
        )

    def delivery(self, organisation: Organisation, delivery_id: UUID) -> queries.WebhookDelivery:
        """Return the delivery.

        Raises:
            Http404: there is none, or it is another organisation's.
        """
        try:
            return queries.own_delivery(organisation_ids=[organisation.pk], public_id=delivery_id)
        except queries.UnknownDelivery as error:
            raise Http404 from error


def _failure(outcome: str) -> str | None:
    """Return what the query asks for: an empty failure is an attempt that was taken."""
    return {"": None, "taken": ""}.get(outcome, outcome)


def _cells(
    delivery: queries.WebhookDelivery, attempts: list[queries.WebhookAttempt]
) -> Iterator[Row]:
    for one in attempts:
        yield (
            str(delivery.public_id),
            one.number,
            one.started_at,
            one.ended_at,
            one.failure,
            one.response_status,
            one.retry_after_seconds,
            one.duration_ms,
            one.response_excerpt,
        )
