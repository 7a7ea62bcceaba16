"""One account, mapped by several at once: it has one tenant, and the others are told so."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from accounts.models import Organisation, OrganisationKind
from compute_billing.metering.models import SourceAccountMapping
from tests.builders.accounts import make_organisation
from tests.builders.market import make_market
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import read
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(200, marks=pytest.mark.soak)]
RACERS = 4


def ready(operator: Organisation) -> Client:
    """Return a client that has asked before: the first request of one is not for two threads."""
    client, _ = key_of(operator)
    read(client, "sources")
    return client


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_account_gets_one_tenant(rounds: int) -> None:
    sources = []

    def make_works(_: int):
        market = make_market(operator=make_organisation(kind=OrganisationKind.OPERATOR))
        client = ready(market.operator)
        place = f"sources/{market.source.code}/account-mappings"
        sources.append(market.source.pk)
        tenants = [make_organisation() for _ in range(RACERS)]
        # when as many tenants as there are racers are given the account
        return [
            partial(send, client, "post", place, {"account": "lab-7", "tenant": tenant.code})
            for tenant in tenants
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    # then one has it, and every other request was refused as a conflict
    for source_id, answers in zip(sources, race.rounds, strict=True):
        told = sorted(answer.status_code for answer in answers)
        assert told == [201, *[409] * (RACERS - 1)]
        refused = [answer.json()["code"] for answer in answers if answer.status_code == 409]
        assert set(refused) == {"account_mapped_already"}
        assert SourceAccountMapping.objects.filter(source_id=source_id).count() == 1
    assert race.lock_waits > 0, "the racers never met"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_mapping_ends_once_and_is_followed_by_one(rounds: int) -> None:
    sources = []

    def make_works(_: int):
        market = make_market(operator=make_organisation(kind=OrganisationKind.OPERATOR))
        client = ready(market.operator)
        place = f"sources/{market.source.code}/account-mappings"
        sources.append(market.source.pk)
        first, second = make_organisation(), make_organisation()
        send(client, "post", place, {"account": "lab-7", "tenant": first.code})
        at = "2026-11-01T00:00:00Z"
        ended = {"account": "lab-7", "tenant": first.code, "at": at}
        next_one = {"account": "lab-7", "tenant": second.code, "valid_from": at}
        # when it is ended twice while another tenant is to follow
        return [
            partial(send, client, "post", f"{place}/end", ended),
            partial(send, client, "post", f"{place}/end", ended),
            partial(send, client, "post", place, next_one),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    # then it ended once, and the other followed only where it had ended by then
    for source_id, (one, other, followed) in zip(sources, race.rounds, strict=True):
        assert sorted([one.status_code, other.status_code]) == [200, 409]
        assert followed.status_code in {201, 409}
        kept = SourceAccountMapping.objects.filter(source_id=source_id).count()
        assert kept == (2 if followed.status_code == 201 else 1)
    assert race.lock_waits > 0, "the racers never met"
