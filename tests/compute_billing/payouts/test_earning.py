"""What was really paid is earned, once, less what the house keeps of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.operations import CNY, Transfer
from compute_billing.payouts import operations
from compute_billing.payouts.models import PayeeEarning, PayeeEntry, PayeeReserve
from kernel.transactions import transaction
from tests.builders.ledger import make_account as make_ledger_account
from tests.builders.ledger import post_entry
from tests.builders.payee import YUAN, Centre, approved
from tests.builders.payouts import (
    NOW,
    answer,
    make_terms,
)

pytestmark = pytest.mark.django_db


def test_what_was_really_paid_is_earned_less_commission_and_its_tax() -> None:
    # Given a tenant that paid in a thousand yuan and used a hundred
    centre = Centre()
    centre.use(100)

    # When it is taken up, twice
    centre.accrue()
    assert centre.accrue() == 0

    # Then five percent and six percent of that are kept, the rest is payable
    assert centre.stands() == {"payable": 94_700_000, "reserve": 0, "transit": 0, "debt": 0}
    assert centre.balance("commission") == 5_000_000
    assert centre.balance("commission_tax") == 300_000


def test_money_paid_in_and_not_used_is_not_earned() -> None:
    centre = Centre()
    centre.accrue()
    assert not PayeeEntry.objects.exists()


def test_arrears_are_earned_when_they_are_paid() -> None:
    # Given use that nobody has paid
    centre = Centre()
    arrears = make_ledger_account(
        owner_kind="tenant",
        owner_id=centre.tenant.pk,
        kind="arrears",
        subject="late_usage",
        operator_id=centre.payee.pk,
    )
    post_entry(Transfer(arrears, centre.revenue, CNY, 40 * YUAN))
    centre.accrue()
    assert not PayeeEarning.objects.exists()

    # When it is paid from what the tenant has
    with transaction():
        ledger.clear_arrears(tenant_id=centre.tenant.pk, now=NOW)
    centre.accrue()

    # Then it is earned
    (earning,) = PayeeEarning.objects.all()
    assert (earning.kind, earning.amount, earning.commission) == ("arrears", 40 * YUAN, 2 * YUAN)


def test_a_fee_of_the_keeper_is_the_payees_and_bears_no_commission() -> None:
    centre = Centre()
    centre.use(100)
    fee = make_ledger_account(
        owner_id=centre.payee.pk, kind="payment_fee", subject=centre.bank.custody
    )
    cash = make_ledger_account(owner_id=centre.payee.pk, kind="cash", subject=centre.bank.custody)
    post_entry(Transfer(fee, cash, CNY, 3 * YUAN))

    centre.accrue()

    assert centre.stands()["payable"] == 91_700_000
    assert PayeeEarning.objects.get(kind="fee").commission == 0


def test_slices_bear_the_same_commission_as_the_whole() -> None:
    """A third of a micro-yuan on each of seven slices is counted, not rounded away."""
    whole, sliced = Centre(commission_ppm=333_333), Centre(commission_ppm=333_333)
    post_entry(Transfer(whole.lot, whole.revenue, CNY, 7))
    whole.accrue()
    for _ in range(7):
        post_entry(Transfer(sliced.lot, sliced.revenue, CNY, 1))
        sliced.accrue()

    assert sliced.balance("commission") == whole.balance("commission") == 2
    assert sliced.stands()["payable"] == whole.stands()["payable"]


def test_what_is_taken_back_gives_its_commission_back() -> None:
    centre = Centre()
    centre.use(100)
    centre.accrue()
    centre.use(-100)
    centre.accrue()

    assert set(centre.stands().values()) == {0}
    assert centre.balance("commission") == centre.balance("commission_tax") == 0


def test_more_taken_back_than_is_there_is_owed_and_netted_against_what_comes_next() -> None:
    # Given all that was earned is paid out
    centre = Centre(commission_ppm=0, commission_tax_ppm=0)
    centre.use(100)
    run, payout = approved(centre)
    answer(run, f"{payout.number},100.00,成功,,B1")

    # When the tenant gets thirty yuan of it back
    centre.use(-30)
    centre.accrue()

    # Then the payee owes them, and earns them off before anything is payable
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 30 * YUAN}
    centre.use(50)
    centre.accrue()
    assert centre.stands() == {"payable": 20 * YUAN, "reserve": 0, "transit": 0, "debt": 0}


def test_the_month_of_use_chooses_the_terms() -> None:
    """Another rate from a month on does not reach what was used before, nor what is counted."""
    centre = Centre()
    centre.use(100)
    centre.accrue()

    with pytest.raises(operations.UnableToAgree):
        make_terms(centre.payee, from_month=date(2026, 10, 1), commission_ppm=100_000)
    make_terms(centre.payee, from_month=date(2026, 11, 1), commission_ppm=100_000)
    centre.use(-100)
    centre.accrue()

    assert centre.balance("commission") == 0


def test_a_part_is_kept_back_and_let_go_on_its_day() -> None:
    centre = Centre(commission_ppm=0, commission_tax_ppm=0, reserve_ppm=100_000, reserve_days=30)
    centre.use(100)
    centre.accrue()
    assert centre.stands() == {
        "payable": 90 * YUAN,
        "reserve": 10 * YUAN,
        "transit": 0,
        "debt": 0,
    }

    centre.accrue(now=NOW + timedelta(days=29))
    assert centre.stands()["reserve"] == 10 * YUAN
    centre.accrue(now=NOW + timedelta(days=30))
    centre.accrue(now=NOW + timedelta(days=31))

    assert centre.stands() == {"payable": 100 * YUAN, "reserve": 0, "transit": 0, "debt": 0}
    assert PayeeReserve.objects.get().released_by is not None


def test_what_is_let_go_settles_what_is_owed_first() -> None:
    centre = Centre(commission_ppm=0, commission_tax_ppm=0, reserve_ppm=100_000, reserve_days=30)
    centre.use(100)
    centre.accrue()
    centre.use(-96)
    centre.accrue()
    assert centre.stands() == {"payable": 0, "reserve": 10 * YUAN, "transit": 0, "debt": 6 * YUAN}

    centre.accrue(now=NOW + timedelta(days=30))

    assert centre.stands() == {"payable": 4 * YUAN, "reserve": 0, "transit": 0, "debt": 0}
