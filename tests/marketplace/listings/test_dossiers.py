"""A dossier is read strictly: its ranges say something, and nothing twice."""

from __future__ import annotations

import pytest

from marketplace.listings.dossiers import MalformedDossier, read_dossier
from tests.builders.listings import dossier


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([("2.0", "2.0")], "empty_range"),
        ([("2.0", "2.4"), ("2.3", None)], "overlap"),
        ([("two", None)], "framework_version"),
    ],
)
def test_ranges_that_say_nothing_or_twice_the_same_are_refused(lines, reason):
    rows = [
        {"chip": "ascend_910b", "framework": "mindspore", "from_version": a, "below_version": b}
        for a, b in lines
    ]

    with pytest.raises(MalformedDossier) as refused:
        read_dossier(dossier(compatibility=rows))

    assert refused.value.details == {"reason": reason}
