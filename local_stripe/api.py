"""Stripe's API without HTTP: who asks, which operation, idempotency, and the answer."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from local_stripe import faults
from local_stripe.call import API_VERSION, Call
from local_stripe.checking import checked
from local_stripe.errors import (
    CardDeclined,
    InvalidParameter,
    InvalidRequest,
    KeyInFlight,
    KeyUsedOtherwise,
    NotKept,
    ServerFailed,
    StripeRefuses,
    TooManyRequests,
    UnknownKey,
)
from local_stripe.expanding import expanded
from local_stripe.faults import Fault
from local_stripe.forms import decode
from local_stripe.identifiers import new
from local_stripe.routes import ROUTES
from local_stripe.routing import Route
from local_stripe.settings import Settings
from local_stripe.store import Answer, Body, Store

KEY_LENGTH_MAX: Final = 255
_OK: Final = 200


@dataclass(frozen=True)
class Request:
    """A request as it came in; names of headers in lower case."""

    method: str
    path: str
    text: str
    headers: dict[str, str]


@dataclass
class Response:
    """An answer, or none: then the connection just ends."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    is_dropped: bool = False


@dataclass
class _Asked:
    """A request on its way through."""

    request: Request
    id: str
    account: str
    key: str | None
    headers: dict[str, str]


