"""One request as the handlers see it: its parameters, its account, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import stripe

from local_stripe import clock, identifiers
from local_stripe.errors import InvalidRequest, NoSuchObject
from local_stripe.settings import Settings
from local_stripe.store import Body, Store

API_VERSION: Final = stripe.api_version
LIMIT_MAX: Final = 100
LIMIT_DEFAULT: Final = 10
# Kinds whose answers do not say whether they are real.
_WITHOUT_MODE: Final = {"account", "balance_transaction", "refund", "transfer_reversal"}
_NAMES: Final = {
    "payment_intent": "payment_intent",
    "payment_method": "PaymentMethod",
    "checkout.session": "checkout.session",
    "setup_intent": "setupintent",
}


@dataclass
class Call:
    """A request, or something that became due, in the account that it is about."""

    store: Store
    settings: Settings
    account: str
    base_url: str
    params: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """Return the time of this process's clock."""
        return clock.now(self.store)

    def within(self, account: str) -> "Call":
        """Return a call about another account."""
        return Call(
            store=self.store,
            settings=self.settings,
            account=account,
            base_url=self.base_url,
            request_id=self.request_id,
            idempotency_key=self.idempotency_key,
        )

    # -- objects ---------------------------------------------------------------------------

    def create(self, kind: str, key: str | None = None, /, **values: Any) -> Body:
        """Keep a new object of this account."""
        body = {"id": key or identifiers.new(kind), "object": kind, "created": self.now, **values}
        if kind not in _WITHOUT_MODE:
            body["livemode"] = False
        return self.store.put(body, account=self.account)

    def update(self, body: Body, **values: Any) -> Body:
        """Change an object and keep it."""
        body.update(values)
        return self.store.put(body, account=self.account)

    def get(self, kind: str, key: str, *, param: str = "id") -> Body:
        """Return an object of this account.

        Raises:
            NoSuchObject: there is none of this kind.
        """
        found = self.store.find(key, account=self.account, kind=kind)
        if found is None:
            raise NoSuchObject(_NAMES.get(kind, kind), key, param=param)
        return found

    def named(self, kind: str) -> Body:
        """Return the object that the address names."""
        return self.get(kind, self.path["id"])

    def referred(self, kind: str, name: str) -> Body | None:
        """Return the object that a parameter names, if it is given."""
        key = self.params.get(name)
        return self.get(kind, key, param=name) if key else None

    # -- events and what comes later -------------------------------------------------------

    def tell(self, type_: str, body: Body, *, before: Body | None = None) -> Body:
        """Record an event, and a delivery for every endpoint that listens to it."""
        data: Body = {"object": body}
        if before is not None:
            data["previous_attributes"] = {
                name: value for name, value in before.items() if body.get(name) != value
            }
        event = {
            "id": identifiers.new("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type_,
        }
        if self.account != self.settings.account:
            event["account"] = self.account
        self.store.put(event, account=self.account)
        for endpoint in self._listeners(type_):
            self.store.rows(
                "INSERT INTO delivery (event, endpoint, at) VALUES (?, ?, 0)",
                event["id"],
                endpoint["id"],
            )
        return event

    def later(self, action: str, key: str, *, at: int) -> None:
        """Have something done to an object when the clock reaches a time."""
        self.store.rows(
            "INSERT INTO due (at, action, id, account) VALUES (?, ?, ?, ?)",
            at,
            action,
            key,
            self.account,
        )

    def _listeners(self, type_: str) -> list[Body]:
        is_connected = self.account != self.settings.account
        return [
            endpoint
            for endpoint in self.store.listed("webhook_endpoint", account=self.settings.account)
            if endpoint["status"] == "enabled"
            and bool(self.store.secret(endpoint["id"], "connect")) == is_connected
            and {"*", type_} & set(endpoint["enabled_events"])
        ]

    # -- lists -----------------------------------------------------------------------------

    def page(
        self, kind: str, *, url: str, match: Callable[[Body], bool] | None = None, **where: Any
    ) -> Body:
        """Return a page of this account's objects: filters, limit and cursor are parameters."""
        wanted = {name: value for name, value in where.items() if value is not None}
        found = [
            body
            for body in self.store.listed(kind, account=self.account)
            if all(body.get(name) == value for name, value in wanted.items())
            and (match is None or match(body))
            and _is_within(body, self.params, "created")
            and _is_within(body, self.params, "arrival_date")
        ]
        return self.paged(found, url=url)

    def paged(self, found: list[Body], *, url: str) -> Body:
        """Return the page of a list that the parameters ask for."""
        limit = self.params.get("limit", LIMIT_DEFAULT)
        if not 1 <= limit <= LIMIT_MAX:
            raise InvalidRequest(
                f"Invalid limit: must be between 1 and {LIMIT_MAX}.",
                code="parameter_invalid_integer",
                param="limit",
            )
        after, before = self.params.get("starting_after"), self.params.get("ending_before")
        if after and before:
            raise InvalidRequest(
                "You cannot parameterize starting_after and ending_before.",
                param="starting_after",
            )
        if before:
            rest = found[: _place(found, before, param="ending_before")]
            return _list(rest[-limit:], has_more=len(rest) > limit, url=url)
        if after:
            found = found[_place(found, after, param="starting_after") + 1 :]
        return _list(found[:limit], has_more=len(found) > limit, url=url)


def _list(data: list[Body], *, has_more: bool, url: str) -> Body:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _place(found: list[Body], key: str, *, param: str) -> int:
    for place, body in enumerate(found):
        if body["id"] == key:
            return place
    raise InvalidRequest(f"No such object: '{key}'", code="resource_missing", param=param)


def _is_within(body: Body, params: dict[str, Any], name: str) -> bool:
    wanted = params.get(name)
    if wanted is None or name not in body:
        return True
    if isinstance(wanted, int):
        return bool(body[name] == wanted)
    value = body[name]
    is_late = wanted.get("gt", value - 1) < value and wanted.get("gte", value) <= value
    is_early = value < wanted.get("lt", value + 1) and value <= wanted.get("lte", value)
    return bool(is_late and is_early)
