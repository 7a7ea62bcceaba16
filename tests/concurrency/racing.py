"""Races: the same work from several threads behind a barrier, each on its own connection.

A race proves something only when its racers met: the caller asserts that some round had a loser
or that somebody waited for a lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from django.db import connection, connections, transaction

from kernel.errors import DomainError
from kernel.sql import execute
from tests import database

SECONDS_MAX = 60
WATCH_SECONDS = 0.002
HELD_SECONDS_MAX = 5

WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@dataclass
class Race:
    """What came out of it: per round and racer a result or a refusal, and how often one waited."""

    rounds: list[list[object]] = field(default_factory=list)
    lock_waits: int = 0

    @property
    def rounds_with_a_loser(self) -> int:
        """Count the rounds in which a racer was refused."""
        return sum(
            any(isinstance(outcome, DomainError) for outcome in outcomes)
            for outcomes in self.rounds
        )

    def assert_they_met(self) -> None:
        """Fail when no round had a loser or a wait: then nothing was raced."""
        assert self.rounds_with_a_loser + self.lock_waits > 0, "the racers never met"


def _take_part(
    work: Callable[[], object], outcomes: list[object], lane: int, barrier: threading.Barrier
) -> None:
    try:
        connection.ensure_connection()
        barrier.wait(SECONDS_MAX)
        outcomes[lane] = work()
    except DomainError as refusal:
        outcomes[lane] = refusal
    except BaseException as error:
        outcomes[lane] = error
        raise
    finally:
        connections.close_all()


@contextmanager
def _held_until_two_wait(rows: str) -> Iterator[None]:
    """Keep rows locked until two racers stand before them, or for a while where they do not."""
    with transaction.atomic():
        execute(rows)
        yield
        deadline = time.monotonic() + HELD_SECONDS_MAX
        with database.as_owner():
            while execute(WAITING).fetchone()[0] < 2 and time.monotonic() < deadline:
                time.sleep(WATCH_SECONDS)


def run_round(works: Sequence[Callable[[], object]], *, held: str | None = None) -> list[object]:
    """Run each piece of work in a thread, all from one barrier; return results and refusals.

    `held` is a query that locks what the racers meet at: they are let go when two wait for it.
    """
    barrier = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)
    racers = [
        threading.Thread(target=_take_part, args=(work, outcomes, lane, barrier))
        for lane, work in enumerate(works)
    ]
    with _held_until_two_wait(held) if held else nullcontext():
        for racer in racers:
            racer.start()
    for racer in racers:
        racer.join(SECONDS_MAX)
        assert not racer.is_alive(), "a racer hangs"
    crashed = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, BaseException) and not isinstance(outcome, DomainError)
    ]
    assert not crashed, crashed
    return outcomes


@contextmanager
def watch_lock_waits(race: Race) -> Iterator[None]:
    """Count, on a connection of its own, how often somebody was seen waiting for a lock."""
    over = threading.Event()

    def watch() -> None:
        try:
            # The app role may not see what the sessions of another login wait for.
            with database.as_owner():
                while not over.wait(WATCH_SECONDS):
                    race.lock_waits += execute(WAITING).fetchone()[0]
        finally:
            connections.close_all()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(SECONDS_MAX)


def run_race(
    *,
    rounds: int,
    make_works: Callable[[int], Sequence[Callable[[], object]]],
    rounds_max: int | None = None,
    held: str | None = None,
) -> Race:
    """Run so many rounds; `make_works` sets the stage of a round and returns its racers' work.

    With `rounds_max` the race goes on, on a machine that let nobody meet, until somebody was
    seen waiting or that many rounds were run. With `held` they meet in every round.
    """
    race = Race()
    with watch_lock_waits(race):
        for number in range(rounds_max or rounds):
            if number >= rounds and race.lock_waits:
                break
            race.rounds.append(run_round(make_works(number), held=held))
    return race
