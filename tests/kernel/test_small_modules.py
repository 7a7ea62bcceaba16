"""Clock, identifiers, canonical JSON, states and nudges."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import pytest

from kernel import clock, nudges
from kernel.canonical import canonical_hash, canonical_json
from kernel.identifiers import uuid7
from kernel.states import IllegalTransition, StaleState, Transitions
from kernel.transactions import MissingTransaction, transaction


def test_the_clock_counts_whole_milliseconds_of_utc():
    now = clock.utc_now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    cut = clock.whole_milliseconds(datetime(2026, 10, 1, 0, 0, 0, 999_999, tzinfo=UTC))
    assert cut.microsecond == 999_000


def test_identifiers_are_uuids_of_version_7_in_order_of_time():
    before = clock.utc_now()
    made = [uuid7() for _ in range(1_000)]
    after = clock.utc_now()
    assert len(set(made)) == 1_000
    assert {(identifier.version, identifier.variant) for identifier in made} == {
        (7, "specified in RFC 4122")
    }
    milliseconds = [identifier.int >> 80 for identifier in made]
    assert milliseconds == sorted(milliseconds)
    assert milliseconds[0] >= before.timestamp() * 1000 - 0.5
    assert milliseconds[-1] <= after.timestamp() * 1000 + 0.5


def test_canonical_json_has_one_text_per_value():
    assert canonical_json({"b": [1, None], "a": "卡"}) == '{"a":"卡","b":[1,null]}'.encode()
    assert canonical_hash({"a": 1, "b": 2}) == canonical_hash({"b": 2, "a": 1})
    assert len(canonical_hash({})) == 32


@pytest.mark.parametrize("value", [1.5, {"a": [1.0]}, {1: 2}, {"a": object()}])
def test_canonical_json_refuses_what_has_no_single_text(value):
    with pytest.raises(TypeError):
        canonical_json(value)


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


DOORS = Transitions(
    {
        Door.OPEN: frozenset({Door.SHUT}),
        Door.SHUT: frozenset({Door.OPEN, Door.GONE}),
        Door.GONE: frozenset(),
    }
)


class Rows:
    """A queryset of one row, as far as compare-and-set looks."""

    def __init__(self, state: Door, *, matching: bool = True) -> None:
        self.state, self.matching = state, matching

    def filter(self, *, state: Door) -> Rows:
        return Rows(self.state, matching=self.state == state)

    def update(self, **values: object) -> int:
        return 1 if self.matching else 0


def test_states_move_only_along_the_table():
    assert DOORS.allows(from_=Door.OPEN, to=Door.SHUT)
    assert DOORS.is_final(Door.GONE)
    DOORS.compare_and_set(Rows(Door.OPEN), from_=Door.OPEN, to=Door.SHUT)
    with pytest.raises(IllegalTransition) as refusal:
        DOORS.compare_and_set(Rows(Door.OPEN), from_=Door.OPEN, to=Door.GONE)
    assert refusal.value.details == {"from": "open", "to": "gone"}


def test_a_state_that_somebody_else_moved_is_stale():
    with pytest.raises(StaleState):
        DOORS.compare_and_set(Rows(Door.SHUT), from_=Door.OPEN, to=Door.SHUT)


def test_a_table_names_every_state():
    with pytest.raises(ValueError, match="no row of their own"):
        Transitions({Door.OPEN: frozenset({Door.SHUT})})


@pytest.fixture
def heard():
    calls = []
    nudges.register("door", lambda **arguments: calls.append(arguments))
    yield calls
    nudges.unregister("door")


def test_a_nudge_reaches_the_registered_waker(heard):
    nudges.wake("door", tenant_id=7)
    nudges.wake("nobody", tenant_id=7)
    assert heard == [{"tenant_id": 7}]


def test_a_broker_that_is_down_loses_no_work(heard, caplog):
    def broken(**_arguments: object) -> None:
        message = "no broker"
        raise ConnectionError(message)

    nudges.register("door", broken)
    nudges.wake("door", tenant_id=7)
    assert "nudge door was not delivered" in caplog.text


def test_nudges_wait_for_the_commit(db, heard):
    with pytest.raises(MissingTransaction):
        nudges.wake_after_commit("door", tenant_id=7)
    with transaction():
        nudges.wake_after_commit("door", tenant_id=7)
        assert heard == []
    assert heard == [{"tenant_id": 7}]


def test_a_transaction_that_fails_nudges_nobody(db, heard):
    def fail() -> None:
        with transaction():
            nudges.wake_after_commit("door", tenant_id=7)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert heard == []
