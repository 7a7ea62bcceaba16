"""The harness of the permission matrix: walk the resolver, knock, say what is wrong.

It returns faults instead of asserting, so that it can itself be tried on views that are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.http.response import HttpResponseBase
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.cast import Cast, Knocker
from tests.architecture.permission_rows import (
    CLOSED_SITES,
    METHODS,
    OPEN_IN_CLOSED_SITES,
    Access,
    Row,
    World,
)

REFUSALS = frozenset({401, 403, 404, 405})
QUERY_DIFFERENCE_MAX = 1
CSRF_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
# These differ between any two requests and say nothing about the object.
NOISY_HEADERS = frozenset({"date", "x-request-id", "x-correlation-id", "set-cookie"})


@dataclass(frozen=True)
class Address:
    """One URL pattern as the resolver knows it."""

    name: str | None
    route: str
    parameters: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        """Say whether the address lies in a site that shuts out the whole cast."""
        return self.route.startswith(CLOSED_SITES) and self.name not in OPEN_IN_CLOSED_SITES

    @property
    def needs_row(self) -> bool:
        return not self.route.startswith(CLOSED_SITES)

    def path(self, parameters: dict[str, object]) -> str:
        assert self.name is not None
        return reverse(self.name, kwargs=parameters)


def addresses(
    resolver: URLResolver | None = None, *, route: str = "", namespace: str = ""
) -> Iterator[Address]:
    """Yield every address that the resolver reaches, however deeply included."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, route=here, namespace=inner)
        elif isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else None
            yield Address(name, here, tuple(re.findall(r"<(?:\w+:)?(\w+)>", here)))


def without_row(rows: dict[str, Row]) -> list[str]:
    """Return the addresses that nobody declared."""
    return [
        f"{address.name or 'without a name'}: /{address.route}"
        for address in addresses()
        if address.needs_row and address.name not in rows
    ]


def knock(knocker: Knocker, method: str, path: str, access: Access | None = None) -> Any:
    if method == "GET":
        return knocker.client.get(path)
    body = {} if access is None or access.body is None else access.body
    extra = {"headers": {"idempotency-key": uuid4().hex}}
    send = getattr(knocker.client, method.lower())
    return send(path, body, content_type="application/json", **extra)


def got_in(response: HttpResponseBase) -> bool:
    if response.status_code in {301, 302, 303}:
        return "login" not in response["Location"]
    return response.status_code not in REFUSALS


def entry_faults(address: Address, row: Row, cast: Cast) -> list[str]:
    """Knock as everybody with every method; return where the answer is not the row's."""
    faults = []
    for method in METHODS:
        access = row.methods.get(method)
        path = None
        for knocker in _trying(row, method, cast):
            path = path or address.path(_named(address, row, World(cast.tenant)))
            response = knock(knocker, method, path, access)
            expected = access is not None and knocker.may_enter(access)
            if got_in(response) is not expected:
                faults.append(f"{method} {path} {knocker.name}: {response.status_code}")
            if got_in(response) and method != "GET":
                # Whoever got in may have used the object up: the next one gets another.
                path = None
    return faults


def _trying(row: Row, method: str, cast: Cast) -> list[Knocker]:
    """Return who knocks: everybody where the method is declared, else those inside anyway."""
    access = row.methods.get(method)
    if access is None:
        return [
            knocker
            for knocker in cast.knockers
            if any(knocker.may_enter(declared) for declared in row.methods.values())
        ]
    return [knocker for knocker in cast.knockers if not (knocker.dead and access.public)]


def _named(address: Address, row: Row, world: World) -> dict[str, object]:
    if not address.parameters:
        return {}
    assert row.make is not None, f"{address.name} has parameters: its row needs `make`"
    return row.make(world)


def leak_faults(address: Address, row: Row, cast: Cast) -> list[str]:
    """Try another tenant's object and an absent one; return where they can be told apart."""
    assert row.make is not None, f"{address.name} has parameters: its row needs `make`"
    foreign = row.make(World(cast.outsider))
    absent = {name: somebody_elses(value) for name, value in foreign.items()}
    paths = [address.path(foreign), address.path(absent)]
    return [
        fault
        for method, access in row.methods.items()
        for knocker in cast.knockers
        # Staff serve every tenant, so those who act for one tenant are tried.
        if not access.public and not knocker.staff and knocker.may_enter(access)
        for fault in _differences(knocker, method, access, paths=paths)
    ]


def _differences(
    knocker: Knocker, method: str, access: Access, *, paths: list[str]
) -> Iterator[str]:
    answers, queries = [], []
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            answers.append(knock(knocker, method, path, access))
        queries.append(len(captured))
    foreign, absent = answers
    place = f"{method} {paths[0]} {knocker.name}"
    if foreign.status_code != 404:
        yield f"{place}: a foreign object gave {foreign.status_code}"
    if absent.status_code != 404:
        yield f"{place}: an absent object gave {absent.status_code}"
    bodies = [_told(answer, path) for answer, path in zip(answers, paths, strict=True)]
    if bodies[0] != bodies[1]:
        yield f"{place}: the bodies differ"
    if _headers(foreign) != _headers(absent):
        yield f"{place}: the headers differ"
    if abs(queries[0] - queries[1]) > QUERY_DIFFERENCE_MAX:
        yield f"{place}: {queries[0]} queries for a foreign object, {queries[1]} for an absent one"


def _told(response: Any, path: str) -> bytes:
    """Return a body without what differs between any two pages: its own address, a form's token."""
    return CSRF_TOKEN.sub(b"", response.content.replace(path.encode(), b""))


def _headers(response: Any) -> dict[str, str]:
    noisy = NOISY_HEADERS | ({"content-length"} if CSRF_TOKEN.search(response.content) else set())
    return {name.lower(): value for name, value in response.items() if name.lower() not in noisy}


def somebody_elses(value: object) -> object:
    """Return a value of the same form that names nothing."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, int):
        return 2**40 + value
    text = str(value)
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return str(uuid4())
    return str(2**40 + int(text)) if text.isdigit() else f"absent-{uuid4().hex[:8]}"


def a_path(route: str) -> str:
    """Return some path that a route matches, with 1 for every parameter."""
    path = re.sub(r"<(?:\w+:)?\w+>", "1", route)
    path = re.sub(r"\(\?P<\w+>.*?\)", "1", path)
    return "/" + re.sub(r"[\^$]|\\Z", "", path)
