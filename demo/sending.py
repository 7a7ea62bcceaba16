"""Deliver usage: events by HTTP with the operator's key, files as an operator imports them."""

import io
import json
import urllib.request
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from compute_billing.metering import operations as metering
from compute_billing.metering import queries as metering_queries
from compute_billing.metering.formats import ParseOptions, parse
from compute_billing.metering.formats.cloudevents import EVENT_BATCH_TYPE
from demo.generator import Delivery
from demo.seeding import Stage
from kernel.clock import utc_now

PATH: Final = "/api/v1/usage/records"
ANSWER_SECONDS: Final = 60.0
FATES: Final = ("accepted", "duplicate", "conflict", "rejected")


def send(delivery: Delivery, *, stage: Stage, base: str) -> Counter[str]:
    """Send one delivery and return what became of its records."""
    if delivery.is_file:
        return _import_file(delivery)
    return _post(delivery, stage=stage, base=base)


def _post(delivery: Delivery, *, stage: Stage, base: str) -> Counter[str]:
    document = post(
        f"{PATH}?source={delivery.source}",
        content=delivery.content,
        headers={"Content-Type": EVENT_BATCH_TYPE},
        stage=stage,
        base=base,
    )
    return Counter({name: document[name] for name in FATES})


def post(
    path: str, *, content: str, headers: Mapping[str, str], stage: Stage, base: str
) -> dict[str, Any]:
    """Post with the key of the stage, as a program of its holder does, and return the answer.

    Raises:
        HTTPError: it was refused.
    """
    request = urllib.request.Request(  # noqa: S310 - our own server on the loopback address
        f"{base}{path}",
        data=content.encode(),
        headers={"Authorization": f"Bearer {stage.api_key}", **headers},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
        document: dict[str, Any] = json.load(answer)
    return document


def _import_file(delivery: Delivery) -> Counter[str]:
    source = metering_queries.source_by_code(delivery.source)
    started = metering.start_import(
        source=source,
        format_name="csv",
        origin=f"{delivery.name}.csv",
        measure="cards",
        now=utc_now(),
    )
    parsed = parse(io.StringIO(delivery.content), options=ParseOptions(format="csv"))
    outcome = metering.record_batch(
        list(parsed), source=source, import_id=started.pk, now=utc_now()
    )
    metering.finish_import(import_id=started.pk, now=utc_now())
    return Counter({name: getattr(outcome, name) for name in FATES})
