import pytest

from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.values import (
    LocalClock,
    epoch_ms,
    instant_ms,
    licence_reference,
    milli_cards,
    quantity_of_card_seconds,
    run_time_ms,
    seconds_ms,
)

FOUR_PM_IN_SHANGHAI = 1_477_929_600_000  # 2016-10-31T16:00:00Z, a billing month's border


@pytest.mark.parametrize(
    "text",
    [
        "2016-10-31T16:00:00Z",
        "2016-10-31t16:00:00z",
        "2016-10-31 16:00:00Z",
        "2016-11-01T00:00:00+08:00",
        "2016-11-01T00:00:00+0800",
        "2016-10-31T12:30:00-03:30",
        "2016-10-31T16:00:00.000Z",
        "2016-10-31T16:00:00.000000000Z",
        "2016-10-31T16:00:00-00:00",
    ],
)
def test_one_instant_has_many_spellings(text: str) -> None:
    # Twice: the second reading takes the remembered hour and offset.
    assert instant_ms(text, "started_at") == FOUR_PM_IN_SHANGHAI
    assert instant_ms(text, "started_at") == FOUR_PM_IN_SHANGHAI


def test_the_offset_does_not_decide_whether_a_time_is_absurd() -> None:
    first_ms = 946_684_800_000
    assert instant_ms("2000-01-01T00:00:00Z", "started_at") == first_ms
    assert instant_ms("1999-12-31T14:00:00-10:00", "started_at") == first_ms
    with pytest.raises(UnableToReadRow, match="malformed_time"):
        instant_ms("2000-01-01T00:00:00+08:00", "started_at")


def test_milliseconds_are_kept() -> None:
    assert instant_ms("2016-10-31T16:00:00.25Z", "started_at") == FOUR_PM_IN_SHANGHAI + 250


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2016-10-31T16:00:00", "has no zone"),
        ("2016-10-31T16:00:00.0001Z", "finer than a millisecond"),
        ("2016-02-30T16:00:00Z", "calendar"),
        ("2016-10-31T24:00:00Z", "calendar"),
        ("2016-12-31T23:59:60Z", "leap seconds"),
        ("1970-01-19T14:13:22Z", "outside the years 2000 to 2099"),
        ("2100-01-01T00:00:00Z", "outside the years 2000 to 2099"),
        ("2100-01-01T08:00:00+08:00", "outside the years 2000 to 2099"),
        ("9999-12-31T23:59:59-23:59", "outside the years 2000 to 2099"),
        ("2016-10-31T16:00:00+24:00", "no such offset"),
        ("2016-10-31T16:00:00+08:60", "no such offset"),
        ("2016-10-31", "is not a date and time"),
        ("1477929600", "is not a date and time"),
        ("31.10.2016 16:00:00Z", "is not a date and time"),
        ("٢٠١٦-10-31T16:00:00Z", "is not a date and time"),
    ],
)
def test_inexact_or_absurd_times_are_refused(text: str, why: str) -> None:
    with pytest.raises(UnableToReadRow) as refused:
        instant_ms(text, "started_at")
    assert refused.value.reason == "malformed_time"
    assert refused.value.field == "started_at"
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8", 8000), ("0.22", 220), ("1.000", 1000), ("0", 0), ("0.2200", 220), ("1000000", 10**9)],
)
def test_cards_are_exact(text: str, expected: int) -> None:
    assert milli_cards(text, "cards") == expected


@pytest.mark.parametrize(
    "text", ["", "-1", "0.2201", "1e3", "NaN", "eight", "0,5", ".5", "99999999"]
)
def test_inexact_cards_are_refused(text: str) -> None:
    with pytest.raises(UnableToReadRow) as refused:
        milli_cards(text, "cards")
    assert refused.value.reason == "malformed_cards"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("86400", 86_400_000_000), ("-0.5", -500_000), ("0.000001", 1), ("1.5000000", 1_500_000)],
)
def test_card_seconds_are_exact(text: str, expected: int) -> None:
    assert quantity_of_card_seconds(text, "quantity_card_seconds") == expected


