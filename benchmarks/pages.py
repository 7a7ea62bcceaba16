"""The main pages and endpoints at 1,000 tenants and 10,000,000 records of usage.

A settled month lies in the books. One client asks the product's web server (one worker, one
thread) for each page of many tenants in turn, and between them for a bare view of the same
server, which touches no database: how many times as long a page takes is what is compared.
"""

from __future__ import annotations

import http.client
import os
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts import operations as people
from accounts.models import Organisation
from accounts.permissions import Role, Scope
from benchmarks import dataset, harness
from benchmarks.serving import serve
from compute_billing.invoices import operations as invoices
from compute_billing.invoices.queries import invoice_page
from compute_billing.settlement import operations as settlement

# Fewer for a look in between: the result says how many there were.
RECORDS_EACH: Final = int(os.environ.get("BENCH_RECORDS_EACH", "10000"))
ASKERS: Final = 50
ROUNDS: Final = 4
BARE: Final = "/healthz"
BACKEND: Final = settings.AUTHENTICATION_BACKENDS[0]
# How many times as long as the bare view. The pages of SUMMING read all records of a month.
P50_MAX: Final = 20.0
SUMMING_P50_MAX: Final = 100.0
P99_MAX: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody of a tenant, by his session and by the key of his program."""

    cookie: str
    key: str
    bill: str
    record: str

    def headers(self, path: str) -> dict[str, str]:
        """Return what he shows at an address."""
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.key}"}
        return {"Cookie": f"sessionid={self.cookie}"}


PATHS: Final[Mapping[str, str]] = {
    "page: settled month": "/",
    "page: usage of a month": "/usage?month=2026-10",
    "page: usage of a month, one job": "/usage?month=2026-10&job={record}",
    "page: balance": "/balance",
    "page: bills": "/statements",
    "page: bill": "/statements/{bill}",
    "page: price estimate": "/estimate?offer=cluster/910B2&cards=64&hours=500",
    "API: balance": "/api/v1/balance",
    "API: usage, 100 records": "/api/v1/usage/records?limit=100",
    "API: charges, 100": "/api/v1/charges?limit=100",
    "API: invoices": "/api/v1/invoices",
}
SUMMING: Final = frozenset(
    {
        "page: settled month",
        "page: usage of a month",
        "page: usage of a month, one job",
        "page: balance",
    }
)


def measure() -> harness.Report:
    """Ask for every page and endpoint."""
    report = harness.Report(name="pages", title="Pages and endpoints beside a bare view")
    data = dataset.build(records_each=RECORDS_EACH)
    dataset.enqueue(data)
    rated = dataset.rate()
    # Autovacuum, which is off here, would have looked at a month of charges before it is closed.
    harness.analyze()
    invoices.close_period(month=dataset.MONTH, now=dataset.CLOSED_AT)
    settlement.settle(month=dataset.MONTH, now=dataset.CLOSED_AT)
    harness.analyze()
    askers = _askers(data.tenant_ids[:: len(data.tenant_ids) // ASKERS])
    report.parameters = {
        "tenants": len(data.tenant_ids),
        "records": rated.records,
        "askers": len(askers),
        "rounds": ROUNDS,
    }
    with serve() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for name, path in PATHS.items():
            found, bare = _milliseconds(connection, path, askers)
            _tell(report, name, found, bare=bare)
        connection.close()
    return report


def _tell(
    report: harness.Report, name: str, found: Sequence[float], *, bare: Sequence[float]
) -> None:
    report.figure(f"{name}, p50", unit="ms", rounds=[statistics.median(found)])
    report.figure(f"{name}, p99", unit="ms", rounds=[_p99(found)])
    report.figure(f"{name}, bare view beside it, p50", unit="ms", rounds=[statistics.median(bare)])
    report.figure(f"{name}, bare view beside it, p99", unit="ms", rounds=[_p99(bare)])
    report.bar(
        f"{name}: p50 / bare p50",
        measured=statistics.median(found) / statistics.median(bare),
        limit=SUMMING_P50_MAX if name in SUMMING else P50_MAX,
        at_most=True,
    )
    report.bar(
        f"{name}: p99 / bare p99",
        measured=_p99(found) / _p99(bare),
        limit=P99_MAX,
        at_most=True,
    )


def _p99(found: Sequence[float]) -> float:
    return sorted(found)[len(found) * 99 // 100]


def _milliseconds(
    connection: http.client.HTTPConnection, path: str, askers: Sequence[Asker]
) -> tuple[list[float], list[float]]:
    """Return what each answer took, and what the bare view took right after it.

    The first round, which fills caches, does not count.
    """
    found, bare = [], []
    for asker in [*askers, *(each for _ in range(ROUNDS) for each in askers)]:
        found.append(_ask(connection, path, asker))
        bare.append(_ask(connection, BARE, asker))
    return found[len(askers) :], bare[len(askers) :]


def _ask(connection: http.client.HTTPConnection, path: str, asker: Asker) -> float:
    address = path.format(bill=asker.bill, record=asker.record)
    started = perf_counter()
    connection.request("GET", address, headers=asker.headers(address))
    answer = connection.getresponse()
    body = answer.read()
    took = (perf_counter() - started) * 1000
    if answer.status != HTTPStatus.OK:
        message = f"{address} answered {answer.status}: {body[:500]!r}"
        raise RuntimeError(message)
    return took


def _askers(tenant_ids: Sequence[int]) -> list[Asker]:
    return [*_each_asker(tenant_ids)]


def _each_asker(tenant_ids: Sequence[int]) -> Iterator[Asker]:
    for organisation in Organisation.objects.filter(pk__in=tenant_ids):
        user = people.create_user(
            email=f"{organisation.code}@example.com", password=None, now=dataset.LONG_AGO
        )
        people.add_member(
            user_id=user.pk, organisation_id=organisation.pk, role=Role.OWNER, now=dataset.LONG_AGO
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        key = people.issue_api_key(
            organisation_id=organisation.pk,
            name="benchmark",
            scopes=[Scope.USAGE_READ, Scope.BILLING_READ],
            now=dataset.LONG_AGO,
        )
        (bill,) = invoice_page(tenant_id=organisation.pk, month=None, after=None, limit=1)
        yield Asker(
            cookie=session.session_key or "",
            key=key.text,
            bill=str(bill.public_id),
            record=f"job-{organisation.pk}-1",
        )


if __name__ == "__main__":
    sys.exit(harness.main(measure))
