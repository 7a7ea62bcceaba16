"""Wallets, lots, credit and arrears: exact amounts, and what each refusal leaves untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from compute_billing.contracts import operations as contracts
from compute_billing.ledger import operations, queries
from compute_billing.ledger.models import CreditLot, LedgerTransaction, Wallet
from compute_billing.ledger.operations import CNY, LotScope, Transfer
from compute_billing.ledger.queries import StageBalance
from kernel.transactions import transaction as unit_of_work
from tests.builders.catalogue import make_cluster, make_meter
from tests.builders.ledger import (
    NOW,
    make_account,
    make_debt,
    make_operator,
    make_tenant,
    make_top_up,
    post_entry,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_project(tenant_id: int):
    return contracts.add_project(tenant_id=tenant_id, code="vision", name="Vision")


def posted(account_id: int) -> int:
    return queries.balance(account_id=account_id).posted


def grant_promotion(**overrides):
    values = {"operator_id": make_operator().pk, "amount_micro": 7, "reference": "p1", "now": NOW}
    return operations.grant_promotion_lot(**{**values, **overrides})


def grant_in_kind(**overrides):
    values = {"operator_id": make_operator().pk, "quantity": 9, "reference": "k1", "now": NOW}
    return operations.grant_in_kind_lot(**{**values, **overrides})


class TestWallets:
    def test_a_prepaid_wallet_has_no_credit(self):
        tenant = make_tenant()
        wallet = queries.wallet(tenant_id=tenant.pk)
        assert (wallet.mode, wallet.paused_reason) == ("prepaid", "")
        assert queries.find_account(owner_kind="tenant", owner_id=tenant.pk, kind="credit") is None
        with pytest.raises(operations.UnableToSetCreditLimit):
            operations.set_credit_limit(tenant_id=tenant.pk, limit_micro=5)

    def test_a_tenant_has_one_wallet(self):
        tenant = make_tenant()
        with pytest.raises(operations.UnableToOpenWallet):
            operations.open_wallet(tenant_id=tenant.pk, mode="postpaid")
        assert Wallet.objects.get().mode == "prepaid"

    def test_a_mode_must_be_known(self):
        with pytest.raises(operations.UnableToOpenWallet):
            make_tenant(mode="barter")

    def test_a_postpaid_tenant_may_owe_up_to_his_limit(self):
        tenant = make_tenant(mode="postpaid", limit_micro=500)
        credit = queries.find_account(owner_kind="tenant", owner_id=tenant.pk, kind="credit")
        shop = make_account()
        post_entry(Transfer(credit, shop, CNY, 500))
        balance = queries.balance(account_id=credit)
        assert (balance.posted, balance.floor, balance.available) == (-500, -500, 0)
        with pytest.raises(operations.Overdraft):
            post_entry(Transfer(credit, shop, CNY, 1))

    def test_a_limit_never_falls_below_what_is_used(self):
        tenant = make_tenant(mode="postpaid", limit_micro=500)
        credit = queries.find_account(owner_kind="tenant", owner_id=tenant.pk, kind="credit")
        post_entry(Transfer(credit, make_account(), CNY, 300))
        with pytest.raises(operations.UnableToSetCreditLimit):
            operations.set_credit_limit(tenant_id=tenant.pk, limit_micro=299)
        assert queries.balance(account_id=credit).floor == -500
        operations.set_credit_limit(tenant_id=tenant.pk, limit_micro=300)
        assert queries.balance(account_id=credit).available == 0

    def test_a_limit_is_not_negative(self):
        tenant = make_tenant(mode="postpaid")
        with pytest.raises(operations.UnableToSetCreditLimit):
            operations.set_credit_limit(tenant_id=tenant.pk, limit_micro=-1)


class TestTopUp:
    def test_money_comes_out_of_the_custody_it_lies_in(self):
        tenant, operator = make_tenant(), make_operator()
        lot = make_top_up(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=5_000_000)
        cash = queries.find_account(
            owner_kind="operator", owner_id=operator.pk, kind="cash", subject="bank"
        )
        assert (posted(cash), posted(lot.pk)) == (-5_000_000, 5_000_000)
        assert (lot.stage, lot.granted, lot.specificity) == ("paid", 5_000_000, 0)
        assert (lot.starts_at, lot.expires_at, lot.funded_by) == (NOW, None, "bank")

    def test_the_same_reference_again_is_the_first_lot(self):
        terms = {"tenant_id": make_tenant().pk, "operator_id": make_operator().pk}
        first = make_top_up(**terms, reference="r1")
        again = make_top_up(**terms, reference="r1", now=NOW + DAY)
        assert (again.pk, again.starts_at) == (first.pk, NOW)
        assert posted(first.pk) == 100_000_000

    @pytest.mark.parametrize("change", [{"amount_micro": 1}, {"expires_at": NOW + DAY}])
    def test_the_same_reference_on_other_terms_is_refused(self, change):
        terms = {"tenant_id": make_tenant().pk, "operator_id": make_operator().pk}
        first = make_top_up(**terms, reference="r1")
        with pytest.raises(operations.ReferenceReused):
            make_top_up(**terms, reference="r1", **change)
        assert posted(first.pk) == 100_000_000

    def test_another_tenant_cannot_claim_the_payment(self):
        make_top_up(reference="r1")
        with pytest.raises(operations.ReferenceReused):
            make_top_up(reference="r1")
        assert CreditLot.objects.count() == 1

    def test_without_a_wallet_nothing_is_booked(self):
        with pytest.raises(operations.WalletNotFound):
            make_top_up(tenant_id=make_operator().pk)
        assert LedgerTransaction.objects.count() == 0

    @pytest.mark.parametrize("terms", [{"amount_micro": 0}, {"expires_at": NOW}])
    def test_a_lot_has_value_and_time(self, terms):
        with pytest.raises(operations.UnableToGrantLot):
            make_top_up(**terms)
        assert CreditLot.objects.count() == 0


class TestGrants:
    def test_a_promotion_is_the_operators_cost(self):
        tenant, operator = make_tenant(), make_operator()
        lot = grant_promotion(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=7)
        cost = queries.find_account(
            owner_kind="operator", owner_id=operator.pk, kind="promotion_cost"
        )
        assert (posted(cost), posted(lot.pk), lot.stage) == (-7, 7, "promotion")

    def test_card_time_is_not_money(self):
        tenant, meter = make_tenant(), make_meter(code="910B2")
        lot = grant_in_kind(tenant_id=tenant.pk, quantity=9, scope=LotScope(meter_id=meter.pk))
        assert queries.balance(account_id=lot.pk).unit == "CT:910B2"
        assert (lot.granted, lot.specificity, lot.stage) == (9, 1, "in_kind")

    def test_the_narrower_scope_is_more_specific(self):
        tenant, meter, cluster = make_tenant(), make_meter(), make_cluster()
        project = make_project(tenant.pk)
        scopes = [
            LotScope(),
            LotScope(meter_id=meter.pk),
            LotScope(cluster_id=cluster.pk),
            LotScope(cluster_id=cluster.pk, meter_id=meter.pk),
            LotScope(project_id=project.pk),
        ]
        lots = [
            grant_promotion(
                tenant_id=tenant.pk,
                operator_id=cluster.centre.operator_id,
                scope=scope,
                reference=f"p{number}",
            )
            for number, scope in enumerate(scopes)
        ]
        assert [lot.specificity for lot in lots] == [0, 1, 2, 3, 4]

    def test_a_lot_is_not_bound_to_a_foreign_project(self):
        foreign = make_project(make_tenant().pk)
        with pytest.raises(operations.UnableToGrantLot):
            grant_promotion(tenant_id=make_tenant().pk, scope=LotScope(project_id=foreign.pk))

    @pytest.mark.parametrize("is_known", [True, False])
    def test_a_lot_is_not_bound_to_a_foreign_cluster(self, *, is_known):
        cluster_id = make_cluster().pk if is_known else 404
        with pytest.raises(operations.UnableToGrantLot, match="another operator's"):
            grant_promotion(tenant_id=make_tenant().pk, scope=LotScope(cluster_id=cluster_id))

    @pytest.mark.parametrize("meter_id", [None, 404])
    def test_card_time_needs_a_meter(self, meter_id):
        with pytest.raises(operations.UnableToGrantLot):
            grant_in_kind(tenant_id=make_tenant().pk, scope=LotScope(meter_id=meter_id))

    def test_a_balance_at_a_moment_holds_what_is_valid_then(self):
        tenant, meter = make_tenant(), make_meter(code="910B2")
        make_top_up(tenant_id=tenant.pk, amount_micro=100)
        make_top_up(tenant_id=tenant.pk, amount_micro=20, expires_at=NOW + DAY)
        grant_promotion(tenant_id=tenant.pk, expires_at=NOW + 2 * DAY)
        grant_in_kind(
            tenant_id=tenant.pk, scope=LotScope(meter_id=meter.pk), starts_at=NOW + 2 * DAY
        )

        def at(days: int) -> list[StageBalance]:
            return queries.tenant_balance(tenant_id=tenant.pk, at=NOW + days * DAY)

        card_time = StageBalance(stage="in_kind", unit="CT:910B2", posted=9, held=0)
        promotion = StageBalance(stage="promotion", unit=CNY, posted=7, held=0)
        assert at(0) == [StageBalance(stage="paid", unit=CNY, posted=120, held=0), promotion]
        assert at(1) == [StageBalance(stage="paid", unit=CNY, posted=100, held=0), promotion]
        assert at(2) == [card_time, StageBalance(stage="paid", unit=CNY, posted=100, held=0)]

    def test_raw_sql_cannot_grant_card_time_without_a_meter(self):
        lot = grant_in_kind(tenant_id=make_tenant().pk, scope=LotScope(meter_id=make_meter().pk))
        with (
            pytest.raises(IntegrityError, match="credit_lot_in_kind_has_a_meter"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE ledger_credit_lot SET meter_id = NULL WHERE account_id = %s", [lot.pk]
            )


class TestArrears:
    def test_debts_are_listed_from_the_oldest_with_their_cause(self):
        tenant, operator = make_tenant(), make_operator()
        late = make_debt(
            tenant_id=tenant.pk, operator_id=operator.pk, amount=30, cause="late_usage"
        )
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=20, cause="no_hold")
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=10, cause="late_usage")
        owed = [(debt.cause, debt.outstanding) for debt in queries.arrears(tenant_id=tenant.pk)]
        assert owed == [("late_usage", 30), ("no_hold", 20), ("late_usage", 10)]
        assert queries.arrears_by_cause(tenant_id=tenant.pk) == {"late_usage": 40, "no_hold": 20}
        assert posted(late) == -40

    def test_a_top_up_settles_the_oldest_first(self):
        tenant, operator = make_tenant(), make_operator()
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30, cause="late_usage")
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=20, cause="no_hold")
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=10, cause="late_usage")

        lot = make_top_up(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=35)

        owed = [(debt.cause, debt.outstanding) for debt in queries.arrears(tenant_id=tenant.pk)]
        assert owed == [("no_hold", 15), ("late_usage", 10)]
        assert posted(lot.pk) == 0

    def test_what_is_left_of_the_payment_stays_in_the_lot(self):
        tenant, operator = make_tenant(), make_operator()
        debt = make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30)
        lot = make_top_up(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=100)
        assert (posted(debt), posted(lot.pk)) == (0, 70)
        assert queries.arrears(tenant_id=tenant.pk) == []
        cleared = LedgerTransaction.objects.get(kind="arrears_cleared")
        assert cleared.reference == f"{tenant.pk}:0"

    def test_clearing_goes_on_where_it_stopped(self):
        tenant, operator = make_tenant(), make_operator()
        debt = make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30)
        for amount in (10, 10, 10, 10):
            make_top_up(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=amount)
        references = LedgerTransaction.objects.filter(kind="arrears_cleared").order_by("id")
        assert [transaction.reference for transaction in references] == [
            f"{tenant.pk}:{before}" for before in (0, 10, 20)
        ]
        assert posted(debt) == 0

    def test_only_free_unscoped_paid_money_clears(self):
        tenant, operator = make_tenant(), make_operator()
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30)
        grant_promotion(tenant_id=tenant.pk, amount_micro=100)
        meter = make_meter()
        with unit_of_work():
            operations.grant_paid_lot(
                tenant_id=tenant.pk,
                operator_id=operator.pk,
                amount_micro=100,
                custody="bank",
                reference="scoped",
                now=NOW,
                scope=LotScope(meter_id=meter.pk),
            )
            operations.grant_paid_lot(
                tenant_id=tenant.pk,
                operator_id=operator.pk,
                amount_micro=100,
                custody="bank",
                reference="expired",
                now=NOW - 2 * DAY,
                expires_at=NOW,
            )
            cleared = operations.clear_arrears(tenant_id=tenant.pk, now=NOW)
        assert (cleared.amount, cleared.outstanding, cleared.transaction_id) == (0, 30, None)

    def test_the_lot_that_expires_first_clears_first(self):
        tenant, operator = make_tenant(), make_operator()
        lasting = make_top_up(tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=100)
        ending = make_top_up(
            tenant_id=tenant.pk, operator_id=operator.pk, amount_micro=10, expires_at=NOW + DAY
        )
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30)
        with unit_of_work():
            cleared = operations.clear_arrears(tenant_id=tenant.pk, now=NOW)
        assert (cleared.amount, cleared.outstanding) == (30, 0)
        assert (posted(ending.pk), posted(lasting.pk)) == (0, 80)

    def test_what_a_correction_returned_is_no_longer_owed(self):
        tenant, operator = make_tenant(), make_operator()
        debt = make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=30)
        post_entry(
            Transfer(make_account(owner_id=operator.pk, kind="compute_revenue"), debt, CNY, 12)
        )
        assert queries.arrears_by_cause(tenant_id=tenant.pk) == {"late_usage": 18}

    def test_a_repeated_payment_clears_nothing_more(self):
        tenant, operator = make_tenant(), make_operator()
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=300)
        terms = {"tenant_id": tenant.pk, "operator_id": operator.pk, "amount_micro": 100}
        make_top_up(**terms, reference="r1")
        make_top_up(**terms, reference="r1")
        assert queries.arrears_by_cause(tenant_id=tenant.pk) == {"late_usage": 200}

    def test_money_paid_to_one_operator_never_clears_what_is_owed_to_another(self):
        # Given debts to two operators, the older one to the first
        tenant, first, second = make_tenant(), make_operator(), make_operator()
        make_debt(tenant_id=tenant.pk, operator_id=first.pk, amount=30)
        make_debt(tenant_id=tenant.pk, operator_id=second.pk, amount=20)

        # When the tenant pays more than both to the second
        lot = make_top_up(tenant_id=tenant.pk, operator_id=second.pk, amount_micro=100)

        # Then only what is owed to the second is cleared
        owed = [(debt.operator, debt.outstanding) for debt in queries.arrears(tenant_id=tenant.pk)]
        assert owed == [(first.code, 30)]
        assert posted(lot.pk) == 80

    def test_raw_sql_cannot_open_arrears_that_are_owed_to_nobody(self):
        with pytest.raises(IntegrityError, match="ledger_account_arrears_name_their_operator"):
            make_account(owner_kind="tenant", kind="arrears", subject="no_hold")