@pytest.mark.parametrize("text", ["0.0000001", "1e6", "+1", "--1", "1.", "0x10"])
def test_inexact_card_seconds_are_refused(text: str) -> None:
    with pytest.raises(UnableToReadRow) as refused:
        quantity_of_card_seconds(text, "quantity_card_seconds")
    assert refused.value.reason == "malformed_quantity"


@pytest.mark.parametrize(
    ("text", "expected_seconds"),
    [
        ("10-13:27:06", 10 * 86400 + 13 * 3600 + 27 * 60 + 6),
        ("00:00:24", 24),
        ("02:03", 123),
        ("1192379", 1_192_379),
        ("0", 0),
    ],
)
def test_run_times_of_sacct(text: str, expected_seconds: int) -> None:
    assert run_time_ms(text, "Elapsed") == expected_seconds * 1000


@pytest.mark.parametrize("text", ["-1", "1:2:3:4", "INVALID", "1.5", "9" * 13])
def test_other_run_times_are_refused(text: str) -> None:
    with pytest.raises(UnableToReadRow, match="malformed_time"):
        run_time_ms(text, "Elapsed")


def test_seconds_with_decimals() -> None:
    assert seconds_ms("1.25", "elapsed_seconds") == 1250
    with pytest.raises(UnableToReadRow, match="malformed_time"):
        seconds_ms("1.2505", "elapsed_seconds")


def test_a_licence_is_a_uuid() -> None:
    plain = "0192F0C0D7A87B3C9D4E5F60718293A4"
    assert licence_reference(plain, "licence") == "0192f0c0-d7a8-7b3c-9d4e-5f60718293a4"
    assert licence_reference("", "licence") == ""
    with pytest.raises(UnableToReadRow, match="malformed_licence"):
        licence_reference("LIC-7", "licence")


def test_local_times_follow_their_zone() -> None:
    assert LocalClock("Asia/Shanghai").instant_ms("2016-11-01T00:00:00", "Start") == (
        FOUR_PM_IN_SHANGHAI
    )
    assert LocalClock("UTC").instant_ms("2016-10-31T16:00:00", "Start") == FOUR_PM_IN_SHANGHAI


def test_epoch_seconds_and_offsets_need_no_zone() -> None:
    clock = LocalClock("Europe/Oslo")
    assert clock.instant_ms("1477929600", "Start") == FOUR_PM_IN_SHANGHAI
    assert clock.instant_ms("2016-11-01T00:00:00+08:00", "Start") == FOUR_PM_IN_SHANGHAI


@pytest.mark.parametrize("seconds", [0, 946_684_799, 1_477_929_600_000])
def test_epoch_of_absurd_years_is_refused(seconds: int) -> None:
    with pytest.raises(UnableToReadRow, match="malformed_time"):
        epoch_ms(seconds, "time.start")


def test_a_time_that_clocks_skipped_is_refused() -> None:
    clock = LocalClock("Europe/Oslo")
    with pytest.raises(UnableToReadRow, match="never was in Europe/Oslo"):
        clock.instant_ms("2025-03-30T02:30:00", "Start")


def test_the_run_time_tells_which_of_two_readings_is_meant() -> None:
    # given Oslo's 2025-10-26, when 02:00 to 03:00 was run through twice
    clock = LocalClock("Europe/Oslo")
    first_half_past_two = 1_761_438_600_000  # 00:30 UTC
    hour = 3_600_000
    times = ("2025-10-26T02:30:00", "2025-10-26T02:45:00")

    # then a run of 15 minutes is read as early as can be, one of 75 spans the change
    assert clock.interval_ms(*times, 900_000) == (
        first_half_past_two,
        first_half_past_two + 900_000,
    )
    assert clock.interval_ms(*times, 900_000 + hour) == (
        first_half_past_two,
        first_half_past_two + 900_000 + hour,
    )
    # and without a run time the earlier reading of each holds, unless it ends before it starts
    assert clock.interval_ms(*times, None) == (first_half_past_two, first_half_past_two + 900_000)
    assert clock.interval_ms(times[1], times[0], None) == (
        first_half_past_two + 900_000,
        first_half_past_two + hour,
    )


def test_an_unknown_zone_fails_whole() -> None:
    for name in ("Asia/Beijing", "../etc/passwd", ""):
        with pytest.raises(UnableToReadUsage):
            LocalClock(name)
