"""A balance that runs low is told once until it is well again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from compute_billing.ledger.operations import top_up
from compute_billing.ledger.queries import wallet
from compute_billing.ledger.warning import (
    UnableToSetLowAmount,
    note_balance,
    prepaid_tenants,
    set_low_amount,
)
from compute_billing.tasks.balances import tell_low_amounts, tell_low_balances
from kernel.audit import Actor
from kernel.models import AuditEntry, OutboxEvent
from tests.builders.accounts import NOW
from tests.builders.world import World, make_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db
# On this day the use of the world is of the last seven days.
AT = datetime(2026, 9, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


def warnings(tenant) -> list[dict]:
    rows = OutboxEvent.objects.filter(organisation_id=tenant.pk, kind="balance.low")
    return list(rows.order_by("id").values_list("payload", flat=True))


def note(tenant, days_left: int | None, *, now=NOW) -> bool:
    return note_balance(
        tenant_id=tenant.pk,
        balance_micro=12_340_000,
        days_left=days_left,
        threshold_days=7,
        now=now,
    )


def test_it_is_told_below_the_threshold_and_once(world: World) -> None:
    told = [note(world.alpha, days) for days in (None, 8, 7, 6, 3, 0)]

    assert told == [False, False, False, True, False, False]
    assert warnings(world.alpha) == [
        {
            "balance": {"amount": "12.340000", "currency": "CNY"},
            "days_left": 6,
            "threshold_days": 7,
            "threshold": {"amount": "0.000000", "currency": "CNY"},
        }
    ]
    assert wallet(tenant_id=world.alpha.pk).low_since == NOW


def test_after_it_was_well_it_is_told_again(world: World) -> None:
    told = [note(world.alpha, days) for days in (2, 30, 2, None, 1)]

    assert told == [True, False, True, False, True]
    assert [warning["days_left"] for warning in warnings(world.alpha)] == [2, 2, 1]


def test_who_has_no_wallet_is_told_nothing(world: World) -> None:
    assert not note(world.centre.operator, 0)


def test_the_sweep_compares_what_is_left_with_what_goes(
    world: World, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    # given a threshold that everybody is below who uses anything
    monkeypatch.setattr("compute_billing.tasks.balances.utc_now", lambda: AT)
    monkeypatch.setattr("compute_billing.audit.lasting.HORIZON", timedelta(days=100_000))
    settings.BALANCE_LOW_DAYS = 100_000
    assert world.alpha.pk in prepaid_tenants()
    # when the sweep runs, twice
    tell_low_balances()
    tell_low_balances()
    # then who uses something is told once, with the figures of his page
    (low,) = warnings(world.alpha)
    assert low["threshold_days"] == 100_000
    assert low["days_left"] < 100_000
    # and nobody who uses nothing
    assert warnings(world.centre.operator) == []


def test_a_top_up_does_not_tell_by_itself(world: World) -> None:
    note(world.alpha, 2)
    top_up(
        tenant_id=world.alpha.pk,
        operator_id=world.centre.operator.pk,
        amount_micro=1_000_000,
        custody="bank",
        reference="more",
        now=NOW,
    )

    assert len(warnings(world.alpha)) == 1


YUAN = 1_000_000


class TestAnAmountOfOnesOwn:
    def choose(self, tenant, amount: int | None) -> None:
        set_low_amount(tenant_id=tenant.pk, amount_micro=amount, actor=Actor.user(1), now=NOW)

    def note(self, tenant, balance: int) -> bool:
        return note_balance(
            tenant_id=tenant.pk,
            balance_micro=balance,
            days_left=0,
            threshold_days=7,
            now=NOW,
        )

    def test_it_is_told_once_at_each_crossing(self, world: World) -> None:
        self.choose(world.alpha, 100 * YUAN)

        told = [
            self.note(world.alpha, balance * YUAN) for balance in (500, 100, 99, 20, 100, 99, 500)
        ]

        assert told == [False, False, True, False, False, True, False]
        assert [low["balance"]["amount"] for low in warnings(world.alpha)] == ["99.000000"] * 2
        assert warnings(world.alpha)[0]["threshold"] == {
            "amount": "100.000000",
            "currency": "CNY",
        }

    def test_another_amount_is_another_line(self, world: World) -> None:
        self.choose(world.alpha, 100 * YUAN)
        assert self.note(world.alpha, 60 * YUAN)
        self.choose(world.alpha, 100 * YUAN)
        assert not self.note(world.alpha, 60 * YUAN)
        self.choose(world.alpha, 50 * YUAN)
        assert not self.note(world.alpha, 60 * YUAN)
        assert self.note(world.alpha, 40 * YUAN)

    def test_without_one_it_is_by_days_again(self, world: World) -> None:
        self.choose(world.alpha, 1 * YUAN)
        assert not self.note(world.alpha, 60 * YUAN)
        self.choose(world.alpha, None)
        assert self.note(world.alpha, 60 * YUAN)
        assert warnings(world.alpha)[-1]["threshold"]["amount"] == "0.000000"

    @pytest.mark.parametrize("amount", [0, -1, 10_000_000_000 * YUAN + 1])
    def test_nonsense_is_refused(self, world: World, amount: int) -> None:
        with pytest.raises(UnableToSetLowAmount):
            self.choose(world.alpha, amount)

    def test_who_chose_what_is_written_down(self, world: World) -> None:
        self.choose(world.alpha, 100 * YUAN)
        self.choose(world.alpha, 50 * YUAN)
        written = AuditEntry.objects.filter(action="ledger.set_low_amount").order_by("id")
        assert [entry.detail for entry in written] == [
            {"amount": 100 * YUAN, "former_amount": None},
            {"amount": 50 * YUAN, "former_amount": 100 * YUAN},
        ]

    def test_who_chose_is_looked_at_by_the_quick_sweep_alone(
        self, world: World, monkeypatch: pytest.MonkeyPatch, settings
    ) -> None:
        monkeypatch.setattr("compute_billing.tasks.balances.utc_now", lambda: AT)
        settings.BALANCE_LOW_DAYS = 367
        self.choose(world.alpha, 1_000_000 * YUAN)
        tell_low_balances()
        assert warnings(world.alpha) == []
        tell_low_amounts()
        tell_low_amounts()
        assert len(warnings(world.alpha)) == 1
