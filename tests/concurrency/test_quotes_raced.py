"""Quotes asked while the same wallet is rated: each is of one moment, and the books never know."""

from __future__ import annotations

from functools import partial

import pytest

from compute_billing.audit import queries as audit
from compute_billing.rating import operations as rating
from kernel.sql import rows
from tests.builders.market import NOW, YUAN, make_market
from tests.compute_billing.api.reading import client_of, read
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [4, pytest.param(200, marks=pytest.mark.soak)]
CARD_HOUR = 3_600_000_000


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_quote_is_of_before_or_of_after_a_rating(rounds) -> None:
    # given one card-hour at 3 yuan, all more at 2, and money for them
    made = []

    def make_works(_: int):
        market = make_market(price_micro=None, tiers=((0, 3 * YUAN), (CARD_HOUR, 2 * YUAN)))
        tenant = market.add_tenant("acme", paid_yuan=20)
        client = client_of(tenant)
        # the first request of a client makes it ready, which is not for two threads
        read(client, "balance")
        market.report({"account": "acme", "milli_cards": 1_000})
        body = {
            "card_type": market.meter.code,
            "cards": "1",
            "starts_at": "2026-11-05T00:00:00Z",
            "duration_seconds": 3600,
        }
        quote = partial(client.post, "/api/v1/quotes", body, content_type="application/json")
        made.append((market, tenant))
        # when quotes are asked for while the use is rated
        return [partial(_rated, tenant.pk), quote, quote, quote]

    race = run_race(rounds=rounds, make_works=make_works)

    # then each is of before or after, and the books hold the charge of the use alone
    for (market, _), (_, *quotes) in zip(made, race.rounds, strict=True):
        assert {quote.json()["gross"]["amount"] for quote in quotes} <= {"3.000000", "2.000000"}
        market.rate()
        (charge,) = market.charges("acme")
        assert charge["gross"] == 3 * YUAN
        assert market.shares("acme") == {"paid": 3 * YUAN}
        assert _counted(charge["tenant_id"]) == 1
    assert [verdict.law.name for verdict in audit.verify_books() if not verdict.holds] == []
    race.assert_they_met()


def _rated(_: int) -> None:
    """Rate whoever waits; a wallet that a quote holds is passed over."""
    list(rating.rate_all(now=NOW))


def _counted(tenant_id: int) -> int:
    found = rows(
        "SELECT count(*) AS n FROM rating_run WHERE tenant_id = %(tenant_id)s", tenant_id=tenant_id
    )
    return int(found[0]["n"])
