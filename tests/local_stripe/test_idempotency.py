"""The same key gives the same answer, whatever happened to the first one on its way."""

from __future__ import annotations

import threading

import httpx
import pytest
import stripe

from tests.stripe_server import KEY, LocalStripe

INTENT = {"amount": 500, "currency": "cny"}


def post(running: LocalStripe, text: str, key: str) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Idempotency-Key": key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return httpx.post(f"{running.url}/v1/payment_intents", content=text, headers=headers)


def count(client: stripe.StripeClient) -> int:
    return len(list(client.v1.payment_intents.list(params={"limit": 100}).auto_paging_iter()))


def test_a_repeated_request_is_answered_and_not_done_again(local_stripe) -> None:
    first = post(local_stripe, "amount=500&currency=cny", "once")
    second = post(local_stripe, "amount=500&currency=cny", "once")

    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert count(local_stripe.client()) == 1


def test_other_parameters_under_a_used_key_are_refused(local_stripe) -> None:
    client = local_stripe.client()
    client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "a"})

    with pytest.raises(stripe.IdempotencyError) as raised:
        client.v1.payment_intents.create(
            params={**INTENT, "amount": 501}, options={"idempotency_key": "a"}
        )

    assert raised.value.http_status == 400
    assert count(client) == 1


def test_a_decline_is_kept_with_its_status(local_stripe) -> None:
    text = (
        "amount=500&currency=cny&confirm=true&payment_method=pm_card_chargeDeclined"
        "&automatic_payment_methods[enabled]=true"
        "&automatic_payment_methods[allow_redirects]=never"
    )

    answers = [post(local_stripe, text, "declined") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [402, 402, 402]
    assert len({answer.text for answer in answers}) == 1
    assert len(local_stripe.client().v1.charges.list().data) == 1


def test_a_refused_parameter_is_not_kept(local_stripe) -> None:
    refused = post(local_stripe, "amount=abc&currency=cny", "typo")
    mended = post(local_stripe, "amount=500&currency=cny", "typo")

    assert (refused.status_code, mended.status_code) == (400, 200)


def test_an_answer_that_was_lost_is_given_again(local_stripe) -> None:
    client = local_stripe.client()
    local_stripe.control("fault", kind="drop_after", method="POST")

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "lost"})
    made = client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "lost"})

    assert count(client) == 1
    assert client.v1.payment_intents.list().data[0].id == made.id


def test_a_failure_after_the_work_is_kept_as_well(local_stripe) -> None:
    client = local_stripe.client()
    local_stripe.control("fault", kind="error_500_after", method="POST")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "f"})

    assert count(client) == 1


@pytest.mark.parametrize("kind", ["drop_before", "error_500", "error_429"])
def test_what_was_not_begun_leaves_the_key_free(local_stripe, kind) -> None:
    client = local_stripe.client()
    local_stripe.control("fault", kind=kind, times=2)

    for _ in range(2):
        with pytest.raises(stripe.StripeError):
            client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "b"})
    assert local_stripe.control("state")["objects"] == []

    client.v1.payment_intents.create(params=INTENT, options={"idempotency_key": "b"})
    assert count(client) == 1


def test_the_sdk_gets_over_a_bad_moment_by_itself(local_stripe) -> None:
    client = local_stripe.client(max_network_retries=2)
    local_stripe.control("fault", kind="drop_after", method="POST")
    local_stripe.control("fault", kind="error_429", method="POST")

    client.v1.payment_intents.create(params=INTENT)

    assert count(client) == 1


def test_a_rate_limit_says_when_to_come_again(local_stripe) -> None:
    local_stripe.control("fault", kind="error_429", path="/v1/payment_intents")

    answer = post(local_stripe, "amount=500&currency=cny", "r")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["error"]["code"] == "rate_limit"


def test_a_key_in_flight_is_a_conflict(local_stripe) -> None:
    local_stripe.control("fault", kind="slow", seconds=1.5)
    answers: list[int] = []
    slow = threading.Thread(
        target=lambda: answers.append(
            post(local_stripe, "amount=500&currency=cny", "slow").status_code
        )
    )
    slow.start()
    local_stripe.wait_until(lambda: not local_stripe.control("state")["faults"])

    meanwhile = post(local_stripe, "amount=500&currency=cny", "slow")
    slow.join()

    assert (meanwhile.status_code, answers) == (409, [200])
    assert meanwhile.json()["error"]["code"] == "idempotency_key_in_use"
    assert count(local_stripe.client()) == 1


def test_two_accounts_do_not_share_keys(local_stripe) -> None:
    client = local_stripe.client()
    account = client.v1.accounts.create(params={"country": "HK"})

    client.v1.customers.create(params={}, options={"idempotency_key": "k"})
    client.v1.customers.create(
        params={}, options={"idempotency_key": "k", "stripe_account": account.id}
    )

    assert len(client.v1.customers.list().data) == 1


def test_a_key_is_forgotten_after_a_day(local_stripe) -> None:
    first = post(local_stripe, "amount=500&currency=cny", "old").json()["id"]
    local_stripe.control("advance", seconds=86_401)

    assert post(local_stripe, "amount=500&currency=cny", "old").json()["id"] != first
