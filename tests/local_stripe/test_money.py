"""Refunds, disputes, payees and payouts: every movement is booked, and the balance is their sum."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.local_stripe.shapes import faults_of
from tests.stripe_server import LocalStripe, events_of

DAY = 86_400


@pytest.fixture
def client(local_stripe: LocalStripe) -> Any:
    return local_stripe.client()


def paid(client: stripe.StripeClient, method: str = "pm_card_bypassPending") -> Any:
    return client.v1.payment_intents.create(
        params={
            "amount": 100_000,
            "currency": "cny",
            "payment_method": method,
            "confirm": True,
            "return_url": "https://shop.example/",
        }
    )


def balance(client: stripe.StripeClient, **options: Any) -> tuple[int, int]:
    """Return what is available and what is pending, in fen."""
    told = client.v1.balance.retrieve(options=options)
    parts = (told.available, told.pending)
    available, pending = (
        sum(each.amount for each in part if each.currency == "cny") for part in parts
    )
    return available, pending


def booked(client: stripe.StripeClient, **options: Any) -> list[tuple[str, int, int]]:
    found = client.v1.balance_transactions.list(params={"limit": 100}, options=options)
    return [(each.reporting_category, each.amount, each.fee) for each in found.data][::-1]


def test_the_net_becomes_available_after_two_days(client, local_stripe) -> None:
    paid(client, "pm_card_visa")
    before = balance(client)
    local_stripe.control("advance", seconds=2 * DAY)

    # CNY 1,000.00 less 3.4 % and CNY 2.15.
    assert (before, balance(client)) == ((0, 96_385), (96_385, 0))


def test_refunds_are_partial_full_and_never_more_than_was_paid(client) -> None:
    intent = paid(client)
    refund = client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 30_000})
    with pytest.raises(stripe.InvalidRequestError) as over:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 70_001})
    rest = client.v1.refunds.create(params={"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create(params={"charge": intent.latest_charge})

    assert (refund.status, rest.amount) == ("succeeded", 70_000)
    assert (over.value.param, again.value.code) == ("amount", "charge_already_refunded")
    assert client.v1.charges.retrieve(intent.latest_charge).refunded is True
    # The fee is not given back.
    assert booked(client) == [
        ("charge", 100_000, 3_615),
        ("refund", -30_000, 0),
        ("refund", -70_000, 0),
    ]
    assert balance(client) == (-3_615, 0)


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_pending_refund_arrives_or_comes_back(client, local_stripe, outcome) -> None:
    intent = paid(client, "pm_card_pendingRefund")
    refund = client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 40_000})
    local_stripe.control("settle", refund=refund.id, outcome=outcome)

    after = client.v1.refunds.retrieve(refund.id)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (refund.status, after.status) == ("pending", outcome)
    assert charge.amount_refunded == (40_000 if outcome == "succeeded" else 0)
    if outcome == "failed":
        back = client.v1.balance_transactions.retrieve(after.failure_balance_transaction)
        assert (back.amount, back.type) == (40_000, "refund_failure")
        assert len(events_of(client, "refund.failed", refund.id)) == 1


def test_a_refund_that_fails_later_says_so_by_itself(client, local_stripe) -> None:
    intent = paid(client, "pm_card_refundFail")
    refund = client.v1.refunds.create(params={"payment_intent": intent.id})
    local_stripe.control("advance", seconds=60)

    assert (refund.status, client.v1.refunds.retrieve(refund.id).status) == ("succeeded", "failed")


@pytest.mark.parametrize(
    ("evidence", "status", "available"),
    [
        # The fee of the dispute stays with Stripe in either case.
        ("winning_evidence", "won", 96_385 - 7_800),
        ("losing_evidence", "lost", 96_385 - 7_800 - 100_000),
    ],
)
def test_a_dispute_takes_the_money_until_it_is_decided(
    client, local_stripe, evidence, status, available
) -> None:
    intent = paid(client)
    dispute = local_stripe.control("dispute", charge=intent.latest_charge)
    between = balance(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params={"charge": intent.latest_charge})

    answered = client.v1.disputes.update(
        dispute["id"], params={"evidence": {"uncategorized_text": evidence}, "submit": True}
    )

    assert (dispute["status"], dispute["reason"]) == ("needs_response", "fraudulent")
    assert between == (96_385 - 7_800 - 100_000, 0)
    assert refused.value.code == "charge_disputed"
    assert answered.status == status
    assert balance(client) == (available, 0)
    closed = client.v1.disputes.retrieve(dispute["id"])
    words = [each.reporting_category for each in closed.balance_transactions]
    assert words == (["dispute", "dispute_reversal"] if status == "won" else ["dispute"])
    assert len(events_of(client, "charge.dispute.closed", dispute["id"])) == 1
    reinstated = events_of(client, "charge.dispute.funds_reinstated", dispute["id"])
    assert len(reinstated) == (1 if status == "won" else 0)


def test_a_dispute_without_answer_is_lost_in_the_end(client, local_stripe) -> None:
    intent = paid(client, "pm_card_createDispute")
    local_stripe.wait_until(lambda: client.v1.disputes.list().data != [])
    local_stripe.control("advance", seconds=11 * DAY)

    (dispute,) = client.v1.disputes.list(params={"payment_intent": intent.id}).data
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_moves_no_money(client, local_stripe) -> None:
    intent = paid(client)
    before = balance(client)
    dispute = local_stripe.control("dispute", charge=intent.latest_charge, inquiry=True)

    assert dispute["status"] == "warning_needs_response"
    assert balance(client) == before
    client.v1.refunds.create(params={"charge": intent.latest_charge, "amount": 1})


def test_wallets_are_not_disputed(client, local_stripe) -> None:
    intent = client.v1.payment_intents.create(
        params={
            "amount": 500,
            "currency": "cny",
            "payment_method_data": {"type": "alipay"},
            "confirm": True,
            "return_url": "https://shop.example/",
        }
    )
    local_stripe.control("pay", intent=intent.id)
    charge = client.v1.payment_intents.retrieve(intent.id).latest_charge

    with pytest.raises(httpx.HTTPStatusError) as raised:
        local_stripe.control("dispute", charge=charge)
    assert "Only card payments" in raised.value.response.text


def payee(client: stripe.StripeClient, running: LocalStripe) -> str:
    account = client.v1.accounts.create(
        params={
            "country": "HK",
            "default_currency": "cny",
            "capabilities": {"transfers": {"requested": True}},
        }
    )
    running.control("account", account=account.id)
    return account.id


def test_a_payee_gives_what_is_wanted_on_the_onboarding_page(client) -> None:
    account = client.v1.accounts.create(
        params={"country": "HK", "capabilities": {"transfers": {"requested": True}}}
    )
    link = client.v1.account_links.create(
        params={
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://shop.example/again",
            "return_url": "https://shop.example/back",
        }
    )
    assert "external_account" in account.requirements.currently_due
    assert account.capabilities.transfers == "inactive"

    answer = httpx.post(link.url, data={"do": "complete"})
    again = httpx.post(link.url, data={"do": "complete"})

    after = client.v1.accounts.retrieve(account.id)
    assert answer.headers["location"] == "https://shop.example/back"
    assert again.headers["location"] == "https://shop.example/again"
    assert after.capabilities.transfers == "active"
    assert (after.payouts_enabled, after.requirements.currently_due) == (True, [])


def test_transfers_move_money_to_a_payee_and_back(client, local_stripe) -> None:
    paid(client)
    account = payee(client, local_stripe)

    transfer = client.v1.transfers.create(
        params={"amount": 50_000, "currency": "cny", "destination": account}
    )
    with pytest.raises(stripe.InvalidRequestError) as poor:
        client.v1.transfers.create(
            params={"amount": 50_000, "currency": "cny", "destination": account}
        )
    client.v1.transfers.reversals.create(transfer.id, params={"amount": 20_000})
    with pytest.raises(stripe.InvalidRequestError) as over:
        client.v1.transfers.reversals.create(transfer.id, params={"amount": 30_001})

    assert poor.value.code == "balance_insufficient"
    assert over.value.param == "amount"
    after = client.v1.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed) == (20_000, False)
    assert balance(client) == (96_385 - 30_000, 0)
    assert balance(client, stripe_account=account) == (30_000, 0)


def test_a_transfer_to_an_account_that_is_not_ready_is_refused(client, local_stripe) -> None:
    paid(client)
    account = client.v1.accounts.create(
        params={"country": "HK", "capabilities": {"transfers": {"requested": True}}}
    )

    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.transfers.create(
            params={"amount": 1_000, "currency": "cny", "destination": account.id}
        )

    assert raised.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_of_a_charge_waits_as_long_as_the_charge(client, local_stripe) -> None:
    intent = paid(client, "pm_card_visa")
    account = payee(client, local_stripe)

    client.v1.transfers.create(
        params={
            "amount": 90_000,
            "currency": "cny",
            "destination": account,
            "source_transaction": intent.latest_charge,
        }
    )

    assert balance(client, stripe_account=account) == (0, 90_000)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create(
            params={
                "amount": 10_001,
                "currency": "cny",
                "destination": account,
                "source_transaction": intent.latest_charge,
            }
        )


@pytest.mark.parametrize("of_payee", [False, True])
def test_payouts_arrive_or_come_back(client, local_stripe, of_payee) -> None:
    paid(client)
    account = payee(client, local_stripe)
    client.v1.transfers.create(params={"amount": 50_000, "currency": "cny", "destination": account})
    options = {"stripe_account": account} if of_payee else {}

    def payout(amount: int) -> Any:
        told = {"amount": amount, "currency": "cny"}
        return client.v1.payouts.create(params=told, options=options)

    first, second = payout(10_000), payout(20_000)
    local_stripe.control("payout", payout=second.id, outcome="failed", code="account_closed")
    local_stripe.control("advance", seconds=2 * DAY)

    assert (first.status, first.automatic) == ("pending", False)
    retrieve = client.v1.payouts.retrieve
    assert retrieve(first.id, options=options).status == "paid"
    failed = retrieve(second.id, options=options)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    left = 50_000 if of_payee else 96_385 - 50_000
    assert balance(client, **options) == (left - 10_000, 0)
    with pytest.raises(stripe.InvalidRequestError):
        payout(left)


def test_the_balance_is_the_sum_of_what_was_booked(client, local_stripe) -> None:
    intent = paid(client)
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 5_000})
    local_stripe.control("dispute", charge=paid(client).latest_charge)
    client.v1.payouts.create(params={"amount": 1_000, "currency": "cny"})

    found = client.v1.balance_transactions.list(params={"limit": 100})

    assert sum(each.net for each in found.data) == sum(balance(client))
    assert all(each.net == each.amount - each.fee for each in found.data)


def test_an_event_of_a_payee_names_the_account(client, local_stripe) -> None:
    account = payee(client, local_stripe)

    own = client.v1.events.list(params={"type": "account.updated"})
    of_payee = client.v1.events.list(
        params={"type": "account.updated"}, options={"stripe_account": account}
    )

    assert own.data == []
    assert {event.account for event in of_payee.data} == {account}


def test_a_stranger_has_no_account_here(client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.balance.retrieve(options={"stripe_account": "acct_nobody"})
    assert raised.value.code == "account_invalid"


# --- What Stripe or the way to it may spoil -----------------------------------------------------


def test_a_hidden_movement_is_in_no_list_until_it_is_shown_again(client, local_stripe) -> None:
    # Given two payments
    paid(client)
    paid(client)
    first, second = client.v1.balance_transactions.list().data
    # When one is hidden
    local_stripe.control("money", balance_transaction=first.id, hidden=True)
    # Then lists pass over it; the balance still holds it
    assert [one.id for one in client.v1.balance_transactions.list().data] == [second.id]
    assert balance(client) == (192_770, 0)
    # And it may be shown again
    local_stripe.control("money", balance_transaction=first.id, hidden=False)
    assert len(client.v1.balance_transactions.list().data) == 2


def test_an_altered_movement_keeps_its_shape(client, local_stripe) -> None:
    paid(client)
    (told,) = client.v1.balance_transactions.list().data
    local_stripe.control("money", balance_transaction=told.id, amount=99_000, fee=3_600)

    altered = client.v1.balance_transactions.retrieve(told.id)

    assert (altered.amount, altered.fee, altered.net) == (99_000, 3_600, 95_400)
    assert [detail.amount for detail in altered.fee_details] == [3_600]
    assert faults_of(altered) == []


def test_stripe_takes_a_fee_of_no_payment(client, local_stripe) -> None:
    paid(client)
    local_stripe.control("money", fee=500, currency="cny")

    (told, _) = client.v1.balance_transactions.list().data

    assert (told.type, told.amount, told.fee, told.source) == ("stripe_fee", -500, 0, None)
    assert faults_of(told) == []
    assert balance(client) == (95_885, 0)
