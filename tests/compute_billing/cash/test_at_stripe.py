"""Stripe's balance beside the books: over HTTP, with what is lost on either side."""

from __future__ import annotations

import pytest

from compute_billing.cash import fetching, operations
from compute_billing.cash.models import CashDifference, CashEntry
from compute_billing.ledger import queries as books
from compute_billing.payments import stripe_gateway
from kernel.clock import utc_now
from tests.builders.accounts import make_user
from tests.builders.bank import make_account, statement, take_in
from tests.builders.cash import STRIPE
from tests.compute_billing.cash.till import ONE_DAY, Till

pytestmark = pytest.mark.django_db
# 10,000 fen by card: 3.4 % and 215 fen.
FEE = 555


@pytest.fixture
def till(stripe, payer) -> Till:
    return Till(stripe, payer)


def test_payments_fees_refunds_and_disputes_agree(till: Till) -> None:
    # Given money in, some of it back, and a payment that a bank took back
    first, second = till.pay(), till.pay(20_000)
    till.hear()
    first.refresh_from_db()
    second.refresh_from_db()
    till.refund(first, 3_000)
    till.stripe.control("dispute", charge=second.stripe_charge)
    till.hear()
    # When the day is compared
    (done,) = till.reconcile()
    # Then nothing is open, and what is at Stripe is what the books have there
    balance = till.stripe.api("/v1/balance")
    at_stripe = sum(one["amount"] for part in ("available", "pending") for one in balance[part])
    assert (done.custody, done.open_differences) == (STRIPE, 0)
    assert till.open() == {}
    assert till.closing() == (at_stripe, at_stripe)
    assert at_stripe == 30_000 - FEE - 895 - 3_000 - 20_000 - 7_800


def test_what_was_not_heard_of_is_missing_here_and_found_later(till: Till) -> None:
    # Given a payment of which no webhook came
    payment = till.pay()
    till.reconcile()
    charge = till.stripe.one("charge")["id"]
    fee = till.movement(charge)["id"]
    assert till.open() == {
        f"charge:{charge}": ("missing_here", 10_000),
        f"fee:{fee}": ("fee_not_booked", -FEE),
    }
    # When it is heard of
    till.hear()
    till.reconcile(days=1)
    # Then both ended by themselves, and are kept
    payment.refresh_from_db()
    assert payment.state == "paid"
    assert till.open() == {}
    assert set(CashDifference.objects.values_list("ending", flat=True)) == {"found"}
    assert till.closing() == (10_000 - FEE, 10_000 - FEE)


def test_what_stripe_does_not_list_is_missing_there_until_it_does(till: Till) -> None:
    payment = till.pay()
    till.hear()
    payment.refresh_from_db()
    hidden = till.spoil(payment.stripe_charge, hidden=True)
    till.reconcile()
    assert till.open() == {
        f"charge:{payment.stripe_charge}": ("missing_there", -10_000),
        f"fee:{hidden}": ("missing_there", FEE),
    }

    till.stripe.control("money", balance_transaction=hidden, hidden=False)
    till.reconcile(days=1)

    assert till.open() == {}
    assert till.closing() == (10_000 - FEE, 10_000 - FEE)


def test_another_amount_differs(till: Till) -> None:
    payment = till.pay()
    till.hear()
    payment.refresh_from_db()
    changed = till.spoil(payment.stripe_charge, amount=9_900, fee=600)

    till.reconcile()

    assert till.open() == {
        f"charge:{payment.stripe_charge}": ("amount_differs", -100),
        f"fee:{changed}": ("amount_differs", FEE - 600),
    }


def test_a_fee_of_no_payment_is_booked_by_two_as_an_expense(till: Till) -> None:
    till.pay()
    till.hear()
    till.stripe.control("money", fee=500, currency="cny")
    till.reconcile()
    ((key, found),) = till.open().items()
    assert found == ("missing_here", -500)
    difference = CashDifference.objects.get(key=key)

    maker, approver = make_user(), make_user()
    now = utc_now() + ONE_DAY
    proposal = operations.propose(
        difference_id=difference.public_id,
        booking=operations.Booking(counter="fee", operator_id=till.payer.operator.pk),
        reason="月度服务费",
        user_id=maker.pk,
        now=now,
    )
    operations.approve(proposal_id=proposal.public_id, user_id=approver.pk, now=now)
    till.reconcile(days=1)

    assert till.open() == {}
    assert till.closing() == (10_000 - FEE - 500, 10_000 - FEE - 500)
    expense = books.find_account(
        owner_kind="operator", owner_id=till.payer.operator.pk, kind="payment_fee", subject=STRIPE
    )
    assert -books.balance(account_id=expense).posted == (FEE + 500) * 10_000


