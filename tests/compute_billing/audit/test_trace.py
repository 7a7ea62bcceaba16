"""A posting is followed through shares and charges to the line of the file that told the use."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compute_billing.audit import queries
from kernel.sql import rows
from tests.builders.world import World, at
from tests.compute_billing.audit.breakers import account_of_kind, charge_id, one, transaction_of

pytestmark = pytest.mark.django_db


def posting_of(kind: str, tenant: str | None = None, *, returned: bool = False) -> int:
    """Return the first posting that a run took from an account, or gave back to it."""
    side = "destination" if returned else "source"
    return int(
        one(
            f"SELECT p.id FROM ledger_posting p JOIN ledger_transaction t "
            f"ON t.id = p.transaction_id WHERE t.kind = 'rating' "
            f"AND p.{side}_account_id = %(account)s ORDER BY p.id LIMIT 1",
            account=account_of_kind(kind, tenant),
        )
    )


def test_money_is_followed_to_the_lines_of_a_file(world: World) -> None:
    # Given the posting by which beta's credit limit paid in September
    found = queries.trace(posting_id=posting_of("credit", "beta"))

    # Then it is told from whom to whom, and that its lines make it up
    assert found.posting["source_owner"] == "beta"
    assert found.posting["source_kind"] == "credit"
    assert found.posting["destination_owner"] == "jingxi"
    assert found.posting["destination_kind"] == "compute_revenue"
    assert found.posting["posted"] == 300_000_000
    assert found.posting["line_total"] == 300_000_000

    # And each line leads to the row of the file
    first, second = found.lines
    assert (first["amount"], first["charge_id"]) == (87_480_036, charge_id("b1"))
    assert (first["source"], first["external_id"]) == ("slurm", "b1")
    assert (first["origin"], first["position"]) == ("september.csv", 6)
    assert (first["quantity"], first["unit_price_micro"]) == (129_600_000_000, 2_430_001)
    assert (second["amount"], second["position"]) == (212_519_964, 7)
    assert second["usage_month"] == date(2026, 9, 1)
    assert second["started_at"] == at(9, 5)


def test_money_given_back_is_followed_to_the_correction(world: World) -> None:
    found = queries.trace(posting_id=posting_of("award", None, returned=False) + 0)
    assert found.posting["line_total"] == found.posting["posted"]

    returned = queries.trace(
        posting_id=one(
            "SELECT p.id FROM ledger_posting p JOIN ledger_account a "
            "ON a.id = p.destination_account_id WHERE a.subject = 'top-up-2' "
            "AND p.transaction_id IN (SELECT transaction_id FROM rating_charge_share "
            "WHERE charge_id = %(charge)s)",
            charge=charge_id("a2:correction"),
        )
    )

    assert {line["origin"] for line in returned.lines} == {"corrections.csv"}
    assert [line["amount"] for line in returned.lines] == [-57_600_029, -51_840_047]
    assert returned.posting["posted"] == 109_440_076
    assert returned.posting["line_total"] == -109_440_076


def test_card_time_is_followed_as_well(world: World) -> None:
    found = queries.trace(posting_id=posting_of("in_kind", "alpha"))

    assert found.posting["unit"] == "CT:910B2"
    assert [line["amount"] for line in found.lines] == [72_000_000_000]
    assert found.lines[0]["position"] == 2


def test_public_money_is_followed_to_its_document(world: World) -> None:
    posting = one(
        "SELECT id FROM ledger_posting WHERE transaction_id = %(id)s", id=transaction_of("award-1")
    )

    found = queries.trace(posting_id=posting)

    assert found.lines == []
    assert found.posting["source_owner"] == "vouchers"
    assert found.posting["source_subject"] == "city:2026"
    assert found.posting["destination_subject"] == "award-1"
    assert (found.posting["kind"], found.posting["line_count"]) == ("award_approved", 0)


def test_every_posting_of_every_run_is_the_sum_of_its_lines(world: World) -> None:
    postings = rows(
        "SELECT p.id, p.amount FROM ledger_posting p JOIN ledger_transaction t "
        "ON t.id = p.transaction_id WHERE t.kind = 'rating'"
    )

    for posting in postings:
        found = queries.trace(posting_id=posting["id"])
        assert abs(found.posting["line_total"]) == posting["amount"]
        assert all(line["origin"].endswith(".csv") for line in found.lines)
        assert all(line["position"] >= 2 for line in found.lines)
    assert len(postings) > 20


def test_a_limit_cuts_the_lines_and_not_the_sums(world: World) -> None:
    found = queries.trace(posting_id=posting_of("credit", "beta"), limit=1)

    assert len(found.lines) == 1
    assert (found.posting["line_count"], found.posting["line_total"]) == (2, 300_000_000)


def test_it_is_one_query(world: World, django_assert_num_queries: Any) -> None:
    posting = posting_of("credit", "beta")
    with django_assert_num_queries(1):
        queries.trace(posting_id=posting)


def test_an_unknown_posting_is_refused(world: World) -> None:
    with pytest.raises(queries.UnknownPosting):
        queries.trace(posting_id=0)


def test_the_command_tells_one_line_of_json(world: World) -> None:
    out = io.StringIO()

    call_command("trace", str(posting_of("credit", "beta")), "--json", "--limit=1", stdout=out)

    assert out.getvalue().count("\n") == 1
    document = json.loads(out.getvalue())
    assert document["posting"]["line_total"] == 300_000_000
    assert document["lines"][0]["origin"] == "september.csv"
    assert document["lines"][0]["started_at"] == "2026-09-03T00:00:00+00:00"


def test_the_command_tells_people_file_and_line(world: World) -> None:
    out = io.StringIO()

    call_command("trace", str(posting_of("credit", "beta")), stdout=out)

    text = out.getvalue()
    assert "300.000000 CNY" in text
    assert "slurm:b1" in text
    assert "september.csv  6" in text
    assert "2 of 2 shares, together 300.000000 CNY" in text


def test_the_command_refuses_an_unknown_posting(world: World) -> None:
    with pytest.raises(CommandError, match="unknown_posting"):
        call_command("trace", "0")
