"""Exact values out of text: instants, cards, quantities, run times. Nothing is ever rounded.

Whole hours and offsets are remembered: a file of a million rows names few different ones, so that
most instants cost three dictionary look-ups (a general parser costs ten times as much).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from kernel.quantities import (
    MILLI_CARD_MS_PER_CARD_SECOND,
    UnableToReadCards,
    parse_milli_cards,
)

# Outside these years a time is a mistake of unit or of clock (seconds taken for milliseconds).
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
QUANTITY_MAX: Final = 2**63 - 1  # bigint
CACHE_ENTRIES_MAX: Final = 50_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST_MS: Final = (datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_END_MS: Final = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_DAY_MS: Final = 86_400_000

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2})(:[0-9]{2}:[0-9]{2})"
    r"(?:[.,]([0-9]{1,30}))?(Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_EPOCH_SECONDS = re.compile(r"[0-9]{1,11}")
_DECIMAL = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,30}))?")
_RUN_TIME = re.compile(r"(?:([0-9]{1,6})-)?(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})(?:\.0*)?")

# ":MM:SS" -> milliseconds into the hour; a leap second is not in it, hence no instant.
_WITHIN_HOUR: Final = {
    f":{minute:02}:{second:02}": (minute * 60 + second) * 1000
    for minute in range(60)
    for second in range(60)
}
_utc_hours: dict[str, int] = {}
_offsets: dict[str, int] = {"Z": 0, "z": 0}
_milli_cards: dict[str, int] = {}


def _remember(cache: dict[str, int], key: str, value: int) -> None:
    if len(cache) >= CACHE_ENTRIES_MAX:
        cache.clear()
    cache[key] = value


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _malformed_time(field: str, text: str, why: str) -> UnableToReadRow:
    message = (
        f"{field} {_shown(text)} {why}. Write RFC 3339 with Z or an offset and at most "
        "milliseconds, such as 2016-12-22T07:15:13Z."
    )
    return UnableToReadRow("malformed_time", field, message)


def instant_ms(text: str, field: str) -> int:
    """Read an RFC 3339 instant that names its offset; whole milliseconds since 1970 UTC."""
    hour = _utc_hours.get(text[:13])
    within = _WITHIN_HOUR.get(text[13:19])
    offset = _offsets.get(text[19:])
    if hour is None or within is None or offset is None:
        return _instant_ms_slowly(text, field)
    return hour + within - offset


def _instant_ms_slowly(text: str, field: str) -> int:
    day, hour, within, fraction_ms, zone = _clock_reading(text, field)
    if zone is None:
        raise _malformed_time(field, text, "has no zone")
    hour_ms = (_hour(f"{day}T{hour}", text, field).replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
    if zone not in _offsets:
        _remember(_offsets, zone, _offset_ms(zone, text, field))
    if _FIRST_MS + _DAY_MS <= hour_ms < _END_MS - _DAY_MS:  # in whichever offset it is read
        _remember(_utc_hours, f"{day}T{hour}", hour_ms)
    return _of_our_time(hour_ms + within + fraction_ms - _offsets[zone], text, field)


def _of_our_time(instant: int, text: str, field: str) -> int:
    if not _FIRST_MS <= instant < _END_MS:
        why = f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise _malformed_time(field, text, why)
    return instant


def _clock_reading(text: str, field: str) -> tuple[str, str, int, int, str | None]:
    """Split a time into day, hour, milliseconds into the hour, fraction in ms, and zone."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise _malformed_time(field, text, "is not a date and time")
    day, hour, within_text, fraction, zone = match.groups()
    within = _WITHIN_HOUR.get(within_text)
    if within is None:
        raise _malformed_time(field, text, "has no such minute or second (leap seconds included)")
    fraction = (fraction or "").rstrip("0")
    if len(fraction) > 3:
        raise _malformed_time(field, text, "is finer than a millisecond")
    return day, hour, within, int(fraction.ljust(3, "0")), zone


def _hour(hour_text: str, text: str, field: str) -> datetime:
    """Return the naive start of the hour named by `YYYY-MM-DDTHH`."""
    try:
        hour = datetime.fromisoformat(f"{hour_text}:00:00")
    except ValueError:
        raise _malformed_time(field, text, "is not a day or hour of the calendar") from None
    if not FIRST_YEAR - 1 <= hour.year <= LAST_YEAR + 1:  # far enough for every offset
        why = f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise _malformed_time(field, text, why)
    return hour


def _offset_ms(zone: str, text: str, field: str) -> int:
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise _malformed_time(field, text, "has no such offset")
    size = (hours * 60 + minutes) * 60_000
    return -size if zone[0] == "-" else size


