"""A version is decided once and a programme counted without gaps, whoever meets at it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.programmes import operations
from compute_billing.programmes.models import ProgrammeTerm, ProgrammeVersion
from tests.builders.accounts import make_user
from tests.builders.programmes import NOW, in_words, make_version
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]


def document(rate_ppm: int) -> Any:
    found = in_words()
    return msgspec.structs.replace(found, rate=msgspec.structs.replace(found.rate, ppm=rate_ppm))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_proposals_get_two_numbers(rounds: int) -> None:
    def make_works(lap: int) -> list[Any]:
        return [
            partial(make_version, document(100_000 + 10 * lap + lane), maker_id=make_user().pk)
            for lane in range(2)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    numbers = ProgrammeVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 2 * rounds + 1))
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_fate_of_a_version_and_one_version_in_force(rounds: int) -> None:
    def make_works(lap: int) -> list[Any]:
        made = make_version(document(200_000 + lap))
        at = NOW + timedelta(hours=lap)
        values = {"version_id": made.public_id, "reason": "raced", "now": at}
        return [
            partial(operations.activate, **values, decider_id=make_user().pk),
            partial(operations.activate, **values, decider_id=make_user().pk),
            partial(operations.withdraw, **values, decider_id=make_user().pk),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, ProgrammeVersion) for outcome in outcomes) == 1
    assert ProgrammeTerm.objects.filter(ends_at__isnull=True).count() <= 1
    race.assert_they_met()
    assert [verdict.law.name for verdict in verify_books() if not verdict.holds] == []
