"""What Stripe's API has not: play the payer, the bank and the bad day, from `/_control/`."""

import json
from collections.abc import Callable
from typing import Any, Final

from local_stripe import (
    accounts,
    attempts,
    checkout,
    clock,
    disputes,
    due,
    faults,
    money,
    payouts,
    refunds,
    setup_intents,
    webhooks,
)
from local_stripe import settings as settings_module
from local_stripe.api import Api
from local_stripe.errors import CardDeclined, InvalidRequest, NoSuchObject
from local_stripe.store import Body
from local_stripe.webhook_endpoints import register

_OUTCOMES: Final = ("succeeded", "failed", "processing")


class Control:
    """The commands by name; each takes what the body of its request says."""

    def __init__(self, api: Api) -> None:
        """Keep the API on whose data it works."""
        self.api = api

    def run(self, name: str, told: dict[str, Any]) -> Body:
        """Run a command in one transaction.

        Raises:
            InvalidRequest: there is none of this name, or it cannot be done.
        """
        command = COMMANDS.get(name)
        if command is None:
            raise InvalidRequest(f"No command {name!r}; there are {', '.join(COMMANDS)}.")
        try:
            with self.api.store.transaction():
                return command(self, told)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidRequest(f"The command {name!r} cannot use this: {error}") from error

    def fault(self, told: dict[str, Any]) -> Body:
        """Have the next requests fail: `kind`, `times`, `method`, `path`, `seconds`."""
        faults.add(self.api.store, **told)
        return {}

    def no_faults(self, _told: dict[str, Any]) -> Body:
        """Have no more faults."""
        faults.clear(self.api.store)
        return {}

    def advance(self, told: dict[str, Any]) -> Body:
        """Move the clock ahead by `seconds` and do what became due."""
        at = clock.advance(self.api.store, seconds=int(told["seconds"]))
        return {"now": at, "done": due.run(self.api.call())}

    def webhooks(self, told: dict[str, Any]) -> Body:
        """Change how deliveries behave: `paused`, `disorder`, `duplicates`, `delay_seconds`."""
        return webhooks.behave(self.api, told)

    def endpoint(self, told: dict[str, Any]) -> Body:
        """Register a webhook endpoint with a known secret: `url`, `secret`, `events`, `connect`."""
        return register(
            self.api.call(),
            url=told["url"],
            events=told.get("events", ["*"]),
            secret=told["secret"],
            connect=bool(told.get("connect")),
        )

    def resend(self, told: dict[str, Any]) -> Body:
        """Send an `event` again to every endpoint that it went to."""
        again = (
            "UPDATE delivery SET status = 'waiting', attempts = 0, at = 0 WHERE event = ?"
            " RETURNING number"
        )
        return {"deliveries": len(self.api.store.rows(again, told["event"]))}

    def pay(self, told: dict[str, Any]) -> Body:
        """Do what a payer does with an `intent` or a `session`: `outcome`, and `method`."""
        outcome = told.get("outcome", "succeeded")
        if outcome not in _OUTCOMES:
            message = f"an outcome is one of {', '.join(_OUTCOMES)}"
            raise ValueError(message)
        key = told.get("intent") or told["session"]
        call = self.api.call(self._owner(key))
        try:
            if "session" in told:
                session = call.get("checkout.session", key)
                method = told.get("method", "card")
                return checkout.pay(call, session, method=method, outcome=outcome)
            if key.startswith("seti_"):
                intent = call.get("setup_intent", key)
                return setup_intents.authorise(call, intent, outcome=outcome)
            return attempts.authorise(call, call.get("payment_intent", key), outcome=outcome)
        except CardDeclined as decline:
            # What the decline changed stays.
            return decline.body()

    def dispute(self, told: dict[str, Any]) -> Body:
        """Let the card holder take a `charge` back: `reason`, or only an `inquiry`."""
        call = self.api.call(self._owner(told["charge"]))
        charge = call.get("charge", told["charge"])
        reason = told.get("reason", "fraudulent")
        return disputes.open_(call, charge, reason=reason, inquiry=bool(told.get("inquiry")))

    def decide(self, told: dict[str, Any]) -> Body:
        """Let the bank decide a `dispute`: `outcome` won or lost."""
        won = {"won": True, "lost": False}[told["outcome"]]
        call = self.api.call(self._owner(told["dispute"]))
        return disputes.decide(call, call.get("dispute", told["dispute"]), won=won)

    def payout(self, told: dict[str, Any]) -> Body:
        """Let a `payout` arrive or come back: `outcome` paid or failed, and a failure's `code`."""
        call = self.api.call(self._owner(told["payout"]))
        payout = call.get("payout", told["payout"])
        if {"paid": True, "failed": False}[told["outcome"]]:
            return payouts.arrive(call, payout)
        return payouts.fail(call, payout, code=told.get("code", "could_not_process"))

    def money(self, told: dict[str, Any]) -> Body:
        """Spoil a `balance_transaction`: `hidden`, or another `amount` or `fee`; or take a `fee`.

        Without a balance transaction, `fee` is what Stripe takes for itself, in `currency`.
        """
        key = told.get("balance_transaction")
        if key is None:
            call = self.api.call()
            return money.take_fee(call, amount=int(told["fee"]), currency=told["currency"])
        call = self.api.call(self._owner(key))
        return money.spoil(call, call.get("balance_transaction", key), told)

    def account(self, told: dict[str, Any]) -> Body:
        """Give what Stripe wants to know of an `account`, or let it `require` something again."""
        call = self.api.call()
        account = call.get("account", told["account"])
        if "require" in told:
            return accounts.require(call, account, tuple(told["require"]))
        return accounts.complete(call, account)

    def settle(self, told: dict[str, Any]) -> Body:
        """End what is under way, an `intent` or a `refund`: `outcome` succeeded or failed."""
        paid = {"succeeded": True, "failed": False}[told.get("outcome", "succeeded")]
        if "refund" in told:
            call = self.api.call(self._owner(told["refund"]))
            refund = call.get("refund", told["refund"])
            (refunds.succeed if paid else refunds.fail)(call, refund)
            return refund
        call = self.api.call(self._owner(told["intent"]))
        due.settle_intent(call, told["intent"], paid=paid)
        return call.get("payment_intent", told["intent"])

    def settings(self, told: dict[str, Any]) -> Body:
        """Change settings for as long as this process runs; answer with all of them."""
        self.api.settings = settings_module.changed(self.api.settings, told)
        return settings_module.written(self.api.settings)

    def reset(self, _told: dict[str, Any]) -> Body:
        """Forget everything: objects, endpoints, keys, faults, the clock, changed settings."""
        self.api.store.empty()
        self.api.settings = self.api.first_settings
        return {}

    def state(self, _told: dict[str, Any]) -> Body:
        """Tell everything: objects, deliveries, faults, the clock, what is being answered."""
        rows = self.api.store.rows
        deliveries = rows(
            "SELECT event, endpoint, attempts, status, answer FROM delivery ORDER BY number"
        )
        names = ("event", "endpoint", "attempts", "status", "answer")
        return {
            "now": clock.now(self.api.store),
            "objects": [
                {"account": account, **json.loads(body)}
                for account, body in rows("SELECT account, body FROM object ORDER BY sequence")
            ],
            "deliveries": [dict(zip(names, row, strict=True)) for row in deliveries],
            "due": rows("SELECT at, action, id FROM due ORDER BY at, number"),
            "faults": rows("SELECT kind, method, path, remaining FROM fault ORDER BY number"),
            "webhooks": webhooks.behaviour(self.api),
            "in_flight": self.api.in_flight(),
        }

    def _owner(self, key: str) -> str:
        owner = self.api.store.owner(key)
        if owner is None:
            raise NoSuchObject("object", key)
        return owner


COMMANDS: Final[dict[str, Callable[[Control, dict[str, Any]], Body]]] = {
    "account": Control.account,
    "advance": Control.advance,
    "decide": Control.decide,
    "dispute": Control.dispute,
    "endpoint": Control.endpoint,
    "fault": Control.fault,
    "money": Control.money,
    "no_faults": Control.no_faults,
    "pay": Control.pay,
    "payout": Control.payout,
    "resend": Control.resend,
    "reset": Control.reset,
    "settings": Control.settings,
    "settle": Control.settle,
    "state": Control.state,
    "webhooks": Control.webhooks,
}
