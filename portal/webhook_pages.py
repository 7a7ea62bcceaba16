"""Webhook endpoints and their deliveries as their pages show them, and the forms of these pages."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.events.vocabulary import LISTENABLE, SCOPE_OF, EventKind
from accounts.permissions import Scope
from accounts.webhooks.addresses import URL_LENGTH_MAX
from accounts.webhooks.operations import DESCRIPTION_LENGTH_MAX
from portal.tables import Table, TableCell, TableRow, words
from portal.wording import Text, worded

KINDS: Final[Mapping[str, Promise]] = {
    EventKind.PING: _("ping"),
    EventKind.USAGE_REJECTED: _("usage was refused"),
    EventKind.USAGE_DISPUTED: _("use was disputed"),
    EventKind.USAGE_DISPUTE_ANSWERED: _("a dispute about use was answered"),
    EventKind.USAGE_DISPUTE_SETTLED: _("a dispute about use was settled"),
    EventKind.INVOICE_ISSUED: _("a bill was issued"),
    EventKind.MONTH_SETTLED: _("a month was settled"),
    EventKind.STATEMENT_ISSUED: _("an operator's statement was issued"),
    EventKind.CLAIM_MADE: _("a claim was made"),
    EventKind.CLAIM_SUBMITTED: _("a claim was handed in"),
    EventKind.CLAIM_PAID: _("a claim was paid"),
    EventKind.AWARD_APPROVED: _("a subsidy was granted"),
    EventKind.APPLICATION_MOVED: _("a subsidy application moved on"),
    EventKind.BALANCE_LOW: _("the balance runs low"),
    EventKind.HOLD_EXHAUSTED: _("a running job is out of money"),
    EventKind.BUDGET_REACHED: _("a threshold of a budget was reached"),
    EventKind.BUDGET_STOPPED: _("a budget stopped a job"),
    EventKind.CREDIT_CHANGED: _("the credit limit was changed"),
    EventKind.PACKAGE_ORDERED: _("a package was ordered"),
    EventKind.PACKAGE_CHANGED: _("a package was changed"),
    EventKind.PACKAGE_ENDING: _("a package ends soon"),
    EventKind.PAYMENT_RECEIVED: _("a top-up was paid"),
    EventKind.PAYMENT_FAILED: _("a top-up failed"),
    EventKind.PAYMENT_DUE: _("a payment is due"),
    EventKind.REFUND_PAID: _("a refund was paid"),
    EventKind.REFUND_FAILED: _("a refund failed"),
    EventKind.DISPUTE_OPENED: _("a top-up is disputed"),
    EventKind.DISPUTE_CLOSED: _("a dispute was decided"),
    EventKind.PAYOUT_PAID: _("a payout has arrived"),
    EventKind.PAYOUT_RETURNED: _("a payout came back"),
    EventKind.PAYOUT_ACCOUNT_PROPOSED: _("another payout account was proposed"),
    EventKind.PAYOUT_REVERSED: _("a payout was taken back"),
    EventKind.CONNECTED_ACCOUNT_LIMITED: _("Stripe stopped paying"),
    EventKind.ONWARD_PAYOUT_FAILED: _("the own bank sent money back to Stripe"),
    EventKind.PAYOUT_ACCOUNT_APPROVED: _("another payout account was approved"),
    EventKind.KEY_CREATED: _("an API key was made"),
    EventKind.KEY_ROTATED: _("an API key was replaced"),
    EventKind.KEY_REVOKED: _("an API key was revoked"),
    EventKind.MEMBER_ADDED: _("somebody was given a role"),
    EventKind.MEMBER_ENDED: _("somebody lost a role"),
    EventKind.VERIFICATION_SUBMITTED: _("the verification was handed in"),
    EventKind.VERIFICATION_RETURNED: _("the verification came back to be mended"),
    EventKind.VERIFICATION_APPROVED: _("the organisation was verified"),
    EventKind.VERIFICATION_REFUSED: _("the verification was not granted"),
    EventKind.VERIFICATION_ENDING: _("the verification ends soon"),
    EventKind.VERIFICATION_ENDED: _("the verification has ended"),
}
STATES: Final[Mapping[str, Promise]] = {
    "waiting": _("to be sent"),
    "delivered": _("delivered"),
    "dead": _("given up"),
    "cancelled": _("cancelled"),
}
FAILURES: Final[Mapping[str, Promise]] = {
    "status": _("the answer was an error"),
    "redirect": _("the answer was a redirect, which is not followed"),
    "timeout": _("no answer in time"),
    "tls": _("the certificate is not valid for this name"),
    "not_connected": _("nobody answers at this address"),
    "connection_lost": _("the connection was lost"),
    "name_not_resolved": _("the name does not exist"),
    "address_refused": _("the name leads into a private network"),
}
DISABLED: Final[Mapping[str, Promise]] = {
    "person": _("switched off"),
    "failing": _("disabled: it did not answer for days"),
    "gone": _("disabled: it answered that it is gone"),
}
COLUMNS: Final = (_("Event"), _("State"), _("Attempts"), _("Last attempt"))


class EndpointForm(forms.Form):
    """Where events go, and which."""

    url = forms.CharField(
        label=_("Address"),
        max_length=URL_LENGTH_MAX,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("A public HTTPS address of your own program."),
    )
    description = forms.CharField(
        label=_("Name"), max_length=DESCRIPTION_LENGTH_MAX, required=False
    )
    kinds = forms.MultipleChoiceField(
        label=_("What it hears"),
        widget=forms.CheckboxSelectMultiple,
        choices=(),
        required=False,
        help_text=_("None chosen: everything, also what is still to come."),
    )

    def __init__(
        self, *args: Any, readable: Collection[Scope], kept: Collection[str] = (), **options: Any
    ) -> None:
        """Offer the kinds that the viewer may read, and those that are chosen already."""
        super().__init__(*args, **options)
        offered = [
            (kind.value, KINDS[kind])
            for kind in LISTENABLE
            if SCOPE_OF[kind] in readable or kind in kept
        ]
        self.fields["kinds"].choices = offered  # type: ignore[attr-defined]

    def chosen(self) -> list[EventKind]:
        """Return the kinds, after the form was found valid."""
        return [EventKind(kind) for kind in self.cleaned_data["kinds"]]


def kind_names(kinds: Iterable[str]) -> list[Text]:
    """Return what an endpoint hears, in words."""
    return [worded(KINDS, kind) for kind in kinds]


def deliveries_table(deliveries: Iterable[Any], *, code: str) -> Table:
    """Return deliveries as a table; the state of those that may be sent again is a choice."""
    rows = [_row(one, code=code) for one in deliveries]
    return Table(name=_("Sent messages"), columns=COLUMNS, rows=rows)


def _again_at(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE))
    return gettext("again %(at)s") % {"at": f"{local:%m-%d %H:%M}"}


def _row(delivery: Any, *, code: str) -> TableRow:
    failure = worded(FAILURES, delivery.failure) if delivery.failure else ""
    if delivery.failure == "status":
        failure = f"HTTP {delivery.response_status}"
    return TableRow(
        key=str(delivery.public_id),
        cells=[
            TableCell(
                text=worded(KINDS, delivery.event.kind),
                url=reverse("webhook-delivery", args=[code, delivery.public_id]),
                note=f"evt_{delivery.event.public_id.hex}",
            ),
            words(
                worded(STATES, delivery.state),
                note=failure,
                badge="" if delivery.response_status is None else str(delivery.response_status),
            ),
            TableCell(text=str(delivery.attempts)),
            TableCell(
                at=delivery.last_attempt_at, text="–", note=_again_at(delivery.next_attempt_at)
            ),
        ],
        choice=str(delivery.public_id) if delivery.state in {"delivered", "dead"} else "",
    )
