"""Which cap is meant. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CapKey:
    """Which cap, of whom, in which year (0: of no year)."""

    programme: str
    cap_name: str
    subject_kind: str
    subject_id: int
    year: int