class LocalClock:
    """Reads the times that sacct prints: epoch seconds, or the local time of its process.

    An hour that the clock goes through twice (the end of summer time) has two readings. `instant`
    gives the earlier one; `interval_ms` chooses with the help of the run time.
    """

    def __init__(self, time_zone: str) -> None:
        """Read zone-less times in the IANA zone `time_zone`.

        Raises:
            UnableToReadUsage: no such zone.
        """
        try:
            self._zone = ZoneInfo(time_zone)
        except (KeyError, ValueError, OSError):
            message = f"There is no time zone {time_zone!r}: name one such as Asia/Shanghai or UTC."
            raise UnableToReadUsage(message) from None
        self._hours: dict[str, int] = {}

    def instant_ms(self, text: str, field: str) -> int:
        """Read one time; of two readings, the earlier."""
        hour = self._hours.get(text[:13])
        within = _WITHIN_HOUR.get(text[13:])
        if hour is None or within is None:
            return self._readings(text, field)[0]
        return hour + within

    def interval_ms(self, start: str, end: str, run_ms: int | None) -> tuple[int, int]:
        """Read start and end; of ambiguous readings choose those that agree with the run time.

        Without a run time, or where none agrees: the earlier reading of each, unless the end
        would then not lie after the start.
        """
        started, ended = self.instant_ms(start, "Start"), self.instant_ms(end, "End")
        if ended - started == run_ms or (run_ms is None and ended > started):
            return started, ended
        pairs = [
            (one, other)
            for one in self._readings(start, "Start")
            for other in self._readings(end, "End")
        ]
        exact = [pair for pair in pairs if pair[1] - pair[0] == run_ms]
        positive = [pair for pair in pairs if pair[1] > pair[0]]
        return (exact or positive or pairs)[0]

    def _readings(self, text: str, field: str) -> list[int]:
        if _EPOCH_SECONDS.fullmatch(text):
            return [_of_our_time(int(text) * 1000, text, field)]
        day, hour, within, fraction_ms, zone = _clock_reading(text, field)
        if zone is not None:
            return [instant_ms(text, field)]
        start_of_hour = _hour(f"{day}T{hour}", text, field)
        naive = start_of_hour + (within + fraction_ms) * _MILLISECOND
        readings = [_of_our_time(one, text, field) for one in self._readings_of(naive)]
        if not readings:
            raise _malformed_time(field, text, f"never was in {self._zone.key}: another zone?")
        hour_ms = readings[0] - within - fraction_ms
        if self._is_plain(start_of_hour) and _FIRST_MS <= hour_ms < _END_MS - _DAY_MS:
            _remember(self._hours, f"{day}T{hour}", hour_ms)
        return readings

    def _readings_of(self, naive: datetime) -> Iterator[int]:
        """Yield the instants, none to two, at which this zone's clocks showed `naive`."""
        seen: set[int] = set()
        for fold in (0, 1):
            instant = naive.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
            shown = instant.astimezone(self._zone).replace(tzinfo=None)
            reading = (instant - _EPOCH) // _MILLISECOND
            if shown == naive and reading not in seen:
                seen.add(reading)
                yield reading

    def _is_plain(self, hour: datetime) -> bool:
        """Whether the clocks ran through the whole hour, and once."""
        last = hour + timedelta(minutes=59, seconds=59)
        first_readings, last_readings = list(self._readings_of(hour)), list(self._readings_of(last))
        return (
            len(first_readings) == len(last_readings) == 1
            and last_readings[0] - first_readings[0] == 3_599_000
        )


def epoch_ms(seconds: int, field: str) -> int:
    """Return seconds since 1970 as milliseconds, refusing absurd years."""
    return _of_our_time(seconds * 1000, str(seconds), field)


def milli_cards(text: str, field: str) -> int:
    """Read a number of cards exactly, "0.22" -> 220; zero is read as zero."""
    known = _milli_cards.get(text)
    if known is not None:
        return known
    try:
        known = parse_milli_cards(text)
    except UnableToReadCards as error:
        raise UnableToReadRow("malformed_cards", field, f"{field}: {error.message}") from None
    _remember(_milli_cards, text, known)
    return known


def quantity_of_card_seconds(text: str, field: str) -> int:
    """Read signed card-seconds exactly: "-1.5" -> -1_500_000 milli-card-milliseconds."""
    match = _DECIMAL.fullmatch(text)
    part = (match[3] or "").rstrip("0") if match else ""
    if match is None or len(part) > 6:
        message = (
            f"{field} {_shown(text)} is not card-seconds: write a plain decimal with at most "
            "6 decimals, such as 86400 or -0.5."
        )
        raise UnableToReadRow("malformed_quantity", field, message)
    size = int(match[2]) * MILLI_CARD_MS_PER_CARD_SECOND + int(part.ljust(6, "0"))
    return -size if match[1] else size


def seconds_ms(text: str, field: str) -> int:
    """Read a length of time in seconds with at most 3 decimals as milliseconds."""
    match = _DECIMAL.fullmatch(text)
    part = (match[3] or "").rstrip("0") if match else ""
    if match is None or match[1] or len(part) > 3:
        message = f"{field} {_shown(text)} is not a number of seconds with at most 3 decimals."
        raise UnableToReadRow("malformed_time", field, message)
    return int(match[2]) * 1000 + int(part.ljust(3, "0"))


def run_time_ms(text: str, field: str) -> int:
    """Read a length of time as sacct prints it: seconds, or [days-][hours:]minutes:seconds."""
    if len(text) <= 12 and text.isascii() and text.isdigit():
        return int(text) * 1000
    match = _RUN_TIME.fullmatch(text)
    if match is None:
        message = f"{field} {_shown(text)} is not a run time such as 61 or 1-02:03:04."
        raise UnableToReadRow("malformed_time", field, message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000


def licence_reference(text: str, field: str) -> str:
    """Read a licence reference: canonical UUID text, or '' where there is none."""
    if not text:
        return ""
    try:
        return str(UUID(text))
    except ValueError:
        message = f"{field} {_shown(text)} is not a UUID: use the licence's id as issued."
        raise UnableToReadRow("malformed_licence", field, message) from None
