"""The life of a claim. A claim on paper may be paid before anybody noted that it was handed in."""

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class ClaimState(StrEnum):
    """Where a claim is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PAID = "paid"


CLAIM_TRANSITIONS: Final = Transitions(
    {
        ClaimState.DRAFT: frozenset({ClaimState.SUBMITTED, ClaimState.PAID}),
        ClaimState.SUBMITTED: frozenset({ClaimState.PAID}),
        ClaimState.PAID: frozenset(),
    }
)
