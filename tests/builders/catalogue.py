"""Centres, meters and prices for tests, made by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import OrganisationKind
from compute_billing.catalogue import operations
from compute_billing.catalogue.models import Cluster, ComputeCentre, Meter, Price, PriceList
from tests.builders.accounts import make_organisation

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)

_numbers = count(1)


def make_centre(**overrides: Any) -> ComputeCentre:
    """Open a centre that its owner runs himself."""
    number = next(_numbers)
    if "operator_id" not in overrides:
        overrides["operator_id"] = make_organisation(kind=OrganisationKind.OPERATOR).pk
    values = {
        "code": f"centre-of-{number}",
        "name": f"Centre {number}",
        "owner_id": overrides["operator_id"],
    }
    return operations.open_centre(**{**values, **overrides})


def make_meter(**overrides: Any) -> Meter:
    """Add a card type with its meter."""
    number = next(_numbers)
    return operations.add_card_type(**{"code": f"type-{number}", "name": "昇腾 910B", **overrides})


def make_cluster(**overrides: Any) -> Cluster:
    """Add a cluster of 320 cards in a centre of its own."""
    if "centre_id" not in overrides:
        overrides["centre_id"] = make_centre().pk
    values = {"code": f"pool-{next(_numbers)}", "name": "100P", "milli_cards": 320_000}
    return operations.add_cluster(**{**values, **overrides})


def make_price_list(**overrides: Any) -> PriceList:
    """Make an empty price list for everybody."""
    if "issuer_id" not in overrides:
        overrides["issuer_id"] = make_organisation(kind=OrganisationKind.OPERATOR).pk
    values = {"kind": "default", "code": f"prices-{next(_numbers)}"}
    return operations.make_price_list(**{**values, **overrides})


def make_price(**overrides: Any) -> Price:
    """Publish a price of 2.43 yuan per card-hour from October on, in a list of its own."""
    if "price_list_id" not in overrides:
        overrides["price_list_id"] = make_price_list().pk
    if "meter_id" not in overrides:
        overrides["meter_id"] = make_meter().pk
    if "tiers" not in overrides:
        overrides.setdefault("unit_price_micro", 2_430_000)
    return operations.publish_price(**{"valid_from": OCTOBER, "now": NOW, **overrides})
