"""The Python client of those who sell: accounts mapped, packages offered; and quotes for buyers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import httpx
import pytest

from accounts.models import Organisation
from suanji_client import Client, Conflict, InvalidRequest, decimal_of
from suanji_client.sending import Patience
from tests.builders.accounts import make_api_key, make_member
from tests.builders.world import World, at, make_world

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def world(transactional_db) -> World:
    return make_world()


def acting(live_server, organisation: Organisation) -> Client:
    """Return a client with a key that an owner made, who answers for it."""
    owner = make_member(organisation=organisation)
    issued = make_api_key(organisation=organisation, created_by_id=owner.pk)
    return Client(live_server.url, key=issued.text)


def test_an_operator_maps_accounts(live_server, world: World) -> None:
    # given a client with the key of the operator
    with acting(live_server, world.centre.operator) as client:
        # when it maps an account from October on, twice under one key, and ends it with October
        made = [
            client.map_account("slurm", "lab-7", tenant="alpha", valid_from=at(10, 1), once="lab-7")
            for _ in range(2)
        ]
        with pytest.raises(Conflict) as taken:
            client.map_account("slurm", "lab-7", tenant="beta")
        ended = client.end_mapping("slurm", "lab-7", tenant="alpha", at=NOVEMBER)
        followed = client.map_account(
            "slurm", "lab-7", tenant="beta", project="p1", valid_from=NOVEMBER
        )
        # then two tenants have it, one after the other
        assert made[0] == made[1]
        assert taken.value.code == "account_mapped_already"
        assert ended["valid_until"] == followed["valid_from"] == "2026-11-01T00:00:00Z"
        found = client.account_mappings("slurm", account="lab-7")
        assert [(one["tenant"], one["project"]) for one in found] == [
            ("alpha", None),
            ("beta", "p1"),
        ]
        (then,) = client.account_mappings("slurm", account="lab-7", at=at(10, 5))
        assert then["tenant"] == "alpha"


def test_an_operator_offers_packages(live_server, world: World) -> None:
    cards = {"cluster": "jx-1", "card_type": "910B2"}
    valid_from = datetime(2040, 1, 1, tzinfo=UTC)
    with acting(live_server, world.centre.operator) as client:
        # when it says what may be sold, and proposes two offers of which it takes one back
        months = {"starts_on": date(2040, 1, 1), "ends_on": date(2040, 2, 1)}
        kept = client.set_package_capacity(cards=64, **cards, **months)
        ids = [
            client.propose_package_offer(
                term_kind=kind, price="1400.00", tax_class="vat_6", valid_from=valid_from, **cards
            )["id"]
            for kind in ("month", "year")
        ]
        taken = client.withdraw_package_offer(ids[1])
        # then one waits for a person
        assert (kept["cards"], kept["free"], taken["decision"]) == (64, 64, "refused")
        assert [one["id"] for one in client.package_offer_drafts(state="open")] == ids[:1]
        assert {one["cluster"] for one in client.package_capacity()} <= {"jx-1"}


def test_a_tenant_asks_what_use_would_cost(live_server, world: World) -> None:
    with acting(live_server, world.alpha) as client:
        quote = client.quote_use(
            cards="8", card_type="910B2", starts_at=at(10, 12), duration_seconds=7200
        )
        with pytest.raises(InvalidRequest) as refused:
            client.quote_use(cards="8", card_type="abacus", duration_seconds=7200)

    # eight cards for two hours, of which somebody pays each micro-yuan
    assert (quote["cluster"], quote["quantity_card_seconds"]) == ("jx-1", "57600")
    borne = [decimal_of(share["amount"]) for share in quote["shares"] if share["amount"]]
    assert sum(borne) == decimal_of(quote["gross"]) > 0
    assert refused.value.errors[0]["pointer"] == "/card_type"


def test_a_decision_whose_answer_was_lost_is_sent_again_under_its_key() -> None:
    # given a line that dies after the request
    keys: list[str] = []

    def give(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            message = "the line went dead"
            raise httpx.ReadError(message)
        return httpx.Response(200, json={"account": "lab-7"})

    client = Client(
        "https://suanji.example",
        key="sk",
        patience=Patience(attempts=3, sleep=lambda _: None, chance=lambda: 1.0),
        transport=httpx.MockTransport(give),
    )
    # when an account is mapped, and another
    client.map_account("slurm", "lab-7", tenant="alpha")
    client.map_account("slurm", "lab-8", tenant="alpha")
    # then the first went out twice under one key, and the second under its own
    assert keys[0] == keys[1] != keys[2]
