"""Sums of booked charges become the lines of a bill."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from compute_billing.invoices.lines import (
    Booked,
    ChargesAndSharesDiffer,
    LineKey,
    bill_lines,
    check_shares,
)

HOUR = 3_600_000_000
OCTOBER = date(2026, 10, 1)
KEY = LineKey(
    issuer_id=1,
    usage_month=OCTOBER,
    price_id=2,
    project_id=None,
    cluster_id=3,
    tax_class="vat_6",
    card_time_unit="CT:910B2",
)


def make_booked(**overrides: Any) -> Booked:
    """Ten card-hours, four of them in kind; the rest costs 12 yuan, borne by four payers."""
    values: dict[str, Any] = {
        "key": KEY,
        "charge_count": 3,
        "quantity": 10 * HOUR,
        "quantity_in_kind": 4 * HOUR,
        "gross": 12_000_000,
        "discount": 2_000_000,
        "programme": 3_000_000,
        "tenant": 7_000_000,
        "recorded_from": OCTOBER,
        "recorded_to": OCTOBER,
        "shares": {
            "arrears": 1_000_000,
            "paid": 6_000_000,
            "award": 3_000_000,
            "promotion": 2_000_000,
            "in_kind": 4 * HOUR,
        },
    }
    return Booked(**{**values, **overrides})


def test_lines_follow_the_waterfall_and_quantities_add_up() -> None:
    lines = bill_lines(make_booked())
    assert [(line.payer_kind, line.unit, line.quantity, line.amount) for line in lines] == [
        ("in_kind", "CT:910B2", 4 * HOUR, 4 * HOUR),
        ("promotion", "CNY", 6 * HOUR, 2_000_000),
        ("award", "CNY", 0, 3_000_000),
        ("paid", "CNY", 0, 6_000_000),
        ("arrears", "CNY", 0, 1_000_000),
    ]


def test_use_in_kind_alone_has_one_line() -> None:
    booked = make_booked(
        quantity=4 * HOUR,
        gross=0,
        discount=0,
        programme=0,
        tenant=0,
        shares={"in_kind": 4 * HOUR},
    )
    assert [line.payer_kind for line in bill_lines(booked)] == ["in_kind"]


def test_use_too_small_to_cost_anything_still_has_its_line() -> None:
    booked = make_booked(
        quantity=7, quantity_in_kind=0, gross=0, discount=0, programme=0, tenant=0, shares={}
    )
    [line] = bill_lines(booked)
    assert (line.payer_kind, line.unit, line.quantity, line.amount) == ("paid", "CNY", 7, 0)


def test_sums_that_agree_are_let_through() -> None:
    check_shares(make_booked())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("in_kind", "in_kind"),
        ("promotion", "discount"),
        ("award", "programme"),
        ("paid", "tenant"),
        ("arrears", "tenant"),
    ],
)
def test_shares_that_do_not_sum_to_their_charges_are_refused(kind: str, name: str) -> None:
    booked = make_booked()
    wrong = make_booked(shares={**booked.shares, kind: booked.shares[kind] + 1})
    with pytest.raises(ChargesAndSharesDiffer) as refusal:
        check_shares(wrong)
    assert refusal.value.details == {name: 1}