class Api:
    """Answers requests; one at a time does its work."""

    def __init__(self, store: Store, settings: Settings, *, base_url: str) -> None:
        """Keep the store; `base_url` is where hosted pages lie."""
        self.store = store
        self.settings = self.first_settings = settings
        self.base_url = base_url
        self._in_flight: set[tuple[str, str]] = set()
        self._guard = threading.Lock()

    def call(self, account: str | None = None, **values: Any) -> Call:
        """Return a call that no request made."""
        return Call(
            store=self.store,
            settings=self.settings,
            account=account or self.settings.account,
            base_url=self.base_url,
            **values,
        )

    def answer(self, request: Request) -> Response:
        """Return the answer to a request, with a fault if one is due."""
        fault = faults.take(self.store, method=request.method, path=request.path)
        asked = _Asked(request, new("request"), self.settings.account, None, {})
        if fault is not None and fault.kind == "drop_before":
            return Response(0, "", is_dropped=True)
        try:
            body = self._answered(asked, fault)
            status = _OK
        except StripeRefuses as refusal:
            status, body = refusal.status, _text(self._explained(asked, refusal))
        if fault is not None and fault.kind == "drop_after":
            return Response(0, "", is_dropped=True)
        status = int(asked.headers.pop("status", status))
        return Response(status, body, {**self._headers(asked, status), **asked.headers})

    def _answered(self, asked: _Asked, fault: Fault | None) -> str:
        self._authenticate(asked)
        if fault is not None and fault.kind == "error_429":
            asked.headers["Retry-After"] = str(faults.RETRY_AFTER_SECONDS)
            raise TooManyRequests("Too many requests hit the API too quickly.", code="rate_limit")
        if fault is not None and fault.kind == "error_500":
            raise ServerFailed("An unknown error occurred.")
        asked.key = self._key(asked.request)
        route, path = _route(asked.request)
        if asked.key is None:
            return self._work(asked, route, path, fault)
        with self._alone(asked.account, asked.key):
            return self._once(asked, asked.key, route, path, fault)

    def _authenticate(self, asked: _Asked) -> None:
        headers = asked.request.headers
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise UnknownKey(
                "You did not provide an API key. Provide it in the Authorization header, using"
                " Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            )
        if key not in self.settings.keys:
            raise UnknownKey(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}")
        version = headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise InvalidRequest(f"Invalid Stripe API version: {version}; kept is {API_VERSION}.")
        asked.account = headers.get("stripe-account", self.settings.account)
        if asked.account != self.settings.account:
            self._refuse_stranger(asked.account)

    def _refuse_stranger(self, account: str) -> None:
        if self.store.find(account, account=self.settings.account, kind="account") is None:
            raise StripeRefuses(
                f"The provided key does not have access to account '{account}' (or that account"
                " does not exist).",
                code="account_invalid",
            )

    @staticmethod
    def _key(request: Request) -> str | None:
        key = request.headers.get("idempotency-key")
        if key is not None and len(key) > KEY_LENGTH_MAX:
            raise KeyUsedOtherwise(f"Idempotency keys take {KEY_LENGTH_MAX} characters.")
        return key if request.method == "POST" else None

    def in_flight(self) -> int:
        """Return how many requests with an idempotency key are being worked on."""
        with self._guard:
            return len(self._in_flight)

    @contextlib.contextmanager
    def _alone(self, account: str, key: str) -> Iterator[None]:
        """Hold an idempotency key; whoever comes meanwhile is told so."""
        with self._guard:
            if (account, key) in self._in_flight:
                raise KeyInFlight(
                    "There is currently another in-progress request using this Idempotency Key"
                    f" ({key}). Try again in a moment.",
                    code="idempotency_key_in_use",
                )
            self._in_flight.add((account, key))
        try:
            yield
        finally:
            with self._guard:
                self._in_flight.discard((account, key))

    def _once(
        self, asked: _Asked, key: str, route: Route, path: dict[str, str], fault: Fault | None
    ) -> str:
        """Return the first answer to a key, or do the work and keep its answer."""
        since = self.call().now - self.settings.idempotency_seconds
        kept = self.store.answer(key, account=asked.account, since=since)
        if kept is None:
            return self._work(asked, route, path, fault)
        if kept.request != _digest(asked.request):
            raise KeyUsedOtherwise(
                "Keys for idempotent requests can only be used with the same parameters they"
                " were first used with. Try using a key other than"
                f" '{key}' if you meant to execute a different request."
            )
        asked.headers |= {
            "Idempotent-Replayed": "true",
            "Original-Request": kept.request_id,
            "status": str(kept.status),
        }
        return kept.body

    def _work(self, asked: _Asked, route: Route, path: dict[str, str], fault: Fault | None) -> str:
        """Check the parameters, do the work in one transaction, and keep its answer."""
        params = checked(route.structure, decode(asked.request.text))
        route.refuse_what_is_not_kept(params)
        call = self.call(
            asked.account,
            params=params,
            path=path,
            request_id=asked.id,
            idempotency_key=asked.key,
        )
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        with self.store.transaction():
            status, body = self._handled(asked, call, route)
            if fault is not None and fault.kind == "error_500_after":
                status, body = 500, ServerFailed("An unknown error occurred.").body()
            text = _text(body)
            if asked.key is not None:
                answer = Answer(_digest(asked.request), status, text, asked.id)
                self.store.keep_answer(asked.key, answer, account=asked.account, at=call.now)
        asked.headers["status"] = str(status)
        return text

    def _handled(self, asked: _Asked, call: Call, route: Route) -> tuple[int, Body]:
        """Return status and answer; what a decline wrote stays, what another refusal wrote not."""
        refused: StripeRefuses
        try:
            with self.store.attempt():
                try:
                    answer = route.handler(call)
                except CardDeclined as decline:
                    refused = decline
                else:
                    return _OK, expanded(call, answer, call.params.get("expand", []))
        except InvalidParameter:
            # Nothing has begun, so nothing is kept for the idempotency key.
            raise
        except StripeRefuses as refusal:
            refused = refusal
        return refused.status, self._explained(asked, refused)

    def _explained(self, asked: _Asked, refusal: StripeRefuses) -> Body:
        body = refusal.body()
        body["error"]["request_log_url"] = f"{self.base_url}/_control/requests/{asked.id}"
        if refusal.code:
            body["error"]["doc_url"] = f"https://docs.stripe.com/error-codes#{refusal.code}"
        return body

    def _headers(self, asked: _Asked, status: int) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Request-Id": asked.id,
            "Stripe-Version": API_VERSION,
        }
        if asked.key is not None:
            headers["Idempotency-Key"] = asked.key
        if asked.account != self.settings.account:
            headers["Stripe-Account"] = asked.account
        if status in {409, 429, 500}:
            headers["Stripe-Should-Retry"] = "false" if status == 500 and asked.key else "true"
        return headers


def _route(request: Request) -> tuple[Route, dict[str, str]]:
    others = []
    for route in ROUTES:
        if match := route.pattern.match(request.path):
            if route.method == request.method:
                return route, match.groupdict()
            others.append(route)
    if others:
        raise InvalidRequest(f"Unrecognized request URL ({request.method}: {request.path}).")
    refusal = NotKept(
        f"Unrecognized request URL ({request.method}: {request.path}): no part of Stripe, or one"
        " that local_stripe does not keep; see its README."
    )
    refusal.status = 404
    raise refusal


def _digest(request: Request) -> str:
    told = "\n".join((request.method, request.path, request.text))
    return sha256(told.encode()).hexdigest()


def _text(body: Body) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=False)