def payout_at_both_ends(till: Till) -> tuple[CashDifference, CashDifference]:
    """Let Stripe pay 500 yuan out, and the bank tell of it: return the difference at each."""
    till.pay(100_000)
    till.hear()
    till.stripe.control("advance", seconds=3 * 86_400)
    till.stripe.api("/v1/payouts", {"amount": "50000", "currency": "cny"})
    bank = make_account(till.payer.operator)
    day = (utc_now() + 3 * ONE_DAY).date().isoformat()
    take_in(
        bank,
        statement(f"{day},500.00,,,STRIPE PAYMENTS,1,STRIPE PAYOUT,77"),
        user_id=make_user().pk,
    )
    till.reconcile(days=5)
    at_bank, at_stripe = CashDifference.objects.filter(ended_at=None).order_by("-amount_fen")
    return at_stripe, at_bank


def test_a_transfer_of_which_one_end_changed_meanwhile_is_not_booked(till: Till) -> None:
    # Given a transfer that somebody proposed between two ends of the same amount
    at_stripe, at_bank = payout_at_both_ends(till)
    now = utc_now() + 6 * ONE_DAY
    ends = {"counter": "transfer", "operator_id": till.payer.operator.pk}
    told = {"reason": "提现到账", "user_id": make_user().pk, "now": now}
    proposal = operations.propose(
        difference_id=at_stripe.public_id,
        booking=operations.Booking(**ends, other_id=at_bank.public_id),
        **told,
    )
    # Then neither end is proposed once more, from either side
    with pytest.raises(operations.DifferenceEnded):
        operations.propose(
            difference_id=at_bank.public_id,
            booking=operations.Booking(counter="own", operator_id=till.payer.operator.pk),
            **told,
        )
    # When the bank tells another amount before it is approved, at the other end alone
    CashDifference.objects.filter(pk=at_bank.pk).update(amount_fen=49_900)
    # Then nothing is booked
    with pytest.raises(operations.DifferenceEnded):
        operations.approve(proposal_id=proposal.public_id, user_id=make_user().pk, now=now)
    assert not CashDifference.objects.filter(ending="booked").exists()


def test_a_payout_that_arrived_at_the_bank_is_one_transfer(till: Till) -> None:
    # Given a payout at Stripe, and its arrival on the operator's statement
    at_stripe, at_bank = payout_at_both_ends(till)
    maker, approver = make_user(), make_user()
    assert (at_stripe.amount_fen, at_bank.amount_fen) == (-50_000, 50_000)
    # When one proposes that they are one, and another approves
    now = utc_now() + 6 * ONE_DAY
    told = {"reason": "提现到账", "user_id": maker.pk, "now": now}
    operator = till.payer.operator.pk
    with pytest.raises(operations.UnableToResolve):
        operations.propose(
            difference_id=at_stripe.public_id,
            booking=operations.Booking(
                counter="fee", operator_id=operator, other_id=at_bank.public_id
            ),
            **told,
        )
    proposal = operations.propose(
        difference_id=at_stripe.public_id,
        booking=operations.Booking(
            counter="transfer", operator_id=operator, other_id=at_bank.public_id
        ),
        **told,
    )
    operations.approve(proposal_id=proposal.public_id, user_id=approver.pk, now=now)
    # Then both ended, and the cash moved from the one to the other
    assert till.open() == {}
    moved = [
        -books.balance(
            account_id=books.find_account(
                owner_kind="operator", owner_id=operator, kind="cash", subject=custody
            )
        ).posted
        for custody in (STRIPE, at_bank.account.custody)
    ]
    # 100,000 less 3.4 % and 215, less what was paid out.
    assert moved == [463_850_000, 500_000_000]


def test_every_page_is_kept_and_a_fault_between_two_takes_none_away(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given three movements, pages of one, and a Stripe that fails at the third
    for _ in range(3):
        till.pay()
    monkeypatch.setattr(stripe_gateway, "PAGE", 1)
    account_free = operations.open_accounts(now=utc_now())
    assert account_free == [STRIPE]
    path = "/v1/balance_transactions"
    till.stripe.control("fault", kind="slow", path=path, times=2, seconds=0)
    till.stripe.control("fault", kind="error_500", path=path, times=1)
    # When a run is tried
    with pytest.raises(operations.StripeNotHeard, match="try again"):
        till.reconcile()
    # Then what was told is kept, no day was written, and the next run has all of it
    assert CashEntry.objects.count() == 2
    assert till.account.reconciled_to is None
    (done,) = till.reconcile()
    assert (CashEntry.objects.count(), done.fetched) == (3, 1)
    assert fetching.LOOK_BACK.days == 7
