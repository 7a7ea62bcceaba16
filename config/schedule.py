"""What Celery beat sends, and how often; and which task a nudge of the domain wakes.

Every entry is a nudge to look into PostgreSQL, so a missed or doubled one is harmless.
`tests/architecture/test_celery_settings.py` holds each name here to a registered task.
"""

from __future__ import annotations

from typing import Any

from config import env

# The step of all intervals; tests shorten it.
STEP_SECONDS = env.integer("BEAT_SECONDS", default=30, minimum=1)


def _entry(task: str, *, steps: int, package: str = "compute_billing") -> dict[str, Any]:
    """Return an entry whose message is worth nothing once the next one is due."""
    seconds = STEP_SECONDS * steps
    return {
        "task": f"{package}.tasks.{task}",
        "schedule": seconds,
        "options": {"expires": seconds},
    }


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "seal the log of decisions": _entry("settlement.seal_audit", steps=1),
    "rate what waits": _entry("rating.rate_pending", steps=2),
    "close months that are over": _entry("settlement.close_due_months", steps=10),
    "settle what is closed": _entry("settlement.settle_due", steps=10),
    "try rejected usage again": _entry("metering.retry_rejected", steps=20),
    "try parked usage again": _entry("rating.retry_parked", steps=20),
    "go on with retries that were asked for": _entry("metering.work_on_retries", steps=2),
    "forget what its time is over for": _entry("retention.forget_what_is_over", steps=120),
    "make the partitions of the months ahead": _entry("metering.ensure_partitions", steps=120),
    "hand on what happened": _entry("relay_events", steps=1, package="accounts"),
    "send webhooks": _entry("send_webhooks", steps=1, package="accounts"),
    "send notifications by e-mail": _entry("send_notifications", steps=1, package="portal"),
    "tell what runs out": _entry("tell_what_runs_out", steps=120, package="accounts"),
    "remind of verifications": _entry("remind_of_verifications", steps=20, package="accounts"),
    "recognise what packages have earned": _entry("packages.recognise_due", steps=10),
    "tell whose package ends": _entry("packages.remind_of_ends", steps=120),
    "credit what came by bank": _entry("bank.credit_exact", steps=10),
    "settle disputes that are charged": _entry("disputes.settle_charged", steps=2),
    "remind of disputes": _entry("disputes.remind_of_disputes", steps=20),
    "replace reviewers who are silent": _entry("applications.replace_silent", steps=2),
    "award what was on public notice": _entry("applications.award_due", steps=10),
    "expire applications": _entry("applications.expire_due", steps=20),
    "remind of applications": _entry("applications.remind", steps=20),
    "release holds whose time is over": _entry("balances.release_expired_holds", steps=2),
    "end cases of jobs that have ended": _entry("balances.end_exhausted_cases", steps=2),
    "book out what has expired": _entry("balances.book_expired_lots", steps=120),
    "work on payments": _entry("payments.work_on_payments", steps=1),
    "look at open payments": _entry("payments.look_at_open_payments", steps=2),
    "top up what runs low": _entry("payments.top_up_what_is_low", steps=4),
    "reconcile the cash of days that are over": _entry("cash.reconcile_due", steps=120),
    "tell which budgets run out": _entry("budgets.look_at_budgets", steps=2),
    "count what payees have earned": _entry("payouts.accrue", steps=120),
    "go on with payout runs": _entry("payouts.go_on", steps=10),
    "work on payees at Stripe": _entry("connect.work_on_connect", steps=1),
    "look at payees' accounts": _entry("connect.look_at_accounts", steps=20),
    "remind of what is due": _entry("receivables.dun_tenants", steps=20),
    "tell low balances": _entry("balances.tell_low_balances", steps=120),
    "tell low amounts": _entry("balances.tell_low_amounts", steps=4),
}

# kernel.nudges.wake_after_commit("rating", ...) sends the task named here.
TASK_OF_NUDGE: dict[str, str] = {
    "rating": "compute_billing.tasks.rating.rate_pending",
    "retries": "compute_billing.tasks.metering.work_on_retries",
    "closing": "compute_billing.tasks.settlement.close_due_months",
    "parked": "compute_billing.tasks.rating.retry_parked",
    "settlement": "compute_billing.tasks.settlement.settle_due",
    "events": "accounts.tasks.relay_events",
    "webhooks": "accounts.tasks.send_webhooks",
    "payments": "compute_billing.tasks.payments.work_on_payments",
    "connect": "compute_billing.tasks.connect.work_on_connect",
    "mail": "portal.tasks.send_notifications",
}

QUEUES = ("metering", "rating", "settlement", "events", "payments")

# Which queue a task waits in.
TASK_ROUTES: dict[str, dict[str, str]] = {
    "compute_billing.tasks.metering.*": {"queue": "metering"},
    "compute_billing.tasks.rating.*": {"queue": "rating"},
    "compute_billing.tasks.settlement.*": {"queue": "settlement"},
    "compute_billing.tasks.retention.*": {"queue": "settlement"},
    "compute_billing.tasks.payments.*": {"queue": "payments"},
    "compute_billing.tasks.cash.*": {"queue": "payments"},
    "compute_billing.tasks.payouts.*": {"queue": "payments"},
    "compute_billing.tasks.connect.*": {"queue": "payments"},
    "accounts.tasks.*": {"queue": "events"},
    "portal.tasks.*": {"queue": "events"},
    "compute_billing.tasks.balances.*": {"queue": "events"},
    "compute_billing.tasks.budgets.*": {"queue": "events"},
    "compute_billing.tasks.packages.*": {"queue": "settlement"},
    "compute_billing.tasks.bank.*": {"queue": "settlement"},
    "compute_billing.tasks.disputes.*": {"queue": "settlement"},
    "compute_billing.tasks.applications.*": {"queue": "settlement"},
    "compute_billing.tasks.receivables.*": {"queue": "settlement"},
}
