"""The days of dunning are read at the start, or the process does not start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import outside


def test_the_usual_days_stand_where_none_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUNNING_DAYS", raising=False)
    assert outside.dunning_days() == (-3, 0, 7, 15, 30)


def test_other_days_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNING_DAYS", "-5, 0, 10, 20, 45")
    assert outside.dunning_days() == (-5, 0, 10, 20, 45)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("-3,0,7,fifteen,30", "whole numbers with commas"),
        ("-3,0,7,15", "5 whole numbers"),
        ("-3,0,7,7,30", "larger than the one before"),
        ("0,-3,7,15,30", "larger than the one before"),
        ("-40,0,7,15,30", "-30 or later"),
        ("-3,0,7,15,400", "365 or earlier"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    monkeypatch: pytest.MonkeyPatch, said: str, why: str
) -> None:
    monkeypatch.setenv("DUNNING_DAYS", said)
    with pytest.raises(ImproperlyConfigured, match=why):
        outside.dunning_days()
