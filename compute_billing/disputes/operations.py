"""Every write to disputes about use."""

from compute_billing.disputes.answering import (
    AnsweredAlready,
    Reply,
    UnableToAnswer,
    UnableToAnswerOwnDispute,
    answer,
)
from compute_billing.disputes.evidence import FILES_MAX, UnableToAttach, answer_with, attach
from compute_billing.disputes.models import Level, Reason, Side, Verdict
from compute_billing.disputes.opening import (
    WORDS_LENGTH_MAX,
    DisputedAlready,
    Doubt,
    UnableToDispute,
    UnableToEscalate,
    UnableToWithdraw,
    escalate,
    open_dispute,
    withdraw,
)
from compute_billing.disputes.settling import remind, settle_charged

__all__ = [
    "FILES_MAX",
    "WORDS_LENGTH_MAX",
    "AnsweredAlready",
    "DisputedAlready",
    "Doubt",
    "Level",
    "Reason",
    "Reply",
    "Side",
    "UnableToAnswer",
    "UnableToAnswerOwnDispute",
    "UnableToAttach",
    "UnableToDispute",
    "UnableToEscalate",
    "UnableToWithdraw",
    "Verdict",
    "answer",
    "answer_with",
    "attach",
    "escalate",
    "open_dispute",
    "remind",
    "settle_charged",
    "withdraw",
]
