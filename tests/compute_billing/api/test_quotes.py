"""Quotes by key: what rating will charge, who will pay it, and nothing left behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api_throttling import QuoteThrottle
from accounts.permissions import Scope
from compute_billing.catalogue import operations as catalogue
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.operations import LotScope
from kernel.sql import rows
from tests.builders.accounts import make_organisation
from tests.builders.market import (
    CARD_HOUR,
    HOUR_MS,
    LONG_AGO,
    NOW,
    YUAN,
    Market,
    instant_ms,
    make_market,
)
from tests.builders.sandboxes import open_sandbox, sandbox_key
from tests.compute_billing.api.reading import client_of

pytestmark = pytest.mark.django_db

# The last hours of October in Beijing, so that a long job passes into November.
START = datetime(2026, 10, 31, 10, tzinfo=UTC)
CARD_SECOND = CARD_HOUR // 3600
# Ten card-hours of a month at 3 yuan, all more at 2.
TIERS = ((0, 3 * YUAN), (10 * CARD_HOUR, 2 * YUAN))


@pytest.fixture(autouse=True)
def _november(monkeypatch) -> None:
    monkeypatch.setattr("compute_billing.api.quotes.utc_now", lambda: NOW)


def make_tiered() -> Market:
    """Return a market with tiers, whose tenant has twenty yuan and half of ten by an award."""
    market = make_market(price_micro=None, tiers=TIERS)
    market.add_tenant("acme", paid_yuan=20)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=500_000, cap_yuan=10)
    return market


def ask(market: Market, client: Client, **use: Any) -> Any:
    body = {
        "cluster": market.cluster.code,
        "card_type": market.meter.code,
        "cards": "1",
        "starts_at": START.isoformat(),
        "duration_seconds": 3600,
        **use,
    }
    wanted = {name: said for name, said in body.items() if said is not None}
    return client.post("/api/v1/quotes", wanted, content_type="application/json")


def use(market: Market, *, cards: int, hours: int) -> None:
    market.report(
        {
            "account": "acme",
            "milli_cards": cards * 1000,
            "started_ms": instant_ms(START),
            "ended_ms": instant_ms(START) + hours * HOUR_MS,
            "quantity": cards * hours * 1000 * HOUR_MS,
        }
    )
    market.rate()


def yuan(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "CNY"}


def books() -> dict[str, tuple[int, str]]:
    """Return the number of rows of every table, and a hash of all that stands in it."""
    tables = rows(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'accounts_api_key'"
    )
    found = {}
    for table in tables:
        (line,) = rows(
            "SELECT count(*) AS n, md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
            f" AS hash FROM {connection.ops.quote_name(table['name'])} t"
        )
        found[table["name"]] = (line["n"], line["hash"])
    return found


def test_a_quote_tells_prices_payers_and_what_is_missing() -> None:
    # Given a tenant with use of eight card-hours, in tiers of which ten are dearer
    market = make_tiered()
    use(market, cards=1, hours=8)
    client = client_of(market.tenants["acme"], Scope.BILLING_READ)

    # When it asks what two cards for eight hours would cost, which pass into November
    answer = ask(market, client, cards="2", duration_seconds=8 * 3600)

    # Then six are in October, of which two end the dear tier, and two in November begin one
    assert answer.status_code == 200, answer.content
    quote = answer.json()
    october, november = quote["segments"]
    assert quote["quantity_card_seconds"] == "57600"
    assert (october["month"], november["month"]) == ("2026-10", "2026-11")
    assert (october["used_before_card_seconds"], november["used_before_card_seconds"]) == (
        "21600",
        "7200",
    )
    assert october["unit_price"] is None
    assert october["tier"] == {"from_card_seconds": "0", "unit_price": yuan("3.000000")}
    assert (october["gross"], november["gross"]) == (yuan("28.000000"), yuan("12.000000"))
    # the award is used up, six yuan are there, and nobody covers the rest
    assert sum_of(quote["shares"]) == {"paid": 6 * YUAN, "arrears": 34 * YUAN}
    assert sum_of(november["shares"]) == {"arrears": 12 * YUAN}
    assert quote["shortfall"] == yuan("34.000000")


def sum_of(shares: list[dict[str, Any]]) -> dict[str, int]:
    """Return what each kind of payer bears, in the integers of the books."""
    found: dict[str, int] = {}
    for share in shares:
        borne = (
            int(share["card_time"]["card_seconds"]) * CARD_SECOND
            if share["amount"] is None
            else micro(share["amount"])
        )
        found[share["payer_kind"]] = found.get(share["payer_kind"], 0) + borne
    return found


def test_a_quote_leaves_nothing_behind() -> None:
    # given a key that was used before, and whatever the books hold
    market = make_tiered()
    use(market, cards=1, hours=1)
    client = client_of(market.tenants["acme"], Scope.BILLING_READ)
    before = books()
    # when a quote is asked for, and one is refused by rating
    told = ask(market, client, cards="64", duration_seconds=100 * 3600)
    refused = ask(market, client, starts_at="2015-12-31T23:00:00Z", duration_seconds=2 * 3600)
    # then no table has another row, and no row says anything else
    assert (told.status_code, refused.status_code) == (200, 422)
    assert books() == before


@given(
    before=st.lists(st.integers(1, 9), max_size=3),
    promotion=st.sampled_from([0, 5]),
    card_hours=st.sampled_from([0, 7]),
    cards=st.integers(1, 9),
    hours=st.integers(1, 30),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_charge_of_the_same_use_is_the_quote(
    before, promotion, card_hours, cards, hours
) -> None:
    # given tiers, an award, lots of each stage, and use before
    market = make_tiered()
    give(market, promotion=promotion, card_hours=card_hours)
    for earlier in before:
        use(market, cards=earlier, hours=3)
    charged_before = len(market.charges("acme"))
    # when a quote is asked for, and then the use is made
    client = client_of(market.tenants["acme"], Scope.BILLING_READ)
    quote = ask(market, client, cards=str(cards), duration_seconds=hours * 3600).json()
    use(market, cards=cards, hours=hours)
    # then each charge is the segment of the quote, by amount, by counter and by payer
    charged = market.charges("acme")[charged_before:]
    assert [told_by_segment(segment) for segment in quote["segments"]] == [
        told_by_charge(charge) for charge in charged
    ]
    for name in ("gross", "discount", "programme", "tenant"):
        assert micro(quote[name]) == sum(charge[name] for charge in charged)


def give(market: Market, *, promotion: int, card_hours: int) -> None:
    """Grant yuan of promotion and hours of card time, which are valid all the time."""
    common = {
        "tenant_id": market.tenants["acme"].pk,
        "starts_at": LONG_AGO,
        "expires_at": None,
        "now": NOW,
    }
    if promotion:
        ledger.grant_promotion_lot(
            operator_id=market.operator.pk,
            amount_micro=promotion * YUAN,
            reference=f"promotion-{market.source.code}",
            **common,
        )
    if card_hours:
        ledger.grant_in_kind_lot(
            operator_id=market.operator.pk,
            scope=LotScope(meter_id=market.meter.pk),
            quantity=card_hours * CARD_HOUR,
            reference=f"in-kind-{market.source.code}",
            **common,
        )


def micro(shown: dict[str, str]) -> int:
    return int(shown["amount"].replace(".", ""))


def told_by_segment(segment: dict[str, Any]) -> list[Any]:
    """Return what a segment says, in the integers of the books."""
    names = ("gross", "discount", "programme", "tenant")
    counts = ("quantity_card_seconds", "in_kind_card_seconds", "used_before_card_seconds")
    return [
        *(micro(segment[name]) for name in names),
        *(int(segment[name]) * CARD_SECOND for name in counts),
        sum_of(segment["shares"]),
    ]


def told_by_charge(charge: dict[str, Any]) -> list[Any]:
    names = ("gross", "discount", "programme", "tenant", "quantity", "quantity_in_kind")
    shares = rows(
        "SELECT payer_kind, sum(amount)::bigint AS amount FROM rating_charge_share"
        " WHERE tenant_id = %(tenant_id)s AND charge_id = %(id)s"
        " GROUP BY payer_kind HAVING sum(amount) <> 0",
        **{name: charge[name] for name in ("tenant_id", "id")},
    )
    return [
        *(charge[name] for name in names),
        charge["counter_before"],
        {share["payer_kind"]: share["amount"] for share in shares},
    ]


def test_one_of_cluster_and_card_type_is_enough_where_it_says_all() -> None:
    # given a second cluster of the operator, with the same cards
    market = make_tiered()
    client = client_of(market.tenants["acme"])
    centre_id = market.cluster.centre_id
    by_type = ask(market, client, cluster=None)
    other = catalogue.add_cluster(
        centre_id=centre_id, code=f"{market.cluster.code}-b", name="B", milli_cards=8_000
    )
    # when only the card type is named, or only the cluster
    ambiguous = ask(market, client, cluster=None)
    by_cluster = ask(market, client, card_type=None, cluster=other.code)
    # then what is not clear is asked back
    assert by_type.json()["cluster"] == market.cluster.code
    assert ambiguous.json()["errors"] == [
        {
            "pointer": "/cluster",
            "code": "required",
            "detail": f"Say which: {market.cluster.code}, {other.code}.",
        }
    ]
    assert by_cluster.json()["card_type"] == market.meter.code


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"cards": "0"}, "unable_to_quote", None),
        ({"cards": "eight"}, "malformed_cards", None),
        ({"duration_seconds": 0}, "invalid_request", "/duration_seconds"),
        ({"duration_seconds": 366 * 86_400 + 1}, "invalid_request", "/duration_seconds"),
        ({"starts_at": "2026-10-31T10:00:00"}, "invalid_request", "/starts_at"),
        ({"starts_at": "9999-12-31T10:00:00Z"}, "invalid_request", "/starts_at"),
        ({"card_type": "abacus"}, "invalid_request", "/card_type"),
        ({"cluster": None, "card_type": None}, "invalid_request", "/card_type"),
        ({"project": "theirs"}, "unable_to_quote", None),
        ({"starts_at": "2126-01-01T00:00:00Z"}, "invalid_request", "/starts_at"),
    ],
)
def test_a_malformed_question_names_what_is_wrong(change, code, pointer) -> None:
    market = make_tiered()

    answer = ask(market, client_of(market.tenants["acme"]), **change)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if pointer:
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_sandbox_is_quoted_its_own_prices_and_nobody_elses() -> None:
    market = make_tiered()
    tenant = market.tenants["acme"]
    open_sandbox(tenant, now=NOW)
    key = sandbox_key(tenant, scopes=["billing:read"])
    client = Client(headers={"authorization": f"Bearer {key}"})

    real = ask(market, client)
    own = ask(market, client, cluster=None)

    assert (real.status_code, real.json()["errors"][0]["pointer"]) == (422, "/cluster")
    assert own.status_code == 200, own.content
    assert own.json()["cluster"] != market.cluster.code
    # what has tiers outside has the plain price of a sandbox, and play money pays it
    assert sum_of(own.json()["shares"]) == {"paid": 5 * YUAN}


def test_quotes_are_counted_apart(monkeypatch) -> None:
    # given two quotes a minute
    monkeypatch.setattr(QuoteThrottle, "THROTTLE_RATES", {"quotes": "2/min"})
    market = make_tiered()
    client = client_of(market.tenants["acme"])
    # when a third is asked for
    answers = [ask(market, client) for _ in range(3)]
    # then it is for later
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0


def test_who_may_not_read_bills_is_quoted_nothing() -> None:
    market = make_tiered()
    weak = client_of(market.tenants["acme"], Scope.USAGE_READ)
    stranger = client_of(make_organisation(), Scope.BILLING_READ)

    assert ask(market, weak).status_code == 403
    # the price is everybody's, the twenty yuan are not
    told = ask(market, stranger).json()
    assert sum_of(told["shares"]) == {"arrears": 3 * YUAN}
