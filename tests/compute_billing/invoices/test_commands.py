"""close_period and statement: one JSON document on stdout, an exit code that scripts can trust."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compute_billing.catalogue import operations as catalogue
from compute_billing.invoices.models import Invoice
from compute_billing.ledger import operations as ledger
from tests.builders.invoices import HOUR, close, make_use
from tests.builders.market import LONG_AGO, NOW, YUAN, make_market

pytestmark = pytest.mark.django_db

AFTER = ("--now", "2026-11-20T04:00:00Z")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def run_json(*arguments: str) -> Any:
    text = run(*arguments, "--json")
    assert text.count("\n") == 1, "not one line"
    return json.loads(text)


def test_close_period_tells_what_it_closed() -> None:
    market = make_market()
    for code in ("acme", "beta"):
        market.add_tenant(code)
        make_use(market, code)
    assert run_json("close_period", "2026-10", *AFTER) == {
        "month": "2026-10",
        "closed": 2,
        "invoices": 2,
        "parked": [],
    }
    # and a second call finds nothing to do
    assert run_json("close_period", "2026-10", *AFTER)["closed"] == 0
    assert Invoice.objects.count() == 2


def test_close_period_fails_while_a_tenant_is_parked(capsys: pytest.CaptureFixture[str]) -> None:
    market = make_market()
    parked = market.add_tenant("acme")
    make_use(market, "acme", rate=False)
    with pytest.raises(SystemExit) as failure:
        call_command("close_period", "2026-10", *AFTER, "--json")
    assert failure.value.code == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["closed"], document["invoices"]) == (0, 0)
    assert document["parked"] == [
        {
            "tenant": parked.code,
            "reason": "usage_waits: 1 usage records wait: 1 not rated yet.",
        }
    ]


def test_close_period_refuses_a_month_that_has_not_ended() -> None:
    with pytest.raises(CommandError, match="month_not_over"):
        run("close_period", "2026-11", *AFTER)
    with pytest.raises(CommandError, match="YYYY-MM"):
        run("close_period", "November", *AFTER)


def test_statement_of_a_closed_month() -> None:
    # given two hours in kind and three at 2.43, 1 yuan of promotion, 4 yuan of money
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=4)
    ledger.grant_in_kind_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        quantity=2 * 3_600_000_000,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="teaching",
        now=LONG_AGO,
    )
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=1 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    make_use(market, "acme", duration=5 * HOUR)
    close(market, "acme")
    # when it is printed
    document = run_json("statement", tenant.code, "2026-10", *AFTER)
    # then it says what was used, what it cost, who paid and what is left
    bill = document.pop("bills")[0]
    lines = document.pop("lines")
    assert document == {
        "tenant": tenant.code,
        "name": tenant.name,
        "month": "2026-10",
        "state": "closed",
        "parked_reason": "",
        "closed_at": NOW.isoformat(),
        "card_hours": "5.000000",
        "card_seconds": "18000",
        "in_kind_card_hours": "2.000000",
        "gross": "7.290000",
        "discount": "1.000000",
        "net": "6.290000",
        "subsidy": "0.000000",
        "paid": "4.000000",
        "credit": "0.000000",
        "arrears": "2.290000",
        "balance": {
            "paid": "0.000000",
            "promotion": "0.000000",
            f"in_kind CT:{market.meter.code}": "0.000000",
            "owed": "2.290000",
        },
    }
    assert (bill["number"], bill["total"], bill["tax"]) == ("2026-000001", "6.29", "0.356038")
    assert bill["taxes"] == [{"class": "vat_6", "net": "6.290000", "tax": "0.356038"}]
    assert [(line["payer"], line["card_hours"], line["amount"]) for line in lines] == [
        ("in_kind", "2.000000", "2.000000"),
        ("promotion", "3.000000", "1.000000"),
        ("paid", "0.000000", "4.000000"),
        ("arrears", "0.000000", "2.290000"),
    ]
    assert {line["unit_price"] for line in lines} == {"2.430000"}


def test_statement_of_an_open_month_is_a_draft() -> None:
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=10)
    catalogue.add_card_type(code="H20", name="H20")
    make_use(market, "acme")
    document = run_json("statement", tenant.code, "2026-10", *AFTER)
    assert (document["state"], document["bills"]) == ("open", [])
    assert (document["gross"], document["balance"]["paid"]) == ("2.430000", "7.570000")


def test_statement_of_nobody_is_refused() -> None:
    with pytest.raises(CommandError, match="organisation_not_found"):
        run("statement", "nobody", "2026-10", *AFTER)


def test_people_get_tables() -> None:
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=10)
    make_use(market, "acme")
    assert "closed   1" in run("close_period", "2026-10", *AFTER)
    text = run("statement", tenant.code, "2026-10", *AFTER)
    assert "2026-000001" in text
    assert "gross       2.430000" in text
