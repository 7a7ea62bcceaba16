"""What happens by itself when the clock reaches a time."""

from collections.abc import Callable
from typing import Final

from local_stripe import (
    attempts,
    charges,
    checkout,
    disputes,
    money,
    payment_methods,
    payouts,
    refunds,
)
from local_stripe.call import Call


def _settle(call: Call, key: str) -> None:
    settle_intent(call, key, paid=True)


def settle_intent(call: Call, key: str, *, paid: bool) -> None:
    """End a payment that was processing, and tell the session that made it."""
    intent = call.get("payment_intent", key)
    if intent["status"] == "processing":
        attempts.settle(call, intent, paid=paid)
        checkout.settled(call, intent, paid=paid)


def _dispute(call: Call, key: str) -> None:
    method = call.get("payment_method", call.get("charge", key)["payment_method"])
    reason = payment_methods.card_of(call, method).dispute or "fraudulent"
    disputes.create_by_test_card(call, key, reason)


ACTIONS: Final[dict[str, Callable[[Call, str], object]]] = {
    "balance.available": lambda call, key: money.become_available(
        call, call.get("balance_transaction", key)
    ),
    "charge.book": lambda call, key: charges.book_late(call, call.get("charge", key)),
    "dispute.open": _dispute,
    "dispute.overdue": lambda call, key: disputes.overdue(call, call.get("dispute", key)),
    "intent.settle": _settle,
    "payout.arrive": lambda call, key: payouts.arrive(call, call.get("payout", key)),
    "refund.fail": lambda call, key: refunds.fail(call, call.get("refund", key)),
    "refund.succeed": lambda call, key: refunds.succeed(call, call.get("refund", key)),
    "session.expire": lambda call, key: checkout.expired(call, call.get("checkout.session", key)),
}


def run(call: Call) -> int:
    """Do all that is due, in order of time, one transaction each; return how much it was."""
    done = 0
    while True:
        with call.store.transaction():
            found = call.store.rows(
                "SELECT number, action, id, account FROM due WHERE at <= ?"
                " ORDER BY at, number LIMIT 1",
                call.now,
            )
            if not found:
                return done
            number, action, key, account = found[0]
            call.store.rows("DELETE FROM due WHERE number = ?", number)
            ACTIONS[action](call.within(account), key)
            done += 1
