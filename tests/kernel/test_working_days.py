"""Working days against the published arrangements of the State Council.

2025: 国办发明电〔2024〕12号 of 12 November 2024.
2026: 国务院办公厅关于2026年部分节假日安排的通知 of 4 November 2025 (Xinhua).
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kernel.checks import check_working_days_are_known
from kernel.working_days import (
    MalformedWorkingDaysFile,
    WorkingDaysUnknown,
    add_working_days,
    expected_deadline,
    is_working_day,
    known_until,
    lie_ahead,
)

INVENTED = {
    "rest_days": ["2027-01-01", "2027-02-05", "2027-02-08"],
    "extra_working_days": ["2027-01-31"],
}


@pytest.fixture
def years(tmp_path: Path, settings):
    def write(stated: object) -> None:
        # Each file is read once, so each has a name of its own.
        path = tmp_path / f"days-{len(list(tmp_path.iterdir()))}.json"
        path.write_text(stated if isinstance(stated, str) else json.dumps(stated))
        settings.WORKING_DAYS_PATH = str(path)

    return write


def worked(first: date, last: date) -> list[str]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [f"{day:%m-%d}" for day in days if is_working_day(day=day)]


def test_national_day_2025_as_published():
    # 10月1日至8日放假调休,9月28日(周日)、10月11日(周六)上班
    assert worked(date(2025, 9, 27), date(2025, 10, 12)) == [
        "09-28", "09-29", "09-30", "10-09", "10-10", "10-11",
    ]  # fmt: skip


def test_spring_festival_2026_as_published():
    # 2月15日至23日放假调休,2月14日(周六)、2月28日(周六)上班
    assert worked(date(2026, 2, 13), date(2026, 3, 1)) == [
        "02-13", "02-14", "02-24", "02-25", "02-26", "02-27", "02-28",
    ]  # fmt: skip


def test_the_rest_of_2026_as_published():
    # 元旦 1–3, 4 上班; 清明 4.4–6; 劳动 5.1–5, 5.9 上班; 端午 6.19–21; 中秋 9.25–27;
    # 国庆 10.1–7, 9.20 和 10.10 上班
    assert worked(date(2026, 1, 1), date(2026, 1, 5)) == ["01-04", "01-05"]
    assert worked(date(2026, 4, 3), date(2026, 4, 7)) == ["04-03", "04-07"]
    assert worked(date(2026, 4, 30), date(2026, 5, 10)) == [
        "04-30", "05-06", "05-07", "05-08", "05-09",
    ]  # fmt: skip
    assert worked(date(2026, 6, 18), date(2026, 6, 22)) == ["06-18", "06-22"]
    assert worked(date(2026, 9, 19), date(2026, 9, 28)) == [
        "09-20", "09-21", "09-22", "09-23", "09-24", "09-28",
    ]  # fmt: skip
    assert worked(date(2026, 9, 30), date(2026, 10, 11)) == [
        "09-30", "10-08", "10-09", "10-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "days", "last"),
    [
        # the day itself does not count, on whatever day it falls
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 13), 7, date(2026, 3, 2)),
        (date(2026, 2, 18), 1, date(2026, 2, 24)),
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 9, 30), 3, date(2025, 10, 11)),
        (date(2025, 9, 30), 4, date(2025, 10, 13)),
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
        (date(2025, 12, 30), 2, date(2026, 1, 4)),
        (date(2025, 12, 30), 10, date(2026, 1, 14)),
    ],
)
def test_terms_over_holidays(day: date, days: int, last: date):
    assert add_working_days(day=day, days=days) == last
    expected = expected_deadline(day=day, days=days)
    assert (expected.day, expected.is_provisional) == (last, False)


@pytest.mark.parametrize("days", [0, -1])
def test_a_term_has_at_least_a_day(days: int):
    with pytest.raises(ValueError, match="at least one"):
        add_working_days(day=date(2026, 1, 5), days=days)
    with pytest.raises(ValueError, match="at least one"):
        expected_deadline(day=date(2026, 1, 5), days=days)


def test_a_year_that_nobody_has_arranged_is_never_guessed_silently():
    # given a year whose arrangement lies far ahead
    with pytest.raises(WorkingDaysUnknown) as refused:
        is_working_day(day=date(2099, 1, 1))
    assert (refused.value.code, refused.value.details) == ("working_days_unknown", {"year": 2099})
    with pytest.raises(WorkingDaysUnknown):
        add_working_days(day=date(2098, 12, 31), days=1)
    # when a day is expected all the same: 1 January 2099 is a Thursday and a holiday by statute
    expected = expected_deadline(day=date(2098, 12, 30), days=3)
    # then it says that it may move
    assert (expected.day, expected.is_provisional) == (date(2099, 1, 5), True)


def test_the_file_tells_a_year_that_the_package_does_not_know(years):
    years({"2027": INVENTED})

    assert known_until() == date(2027, 12, 31)
    assert worked(date(2027, 1, 29), date(2027, 2, 9)) == [
        "01-29", "01-31", "02-01", "02-02", "02-03", "02-04", "02-09",
    ]  # fmt: skip
    expected = expected_deadline(day=date(2026, 12, 31), days=1)
    assert (expected.day, expected.is_provisional) == (date(2027, 1, 4), False)


def test_the_file_goes_before_the_package(years):
    # an arrangement that was changed after its publication, as that of 2020 was
    years({"2026": {"rest_days": ["2026-11-23"], "extra_working_days": []}})

    assert is_working_day(day=date(2026, 11, 23)) is False
    assert is_working_day(day=date(2026, 10, 10)) is False


def test_a_gap_ends_what_is_known(years):
    years({"2098": {"rest_days": ["2098-01-01"], "extra_working_days": []}})

    assert known_until() < date(2098, 1, 1)


def test_sixty_days_ahead_must_be_known(years):
    years({"2027": INVENTED})

    assert lie_ahead(today=date(2027, 11, 1))
    assert not lie_ahead(today=date(2027, 11, 2))


@pytest.mark.parametrize(
    "stated",
    [
        "no json",
        [],
        {"2027": {"rest_days": ["2027-01-01"]}},
        {"2027": {"rest_days": [], "extra_working_days": []}},
        {"2027": {"rest_days": ["2026-01-01"], "extra_working_days": []}},
        {"2027": {"rest_days": ["1 January"], "extra_working_days": []}},
    ],
)
def test_a_malformed_file_is_found_by_the_check(years, stated):
    years(stated)

    with pytest.raises(MalformedWorkingDaysFile, match=r"days-0\.json"):
        known_until()
    assert [error.id for error in check_working_days_are_known()] == ["kernel.E003"]
