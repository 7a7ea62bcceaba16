"""One key, one effect, one answer: raced, repeated, refused and crashed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from kernel.idempotency import (
    Answer,
    IdempotencyKeyReused,
    RequestInFlight,
    answer_once,
    forget_keys,
    request_hash,
)
from kernel.models import IdempotencyKey, OutboxEvent
from kernel.outbox import publish
from tests.builders.accounts import NOW

ROUNDS = 200
RACERS = 3


def effect() -> Answer:
    event = publish(kind="money.moved", payload={}, now=NOW)
    return Answer(status=201, body={"event": str(event.public_id)})


def ask(**overrides):
    values = {
        "scope": "tenant:1",
        "key": "key-1",
        "request_hash": request_hash(b"POST /x", b"{}"),
        "now": NOW,
        "perform": effect,
    }
    return answer_once(**{**values, **overrides})


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_same_request_gets_the_first_answer(self):
        first = ask()
        assert first.status == 201
        assert ask() == first
        assert OutboxEvent.objects.count() == 1

    def test_another_body_under_the_same_key_is_refused(self):
        ask()
        with pytest.raises(IdempotencyKeyReused):
            ask(request_hash=request_hash(b"POST /x", b'{"a":1}'))
        assert OutboxEvent.objects.count() == 1

    def test_other_keys_and_other_callers_are_other_requests(self):
        answers = [ask(), ask(key="key-2"), ask(scope="tenant:2")]
        assert len({answer.body["event"] for answer in answers}) == 3

    def test_a_failed_effect_leaves_no_key_behind(self):
        def fail() -> Answer:
            effect()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ask(perform=fail)
        assert not IdempotencyKey.objects.exists()
        assert not OutboxEvent.objects.exists()
        assert ask().status == 201

    def test_keys_are_forgotten_after_their_time(self):
        ask()
        ask(key="key-2", now=NOW + timedelta(days=1))
        assert forget_keys(before=NOW + timedelta(days=1)) == 1
        assert ask().status == 201
        assert OutboxEvent.objects.count() == 3


def test_hashes_of_requests_do_not_run_parts_together():
    assert request_hash(b"ab", b"c") != request_hash(b"a", b"bc")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_a_request_in_flight_is_refused_at_once(self):
        started, finish = threading.Event(), threading.Event()
        answers = []

        def slow() -> Answer:
            started.set()
            finish.wait(10)
            return effect()

        def first() -> None:
            try:
                answers.append(ask(perform=slow))
            finally:
                connection.close()

        worker = threading.Thread(target=first)
        worker.start()
        assert started.wait(10)
        with pytest.raises(RequestInFlight):
            ask()
        finish.set()
        worker.join()
        assert [ask()] == answers
        assert OutboxEvent.objects.count() == 1

    def test_raced_requests_have_one_effect_and_one_answer(self):
        """Given racers behind a barrier, when all send one key, then one effect stands."""
        barrier = threading.Barrier(RACERS)
        outcomes: list[list[object]] = [[] for _ in range(ROUNDS)]

        def race() -> None:
            try:
                for number in range(ROUNDS):
                    barrier.wait(30)
                    try:
                        outcomes[number].append(ask(key=f"round-{number}").body["event"])
                    except RequestInFlight as refusal:
                        outcomes[number].append(refusal.code)
            finally:
                connection.close()

        racers = [threading.Thread(target=race) for _ in range(RACERS)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()

        assert OutboxEvent.objects.count() == IdempotencyKey.objects.count() == ROUNDS
        for outcome in outcomes:
            assert len(outcome) == RACERS
            assert len(set(outcome) - {"idempotency_key_in_flight"}) == 1
        lost = sum(outcome.count("idempotency_key_in_flight") for outcome in outcomes)
        assert lost > 0, "no racer ever lost: the race did not take place"
