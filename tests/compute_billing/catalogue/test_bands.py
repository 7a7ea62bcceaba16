"""What time bands are called."""

from __future__ import annotations

import pytest

from compute_billing.catalogue.bands import family_of, window_text


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("all", "all"),
        ("night", "night"),
        ("night-early", "night"),
        ("valley-2", "valley"),
        ("nightly", ""),
        ("b7", ""),
    ],
)
def test_a_band_has_the_family_that_its_code_begins_with(code: str, family: str) -> None:
    assert family_of(code) == family


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [
        (0, 480, "00:00–08:00"),
        (1320, 1440, "22:00–24:00"),
        (None, None, ""),
        (605, 606, "10:05–10:06"),
    ],
)
def test_a_window_is_told_as_a_clock_shows_it(starts, ends, text) -> None:
    assert window_text(starts_minute=starts, ends_minute=ends) == text
