"""Numbers as people read them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal import figures
from portal.chart import daily_chart, stacked_chart

HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("micro", "whole", "rest", "rounded"),
    [
        (0, "0.00", "0000", "0.00"),
        (1_234_567_894_999, "1,234,567.89", "4999", "1,234,567.89"),
        (63_762_988_452, "63,762.98", "8452", "63,762.99"),
        (5_000, "0.00", "5000", "0.01"),
    ],
)
def test_an_amount_is_shown_whole_and_rounded_only_where_it_says_so(micro, whole, rest, rounded):
    shown = figures.money(micro)

    assert (shown.sign, shown.whole, shown.rest, shown.rounded) == ("", whole, rest, rounded)


def test_an_amount_below_zero_has_a_true_minus():
    shown = figures.money(-4_431_497_141)

    assert (shown.sign, shown.whole, shown.rest) == ("−", "4,431.49", "7141")
    assert shown.exact == "-4431.497141"


def test_card_hours_have_two_places():
    assert figures.card_hours(142_481_228_675 * 3_600) == "142,481.23"
    assert figures.card_hours(-HOUR // 2) == "−0.50"


def test_card_seconds_are_exact():
    assert figures.card_seconds(1_234_567_500_000) == "1,234,567.5"
    assert figures.card_seconds(-94_000_000) == "−94"
    assert figures.card_seconds(0) == "0"


def test_a_share_in_percent_is_rounded_half_up():
    assert figures.percent(1, 8) == "12.5%"
    assert figures.percent(5_977, 10_000) == "59.8%"
    assert figures.percent(1, 0) == ""


def test_the_chart_has_every_day_of_the_month_and_what_the_cards_could_give():
    chart = daily_chart(
        month=date(2026, 2, 1),
        quantities={date(2026, 2, 3): 5_000 * HOUR, date(2026, 2, 4): 2_500 * HOUR},
        milli_cards=320_000,
    )

    assert len(chart.days) == 28
    assert not chart.is_stacked
    assert chart.capacity_hours == "7,680"
    assert [day.hours for day in chart.days[1:4]] == ["0.00", "5,000.00", "2,500.00"]
    assert chart.peak == chart.days[2]
    assert chart.days[2].used == "65.1%"
    (series,) = chart.drawing["series"]
    assert series["values"][1:4] == ["0.00", "5000.00", "2500.00"]
    assert chart.drawing["totals"][2] == "5,000.00 (65.1%)"
    assert chart.drawing["capacity"]["value"] == "7680.00"


def test_a_chart_of_nothing_has_no_peak():
    chart = daily_chart(month=date(2026, 10, 1), quantities={}, milli_cards=None)

    assert chart.peak is None
    assert {day.hours for day in chart.days} == {"0.00"}
    assert chart.drawing["capacity"] is None


def test_parts_are_stacked_largest_first_and_the_smallest_beyond_eight_are_one():
    day = date(2026, 10, 1)

    chart = stacked_chart(
        first=day - timedelta(days=1),
        last=day,
        parts={f"p{n}": {day: n * HOUR} for n in range(1, 11)},
    )

    assert [series.name for series in chart.series[:7]] == [f"p{n}" for n in range(10, 3, -1)]
    assert chart.series[7].quantities == (0, (1 + 2 + 3) * HOUR)
    assert [day.hours for day in chart.days] == ["0.00", "55.00"]
    assert chart.days[1].parts[-1] == "6.00"
    assert chart.drawing["labels"] == ["30", "10/1"]
