"""A payout's statement tells use by month, cluster and price, as it was rated."""

from __future__ import annotations

import pytest

from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.bank.models import BankAccount
from compute_billing.payouts import operations, queries
from compute_billing.payouts.models import Payout
from kernel.sql import row
from tests import database
from tests.builders.accounts import make_user
from tests.builders.payouts import make_payout_account, make_run, make_terms
from tests.builders.world import World, at, make_world

LAWS = ("earnings_are_what_was_paid", "payees_money_adds_up")
PAID_SHARES = """
    SELECT sum(amount) AS amount FROM rating_charge_share WHERE payer_kind = 'paid'
"""


@pytest.fixture
def world(transactional_db: None):
    try:
        yield make_world()
    finally:
        database.clean()


def test_use_is_told_by_month_cluster_and_price(world: World) -> None:
    # Given a centre with tiers, corrections, a rerate, arrears, packages, fees and a subsidy
    operator = world.centre.operator
    make_terms(operator)
    make_payout_account(operator, now=at(10, 12))

    # When it is paid out
    bank = BankAccount.objects.filter(operator=operator).order_by("id")[0]
    make_run(bank, maker=make_user(), now=at(10, 13))
    payout = Payout.objects.filter(payee_id=operator.pk).get()
    told = queries.statement_of(payout_id=payout.public_id, payee_id=operator.pk)

    # Then what it used is what its paid lots paid for, part by part
    used = [part for part in told.parts if part.kind == "use"]
    paid = row(PAID_SHARES)
    assert paid is not None
    assert sum(part.amount for part in used) == paid["amount"]
    assert {part.cluster for part in used} == {"jx-1"}
    assert world.centre.first_price.pk in {part.price_id for part in used}
    assert {f"{part.month:%m}" for part in used} >= {"09", "10"}
    # And the rest came of what else moved money, each with its sign
    kinds = {part.kind: part.amount for part in told.parts if part.kind != "use"}
    assert kinds["programme"] > 0
    assert kinds["fee"] < 0
    # And the books hold
    operations.accrue_all(now=at(10, 13))
    laws = [law for law in audit_laws.LAWS if law.name in LAWS]
    for verdict in audit.verify_books(full=True, laws=laws):
        assert verdict.holds, verdict.offenders
