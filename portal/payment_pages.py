"""Payments, refunds and disputes as their pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compute_billing.payments.operations import terms
from compute_billing.payments.queries import (
    AutoTopUp,
    Dispute,
    Payment,
    Refund,
    SavedCard,
    StripeCall,
    StripeEvent,
)
from kernel.errors import DomainError
from kernel.money import MICRO_PER_FEN, Money
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.payment_words import CALLS, OBJECTS, event_words, failure_words
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import Text, worded

STATES: Final[Mapping[str, Promise]] = {
    "asked": _("being opened"),
    "open": _("to be paid"),
    "paid": _("received"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
}
WAYS: Final[Mapping[str, Promise]] = {
    "checkout": _("on the payment page"),
    "intent": _("by a program"),
    "automatic": _("by itself"),
}
METHODS: Final[Mapping[str, Promise]] = {
    "card": _("bank card"),
    "alipay": _("Alipay"),
    "wechat_pay": _("WeChat Pay"),
}
REFUND_STATES: Final[Mapping[str, Promise]] = {
    "pending": _("on its way"),
    "succeeded": _("went back"),
    "failed": _("failed: the money stands on the balance again"),
}
DISPUTE_STATES: Final[Mapping[str, Promise]] = {
    "warning": _("the bank asks"),
    "open": _("the bank holds the money"),
    "won": _("the money is back"),
    "lost": _("the bank took the money for good"),
}
# In these states of a dispute the payer's bank has the money.
TAKEN: Final = frozenset({"open", "lost"})
OFF_REASONS: Final[Mapping[str, Promise]] = {
    "person": _("switched off"),
    "declined": _("off: the card was declined too often"),
}
REFUSALS: Final[Mapping[str, Promise]] = {
    "payments_not_set_up": _("No payments are taken here yet. Ask the operator how to pay in."),
    "unable_to_top_up": _("The amount must be between %(least)s and %(most)s yuan."),
    "top_up_token_reused": _("This form was sent before with other content: open it anew."),
    "unable_to_cancel_top_up": _("It is paid or over: there is nothing to cancel."),
    "unable_to_refund": _("Up to %(refundable)s yuan can go back: the rest is spent or held."),
    "unable_to_set_auto_top_up": _(
        "Keep a card first, and let the month's limit be no less than one payment."
    ),
}
# Why a bank takes a payment back, as card schemes sort it.
DISPUTE_REASONS: Final[Mapping[str, Promise]] = {
    "credit_not_processed": _("a promised refund did not come"),
    "duplicate": _("paid twice"),
    "fraudulent": _("the payer says that it was not he"),
    "general": _("no reason given"),
    "product_not_received": _("nothing was delivered"),
    "product_unacceptable": _("not as agreed"),
    "unrecognized": _("the payer does not recognise it"),
}
NOT_DONE: Final = _("It could not be done. Look at the page again, then try once more.")
BOUNDS: Final = _("From %(least)s to %(most)s yuan at once.")
NOT_BETWEEN: Final = _("Choose a way of paying that fits: only bank cards can be kept.")
COLUMNS: Final = (
    *("id", "operator", "state", "way", "method", "amount", "received", "asked_at", "paid_at"),
    "receipt_url",
)
CALL_FILE: Final = (
    *("call", "kind", "top_up", "tenant", "failure", "attempts", "asked_at", "next_attempt_at"),
)
EVENT_FILE: Final = (
    *("event", "type", "object_type", "object_id", "failure", "attempts", "received_at"),
    "next_attempt_at",
)
LIST_COLUMNS: Final = (_("Top-up"), _("State"), _("How"), _("Amount"))
CALL_COLUMNS: Final = (_("Call"), _("Tenant"), _("Why it waits"), _("Attempts"), _("Next"))
EVENT_COLUMNS: Final = (_("Event"), _("About"), _("Why it waits"), _("Attempts"), _("Next"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackRow:
    """A refund or a dispute of a payment."""

    public_id: UUID
    text: Text
    state: str
    amount: MoneyFigure
    at: datetime
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """A payment: how far it is, its lot, and what went back."""

    public_id: UUID
    operator: str
    tenant: str
    tenant_code: str
    state: str
    state_text: Text
    way: Text
    method: Text
    amount: MoneyFigure
    received: MoneyFigure | None
    asked_at: datetime
    paid_at: datetime | None
    failure: str
    checkout_url: str
    receipt_url: str
    reference: str
    refunds: Sequence[BackRow]
    disputes: Sequence[BackRow]
    refundable: MoneyFigure | None
    is_live: bool
    is_taken: bool


def yuan(fen: int) -> MoneyFigure:
    """Return fen for showing."""
    return figures.money(fen * MICRO_PER_FEN)


def payment_page(
    payment: Payment,
    *,
    refunds: Iterable[Refund],
    disputes: Iterable[Dispute],
    refundable_fen: int,
) -> PaymentPage:
    """Put the page together."""
    is_paid = payment.state == "paid"
    is_live = payment.state in {"asked", "open"}
    disputed = [_dispute(one) for one in disputes]
    return PaymentPage(
        public_id=payment.public_id,
        operator=payment.operator.name,
        tenant=payment.tenant.name,
        tenant_code=payment.tenant.code,
        state=payment.state,
        state_text=worded(STATES, payment.state),
        way=worded(WAYS, payment.way),
        method=worded(METHODS, payment.method) if payment.method else "",
        amount=yuan(payment.amount_fen),
        received=yuan(payment.received_fen) if is_paid else None,
        asked_at=payment.asked_at,
        paid_at=payment.paid_at,
        failure=failure_words(payment.failure),
        checkout_url=payment.checkout_url if payment.state == "open" else "",
        receipt_url=payment.receipt_url,
        reference=f"stripe:{payment.public_id}" if is_paid else "",
        refunds=[_refund(one) for one in refunds],
        disputes=disputed,
        refundable=yuan(refundable_fen) if refundable_fen else None,
        is_live=is_live,
        is_taken=any(one.state in TAKEN for one in disputed),
    )


def _refund(refund: Refund) -> BackRow:
    return BackRow(
        public_id=refund.public_id,
        text=worded(REFUND_STATES, refund.state),
        state=refund.state,
        amount=yuan(refund.amount_fen),
        at=refund.asked_at,
        note=failure_words(refund.failure),
    )


def _dispute(dispute: Dispute) -> BackRow:
    return BackRow(
        public_id=dispute.public_id,
        text=worded(DISPUTE_STATES, dispute.state),
        state=dispute.state,
        amount=yuan(dispute.amount_fen),
        at=dispute.opened_at,
        note=worded(DISPUTE_REASONS, dispute.reason),
    )


def payments_table(payments: Iterable[Payment]) -> Table:
    """Return payments as a table."""
    return Table(name=_("Top-ups"), columns=LIST_COLUMNS, rows=[_row(one) for one in payments])


def _row(payment: Payment) -> TableRow:
    how = worded(METHODS, payment.method) if payment.method else worded(WAYS, payment.way)
    return TableRow(
        key=str(payment.public_id),
        cells=[
            TableCell(
                at=payment.asked_at,
                url=reverse("top-up", args=[payment.public_id]),
                note=payment.operator.name,
            ),
            words(worded(STATES, payment.state), note=failure_words(payment.failure)),
            words(how),
            amount(yuan(payment.received_fen or payment.amount_fen), name="amount"),
        ],
    )


def payment_cells(payment: Payment) -> list[Cell]:
    """Return a payment as a row of a file."""
    return [
        str(payment.public_id),
        payment.operator.code,
        payment.state,
        payment.way,
        payment.method,
        Money.from_fen(payment.amount_fen).to_text(),
        Money.from_fen(payment.received_fen).to_text(),
        payment.asked_at,
        payment.paid_at,
        payment.receipt_url,
    ]


def auto_row(setting: AutoTopUp) -> dict[str, Any]:
    """Return an automatic top-up for showing."""
    return {
        "operator": setting.operator,
        "is_on": setting.is_on,
        "state": _("on") if setting.is_on else worded(OFF_REASONS, setting.off_reason),
        "threshold": yuan(setting.threshold_fen),
        "amount": yuan(setting.amount_fen),
        "month_max": yuan(setting.month_max_fen),
    }


def auto_initial(setting: AutoTopUp) -> dict[str, object]:
    """Return what the form of an automatic top-up begins with: what is set, in yuan."""
    return {
        "operator": setting.operator.code,
        "threshold": f"{Money.from_fen(setting.threshold_fen).fen_text()}",
        "amount": f"{Money.from_fen(setting.amount_fen).fen_text()}",
        "month_max": f"{Money.from_fen(setting.month_max_fen).fen_text()}",
    }


def card_row(card: SavedCard) -> dict[str, Any]:
    """Return a kept card for showing."""
    return {
        "operator": card.operator.name,
        "card": f"{card.brand} ···· {card.last_four}",
        "saved_at": card.saved_at,
    }


def refusal(error: DomainError) -> str:
    """Return in the reader's words why something was refused."""
    if error.code == "unable_to_top_up" and "least" not in error.details:
        return str(NOT_BETWEEN)
    text = str(REFUSALS.get(error.code, NOT_DONE))
    return text % {name: str(told) for name, told in error.details.items()}


