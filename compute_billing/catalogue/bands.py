"""What time bands are called: a family by their code, and a window of the day. Pure."""

from typing import Final

from compute_billing.catalogue.pricing import ALL_DAY

MINUTES_PER_HOUR: Final = 60
# Families that people know, as in electricity; a code begins with its own: "night-early".
FAMILIES: Final = (ALL_DAY, "sharp", "peak", "flat", "valley", "day", "night")


def family_of(code: str) -> str:
    """Return the family of a band; '' of a band with a code of its own."""
    first = code.partition("-")[0]
    return first if first in FAMILIES else ""


def window_text(*, starts_minute: int | None, ends_minute: int | None) -> str:
    """Return a window of local minutes of the day as "22:00–24:00"; '' where there is none."""
    if starts_minute is None or ends_minute is None:
        return ""
    return f"{_clock(starts_minute)}–{_clock(ends_minute)}"


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, MINUTES_PER_HOUR)
    return f"{hours:02d}:{minutes:02d}"
