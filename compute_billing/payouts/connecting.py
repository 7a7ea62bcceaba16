"""A payee's account at Stripe: asked for, opened, and kept as Stripe says that it is.

What Stripe wants to know it asks the payee itself, on its own page: nothing of that is kept here.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.payouts import ConnectedAccountLimited
from compute_billing.payments.seen import AccountSeen
from compute_billing.payouts.connect_calls import DONE, REFUSED, WAITING, end_call, write_account
from compute_billing.payouts.connect_models import ConnectCall, ConnectedAccount, ConnectKind
from compute_billing.payouts.locks import lock_call, lock_connected, lock_payee
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

LOOK_AGAIN: Final = timedelta(hours=6)


class ConnectedAccountNotFound(DomainError):
    """The payee has no account at Stripe."""

    code = "connected_account_not_found"


def connect(
    *, payee_id: int, country: str, email: str, user_id: int, now: datetime
) -> ConnectedAccount:
    """Ask for a payee's account at Stripe; asked again it is the same one.

    One that Stripe refused to make is asked for anew.
    """
    with transaction():
        payee = lock_payee(payee_id, now=now)
        connected, is_new = ConnectedAccount.objects.get_or_create(
            payee=payee, defaults={"country": country, "maker_id": user_id, "asked_at": now}
        )
        is_asked = ConnectCall.objects.filter(
            connected=connected, kind=ConnectKind.ACCOUNT, state__in=[WAITING, DONE]
        ).exists()
        if not is_asked:
            connected.failure = ""
            connected.save(update_fields=["failure"])
            write_account(connected, email=email, now=now)
            action = "payouts.connect" if is_new else "payouts.connect_again"
            _record(action, connected, actor=Actor.user(user_id), now=now)
        return connected


def record_account(*, call_id: UUID, seen: AccountSeen, now: datetime) -> None:
    """Note that a call opened an account."""
    with transaction_if_not_already():
        connected = _of_call(call_id)
        if end_call(lock_call(call_id), state=DONE, found=seen.account, now=now):
            connected.stripe_account = seen.account
            _observe(connected, seen=seen, now=now)


def record_refused_account(*, call_id: UUID, failure: str, now: datetime) -> None:
    """Note that Stripe makes no account for a payee, and why."""
    with transaction():
        connected = _of_call(call_id)
        if end_call(lock_call(call_id), state=REFUSED, failure=failure, now=now):
            connected.failure = failure[:500]
            connected.save(update_fields=["failure"])


def apply_account(*, public_id: UUID, seen: AccountSeen, now: datetime) -> None:
    """Bring an account to what Stripe says of it."""
    with transaction_if_not_already():
        connected = lock_connected(public_id)
        if connected is not None and connected.stripe_account == seen.account:
            _observe(connected, seen=seen, now=now)


@transaction_required
def take_in_account(*, seen: AccountSeen, call_id: str, now: datetime) -> bool:
    """Apply what was told of an account, even before its call's answer was noted."""
    known = ConnectedAccount.objects.filter(stripe_account=seen.account).first()
    if known is not None:
        apply_account(public_id=known.public_id, seen=seen, now=now)
        return True
    call = ConnectCall.objects.filter(public_id=call_id).first() if call_id else None
    if call is None:
        return False
    record_account(call_id=call.public_id, seen=seen, now=now)
    return True


@transaction_required
def _observe(connected: ConnectedAccount, *, seen: AccountSeen, now: datetime) -> None:
    """Keep what was seen, unless something newer is here already; tell of what was stopped."""
    if connected.observed_at is not None and connected.observed_at > seen.observed_at:
        return
    could_be_paid = connected.transfers_enabled and connected.payouts_enabled
    told = asdict(seen)
    for name in ("details_submitted", "transfers_enabled", "charges_enabled", "payouts_enabled"):
        setattr(connected, name, told[name])
    connected.disabled_reason = seen.disabled_reason[:100]
    connected.wanted, connected.wanted_by = list(seen.wanted), seen.wanted_by
    connected.observed_at, connected.look_again_at = seen.observed_at, now + LOOK_AGAIN
    connected.save()
    if could_be_paid and not (connected.transfers_enabled and connected.payouts_enabled):
        limited = ConnectedAccountLimited(
            reason=connected.disabled_reason,
            wanted=len(connected.wanted),
            by="" if seen.wanted_by is None else f"{seen.wanted_by:%Y-%m-%d}",
        )
        emit(limited, organisation_id=connected.payee_id, now=now)


@transaction_required
def _of_call(call_id: UUID) -> ConnectedAccount:
    connected_id = ConnectCall.objects.values_list("connected__public_id", flat=True).get(
        public_id=call_id
    )
    connected = lock_connected(connected_id)
    if connected is None:
        message = f"The call {call_id} is about no account."
        raise ConnectedAccountNotFound(message)
    return connected


@transaction_required
def _record(action: str, connected: ConnectedAccount, *, actor: Actor, now: datetime) -> None:
    record(
        action=action,
        object_type="connected_account",
        object_id=str(connected.public_id),
        organisation_id=connected.payee_id,
        actor=actor,
        detail={"country": connected.country},
        now=now,
    )
