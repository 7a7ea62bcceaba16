"""Stripe, as this house asks it: the one place that knows its library.

Nothing here opens a transaction or reads the database. What Stripe answers comes back in the words
of `seen`; what went wrong comes back as one of three errors that say what may be known of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import stripe
from django.conf import settings

from compute_billing.payments.answers import (
    dispute_of,
    id_of,
    instant_of,
    metadata_of,
    movement_of,
    payment_of,
    refund_of,
    with_session,
    without_people,
)
from compute_billing.payments.calls import CallKind, Outgoing
from compute_billing.payments.inbox import Told
from compute_billing.payments.parameters import CALL_KEY, CURRENCY, PAYMENT_KEY
from compute_billing.payments.seen import DisputeSeen, MovementsSeen, PaymentSeen, RefundSeen
from kernel.clock import utc_now

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 30
PAGE: Final = 100
# Stripe's clock and ours, and what a first attempt takes.
LOOK_BACK: Final = timedelta(minutes=10)
WITH_CHARGE: Final = ["latest_charge.balance_transaction", "payment_method"]
IN_FLIGHT: Final = 409


class StripeUnanswered(Exception):
    """Nobody knows whether it was done: repeat it under the same key."""


class StripeKeyHoldsFailure(StripeUnanswered):
    """The key keeps a failure of Stripe's own: a repeat would be given it again."""


class StripeRefused(Exception):
    """Stripe did not do it and would not if asked again; `intent` is what it made all the same."""

    def __init__(self, message: str, *, intent: str = "") -> None:
        """Keep Stripe's words."""
        super().__init__(message)
        self.intent = intent


class SignatureInvalid(Exception):
    """A message that claims to be Stripe's is not signed by it, or is too old."""


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    transport = stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
    addresses: Any = {"api": base} if base else {}
    return stripe.StripeClient(
        key, base_addresses=addresses, http_client=transport, max_network_retries=0
    )


def client() -> Any:
    """Return the client of the account that the settings name."""
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


@contextmanager
def answering() -> Iterator[None]:
    """Turn the library's errors into what may be known of the outcome.

    Raises:
        StripeUnanswered: not reached, no answer, too many requests, in flight, or a wrong key.
        StripeKeyHoldsFailure: the failure was replayed.
        StripeRefused: it was not done.
    """
    try:
        yield
    except stripe.CardError as error:
        raise StripeRefused(_words(error), intent=_intent_of(error)) from error
    except stripe.IdempotencyError as error:
        raise StripeUnanswered(_words(error)) from error
    except stripe.InvalidRequestError as error:
        if error.http_status == IN_FLIGHT:
            raise StripeUnanswered(_words(error)) from error
        raise StripeRefused(_words(error)) from error
    except stripe.StripeError as error:
        was_replayed = _header(error, "idempotent-replayed") == "true"
        kind = StripeKeyHoldsFailure if was_replayed else StripeUnanswered
        raise kind(_words(error)) from error


def _words(error: stripe.StripeError) -> str:
    code = getattr(error.error, "decline_code", None) or error.code or type(error).__name__
    return f"{code}: {error.user_message or error}"


def _header(error: stripe.StripeError, name: str) -> str:
    headers = {key.lower(): value for key, value in dict(error.headers or {}).items()}
    return str(headers.get(name, ""))


def _intent_of(error: stripe.CardError) -> str:
    made = getattr(error.error, "payment_intent", None)
    return "" if made is None else str(made.id)


# --- what is asked ----------------------------------------------------------------------------


def send_payment(outgoing: Outgoing) -> PaymentSeen:
    """Open or make a payment, or call it off; once for a key, however often it is sent."""
    if outgoing.kind == CallKind.CANCEL:
        return _cancel(outgoing)
    asked, options = outgoing.parameters, {"idempotency_key": outgoing.key}
    observed_at = utc_now()
    with answering():
        if outgoing.kind == CallKind.CHECKOUT:
            session = client().v1.checkout.sessions.create(asked, options)
            return _of_session(session, observed_at=observed_at)
        intent = client().v1.payment_intents.create(asked, options)
    return fetch_intent(intent.id)


def _cancel(outgoing: Outgoing) -> PaymentSeen:
    """Call it off if it still can be; what it is then is what Stripe says."""
    options = {"idempotency_key": outgoing.key}
    try:
        with answering():
            if outgoing.session and not outgoing.intent:
                client().v1.checkout.sessions.expire(outgoing.session, {}, options)
            elif outgoing.intent:
                client().v1.payment_intents.cancel(outgoing.intent, {}, options)
    except StripeRefused:
        pass  # Paid or over: that is told below.
    if outgoing.session:
        return fetch_session(outgoing.session)
    return fetch_intent(outgoing.intent)


def send_refund(outgoing: Outgoing) -> RefundSeen:
    """Make a refund; once for a key."""
    observed_at = utc_now()
    with answering():
        made = client().v1.refunds.create(outgoing.parameters, {"idempotency_key": outgoing.key})
    return refund_of(made, observed_at=observed_at)


# --- what was made, looked for by our name for it ----------------------------------------------


