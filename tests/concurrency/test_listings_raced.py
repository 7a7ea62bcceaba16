"""A version is handed in once, decided once, and certificates are numbered without gaps."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from marketplace.listings.models import Certificate, ListingDecision, ListingSubmission
from marketplace.listings.states import Outcome
from tests.builders.listings import (
    decide,
    make_algorithm,
    make_reviewer,
    make_version,
    prove,
    submit,
    take_up,
)
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]


def drafts(rounds: int) -> list[Any]:
    algorithm = make_algorithm()
    made = [make_version(algorithm=algorithm, number=f"1.{lap}.0") for lap in range(rounds)]
    for version in made:
        prove(version)
    return made


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_version_is_handed_in_once(rounds: int) -> None:
    made = drafts(rounds)

    race = run_race(
        rounds=rounds, make_works=lambda lap: [partial(submit, made[lap]) for _ in range(2)]
    )

    for outcomes in race.rounds:
        assert sum(isinstance(one, ListingSubmission) for one in outcomes) == 1
    assert ListingSubmission.objects.count() == rounds
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_round_is_decided_once_and_numbers_have_no_gaps(rounds: int) -> None:
    made = drafts(2 * rounds)
    for version in made:
        submit(version)
        take_up(version)

    def make_works(lap: int) -> list[Any]:
        contested, other = made[2 * lap], made[2 * lap + 1]
        return [
            partial(decide, contested, Outcome.APPROVED, officer_id=make_reviewer()),
            partial(decide, contested, Outcome.REJECTED, officer_id=make_reviewer()),
            partial(decide, other, Outcome.APPROVED, officer_id=make_reviewer()),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for first, second, third in race.rounds:
        assert isinstance(first, ListingDecision) is not isinstance(second, ListingDecision)
        assert isinstance(third, ListingDecision)
    serials = Certificate.objects.order_by("serial").values_list("serial", flat=True)
    assert list(serials) == list(range(1, len(serials) + 1))
    assert len(serials) >= rounds
    race.assert_they_met()
