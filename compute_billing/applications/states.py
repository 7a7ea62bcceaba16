"""The life of an application, from its draft to the award."""

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class ApplicationState(StrEnum):
    """Where an application is. A stored value: never rename one.

    `granted` is decided and not public yet; `notice` is on public notice; `refused` may be
    appealed once, and is what an upheld objection leads to.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    UNDER_REVIEW = "under_review"
    PROPOSED = "proposed"
    GRANTED = "granted"
    NOTICE = "notice"
    AWARDED = "awarded"
    REFUSED = "refused"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


S = ApplicationState
TRANSITIONS: Final = Transitions(
    {
        S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN, S.EXPIRED}),
        S.SUBMITTED: frozenset({S.SUPPLEMENT, S.UNDER_REVIEW, S.WITHDRAWN}),
        S.SUPPLEMENT: frozenset({S.SUBMITTED, S.WITHDRAWN, S.EXPIRED}),
        S.UNDER_REVIEW: frozenset({S.PROPOSED, S.WITHDRAWN}),
        # Back: an approver does not agree, and the officer proposes anew.
        S.PROPOSED: frozenset({S.GRANTED, S.REFUSED, S.UNDER_REVIEW, S.WITHDRAWN}),
        S.GRANTED: frozenset({S.NOTICE}),
        S.NOTICE: frozenset({S.AWARDED, S.REFUSED, S.WITHDRAWN}),
        S.REFUSED: frozenset({S.APPEALED}),
        S.APPEALED: frozenset({S.UNDER_REVIEW, S.WITHDRAWN}),
        S.AWARDED: frozenset(),
        S.WITHDRAWN: frozenset(),
        S.EXPIRED: frozenset(),
    }
)
# What its firm may still change.
EDITABLE: Final = (S.DRAFT, S.SUPPLEMENT)
# What its firm may still take back.
WITHDRAWABLE: Final = tuple(state for state in S if TRANSITIONS.allows(from_=state, to=S.WITHDRAWN))
# Over without money: another application for the contract may follow.
OVER: Final = (S.REFUSED, S.WITHDRAWN, S.EXPIRED)
# What waits for somebody of the house.
OFFICERS: Final = (S.SUBMITTED, S.UNDER_REVIEW, S.APPEALED)
# What holds room of caps and money of a fund.
RESERVED: Final = (S.GRANTED, S.NOTICE)
