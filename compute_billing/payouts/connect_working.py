"""Carry out what is written down about payees at Stripe: calls, and what was told.

As in `payments.working`: claim, commit, ask Stripe, write down. A process that dies anywhere leaves
a row whose lease ends, and the same piece is done again.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from compute_billing.payments import connect_gateway, inbox
from compute_billing.payments.calls import SETTLED_AFTER
from compute_billing.payments.inbox import CONNECT_OBJECTS, Event
from compute_billing.payments.parameters import CALL_KEY
from compute_billing.payments.stripe_gateway import (
    StripeKeyHoldsFailure,
    StripeRefused,
    StripeUnanswered,
)
from compute_billing.payouts import connecting, reversing, transferring
from compute_billing.payouts.connect_calls import Outgoing, claim_call, postpone, renew_key
from compute_billing.payouts.connect_models import ConnectCall, ConnectedAccount, ConnectKind
from kernel.clock import utc_now
from kernel.errors import DomainError

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
PIECES_MAX: Final = 200
LOOKS_MAX: Final = 5


class StripeNotReached(DomainError):
    """Stripe gave no answer, so nobody knows more than before: try again."""

    code = "stripe_not_reached"


def work(*, clock: Clock) -> int:
    """Do what waits, calls before events; return how many pieces were done."""
    done = 0
    while done < PIECES_MAX and (work_on_call(clock=clock) or work_on_event(clock=clock)):
        done += 1
    return done


def work_on_call(*, clock: Clock, public_id: UUID | None = None) -> bool:
    """Make one call that is due; False when none is."""
    outgoing = claim_call(now=clock(), public_id=public_id)
    if outgoing is None:
        return False
    try:
        _make(outgoing, clock=clock)
    except StripeRefused as refusal:
        _REFUSED[outgoing.kind](call_id=outgoing.public_id, failure=str(refusal), now=clock())
    except (StripeUnanswered, DomainError) as error:
        logger.warning("call %s to Stripe has no outcome yet: %s", outgoing.public_id, error)
        postpone(outgoing, failure=str(error), now=clock())
    return True


def _make(outgoing: Outgoing, *, clock: Clock) -> None:
    """Send a call, or look for what it made where its key may be forgotten."""
    if not outgoing.must_look:
        try:
            _send(outgoing, clock=clock)
        except StripeKeyHoldsFailure:
            if clock() - outgoing.first_sent_at < SETTLED_AFTER:
                raise
        else:
            return
    if _found(outgoing, clock=clock):
        return
    renewed = renew_key(outgoing, now=clock())
    if renewed is not None:
        _send(renewed, clock=clock)


def _send(outgoing: Outgoing, *, clock: Clock) -> None:
    call, asked, key = outgoing.public_id, outgoing.parameters, outgoing.key
    if outgoing.kind == ConnectKind.ACCOUNT:
        account = connect_gateway.open_account(asked, key=key)
        connecting.record_account(call_id=call, seen=account, now=clock())
    elif outgoing.kind == ConnectKind.TRANSFER:
        transfer = connect_gateway.send_transfer(asked, key=key)
        transferring.record_transfer(call_id=call, seen=transfer, now=clock())
    else:
        reversal = connect_gateway.send_reversal(outgoing.transfer, asked, key=key)
        reversing.record_reversal(call_id=call, seen=reversal, now=clock())


def _found(outgoing: Outgoing, *, clock: Clock) -> bool:
    """Look for what a call made whose answer was lost; note it if it is there."""
    call, name = outgoing.public_id, str(outgoing.public_id)
    if outgoing.kind == ConnectKind.ACCOUNT:
        account = connect_gateway.find_account(call=name, since=outgoing.asked_at)
        if account is not None:
            connecting.record_account(call_id=call, seen=account, now=clock())
        return account is not None
    if outgoing.kind == ConnectKind.TRANSFER:
        transfer = connect_gateway.find_transfer(call=name, group=outgoing.group)
        if transfer is not None:
            transferring.record_transfer(call_id=call, seen=transfer, now=clock())
        return transfer is not None
    reversal = connect_gateway.find_reversal(outgoing.transfer, call=name)
    if reversal is not None:
        reversing.record_reversal(call_id=call, seen=reversal, now=clock())
    return reversal is not None


_REFUSED: Final = {
    ConnectKind.ACCOUNT: connecting.record_refused_account,
    ConnectKind.TRANSFER: transferring.record_refused_transfer,
    ConnectKind.REVERSAL: reversing.record_refused_reversal,
}


# --- what Stripe told --------------------------------------------------------------------------


def work_on_event(*, clock: Clock) -> bool:
    """Handle one event about a payee that is due; False when none is."""
    event = inbox.claim_event(now=clock(), about=CONNECT_OBJECTS)
    if event is None:
        return False
    try:
        inbox.handle(event, effect=_effect_of(event, clock=clock), now=clock())
    except (StripeUnanswered, StripeRefused, DomainError) as error:
        logger.warning("event %s could not be handled: %s", event.event, error)
        inbox.fail_event(event, failure=str(error), now=clock())
    except Exception as error:
        logger.exception("event %s met a fault", event.event)
        inbox.fail_event(event, failure=f"{type(error).__name__}: {error}", now=clock())
    return True


def _effect_of(event: Event, *, clock: Clock) -> Callable[[], bool]:
    """Ask for the newest of what an event is about; return what it does to the books."""
    if event.object_type == "account":
        account = connect_gateway.fetch_account(event.object_id)
        call = account.metadata.get(CALL_KEY, "")
        return lambda: connecting.take_in_account(seen=account, call_id=call, now=clock())
    if event.object_type == "transfer":
        transfer = connect_gateway.fetch_transfer(event.object_id)
        return lambda: transferring.take_in_transfer(seen=transfer, now=clock())
    onward = connect_gateway.fetch_onward(event.object_id, account=event.account)
    return lambda: transferring.take_in_onward(account=event.account, seen=onward, now=clock())


# --- a payee at the desk -----------------------------------------------------------------------


def onboarding_page(*, payee_id: int, refresh: str, back: str, clock: Clock = utc_now) -> str:
    """Return where a payee goes on at Stripe; its account is opened first if it is not there yet.

    Raises:
        ConnectedAccountNotFound: nobody asked for it, or Stripe refused to open it.
        StripeNotReached: Stripe did not answer.
    """
    connected = ConnectedAccount.objects.filter(payee_id=payee_id).first()
    waiting = ConnectCall.objects.filter(connected=connected, kind="account", state="waiting")
    for public_id in list(waiting.values_list("public_id", flat=True)):
        work_on_call(public_id=public_id, clock=clock)
    connected = ConnectedAccount.objects.filter(payee_id=payee_id).first()
    if connected is None or connected.failure:
        message = "Stripe opened no account for this payee: see why, and ask again."
        raise connecting.ConnectedAccountNotFound(message)
    if not connected.stripe_account:
        message = "Stripe has not answered yet: try again in a minute."
        raise StripeNotReached(message)
    try:
        return connect_gateway.onboarding_page(connected.stripe_account, refresh=refresh, back=back)
    except (StripeUnanswered, StripeRefused) as error:
        message = f"Stripe has not answered: {error}"
        raise StripeNotReached(message) from error


def look_at_all_accounts(*, clock: Clock = utc_now) -> bool:
    """Ask about accounts that cannot be paid yet: somebody is back; False without an answer."""
    connected = ConnectedAccount.objects.exclude(stripe_account="").filter(
        Q(transfers_enabled=False) | Q(payouts_enabled=False)
    )
    return all(_look(one, clock=clock) for one in connected.order_by("-observed_at")[:LOOKS_MAX])


def look_at_accounts(*, clock: Clock) -> int:
    """Ask about accounts of which no webhook has told for long; return how many."""
    due = ConnectedAccount.objects.filter(look_again_at__lte=clock()).order_by("look_again_at")
    return sum(_look(one, clock=clock) for one in due[:PIECES_MAX])


def _look(connected: ConnectedAccount, *, clock: Clock) -> bool:
    try:
        seen = connect_gateway.fetch_account(connected.stripe_account)
    except (StripeUnanswered, StripeRefused) as error:
        logger.warning("account %s could not be looked at: %s", connected.public_id, error)
        later = clock() + connecting.LOOK_AGAIN
        ConnectedAccount.objects.filter(pk=connected.pk).update(look_again_at=later)
        return False
    connecting.apply_account(public_id=connected.public_id, seen=seen, now=clock())
    return True
