"""What a tenant and an operator read by key: exact values, own rows only, whole pages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from accounts.api_paging import encoded
from accounts.permissions import Scope
from compute_billing.ledger import queries as ledger
from compute_billing.metering import operations as metering
from tests.builders.accounts import make_organisation
from tests.builders.world import World, at, make_world
from tests.compute_billing.api.reading import LISTS, client_of, pages, read, yuan
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


def test_pages_joined_are_the_whole_list(world: World) -> None:
    # given the keys of a tenant and of the operator
    for organisation in (world.alpha, world.beta, world.centre.operator):
        client = client_of(organisation)
        for address in LISTS:
            # when a list is read whole, and two rows at a time
            whole = read(client, address)["data"]
            small = list(pages(client, address, limit=2))
            # then the pages are full but for the last, and hold the same rows in the same order
            assert [row for page in small for row in page] == whole, address
            assert all(len(page) == 2 for page in small[:-1])


def test_a_record_tells_why_it_costs_what_it_costs(world: World) -> None:
    # given a record whose hours were suspended: 90,000.001 card-seconds at 2.70 an hour
    client = client_of(world.beta)
    (listed,) = read(client, "usage/records", external_id="b3")["data"]
    # when it is read
    told = read(client, f"usage/records/{listed['id']}")
    # then use, line, price, payer and posting are told exactly
    assert told["usage"] == listed
    assert (listed["cards"], listed["quantity_card_seconds"]) == ("1", "90000.001")
    assert (listed["started_at"], listed["state"]) == ("2026-09-29T00:00:00Z", "charged")
    assert told["source_line"] == {
        "format": "csv",
        "origin": "september-late.csv",
        "position": 3,
        "delivered_at": "2026-10-01T05:00:00Z",
    }
    (charge,) = told["charges"]
    assert (charge["price_list"], yuan(charge["unit_price"])) == ("list", Decimal("2.700000"))
    assert (charge["usage_month"], charge["booked_month"]) == ("2026-09", "2026-09")
    assert yuan(charge["gross"]) == Decimal("67.500001")
    assert charge["shares"] == [
        {
            "amount": {"amount": "67.500001", "currency": "CNY"},
            "card_time": None,
            "payer_kind": "arrears",
            "payer": "no_hold",
            "posting": {
                "amount": {"amount": "67.500001", "currency": "CNY"},
                "card_time": None,
                "posted_at": "2026-10-01T06:00:00Z",
                "from_account": "arrears",
                "to_account": "compute_revenue",
            },
        }
    ]


def test_the_shares_of_every_record_add_up(world: World) -> None:
    # given every record of a tenant with lots, awards, a correction and a rerate
    client = client_of(world.alpha)
    for usage in read(client, "usage/records")["data"]:
        # when its charges are read
        for charge in read(client, f"usage/records/{usage['id']}")["charges"]:
            # then the shares make the gross, each is carried by a posting of its sign and unit
            money = [share for share in charge["shares"] if share["amount"]]
            assert sum(yuan(share["amount"]) for share in money) == yuan(charge["gross"])
            for share in charge["shares"]:
                is_nothing = share["amount"] and yuan(share["amount"]) == 0
                assert (share["posting"] is None) is bool(is_nothing)
                if share["card_time"]:
                    assert share["posting"]["card_time"]["card_type"] == "910B2"


def test_corrections_and_rerates_name_what_they_take_back(world: World) -> None:
    # given a corrected and a rerated record
    client = client_of(world.alpha)
    # when the correction and the charges are read
    (correction,) = read(client, "usage/records", external_id="a2:correction")["data"]
    charges = read(client, "charges")["data"]
    # then each negative charge names the charge that it takes back
    taken_back = {
        (
            charge["external_id"],
            charge["cause"],
            charge["reverses"]["external_id"],
            charge["reverses"]["segment_no"],
            charge["quantity_card_seconds"],
        )
        for charge in charges
        if charge["reverses"] is not None
    }
    assert (correction["corrects"], correction["quantity_card_seconds"]) == ("a2", "-230400")
    assert taken_back == {
        ("a2:correction", "usage", "a2", 2, "-115200"),
        ("a2:correction", "usage", "a2", 3, "-115200"),
        # what a used up award had shared in since is taken back, and charged anew
        ("a2", "reversal", "a2", 1, "-345600"),
        ("a2", "reversal", "a2", 2, "-345600"),
        ("a3:1", "reversal", "a3:1", 1, "-19008"),
        ("a3:2", "reversal", "a3:2", 1, "-24552"),
        ("a4", "reversal", "a4", 1, "-86400"),
        ("a4", "reversal", "a4", 2, "-172800"),
        ("a5", "reversal", "a5", 1, "-1728000"),
        ("a6", "reversal", "a6", 1, "-172800"),
    }
    negative = [charge for charge in charges if charge["gross"]["amount"].startswith("-")]
    assert len(negative) == 13
    assert all(charge["reverses"] for charge in negative)


def test_charges_of_a_month_make_its_sealed_totals(world: World) -> None:
    for tenant in (world.alpha, world.beta):
        # given a closed month
        client = client_of(tenant)
        months = {month["month"]: month for month in read(client, "months")["data"]}
        september = months["2026-09"]
        # when its charges and its bill are read
        charges = read(client, "charges", booked_month="2026-09", limit=200)["data"]
        (bill,) = read(client, "invoices", month="2026-09")["data"]
        # then they make what was sealed
        assert september["state"] == "closed"
        assert september["charge_count"] == len(charges)
        for part in ("gross", "discount", "programme", "tenant"):
            made = sum(yuan(charge[part]) for charge in charges)
            assert made == yuan(september[part]), part
        assert yuan(bill["gross"]) == yuan(september["gross"])
        assert yuan(bill["tenant_paid"]) + yuan(bill["arrears"]) == yuan(september["tenant"])


def test_a_bill_is_its_lines_and_taxes(world: World) -> None:
    client = client_of(world.beta)
    (listed,) = read(client, "invoices")["data"]
    told = read(client, f"invoices/{listed['id']}")

    assert told["invoice"] == listed
    assert listed["number"] == "2026-000002"
    money = [line for line in told["lines"] if line["amount"]]
    assert sum(yuan(line["amount"]) for line in money) == yuan(listed["gross"])
    assert {line["project"] for line in money} == {"", "p1"}
    assert sum(yuan(tax["tax"]) for tax in told["taxes"]) == yuan(listed["tax"])


def test_the_balance_is_what_the_lots_hold(world: World) -> None:
    # given a tenant with lots of each stage, of which money for a job is held
    client = client_of(world.alpha)
    when = {"at": "2026-10-12T12:00:00Z"}
    # when balance and lots are read as of an instant after the promotion ended
    balance = read(client, "balance", **when)
    lots = read(client, "lots", valid_at=when["at"])["data"]
    # then both tell the same, and the promotion is not in them
    held = {holding["stage"]: holding for holding in balance["holdings"]}
    assert set(held) == {lot["stage"] for lot in lots} == {"in_kind", "paid"}
    paid = [lot for lot in lots if lot["stage"] == "paid"]
    transfers = [lot for lot in paid if lot["reference"].startswith("bank:")]
    assert {lot["reference"] for lot in paid if lot not in transfers} == {
        "top-up-1",
        "top-up-2",
    }
    funders = {lot["funded_by"] for lot in lots if lot not in transfers}
    assert funders == {"bank", "operator:jingxi"}
    assert yuan(held["paid"]["amount"]) == sum(yuan(lot["amount"]) for lot in paid)
    assert yuan(held["paid"]["held_amount"]) == Decimal("10.603601")
    assert held["in_kind"]["card_time"]["card_type"] == "910B2"
    assert held["in_kind"]["amount"] is None
    assert balance["mode"] == "prepaid"
    assert yuan(balance["arrears"]) == 0


def test_arrears_are_told_by_cause(world: World) -> None:
    client = client_of(world.beta)
    arrears = read(client, "arrears")
    owed = ledger.arrears_by_cause(tenant_id=world.beta.pk)

    assert {
        row["cause"]: int(yuan(row["outstanding"]) * 1_000_000) for row in arrears["causes"]
    } == owed
    assert yuan(arrears["total"]) == yuan(read(client, "balance")["arrears"])
    assert yuan(read(client, "balance")["credit_limit"]) == 300


def test_awards_say_what_is_left(world: World) -> None:
    used, open_, afterwards = read(client_of(world.alpha), "awards")["data"]

    assert (used["reference"], used["rate"], yuan(used["left"])) == (
        "award-1",
        "0.400000",
        Decimal(0),
    )
    assert yuan(used["granted"]) == yuan(used["cap"]) == 300
    assert open_["rate"] == "0.333333"
    assert yuan(open_["left"]) == 3_000 - yuan(open_["granted"])
    assert (open_["programme"], open_["cluster"]) == ("vouchers", None)
    assert (afterwards["rate"], afterwards["reference"]) == ("0.200000", "award-3")


def test_prices_are_those_of_the_instant_with_the_newest_correction(world: World) -> None:
    client = client_of(world.alpha)

    def price(moment: str) -> Decimal:
        (found,) = read(client, "prices", at=moment, card_type="910B2")["data"]
        return yuan(found["unit_price"])

    assert price("2026-09-15T23:59:59+08:00") == Decimal("2.430001")
    assert price("2026-09-16T00:00:00+08:00") == Decimal("2.650000")
    (graduated,) = read(client, "prices", at="2026-09-01T00:00:00Z", card_type="H200")["data"]
    assert graduated["unit_price"] is None
    assert [tier["from_card_seconds"] for tier in graduated["tiers"]] == ["0", "360000"]


def test_filters_narrow_usage(world: World) -> None:
    client = client_of(world.beta)

    def jobs(**query: str) -> list[str]:
        return [row["external_id"] for row in read(client, "usage/records", **query)["data"]]

    assert jobs() == ["b1", "b2", "b3", "b4", "b6", "b5"]
    assert jobs(project="p1") == ["b1", "b4"]
    assert jobs(card_type="H200") == ["b2", "b5"]
    # from is included, until is not
    window = {"started_from": "2026-09-05T08:00:00+08:00", "started_until": "2026-10-02T00:00:00Z"}
    assert jobs(**window) == ["b2", "b3"]
    assert jobs(source="another") == []


def test_usage_without_a_price_is_parked(world: World) -> None:
    (parked,) = read(client_of(world.beta), "usage/records", external_id="b6")["data"]

    assert (parked["state"], parked["parked_reason"]) == ("parked", "no_price")


def test_an_operator_reads_statements_with_their_bills(world: World) -> None:
    client = client_of(world.centre.operator)
    (listed,) = read(client, "statements", month="2026-09")["data"]
    told = read(client, f"statements/{listed['id']}")

    assert told["statement"] == listed
    assert [bill["tenant"] for bill in told["bills"]] == ["alpha", "beta", "gamma"]
    assert sum(yuan(bill["gross"]) for bill in told["bills"]) == yuan(listed["gross"])


def test_nothing_of_another_tenant_is_listed_or_counted(world: World) -> None:
    # given a tenant that has nothing, and one beside the rich ones
    stranger = client_of(make_organisation())
    for address in LISTS:
        if address != "prices":
            # when a list is read, whatever it is filtered by
            answer = read(stranger, address)
            # then it is empty
            assert answer == {"data": [], "next_cursor": None}, address
    for query in ({"source": "slurm"}, {"external_id": "a1"}, {"project": "p1"}):
        assert read(stranger, "usage/records", **query)["data"] == []
    assert yuan(read(stranger, "arrears")["total"]) == 0


@pytest.mark.parametrize("address", ["usage/records", "charges", "invoices", "lots", "statements"])
def test_a_cursor_of_another_tenant_opens_nothing(world: World, address: str) -> None:
    # given the cursor of somebody else's list
    owner = world.centre.operator if address == "statements" else world.alpha
    rows = read(client_of(owner), address)["data"]
    cursor = _cursor_of(client_of(owner), address)
    # when a stranger uses it
    response = client_of(make_organisation()).get(f"/api/v1/{address}", {"cursor": cursor})
    # then he gets nothing, or is told that it is not his
    assert rows
    assert response.status_code == 422 or response.json()["data"] == []


def _cursor_of(client: Client, address: str) -> str:
    cursor = read(client, address, limit=1)["next_cursor"]
    if cursor is None:
        (only,) = read(client, address)["data"]
        return encoded(only["id"])
    return cursor


def test_a_key_that_may_not_read_bills_sees_no_charges(world: World) -> None:
    client = client_of(world.alpha, Scope.USAGE_READ)
    usage = read(client, "usage/records", limit=1)["data"][0]

    assert read(client, f"usage/records/{usage['id']}")["charges"] is None
    assert client.get("/api/v1/charges").status_code == 403


def test_rejects_and_conflicts_are_listed_and_tried_again(world: World) -> None:
    # given a report of an account that nobody has, and other content under a known key
    operator = client_of(world.centre.operator)
    report = [
        _record("new-1", account="gamma"),
        _record("a1", account="alpha", cards="9"),
    ]
    operator.post(
        "/api/v1/usage/records?source=slurm", {"records": report}, content_type="application/json"
    )
    (source,) = read(operator, "sources")["data"]
    (reject,) = read(operator, "sources/slurm/rejects", account="gamma")["data"]
    (conflict,) = read(operator, "sources/slurm/conflicts")["data"]
    # when the account is mapped and the rejects are tried again, twice
    metering.map_account(
        source_id=world.centre.source.pk, account="gamma", tenant_id=make_organisation().pk
    )
    answers = []
    for _ in range(2):
        asked = operator.post("/api/v1/sources/slurm/retry")
        while metering.work_on_retry(now=at(10, 11)):
            pass
        answers.append((asked.status_code, operator.get(asked["Location"]).json()))
    # then the record stands once, and only the conflict is left
    assert (source["open_rejects"], source["open_conflicts"]) == (1, 1)
    assert (reject["reason"], reject["can_retry"]) == ("unknown_account", True)
    assert (conflict["external_id"], conflict["times"]) == ("a1", 1)
    assert [(status, run["total"], run["accepted"]) for status, run in answers] == [
        (202, 1, 1),
        (202, 0, 0),
    ]
    assert all(run["finished_at"] for _, run in answers)
    assert read(operator, "sources/slurm/rejects")["data"] == []


def _record(external_id: str, **more: str) -> dict[str, str]:
    return {
        "external_id": external_id,
        "cards": "1",
        "card_type": "910B2",
        "started_at": at(10, 9).isoformat(),
        "ended_at": at(10, 9, 1).isoformat(),
        **more,
    }


def test_usage_is_found_by_the_bill_on_which_it_stands(world: World) -> None:
    # given a bill, and the records that are behind each of its lines
    client = client_of(world.beta)
    bill = read(client, "invoices")["data"][-1]
    lines = read(client, f"invoices/{bill['id']}")["lines"]
    behind = [
        {
            row["external_id"]
            for row in read(client, "usage/records", invoice=bill["id"], line=position)["data"]
        }
        for position in range(1, len(lines) + 1)
    ]
    # when all of its month is asked for
    month = read(client, "usage/records", booked_month=bill["month"])["data"]
    # then that is what the lines have together, and each line has some
    assert all(behind)
    assert set.union(*behind) == {row["external_id"] for row in month}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"invoice": "01a203bb-ed0b-7e96-8a3d-6e01c909ea9b"}, 422),
        ({"line": "1"}, 422),
        ({"line": "0", "invoice": "01a203bb-ed0b-7e96-8a3d-6e01c909ea9b"}, 422),
        ({"line": "1", "invoice": "01a203bb-ed0b-7e96-8a3d-6e01c909ea9b"}, 404),
        ({"booked_month": "2026-13"}, 422),
    ],
)
def test_half_a_line_or_none_of_ones_own_is_refused(
    world: World, query: dict[str, str], status: int
) -> None:
    assert client_of(world.beta).get("/api/v1/usage/records", query).status_code == status


def test_who_may_not_read_bills_does_not_ask_by_them(world: World) -> None:
    client = client_of(world.alpha, Scope.USAGE_READ)
    assert client.get("/api/v1/usage/records", {"booked_month": "2026-09"}).status_code == 403
