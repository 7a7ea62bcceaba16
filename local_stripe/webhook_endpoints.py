"""Webhook endpoints and events; `webhooks` brings the events there."""

from typing import Final

from local_stripe.call import API_VERSION, Call
from local_stripe.customers import described, merged
from local_stripe.errors import InvalidRequest
from local_stripe.identifiers import token
from local_stripe.store import Body

_EVENTS_DAYS: Final = 30


def create(call: Call) -> Body:
    """Answer POST /v1/webhook_endpoints; only this answer shows the secret."""
    params = call.params
    secret = f"whsec_{token(32)}"
    endpoint = register(call, url=params["url"], events=params["enabled_events"], secret=secret)
    metadata = merged({}, params.get("metadata"))
    call.update(endpoint, metadata=metadata, **described(params, ("description",)))
    if params.get("connect"):
        call.store.keep_secret(endpoint["id"], "connect", "true")
    return {**endpoint, "secret": secret}


def register(
    call: Call, *, url: str, events: list[str], secret: str, connect: bool = False
) -> Body:
    """Keep an endpoint: of the account's own events, or with `connect` of connected accounts'."""
    if not url.startswith(("http://", "https://")):
        raise InvalidRequest("Not a valid URL", code="url_invalid", param="url")
    endpoint = call.create(
        "webhook_endpoint",
        api_version=API_VERSION,
        application=None,
        description=None,
        enabled_events=events,
        metadata={},
        status="enabled",
        url=url,
    )
    call.store.keep_secret(endpoint["id"], "secret", secret)
    if connect:
        call.store.keep_secret(endpoint["id"], "connect", "true")
    return endpoint


def retrieve(call: Call) -> Body:
    """Answer GET /v1/webhook_endpoints/{id}."""
    return call.named("webhook_endpoint")


def update(call: Call) -> Body:
    """Answer POST /v1/webhook_endpoints/{id}."""
    endpoint = call.named("webhook_endpoint")
    params = call.params
    changes = described(params, ("description", "enabled_events", "url"))
    if "disabled" in params:
        changes["status"] = "disabled" if params["disabled"] else "enabled"
    changes["metadata"] = merged(endpoint["metadata"], params.get("metadata"))
    return call.update(endpoint, **changes)


def delete(call: Call) -> Body:
    """Answer DELETE /v1/webhook_endpoints/{id}."""
    endpoint = call.named("webhook_endpoint")
    call.store.forget(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def listed(call: Call) -> Body:
    """Answer GET /v1/webhook_endpoints."""
    return call.page("webhook_endpoint", url="/v1/webhook_endpoints")


def shown_event(call: Call, event: Body) -> Body:
    """Return an event with the number of endpoints that have not heard it yet."""
    waiting = call.store.rows(
        "SELECT count(*) FROM delivery WHERE event = ? AND status = 'waiting'", event["id"]
    )
    return {**event, "pending_webhooks": waiting[0][0]}


def retrieve_event(call: Call) -> Body:
    """Answer GET /v1/events/{id}."""
    return shown_event(call, call.named("event"))


def list_events(call: Call) -> Body:
    """Answer GET /v1/events: those of the last thirty days."""
    words = call.params.get("types") or [call.params.get("type", "*")]
    oldest = call.now - _EVENTS_DAYS * 86_400
    page = call.page(
        "event",
        url="/v1/events",
        match=lambda event: (
            event["created"] >= oldest and any(_matches(event["type"], word) for word in words)
        ),
    )
    return {**page, "data": [shown_event(call, event) for event in page["data"]]}


def _matches(type_: str, word: str) -> bool:
    if word.endswith("*"):
        return type_.startswith(word[:-1])
    return type_ == word
