"""`manage.py rerate` shows, asks for and approves, each by its own person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compute_billing.catalogue import operations as catalogue
from kernel.models import AuditEntry
from tests.builders.accounts import make_user
from tests.builders.market import HOUR_MS, LONG_AGO, NOW, YUAN, instant_ms, make_market

pytestmark = pytest.mark.django_db
START = instant_ms(datetime(2026, 11, 1, tzinfo=UTC))


def rerate(*words: object) -> Any:
    out = StringIO()
    call_command("rerate", *map(str, words), "--json", "--now", NOW.isoformat(), stdout=out)
    return json.loads(out.getvalue())


def test_a_month_is_mended_by_two_people() -> None:
    # given ten hours at 3 yuan that should have cost 2
    market = make_market(price_micro=None)
    tenant = market.add_tenant("acme", paid_yuan=100)
    wrong = catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=3 * YUAN,
        now=NOW,
    )
    market.report(
        {
            "account": "acme",
            "milli_cards": 1000,
            "started_ms": START,
            "ended_ms": START + 10 * HOUR_MS,
        }
    )
    market.rate()
    catalogue.correct_price(price_id=wrong.pk, unit_price_micro=2 * YUAN, now=NOW)
    maker, approver = make_user(), make_user()
    expected = [
        {
            "tenant": tenant.code,
            "charges": 1,
            "gross": "-10.000000",
            "subsidy": "0.000000",
            "tenant_part": "-10.000000",
        }
    ]
    # when it is shown, asked for and approved
    shown = rerate("2026-11", "--dry-run")
    asked = rerate("2026-11", "--maker", maker.email, "--reason", "typing error")
    with pytest.raises(CommandError, match="unable_to_approve_rerate"):
        rerate("--approve", asked["request"], "--approver", maker.email)
    done = rerate("--approve", asked["request"], "--approver", approver.email)
    # then each told the same difference, the books hold it, and the log names both
    assert [shown["tenants"], asked["tenants"], done["tenants"]] == [expected] * 3
    assert market.shares("acme") == {"paid": 20 * YUAN}
    logged = AuditEntry.objects.filter(object_type="rerate_request").order_by("id")
    assert [(entry.action, entry.actor_id) for entry in logged] == [
        ("rating.request_rerate", maker.pk),
        ("rating.finish_rerate", approver.pk),
    ]
