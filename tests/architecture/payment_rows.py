"""Rows of the permission matrix for payments; see permission_rows."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row, World
from tests.architecture.account_rows import PUBLIC
from tests.architecture.desk_rows import BILL_READING as PAGE_READING
from tests.builders.budgets import own_budget
from tests.builders.payments import own_event, own_payment, own_refund, own_waiting_call

PAYING_ROLES: Final = {Role.OWNER, Role.FINANCE}
READING: Final = Access(scope=Scope.BILLING_READ, roles={Role.OWNER, Role.FINANCE, Role.VIEWER})
PAYING: Final = Access(scope=Scope.BILLING_WRITE, roles=PAYING_ROLES)
# Money leaves by people only.
REFUNDING: Final = Access(roles=PAYING_ROLES)
MEMBER_PAYING: Final = Access(roles=PAYING_ROLES)
LOOKING_AFTER: Final = Access(staff={Staff.OPERATOR, Staff.FINANCE, Staff.AUDITOR})
MENDING: Final = Access(staff={Staff.OPERATOR, Staff.FINANCE})


def a_payment(world: World) -> dict[str, object]:
    """Name a payment on its page."""
    return {"payment_id": own_payment(world.organisation)}


def a_top_up(world: World) -> dict[str, object]:
    """Name a payment in the API."""
    return {"top_up_id": own_payment(world.organisation)}


def a_budget(world: World) -> dict[str, object]:
    """Name a budget."""
    return {"budget_id": own_budget(world.organisation)}


PAYMENT_ROWS: Final[dict[str, Row]] = {
    # Signed by Stripe, or refused: tests of compute_billing.payments.
    "stripe-webhook": Row(methods={"POST": PUBLIC}),
    "top-ups": Row(methods={"GET": READING, "POST": PAYING}),
    "top-up-detail": Row(methods={"GET": READING}, make=a_top_up),
    "top-up-cancel": Row(methods={"POST": PAYING}, make=a_top_up),
    "refunds": Row(methods={"GET": READING, "POST": REFUNDING}),
    "refund-detail": Row(
        methods={"GET": READING},
        make=lambda world: {"refund_id": own_refund(world.organisation)},
    ),
    "balance-forecast": Row(methods={"GET": READING}),
    "balance-warning": Row(methods={"GET": READING, "PUT": PAYING}),
    "low-amount": Row(methods={"GET": MEMBER_PAYING, "POST": MEMBER_PAYING}),
    "auto-top-ups": Row(methods={"GET": READING}),
    # The path names whom is paid; the setting is the caller's own.
    "auto-top-up-detail": Row(
        methods={"PUT": PAYING}, make=lambda _: {"operator": "absent"}, owned=False
    ),
    "api-budgets": Row(methods={"GET": READING, "POST": PAYING}),
    "api-budget": Row(methods={"GET": READING, "PUT": PAYING}, make=a_budget),
    "api-budget-end": Row(methods={"POST": PAYING}, make=a_budget),
    "budgets": Row(methods={"GET": PAGE_READING}),
    "budget-new": Row(methods={"GET": MEMBER_PAYING, "POST": MEMBER_PAYING}),
    "budget": Row(methods={"GET": PAGE_READING}, make=a_budget),
    "budget-edit": Row(methods={"GET": MEMBER_PAYING, "POST": MEMBER_PAYING}, make=a_budget),
    "budget-end": Row(methods={"POST": MEMBER_PAYING}, make=a_budget),
    "pay-in": Row(methods={"GET": MEMBER_PAYING, "POST": MEMBER_PAYING}),
    "auto-top-up": Row(methods={"GET": MEMBER_PAYING, "POST": MEMBER_PAYING}),
    "payments": Row(methods={"GET": PAGE_READING}),
    "top-up": Row(methods={"GET": PAGE_READING}, make=a_payment),
    "top-up-progress": Row(methods={"GET": PAGE_READING}, make=a_payment),
    "top-up-stop": Row(methods={"POST": MEMBER_PAYING}, make=a_payment),
    "top-up-refund": Row(methods={"POST": MEMBER_PAYING}, make=a_payment),
    "operator-payments": Row(methods={"GET": LOOKING_AFTER}),
    "operator-payment-call": Row(
        methods={"POST": MENDING},
        make=lambda _: {"call_id": own_waiting_call()},
        owned=False,
    ),
    "operator-payment-event": Row(
        methods={"POST": MENDING}, make=lambda _: {"event_id": own_event()}, owned=False
    ),
}
