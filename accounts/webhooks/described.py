"""What webhooks say, for the OpenAPI description: made of the vocabulary, so it cannot drift."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Final, get_type_hints
from uuid import UUID

from accounts.events.vocabulary import EVENTS, SCOPE_OF, Event
from kernel.money import Money

_ID: Final = UUID("019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10")
_AT: Final = datetime(2026, 10, 2, 1, 30, tzinfo=UTC)
_UUID: Final = {"type": "string", "format": "uuid"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_SCHEMAS: Final[dict[type, dict[str, Any]]] = {
    UUID: _UUID,
    datetime: _INSTANT,
    date: {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Money: {
        "type": "object",
        "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        "required": ["amount", "currency"],
    },
}
_SAMPLES: Final[dict[type, Any]] = {
    UUID: _ID,
    datetime: _AT,
    date: date(2026, 9, 1),
    int: 3,
    str: "2026-000042",
    Money: Money(1_234_560_000),
}
_HEADERS: Final = (
    ("webhook-id", "evt_…, the same at every attempt: keep it, and take an event once."),
    ("webhook-timestamp", "Seconds since 1970, of this attempt."),
    ("webhook-signature", "v1,… of id, timestamp and body; one per secret, with blanks between."),
)


def webhooks() -> dict[str, Any]:
    """Return the webhooks of the description by their kind."""
    return {str(kind): {"post": _operation(event)} for kind, event in EVENTS.items()}


def _operation(event: type[Event]) -> dict[str, Any]:
    summary = (event.__doc__ or "").strip()
    return {
        "operationId": f"on_{event.kind.value.replace('.', '_')}",
        "summary": summary,
        "description": f"Who makes the endpoint needs `{SCOPE_OF[event.kind]}`.",
        "tags": ["webhooks"],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in _HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema(event), "example": sample(event)}},
        },
        "responses": {
            "2XX": {"description": "Taken. Anything else is tried again for three days."},
            "410": {"description": "Gone: the endpoint is disabled."},
        },
    }


def _schema(event: type[Event]) -> dict[str, Any]:
    hints = get_type_hints(event)
    data = {field.name: _SCHEMAS[hints[field.name]] for field in fields(event)}
    properties = {
        "id": _UUID,
        "type": {"type": "string", "const": str(event.kind)},
        "timestamp": _INSTANT,
        "organisation": _UUID,
        "data": {"type": "object", "properties": data, "required": list(data)},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def sample(event: type[Event]) -> dict[str, Any]:
    """Return an event as a receiver reads it."""
    hints = get_type_hints(event)
    values = {field.name: _SAMPLES[hints[field.name]] for field in fields(event)}
    return {
        "id": str(_ID),
        "type": str(event.kind),
        "timestamp": _AT.isoformat().replace("+00:00", "Z"),
        "organisation": str(_ID),
        "data": event(**values).as_data(),
    }
