"""Rows of the permission matrix for webhooks and notifications; see permission_rows."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row, World
from tests.builders.webhooks import PUBLIC_URL, own_dead_letter, own_endpoint

MANAGERS: Final = {Role.OWNER, Role.DEVELOPER}
# A kind that whoever has webhooks:write alone may not hear: he gets in, and is told so.
NEW_ENDPOINT: Final = {"url": PUBLIC_URL, "kinds": ["usage.rejected"]}
READING: Final = Access(scope=Scope.WEBHOOKS_READ, roles=MANAGERS)
# Staff name the organisation (tests.accounts.webhooks.test_staff_reading).
DELIVERY_READING: Final = Access(
    scope=Scope.WEBHOOKS_READ, roles=MANAGERS, staff={Staff.OPERATOR, Staff.AUDITOR}
)


def writing(body: object = None) -> Access:
    return Access(scope=Scope.WEBHOOKS_WRITE, roles=MANAGERS, body=body)


MANAGER: Final = Access(roles=MANAGERS)
SIGNED_IN: Final = Access(signed_in=True)


def an_endpoint(world: World) -> dict[str, object]:
    """Name an endpoint on its page."""
    return {"code": world.organisation.code, "endpoint_id": own_endpoint(world.organisation)}


def a_dead_letter(world: World) -> dict[str, object]:
    """Name a delivery that was given up."""
    return {"code": world.organisation.code, "delivery_id": own_dead_letter(world.organisation)}


EVENT_ROWS: Final[dict[str, Row]] = {
    "webhooks": Row(
        methods={"GET": MANAGER, "POST": MANAGER},
        make=lambda world: {"code": world.organisation.code},
    ),
    "webhook": Row(methods={"GET": MANAGER, "POST": MANAGER}, make=an_endpoint),
    "webhook-secret": Row(methods={"POST": MANAGER}, make=an_endpoint),
    "webhook-try": Row(methods={"POST": MANAGER}, make=an_endpoint),
    "webhook-switch": Row(methods={"POST": MANAGER}, make=an_endpoint),
    "webhook-delete": Row(methods={"POST": MANAGER}, make=an_endpoint),
    "webhook-delivery": Row(methods={"GET": MANAGER}, make=a_dead_letter),
    "webhook-again": Row(methods={"POST": MANAGER}, make=a_dead_letter),
    "notifications": Row(methods={"GET": SIGNED_IN}),
    "notifications-read": Row(methods={"POST": SIGNED_IN}),
    "notification-preferences": Row(methods={"GET": SIGNED_IN, "POST": SIGNED_IN}),
    # Only whom it was told may open it: tests.portal.test_notifications.
    "notification": Row(methods={}, make=lambda _: {"notification_id": uuid4()}, owned=False),
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
    "webhook-deliveries": Row(methods={"GET": DELIVERY_READING}),
    "webhook-attempts": Row(
        methods={"GET": DELIVERY_READING},
        make=lambda world: {"delivery_id": own_dead_letter(world.organisation)},
    ),
    "webhook-redeliver": Row(
        methods={"POST": writing()},
        make=lambda world: {"delivery_id": own_dead_letter(world.organisation)},
    ),
}
