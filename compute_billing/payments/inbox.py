"""The inbox of what Stripe tells: stored first, handled later, each event once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from compute_billing.payments.backoff import again_at
from compute_billing.payments.locks import lock_event, take_event
from compute_billing.payments.models import EventState, StripeEvent
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction

# Longer than asking Stripe and booking may take: then who had it is dead.
LEASE: Final = timedelta(seconds=120)
FAILURE_LENGTH_MAX: Final = 500
# What is about something of ours. Others are kept, for a person and for later versions.
HANDLED_OBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "checkout.session": ("checkout.session.",),
    "payment_intent": ("payment_intent.",),
    "charge": ("charge.",),
    "refund": ("refund.", "charge.refund."),
    "dispute": ("charge.dispute.",),
}
# What is about a payee's side; it is handled by `payouts`.
CONNECT_OBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("account.updated",),
    "transfer": ("transfer.",),
    "payout": ("payout.",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event whose signature was verified."""

    event: str
    type: str
    object_type: str
    object_id: str
    payload: Mapping[str, Any]
    created_at: datetime

    @property
    def is_ours(self) -> bool:
        """Say whether somebody here handles what it is about."""
        if self.object_type == "payout" and not self.payload.get("account"):
            return False  # The platform's own; the bank's statement tells of it.
        prefixes = {**HANDLED_OBJECTS, **CONNECT_OBJECTS}.get(self.object_type, ())
        return any(self.type.startswith(prefix) for prefix in prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in hand: what it is about; `account` is the connected account that it is of."""

    id: int
    event: str
    type: str
    object_type: str
    object_id: str
    attempts: int
    account: str = ""


def keep(*, told: Told, now: datetime) -> bool:
    """Store an event before anything is done about it; False when it was told before."""
    with transaction():
        waits = told.is_ours
        _, is_new = StripeEvent.objects.get_or_create(
            event=told.event,
            defaults={
                "type": told.type,
                "object_type": told.object_type,
                "object_id": told.object_id,
                "payload": dict(told.payload),
                "created_at": told.created_at,
                "received_at": now,
                "state": EventState.WAITING if waits else EventState.KEPT,
                "next_attempt_at": now if waits else None,
                "handled_at": None if waits else now,
            },
        )
        wake_after_commit("connect" if told.object_type in CONNECT_OBJECTS else "payments")
        return is_new


def claim_event(
    *, now: datetime, about: Collection[str] = frozenset(HANDLED_OBJECTS)
) -> Event | None:
    """Take the oldest event that is due, and hold it for the time of handling it."""
    with transaction():
        found = take_event(now=now, about=about)
        if found is None:
            return None
        found.attempts += 1
        found.next_attempt_at = now + LEASE
        found.save(update_fields=["attempts", "next_attempt_at"])
        return Event(
            id=found.pk,
            event=found.event,
            type=found.type,
            object_type=found.object_type,
            object_id=found.object_id,
            attempts=found.attempts,
            account=str(found.payload.get("account") or ""),
        )


def handle(event: Event, *, effect: Callable[[], bool], now: datetime) -> bool:
    """Run an event's effect once, and mark the event in the same transaction.

    Whoever comes second finds it handled and does nothing. An effect that says that it is about
    nothing of ours lets the event be kept.
    """
    with transaction():
        found = lock_event(event.id)
        if found.state != EventState.WAITING:
            return False
        is_ours = effect()
        found.state = EventState.HANDLED if is_ours else EventState.KEPT
        found.handled_at, found.next_attempt_at, found.failure = now, None, ""
        found.save()
        return True


def fail_event(event: Event, *, failure: str, now: datetime) -> None:
    """Note why an event could not be handled; it is tried again, and a person sees it."""
    with transaction():
        found = lock_event(event.id)
        if found.state != EventState.WAITING or found.attempts != event.attempts:
            return
        found.failure = failure[:FAILURE_LENGTH_MAX]
        found.next_attempt_at = again_at(attempts=found.attempts, now=now)
        found.save(update_fields=["failure", "next_attempt_at"])


def retry_event(*, event: str, now: datetime) -> bool:
    """Let a waiting event be handled at once; False when it waits no more."""
    with transaction():
        changed = StripeEvent.objects.filter(event=event, state=EventState.WAITING).update(
            next_attempt_at=now
        )
        wake_after_commit("payments")
        return changed == 1
