"""Rows of the permission matrix for webhooks and notifications; see permission_rows."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Scope
from tests.architecture.access import Access, Row
from tests.builders.webhooks import PUBLIC_URL, own_dead_letter, own_endpoint

MANAGERS: Final = {Role.OWNER, Role.DEVELOPER}
# A kind that whoever has webhooks:write alone may not hear: he gets in, and is told so.
NEW_ENDPOINT: Final = {"url": PUBLIC_URL, "kinds": ["usage.rejected"]}
READING: Final = Access(scope=Scope.WEBHOOKS_READ, roles=MANAGERS)


def writing(body: object = None) -> Access:
    return Access(scope=Scope.WEBHOOKS_WRITE, roles=MANAGERS, body=body)


EVENT_ROWS: Final[dict[str, Row]] = {
    "webhook-endpoints": Row(methods={"GET": READING, "POST": writing(NEW_ENDPOINT)}),
    "webhook-endpoint": Row(
        methods={"GET": READING, "PATCH": writing({"description": "new"}), "DELETE": writing()},
        make=lambda world: {"endpoint_id": own_endpoint(world.organisation)},
    ),
    "webhook-rotate": Row(
        methods={"POST": writing()},
        make=lambda world: {"endpoint_id": own_endpoint(world.organisation)},
    ),
    "webhook-ping": Row(
        methods={"POST": writing()},
        make=lambda world: {"endpoint_id": own_endpoint(world.organisation)},
    ),
    "webhook-deliveries": Row(methods={"GET": READING}),
    "webhook-redeliver": Row(
        methods={"POST": writing()},
        make=lambda world: {"delivery_id": own_dead_letter(world.organisation)},
    ),
}
