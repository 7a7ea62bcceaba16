"""What keepers of money tell, funds and clusters: one's own by key, any for staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import OrganisationKind
from accounts.permissions import Staff
from compute_billing.bank.models import BankLine
from compute_billing.cash import operations as cash
from compute_billing.cash.days import start_of
from compute_billing.cash.running import open_accounts
from tests.builders.accounts import make_organisation, make_staff
from tests.builders.keeping import DAY, MORNING_AFTER
from tests.builders.sessions import signed_in
from tests.builders.world import World, make_world
from tests.compute_billing.api.reading import client_of, pages, read
from tests.lasting import lasting

pytestmark = pytest.mark.django_db
OWN = ("bank/accounts", "bank/lines", "bank/statements", "cash/days", "cash/differences")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        made = make_world()
        open_accounts(now=MORNING_AFTER)
        custody = BankLine.objects.latest("id").account.custody
        cash.reconcile(custody=custody, day=DAY, now=MORNING_AFTER)
        yield made


@pytest.fixture
def operator(world: World) -> Client:
    return client_of(world.centre.operator)


@pytest.fixture
def auditor() -> Client:
    return signed_in(make_staff(role=Staff.AUDITOR))


def test_an_operator_reads_what_became_of_each_transfer(world, operator):
    found = read(operator, "bank/lines")["data"]
    assert [
        (one["position"], one["amount"]["amount"], one["state"], one["tenant"]) for one in found
    ] == [
        (4, "1.230000", "aside", None),
        (3, "60000.000000", "credited", "alpha"),
        (2, "300.000000", "credited", "alpha"),
    ]
    assert [one["reason"] for one in found] == ["银行结息", "代付协议", ""]
    assert read(operator, f"bank/lines/{found[0]['id']}") == found[0]
    (account,) = read(operator, "bank/accounts")["data"]
    assert (account["operator"], account["waiting_lines"]) == ("jingxi", 0)
    assert {one["account"] for one in found} == {account["number"]}
    (file,) = read(operator, "bank/statements", account=account["number"])["data"]
    assert (file["id"], file["new_lines"], file["refused_lines"]) == (found[0]["statement"], 3, 0)
    assert read(operator, f"bank/statements/{file['id']}/refusals")["data"] == []


@pytest.mark.parametrize(
    ("filters", "positions"),
    [
        ({"state": "aside"}, [4]),
        ({"state": "credited"}, [3, 2]),
        ({"state": "waiting"}, []),
        ({"match": "exact"}, [2]),
        ({"text": "结息"}, [4]),
        ({"booked_from": "2026-10-09", "booked_until": "2026-10-10"}, [4, 3, 2]),
        ({"booked_from": "2026-10-10"}, []),
        ({"booked_until": "2026-10-09"}, []),
        ({"account": "0"}, []),
    ],
)
def test_lines_are_filtered(operator, filters, positions):
    assert [one["position"] for one in read(operator, "bank/lines", **filters)["data"]] == positions


def test_pages_of_lines_are_the_list(operator):
    whole = read(operator, "bank/lines")["data"]
    by_one = [row for page in pages(operator, "bank/lines", limit=1) for row in page]
    assert by_one == whole


def test_an_operator_reads_its_own_cash_and_not_what_stripe_keeps_for_all(operator, auditor):
    (day,) = read(operator, "cash/days")["data"]
    assert (day["keeper"], day["day"]) == ("bank", "2026-10-09")
    assert day["told"]["closing"]["amount"] == "60301.230000"
    place = f"cash/days/{day['account_id']}/2026-10-09/movements"
    whole = read(operator, place)["data"]
    assert sorted(one["told"]["amount"] for one in whole) == [
        "1.230000",
        "300.000000",
        "60000.000000",
    ]
    assert [row for page in pages(operator, place, limit=1) for row in page] == whole
    # and staff read what Stripe keeps as well
    days = read(auditor, "cash/days")["data"]
    assert {one["keeper"] for one in days} == {"bank", "stripe"}
    (stripes,) = [one for one in days if one["keeper"] == "stripe"]
    stripe = f"cash/days/{stripes['account_id']}/{stripes['day']}/movements"
    assert read(auditor, stripe)["data"] != []
    assert operator.get(f"/api/v1/{stripe}").status_code == 404


def test_differences_tell_how_they_ended(operator, auditor):
    # given three transfers that the bank told of three days before anybody decided on them
    own = read(operator, "cash/differences", kind="late", day="2026-10-11")["data"]
    assert sorted(one["amount"]["amount"] for one in own) == [
        "1.230000",
        "300.000000",
        "60000.000000",
    ]
    assert {(one["first_day"], one["last_day"], one["ending"]) for one in own} == {
        ("2026-10-09", "2026-10-12", "found")
    }
    assert read(operator, "cash/differences")["data"] == own
    assert read(operator, "cash/differences", day="2026-10-12")["data"] == []
    whole = read(auditor, "cash/differences")["data"]
    ended = [one for one in whole if one["ended_at"] is not None]
    assert {one["ending"] for one in ended} == {"found", "paired", "booked"}
    assert read(auditor, "cash/differences", state="ended")["data"] == ended
    (open_,) = read(auditor, "cash/differences", state="open")["data"]
    assert (open_["amount"]["amount"], open_["ending"]) == ("-0.070000", None)
    told = read(auditor, f"cash/differences/{open_['id']}")
    assert told == {"difference": open_, "proposal": None}
    assert operator.get(f"/api/v1/cash/differences/{open_['id']}").status_code == 404


def test_an_authority_reads_its_own_funds(world, auditor):
    authority = client_of(world.centre.authority)
    (fund,) = read(authority, "funds")["data"]
    place = f"funds/{fund['programme']}/{fund['level']}/{fund['budget_year']}"
    assert read(authority, place) == fund
    assert {one["reference"] for one in read(authority, f"{place}/awards")["data"]} == {
        world.exhausted_award.reference,
        world.open_award.reference,
        "award-3",
    }
    whole = [row for page in pages(authority, f"{place}/awards", limit=1) for row in page]
    by_phase = [
        row
        for phase in ("ahead", "running", "exhausted", "ended")
        for row in read(authority, f"{place}/awards", phase=phase)["data"]
    ]
    assert sorted(row["reference"] for row in by_phase) == [row["reference"] for row in whole]
    for row in whole:
        assert read(authority, f"{place}/awards", phase=row["phase"])["data"].count(row) == 1
    # staff read the same, and another authority nothing
    assert read(auditor, place)["awarded"] == fund["awarded"]
    other = client_of(make_organisation(kind=OrganisationKind.GOVERNMENT))
    assert read(other, "funds")["data"] == []
    assert other.get(f"/api/v1/{place}").status_code == 404
    assert read(authority, "funds", budget_year="2001")["data"] == []
    assert read(authority, "funds", programme=fund["programme"])["data"] == [fund]


def test_an_operator_reads_how_busy_its_clusters_are(world, operator, auditor):
    (cluster,) = read(operator, "clusters")["data"]
    assert (cluster["code"], cluster["cards"]) == ("jx-1", "320")
    days = read(operator, "clusters/jx-1/days", month="2026-09")["data"]
    assert days
    assert {one["card_type"] for one in days} == {"910B2", "H200"}
    by_one = pages(operator, "clusters/jx-1/days", month="2026-09", limit=1)
    assert [row for page in by_one for row in page] == days
    assert read(auditor, "clusters/jx-1/days", month="2026-09")["data"] == days
    assert read(client_of(world.alpha), "clusters")["data"] == []
    foreign = client_of(world.alpha).get("/api/v1/clusters/jx-1/days")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")


def test_staff_read_how_far_a_month_is(auditor):
    months = [one["month"] for one in read(auditor, "settlement-runs")["data"]]
    assert "2026-09" in months
    assert [
        row["month"] for page in pages(auditor, "settlement-runs", limit=1) for row in page
    ] == (months)
    run = read(auditor, "settlement-runs/2026-09")
    tenants = read(auditor, "settlement-runs/2026-09/tenants")["data"]
    assert run["tenants"] == len(tenants)
    assert {one["tenant"] for one in tenants} == {"alpha", "beta", "gamma"}
    assert run["finished"] == sum(one["step"] in {"closed", "settled"} for one in tenants)
    (alpha,) = read(auditor, "settlement-runs/2026-09/tenants", text="ALPHA")["data"]
    by_step = read(auditor, "settlement-runs/2026-09/tenants", step=alpha["step"])["data"]
    assert alpha in by_step
    assert auditor.get("/api/v1/settlement-runs/2026-19").status_code == 422


@pytest.mark.parametrize("address", OWN)
def test_staff_read_all_or_of_whom_they_name(world, operator, auditor, address):
    own = read(operator, address)["data"]
    every = read(auditor, address)["data"]
    assert [row for row in every if row in own] == own
    assert read(auditor, address, operator=world.centre.operator.code)["data"] == own
    assert read(auditor, address, operator=world.alpha.code)["data"] == []
    assert auditor.get(f"/api/v1/{address}", {"operator": "nobody"}).status_code == 404
    assert operator.get(f"/api/v1/{address}", {"operator": "jingxi"}).status_code == 403


@pytest.mark.parametrize("address", [*OWN, "funds", "clusters", "clusters/jx-1/days"])
def test_what_is_not_asked_for_so_is_refused(operator, address):
    for query, pointer in (
        ({"colour": "red"}, "/colour"),
        ({"limit": "0"}, "/limit"),
        ({"cursor": "nonsense"}, None),
    ):
        answer = operator.get(f"/api/v1/{address}", query)
        assert answer.status_code == 422, address
        if pointer is not None:
            assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_cursor_of_another_is_of_no_list(operator):
    own = read(operator, "bank/lines", limit=1)["next_cursor"]
    other = client_of(make_organisation(kind=OrganisationKind.OPERATOR))
    answer = other.get("/api/v1/bank/lines", {"cursor": own})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_cursor")


def test_the_day_before_was_not_reconciled(operator):
    (day,) = read(operator, "cash/days")["data"]
    before = (start_of(DAY) - timedelta(days=1)).date().isoformat()
    for other in (before, "yesterday"):
        place = f"/api/v1/cash/days/{day['account_id']}/{other}/movements"
        assert operator.get(place).status_code == 404


def test_an_operator_reads_what_became_of_each_delivery(world, operator):
    place = f"sources/{world.centre.source.code}/deliveries"
    whole = read(operator, place)["data"]
    assert whole
    assert [row for page in pages(operator, place, limit=2) for row in page] == whole
    for one in whole:
        told = read(operator, f"usage/imports/{one['import_id']}")
        assert {name: told[name] for name in ("accepted", "duplicate", "conflict", "rejected")} == {
            name: one[name] for name in ("accepted", "duplicate", "conflict", "rejected")
        }
    assert client_of(world.alpha).get(f"/api/v1/{place}").status_code == 404


def test_an_operator_reads_what_it_sells(world, operator, auditor):
    prices = read(operator, "list-prices")["data"]
    assert {one["price_list"] for one in prices} == {"list"}
    assert read(operator, "list-prices", card_type="H200")["data"] == [
        one for one in prices if one["card_type"] == "H200"
    ]
    assert [row for page in pages(operator, "list-prices", limit=1) for row in page] == prices
    assert read(auditor, "list-prices")["data"] == prices
    sold = read(operator, "package-sales")["data"]
    assert {one["cluster"] for one in sold} <= {"jx-1"}
    assert [row for page in pages(operator, "package-sales", limit=1) for row in page] == sold
    assert read(auditor, "package-sales", operator="jingxi")["data"] == sold
    for address in ("list-prices", "package-sales"):
        assert read(client_of(world.alpha), address)["data"] == []