def find_payment(outgoing: Outgoing) -> PaymentSeen | None:
    """Look through Stripe's lists for what a call made whose answer was lost."""
    if outgoing.kind == CallKind.CANCEL:
        return fetch_session(outgoing.session) if outgoing.session else None
    is_checkout = outgoing.kind == CallKind.CHECKOUT
    services = client().v1
    service = services.checkout.sessions if is_checkout else services.payment_intents
    found = _made_by(outgoing, service.list)
    if found is None:
        return None
    return fetch_session(found.id) if is_checkout else fetch_intent(found.id)


def find_refund(outgoing: Outgoing) -> RefundSeen | None:
    """Look for the refund that a call made whose answer was lost."""
    found = _made_by(outgoing, client().v1.refunds.list)
    return None if found is None else fetch_refund(found.id)


def _made_by(outgoing: Outgoing, listed: Callable[[Any], Any]) -> Any | None:
    since = int((outgoing.asked_at - LOOK_BACK).timestamp())
    with answering():
        page = listed({"created": {"gte": since}, "limit": PAGE})
        for one in page.auto_paging_iter():
            if metadata_of(one).get(CALL_KEY) == str(outgoing.public_id):
                return one
    return None


# --- the newest of what is known ---------------------------------------------------------------


def fetch_intent(intent_id: str) -> PaymentSeen:
    """Return the newest of a PaymentIntent, with its charge and its fee."""
    observed_at = utc_now()
    with answering():
        intent = client().v1.payment_intents.retrieve(intent_id, {"expand": WITH_CHARGE})
    return payment_of(intent, observed_at=observed_at)


def fetch_session(session_id: str) -> PaymentSeen:
    """Return the newest of a Checkout Session and of the payment behind it."""
    observed_at = utc_now()
    with answering():
        session = client().v1.checkout.sessions.retrieve(session_id)
    return _of_session(session, observed_at=observed_at)


def fetch_refund(refund_id: str) -> RefundSeen:
    """Return the newest of a refund."""
    observed_at = utc_now()
    with answering():
        found = client().v1.refunds.retrieve(refund_id)
    return refund_of(found, observed_at=observed_at)


def fetch_dispute(dispute_id: str) -> DisputeSeen:
    """Return the newest of a dispute, with what the bank took and gave back."""
    observed_at = utc_now()
    with answering():
        found = client().v1.disputes.retrieve(dispute_id)
    return dispute_of(found, observed_at=observed_at)


def intent_of_charge(charge_id: str) -> str:
    """Return the PaymentIntent that a charge belongs to, or nothing."""
    with answering():
        return id_of(client().v1.charges.retrieve(charge_id).payment_intent)


def refunds_of_charge(charge_id: str) -> list[RefundSeen]:
    """Return the refunds of a charge."""
    observed_at = utc_now()
    with answering():
        page = client().v1.refunds.list({"charge": charge_id, "limit": PAGE})
        return [refund_of(one, observed_at=observed_at) for one in page.auto_paging_iter()]


def movements(*, since: datetime | None, after: str) -> MovementsSeen:
    """Return a page of what moved on the balance since an instant, behind a movement already had.

    Only movements in the currency of the books: others are no part of what is kept in them.
    """
    wanted: dict[str, Any] = {"limit": PAGE, "currency": CURRENCY}
    if since is not None:
        wanted["created"] = {"gte": int(since.timestamp())}
    if after:
        wanted["starting_after"] = after
    with answering():
        page = client().v1.balance_transactions.list(wanted)
    return MovementsSeen(
        movements=tuple(movement_of(one) for one in page.data), has_more=page.has_more
    )


def names_of_intent(intent_id: str) -> str:
    """Return which payment of ours a PaymentIntent says to belong to, or nothing."""
    with answering():
        intent = client().v1.payment_intents.retrieve(intent_id)
    return metadata_of(intent).get(PAYMENT_KEY, "")


def names_of_session(session_id: str) -> str:
    """Return which payment of ours a Checkout Session says to belong to, or nothing."""
    with answering():
        session = client().v1.checkout.sessions.retrieve(session_id)
    return metadata_of(session).get(PAYMENT_KEY, "")


def client_secret(intent_id: str) -> str:
    """Return what the payer's own page confirms a PaymentIntent with; it is stored nowhere."""
    with answering():
        return client().v1.payment_intents.retrieve(intent_id).client_secret or ""


# --- webhooks ----------------------------------------------------------------------------------


def read_event(body: bytes, *, signature: str) -> Told:
    """Return the event of a webhook whose signature is Stripe's.

    Several secrets may be set, so that one can be replaced by the next.

    Raises:
        SignatureInvalid: it is not, or the message is malformed or too old.
    """
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            event = stripe.Webhook.construct_event(body, signature, secret)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        told = event.data.object
        return Told(
            event=event.id,
            type=event.type,
            object_type=str(getattr(told, "object", "")),
            object_id=str(getattr(told, "id", "") or ""),
            payload=without_people(event.to_dict()),
            created_at=instant_of(event.created),
        )
    message = "The message is not signed by Stripe."
    raise SignatureInvalid(message)


def _of_session(session: Any, *, observed_at: datetime) -> PaymentSeen:
    intent = id_of(session.payment_intent)
    if intent and session.status != "expired":
        seen = fetch_intent(intent)
        return with_session(seen, session)
    is_over = session.status == "expired"
    return PaymentSeen(
        observed_at=observed_at,
        progress=session.status or "",
        is_over=is_over,
        session=session.id,
        intent=intent,
        checkout_url=session.url or "",
    )
