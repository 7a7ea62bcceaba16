"""How many SQL queries each act of the API takes, seen while its example is asked.

To add an act, add a line; to raise a number, say in the commit what the act gained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# An act may take fewer by so many, so that it may lose a query unpunished.
SLACK: Final = 2
QUERIES_MAX: Final[Mapping[str, int]] = {
    "POST keys": 8,
    "POST key-rotate": 11,
    "POST key-revoke": 9,
    "POST api-budgets": 16,
    "PUT api-budget": 14,
    "POST api-budget-end": 15,
    "POST quotes": 29,
    "POST api-titles": 10,
    "POST api-title": 10,
    "POST api-title-default": 10,
    "POST api-einvoices": 26,
    "POST api-einvoice-withdraw": 11,
    "POST api-title-retire": 9,
    "POST holds": 28,
    "POST hold-extend": 22,
    "POST hold-release": 16,
    "POST top-ups": 27,
    "POST top-up-cancel": 25,
    "PUT api-procurement": 8,
    "PUT auto-top-up-detail": 9,
    "PUT balance-warning": 9,
    "PUT remittance-code": 9,
    "POST webhook-endpoints": 7,
    "POST webhook-rotate": 8,
    "POST webhook-ping": 11,
    "POST webhook-redeliver": 10,
    "PATCH webhook-endpoint": 8,
    "DELETE webhook-endpoint": 9,
    "PATCH own-organisation": 7,
    "POST member-change-role": 18,
    "POST member-end-role": 13,
    "POST invitations-list": 11,
    "POST invitation-take-back": 8,
    "POST usage-records": 42,
    "POST source-conflict-decide": 20,
    "POST usage-disputes": 18,
    "POST usage-dispute-withdraw": 18,
    "POST source-dispute-answer": 26,
    "POST usage-dispute-escalate": 24,
    "POST source-totals-list": 13,
    "POST source-totals-explain": 14,
    "POST account-mappings": 17,
    "POST account-mapping-end": 16,
    "POST package-offer-drafts": 15,
    "POST package-offer-draft-withdraw": 15,
    "POST package-capacity": 16,
    "POST price-drafts": 23,
    "PATCH price-draft": 25,
    "POST price-draft-approve": 29,
    "POST price-draft-withdraw": 13,
    "POST claim-payment": 9,
    "POST claim-submit": 13,
    "POST source-retry": 12,
    "POST package-quotes": 2,
    "POST api-packages": 56,
    "POST api-package-resize": 55,
    "POST api-package-renewal": 57,
    "POST api-package-end": 72,
    "POST sandbox": 53,
    "POST algorithms": 9,
    "PUT algorithm": 8,
    "POST algorithm-versions": 12,
    "DELETE algorithm-version": 18,
    "PUT algorithm-version": 14,
    "POST version-proofs": 13,
    "DELETE version-proof": 12,
    "POST version-submit": 18,
    "POST version-withdraw": 11,
    "POST listing-review-start": 20,
    "POST listing-review-decide": 32,
    "POST listing-standing": 24,
    "POST sandbox-keys": 9,
    "POST sandbox-top-ups": 25,
    "POST sandbox-close": 21,
    "POST sandbox-reset": 58,
}


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """Count the queries of each act that succeeds, the dearest of each kind."""
    counts: dict[str, int] = {}
    ask = Client.request

    def request(client: Client, **environ):
        with CaptureQueriesContext(connection) as queries:
            answer = ask(client, **environ)
        method, match = environ["REQUEST_METHOD"], answer.resolver_match
        is_act = method != "GET" and environ["PATH_INFO"].startswith("/api/")
        if is_act and match is not None and answer.status_code < 400:
            act = f"{method} {match.url_name}"
            counts[act] = max(counts.get(act, 0), len(queries))
        return answer

    with patch.object(Client, "request", request):
        yield counts


def assert_as_stated(counts: Mapping[str, int]) -> None:
    """Assert that each act stands in the list, and takes what it says."""
    too_many = {act: n for act, n in counts.items() if n > QUERIES_MAX.get(act, 0)}
    too_few = {act: n for act, n in counts.items() if n + SLACK < QUERIES_MAX.get(act, 0)}
    assert too_many == {}, f"more queries than tests.config.write_counts says: {too_many}"
    assert too_few == {}, f"tests.config.write_counts says more than is taken: {too_few}"
    assert set(QUERIES_MAX) == set(counts), "an act is gone, or its example"