def bounds() -> str:
    """Return how much may be paid at once, in words."""
    agreed = terms()
    return str(BOUNDS) % {
        "least": yuan(agreed.least_fen).rounded,
        "most": yuan(agreed.most_fen).rounded,
    }


def calls_table(calls: Sequence[StripeCall]) -> Table:
    """Return calls whose outcome nobody knows."""
    rows = [
        TableRow(
            key=str(call.public_id),
            cells=[
                TableCell(
                    text=worded(CALLS, call.kind),
                    code=f"{call.public_id}",
                    url=_of(call.payment.public_id),
                ),
                words(call.payment.tenant.name),
                words(failure_words(call.failure), code=call.failure),
                TableCell(text=f"{call.attempts}"),
                instant(call.next_attempt_at),
            ],
            choice=str(call.public_id),
        )
        for call in calls
    ]
    return Table(name=_("Calls without an outcome"), columns=CALL_COLUMNS, rows=rows)


def call_cells(call: StripeCall) -> list[Cell]:
    """Return a call as a row of a file."""
    return [
        str(call.public_id),
        call.kind,
        str(call.payment.public_id),
        call.payment.tenant.code,
        call.failure,
        call.attempts,
        call.asked_at,
        call.next_attempt_at,
    ]


def event_cells(event: StripeEvent) -> list[Cell]:
    """Return an event as a row of a file."""
    return [
        event.event,
        event.type,
        event.object_type,
        event.object_id,
        event.failure,
        event.attempts,
        event.received_at,
        event.next_attempt_at,
    ]


def events_table(events: Sequence[StripeEvent]) -> Table:
    """Return events that could not be handled."""
    rows = [
        TableRow(
            key=event.event,
            cells=[
                TableCell(text=event_words(event.type), code=f"{event.type} {event.event}"),
                words(worded(OBJECTS, event.object_type), code=event.object_id),
                words(failure_words(event.failure), code=event.failure),
                TableCell(text=f"{event.attempts}"),
                instant(event.next_attempt_at),
            ],
            choice=event.event,
        )
        for event in events
    ]
    return Table(name=_("Events that wait"), columns=EVENT_COLUMNS, rows=rows)


def _of(payment: UUID) -> str:
    return reverse("top-up", args=[payment])
