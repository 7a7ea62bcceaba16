"""What is left of a lot behind its end and the grace is booked out once, and nothing before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from compute_billing.audit import queries as audit
from compute_billing.audit.lots import lot_movements
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CreditLot, LedgerAccount, LedgerBalance
from compute_billing.ledger.queries import trial_balance
from compute_billing.rating import holding
from compute_billing.rating.breakage import book_breakage
from kernel.transactions import transaction
from tests.builders.invoices import OCTOBER, make_use, middle_of
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN, Market, make_market

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GRACE = 30 * DAY
END = middle_of(OCTOBER)
DUE = END + GRACE


@pytest.fixture
def market() -> Market:
    """Return a market with a tenant."""
    market = make_market()
    market.add_tenant("acme")
    return market


def grant(market: Market, *, reference: str = "welcome", **changes: Any) -> CreditLot:
    """Grant a promotion of ten yuan that ends in the middle of October."""
    terms: dict[str, Any] = {
        "tenant_id": market.tenants["acme"].pk,
        "operator_id": market.operator.pk,
        "amount_micro": 10 * YUAN,
        "reference": reference,
        "now": LONG_AGO,
        "expires_at": END,
    }
    return ledger.grant_promotion_lot(**{**terms, **changes})


def left(lot: CreditLot) -> tuple[int, int]:
    found = LedgerBalance.objects.get(account_id=lot.account_id)
    return found.posted, found.held


def broken(market: Market) -> dict[tuple[str, str], int]:
    """Return what came to the operator's accounts of what expired, by stage and unit."""
    by_kind = {line.unit: line.balance for line in trial_balance() if line.kind == "breakage"}
    accounts = LedgerAccount.objects.filter(kind="breakage", owner_id=market.operator.pk)
    return {(one.subject, one.unit): by_kind[one.unit] for one in accounts}


def assert_the_laws_hold() -> None:
    assert [verdict.law.name for verdict in audit.verify_books() if not verdict.holds] == []


def test_it_is_booked_out_at_the_end_of_the_grace_and_once(market: Market) -> None:
    lot = grant(market)
    assert book_breakage(grace=GRACE, now=DUE - timedelta(microseconds=1)) == 0
    assert left(lot) == (10 * YUAN, 0)
    # when the grace is over
    assert book_breakage(grace=GRACE, now=DUE) == 1
    # then the rest is gone to its own account, and no step more changes that
    assert left(lot) == (0, 0)
    assert broken(market) == {("promotion", "CNY"): 10 * YUAN}
    assert book_breakage(grace=GRACE, now=DUE + DAY) == 0
    kinds = [(moved.kind, moved.amount) for moved in lot_movements(account_id=lot.account_id)]
    assert kinds == [("promotion_grant", 10 * YUAN), ("breakage", -10 * YUAN)]
    assert_the_laws_hold()


def test_a_lot_without_end_and_one_that_is_valid_stay(market: Market) -> None:
    endless = grant(market, reference="endless", expires_at=None)
    valid = grant(market, reference="valid", expires_at=END + DAY)
    assert book_breakage(grace=GRACE, now=DUE) == 0
    assert [left(endless), left(valid)] == [(10 * YUAN, 0)] * 2


def test_money_and_card_time_go_to_accounts_of_their_own(market: Market) -> None:
    grant(market)
    terms = {"tenant_id": market.tenants["acme"].pk, "operator_id": market.operator.pk}
    ledger.grant_in_kind_lot(
        **terms,
        quantity=CARD_HOUR,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="package",
        now=LONG_AGO,
        expires_at=END,
    )
    ledger.top_up(
        **terms,
        amount_micro=3 * YUAN,
        custody="bank",
        reference="paid",
        now=LONG_AGO,
        expires_at=END,
    )
    assert book_breakage(grace=GRACE, now=DUE) == 3
    accounts = LedgerAccount.objects.filter(kind="breakage").values_list("subject", "unit")
    assert sorted(accounts) == [
        ("in_kind", market.meter.unit),
        ("paid", "CNY"),
        ("promotion", "CNY"),
    ]
    assert_the_laws_hold()


def test_use_of_its_time_that_is_late_still_pays_from_it(market: Market) -> None:
    # given a card-hour of October that waits to be rated behind the grace
    lot = grant(market)
    make_use(market, "acme", start=END - DAY, rate=False)
    assert book_breakage(grace=GRACE, now=DUE) == 0
    market.rate()
    used = 10 * YUAN - left(lot)[0]
    assert used == 2_430_000
    # when it is rated, then the month must be closed first
    assert book_breakage(grace=GRACE, now=DUE) == 0
    invoices.close_period(month=OCTOBER, now=NOW)
    assert book_breakage(grace=GRACE, now=DUE) == 1
    assert broken(market) == {("promotion", "CNY"): 10 * YUAN - used}
    assert_the_laws_hold()


def test_what_is_held_stays_until_it_is_let_go(market: Market) -> None:
    # given an hour of a card that is held, of ten yuan
    lot = grant(market)
    job = holding.Job(
        tenant_id=market.tenants["acme"].pk,
        reference="hold",
        project_id=None,
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        allocation_key="job",
        milli_cards=1_000,
        starts_at=END - DAY,
    )
    with transaction():
        hold = holding.open_hold(job=job, until=END - DAY + timedelta(hours=1), now=END - DAY)
    assert book_breakage(grace=GRACE, now=DUE) == 1
    assert left(lot) == (2_433_601, 2_433_601)
    # when it is let go, then the rest follows
    ledger.release_expired(now=hold.expires_at)
    assert book_breakage(grace=GRACE, now=DUE) == 1
    assert left(lot) == (0, 0)
    assert broken(market) == {("promotion", "CNY"): 10 * YUAN}
    assert_the_laws_hold()


def test_what_comes_back_later_is_booked_out_too(market: Market) -> None:
    lot = grant(market)
    book_breakage(grace=GRACE, now=DUE)
    with transaction():
        # a correction gives two yuan of a use of before back
        revenue = ledger.account(
            owner_kind="operator", owner_id=market.operator.pk, kind="compute_revenue"
        )
        ledger.post(
            kind="test_return",
            reference="back",
            occurred_at=DUE,
            now=DUE,
            transfers=[ledger.Transfer(revenue, lot.account_id, "CNY", 2 * YUAN)],
        )
    assert book_breakage(grace=GRACE, now=DUE) == 1
    assert broken(market) == {("promotion", "CNY"): 12 * YUAN}
