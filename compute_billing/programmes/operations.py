"""Every write to versions of programmes."""

from compute_billing.programmes.activating import (
    ProgrammeVersionDecided,
    UnableToActivate,
    UnableToActivateOwn,
    UnableToEndProgramme,
    activate,
    end,
    withdraw,
)
from compute_billing.programmes.proposing import (
    REASON_LENGTH_MAX,
    Filling,
    ProgrammeMoved,
    UnableToPropose,
    fill,
    load_library,
    propose,
)

__all__ = [
    "REASON_LENGTH_MAX",
    "Filling",
    "ProgrammeMoved",
    "ProgrammeVersionDecided",
    "UnableToActivate",
    "UnableToActivateOwn",
    "UnableToEndProgramme",
    "UnableToPropose",
    "activate",
    "end",
    "fill",
    "load_library",
    "propose",
    "withdraw",
]
