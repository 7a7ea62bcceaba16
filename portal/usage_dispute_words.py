"""Codes of disputes about use in the reader's words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from compute_billing.disputes.operations import Level, Reason, Verdict
from compute_billing.disputes.states import DisputeState
from portal.wording import Text

REASONS: Final[Mapping[str, Text]] = {
    Reason.DID_NOT_RUN: _("the job did not run"),
    Reason.FAILED: _("the machine failed, not the job"),
    Reason.WRONG_TIME: _("its time is wrong"),
    Reason.WRONG_CARDS: _("its cards are wrong"),
    Reason.TWICE: _("it is charged twice"),
    Reason.NOT_OURS: _("it is not ours"),
    Reason.OTHER: _("something else"),
}
STATES: Final[Mapping[str, Text]] = {
    DisputeState.OPEN: _("waits for the operator"),
    DisputeState.GRANTED: _("granted, about to be charged"),
    DisputeState.SETTLED: _("settled"),
    DisputeState.REJECTED: _("rejected by the operator"),
    DisputeState.ESCALATED: _("waits for the house"),
    DisputeState.UPHELD: _("rejected by the house"),
    DisputeState.WITHDRAWN: _("taken back"),
}
VERDICTS: Final[Mapping[str, Text]] = {
    Verdict.GRANTED: _("Grant all that is disputed"),
    Verdict.PARTLY: _("Grant a part of the time"),
    Verdict.REJECTED: _("Reject it"),
}
ANSWERED: Final[Mapping[str, Text]] = {
    Verdict.GRANTED: _("granted"),
    Verdict.PARTLY: _("partly granted"),
    Verdict.REJECTED: _("rejected"),
}
LEVELS: Final[Mapping[str, Text]] = {
    Level.OPERATOR: _("The operator"),
    Level.HOUSE: _("The house"),
}
