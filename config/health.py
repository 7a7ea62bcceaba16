"""Endpoints for machines: alive, ready, metrics."""

from __future__ import annotations

import secrets
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from redis.exceptions import RedisError

from compute_billing.metering.queries import months_ahead
from kernel import working_days
from kernel.clock import utc_now

# Beat makes partitions for years ahead; fewer months than these mean that it does not run.
PARTITION_MONTHS_MIN: Final = 2


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer that the process serves requests; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer whether PostgreSQL is there and the books have room for the months ahead.

    A lost Redis is reported but loses no work, and so are working days that are not known far
    enough ahead: deadlines behind them are shown as provisional. Partitions are made two years
    ahead, so that months pass between the first report and a record that finds no place.
    """
    answers = _postgresql_answers()
    parts = {
        "postgresql": answers,
        "partitions": answers and _partitions_lie_ahead(),
        "redis": _redis_answers(),
        "working_days": working_days.lie_ahead(today=utc_now().date()),
    }
    is_ready = parts["postgresql"] and parts["partitions"]
    return JsonResponse(parts, status=200 if is_ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Serve Prometheus metrics to whoever shows METRICS_TOKEN as a bearer token."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    shown = request.headers.get("Authorization", "")
    open_to_all = not settings.PRODUCTION and not settings.METRICS_TOKEN
    has_token = bool(settings.METRICS_TOKEN) and secrets.compare_digest(
        shown.encode(), expected.encode()
    )
    if not (open_to_all or has_token):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token.\n")
    exported: HttpResponse = ExportToDjangoView(request)
    return exported


def _postgresql_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _partitions_lie_ahead() -> bool:
    return months_ahead(now=utc_now()) >= PARTITION_MONTHS_MIN


def _redis_answers() -> bool:
    try:
        cache.get("readyz")
    except RedisError:
        return False
    return True
