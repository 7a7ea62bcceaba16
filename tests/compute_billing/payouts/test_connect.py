"""Payouts by Connect: an account at Stripe, transfers, and what is taken back, each fen once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.payments.calls import KEY_LIFE, LEASE
from compute_billing.payouts import connect_working, operations
from compute_billing.payouts.connect_models import (
    ConnectCall,
    ConnectedAccount,
    OnwardPayout,
    PayoutReversal,
)
from compute_billing.payouts.models import Payout, PayoutRun
from tests.builders.accounts import make_member, make_user
from tests.builders.connect import YUAN, ConnectCentre
from tests.builders.payouts import make_payout_account
from tests.builders.stripe import StandIn

# Of 1,000 yuan paid in Stripe kept 36.15, which is the payee's: of 300 used 263.85 are payable.
DUE = 26_385

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def centre(stripe: StandIn) -> ConnectCentre:
    return ConnectCentre(stripe)


def assert_laws_hold() -> None:
    names = ("payees_money_adds_up", "payouts_leave_once", "transfers_are_booked", "four_eyes")
    laws = [law for law in audit_laws.LAWS if law.name in names]
    assert len(laws) == len(names)
    for verdict in audit.verify_books(full=True, laws=laws):
        assert verdict.holds, verdict.offenders


def test_an_account_is_opened_once_and_is_as_stripe_says(centre: ConnectCentre) -> None:
    # Given a payee that asks twice
    first, second = centre.connect(), centre.connect()
    assert first.pk == second.pk

    # When the call is made
    centre.work()

    # Then Stripe has one account, which wants to know things and cannot be paid
    (made,) = centre.stripe.objects("account")
    connected = ConnectedAccount.objects.get()
    assert connected.stripe_account == made["id"]
    assert connected.wanted == ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]
    assert (connected.details_submitted, connected.transfers_enabled) == (False, False)

    # When the payee gives it, and Stripe tells
    centre.stripe.control("account", account=made["id"])
    centre.told()

    # Then it can be paid
    connected.refresh_from_db()
    assert (connected.details_submitted, connected.payouts_enabled) == (True, True)
    assert (connected.transfers_enabled, connected.wanted) == (True, [])


def test_an_account_that_stripe_stops_is_told_and_not_paid(centre: ConnectCentre) -> None:
    # Given a payee on the rail who has earned
    connected = centre.onboard()
    centre.use(100)

    # When Stripe wants something again
    centre.stripe.control("account", account=connected.stripe_account, require=["company.tax_id"])
    centre.told()

    # Then it says so, and nobody is paid there
    connected.refresh_from_db()
    assert (connected.transfers_enabled, connected.wanted) == (False, ["company.tax_id"])
    with pytest.raises(operations.NothingToPay):
        centre.approved()


def test_the_onboarding_page_is_stripes(centre: ConnectCentre) -> None:
    centre.connect()
    page = connect_working.onboarding_page(
        payee_id=centre.payee.pk,
        refresh="http://127.0.0.1/refresh",
        back="http://127.0.0.1/return",
        clock=centre.now,
    )
    assert page.startswith(f"{centre.stripe.url}/onboarding/")


def test_a_payout_is_a_transfer(centre: ConnectCentre) -> None:
    # Given a payee on the rail whose tenant used 300 yuan
    connected = centre.onboard()
    centre.use(300)

    # When a run is approved and a worker comes
    run, payout = centre.approved()
    assert (payout.state, centre.stripe.objects("transfer")) == ("sent", [])
    centre.work()

    # Then the money is at the payee's account, and booked
    payout.refresh_from_db()
    (made,) = centre.stripe.objects("transfer")
    assert (made["amount"], made["destination"]) == (DUE, connected.stripe_account)
    assert (payout.state, payout.stripe_transfer) == ("paid", made["id"])
    assert PayoutRun.objects.get(pk=run.pk).state == "finished"
    assert centre.stands() == {"payable": 0, "reserve": 0, "transit": 0, "debt": 0}
    assert centre.balance_there() == DUE
    assert_laws_hold()


def test_a_refused_transfer_is_the_payees_again(centre: ConnectCentre) -> None:
    # Given an approved payout to an account that Stripe stops meanwhile
    connected = centre.onboard()
    centre.use(300)
    _, payout = centre.approved()
    centre.stripe.control("account", account=connected.stripe_account, require=["company.tax_id"])

    # When a worker asks for the transfer
    centre.work()

    # Then it is payable again, and says why
    payout.refresh_from_db()
    assert payout.state == "returned"
    assert payout.failure.startswith("insufficient_capabilities_for_transfer")
    assert centre.stands()["payable"] == DUE * 10_000
    assert_laws_hold()


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_500_after", "error_429"])
def test_a_lost_answer_transfers_once(centre: ConnectCentre, fault: str) -> None:
    centre.onboard()
    centre.use(300)
    _, payout = centre.approved()
    centre.stripe.control("fault", kind=fault, path="/v1/transfers")
    centre.work()
    assert Payout.objects.get(pk=payout.pk).state == "sent"

    centre.payer.ahead += timedelta(hours=1)
    centre.work()

    assert Payout.objects.get(pk=payout.pk).state == "paid"
    assert [one["amount"] for one in centre.stripe.objects("transfer")] == [DUE]
    assert_laws_hold()


def test_a_transfer_whose_key_is_forgotten_is_looked_for(centre: ConnectCentre) -> None:
    centre.onboard()
    centre.use(300)
    _, payout = centre.approved()
    centre.stripe.control("fault", kind="drop_after", path="/v1/transfers")
    centre.work()

    centre.payer.ahead += KEY_LIFE + timedelta(hours=2)
    centre.work()

    assert Payout.objects.get(pk=payout.pk).state == "paid"
    assert len(centre.stripe.objects("transfer")) == 1
    assert ConnectCall.objects.get(kind="transfer").generation == 1


def test_the_webhook_may_be_faster_than_the_answer(centre: ConnectCentre) -> None:
    # Given a transfer that was made and whose answer was lost
    centre.onboard()
    centre.use(300)
    _, payout = centre.approved()
    centre.stripe.control("fault", kind="drop_after", path="/v1/transfers")
    connect_working.work_on_call(clock=centre.now)

    # When Stripe tells of it first, and the call is repeated later
    centre.told()
    assert Payout.objects.get(pk=payout.pk).state == "paid"
    centre.payer.ahead += 2 * LEASE
    centre.work()

    # Then it is booked once
    assert centre.stands()["payable"] == 0
    assert_laws_hold()


def test_a_part_is_taken_back_and_settles_what_is_owed(centre: ConnectCentre) -> None:
    # Given a payee who was paid and of whom a tenant got 120 back
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    centre.use(-120)
    operations.accrue(payee_id=centre.payee.pk, now=centre.now())
    assert centre.stands()["debt"] == 120 * YUAN

    # When finance takes 150 back
    reversal = centre.take_back(payout, fen=15_000)
    centre.work()

    # Then the debt is settled, the rest is payable, and Stripe has it back
    reversal.refresh_from_db()
    payout.refresh_from_db()
    assert (reversal.state, payout.reversed_fen, payout.state) == ("done", 15_000, "paid")
    assert centre.stands() == {"payable": 30 * YUAN, "reserve": 0, "transit": 0, "debt": 0}
    assert centre.balance_there() == DUE - 15_000
    assert_laws_hold()

    # When Stripe tells of it as well
    centre.told()

    # Then nothing changes
    assert centre.stands()["payable"] == 30 * YUAN
    assert PayoutReversal.objects.count() == 1


def test_what_was_taken_back_on_stripes_pages_is_adopted_once(centre: ConnectCentre) -> None:
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    centre.stripe.api(f"/v1/transfers/{payout.stripe_transfer}/reversals", {"amount": 4_000})

    centre.told()
    centre.told()

    payout.refresh_from_db()
    (reversal,) = PayoutReversal.objects.all()
    assert (reversal.is_foreign, reversal.amount_fen, payout.reversed_fen) == (True, 4_000, 4_000)
    assert centre.stands()["payable"] == 40 * YUAN
    assert_laws_hold()


def test_a_reversal_that_stripe_refuses_leaves_the_debt(centre: ConnectCentre) -> None:
    # Given a payee whose bank has the money already
    connected = centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    centre.stripe.api(
        "/v1/payouts",
        {"amount": DUE, "currency": "cny"},
        account=connected.stripe_account,
    )

    # When finance takes it back
    reversal = centre.take_back(payout, fen=DUE)
    centre.work()

    # Then Stripe refused, and it says why
    reversal.refresh_from_db()
    assert reversal.state == "failed"
    assert reversal.failure.startswith("balance_insufficient")
    assert Payout.objects.get().reversed_fen == 0
    assert_laws_hold()


def test_what_the_payees_bank_sends_back_is_noted(centre: ConnectCentre) -> None:
    connected = centre.onboard()
    centre.use(300)
    centre.transferred()
    made = centre.stripe.api(
        "/v1/payouts",
        {"amount": DUE, "currency": "cny"},
        account=connected.stripe_account,
    )
    centre.told()
    assert OnwardPayout.objects.get().state == "pending"

    centre.stripe.control("payout", payout=made["id"], outcome="failed", code="account_closed")
    centre.told()

    onward = OnwardPayout.objects.get()
    assert (onward.state, onward.failure) == ("failed", "The bank account has been closed.")
    assert centre.stands()["payable"] == 0


def test_two_people_take_back_and_no_more_than_is_left(centre: ConnectCentre) -> None:
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    maker, member = make_user(), make_member(organisation=centre.payee)

    def propose(fen: int):
        return operations.propose_reversal(
            payout_id=payout.public_id,
            amount_fen=fen,
            reason="多付",
            user_id=maker.pk,
            now=centre.now(),
        )

    with pytest.raises(operations.UnableToReverse, match=r"263\.850000 yuan are left"):
        propose(DUE + 1)
    proposed = propose(DUE)
    with pytest.raises(operations.UnableToReverse, match="under way"):
        propose(1)
    for user in (maker, member):
        with pytest.raises(operations.UnableToApproveOwnReversal):
            operations.approve_reversal(
                reversal_id=proposed.public_id, user_id=user.pk, now=centre.now()
            )
    operations.refuse_reversal(reversal_id=proposed.public_id, user_id=maker.pk, now=centre.now())
    with pytest.raises(operations.ReversalNotFound):
        operations.approve_reversal(
            reversal_id=proposed.public_id, user_id=make_user().pk, now=centre.now()
        )


def test_a_payee_on_the_other_rail_is_not_paid_out_of_stripe(centre: ConnectCentre) -> None:
    # Given a payee on Connect who goes back to the bank's file
    centre.onboard()
    centre.use(300)
    make_payout_account(centre.payee, now=centre.now())
    centre.payer.ahead += timedelta(hours=73)

    with pytest.raises(operations.NothingToPay):
        centre.approved()
