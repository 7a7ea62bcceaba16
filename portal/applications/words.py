"""What states, checks and steps of applications are called on pages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compute_billing.applications.states import ApplicationState

STATES: Final[Mapping[str, Promise]] = {
    ApplicationState.DRAFT: _("draft"),
    ApplicationState.SUBMITTED: _("submitted"),
    ApplicationState.SUPPLEMENT: _("supplement asked for"),
    ApplicationState.UNDER_REVIEW: _("under review"),
    ApplicationState.PROPOSED: _("with the approvers"),
    ApplicationState.GRANTED: _("granted"),
    ApplicationState.NOTICE: _("on public notice"),
    ApplicationState.AWARDED: _("awarded"),
    ApplicationState.REFUSED: _("refused"),
    ApplicationState.APPEALED: _("appealed"),
    ApplicationState.WITHDRAWN: _("withdrawn"),
    ApplicationState.EXPIRED: _("lapsed"),
}


def application_state(state: str) -> str:
    """Return what a state is called."""
    return str(STATES[ApplicationState(state)])
