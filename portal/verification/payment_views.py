"""The desk of finance: small payments that prove corporate accounts, with their amounts."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.verification.payments import operations as payments
from accounts.verification.payments.queries import PaymentOrder, payment_orders
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import PaymentState
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.access import GuardedView
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, says
from portal.operator_desk import address_of
from portal.verification.access import PAYERS
from portal.verification.forms import SentForm
from portal.verification.words import PAYMENTS


class PayersView(GuardedView):
    """A page for those who pay."""

    allowed_staff_roles = PAYERS.allowed_staff_roles


class PaymentsView(PayersView):
    """What waits to be paid, and what was sent and waits for its answer."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it, or send it as a file for the bank."""
        text, kind = looked_for(request), wanted_kind(request)
        orders = [order for order in payment_orders() if says(_words(order), text=text)]
        if kind is not None:
            return _file(orders, kind=kind)
        context = {
            "waiting": [_line(line) for line in orders if line.state == PaymentState.REQUESTED],
            "sent": [_line(line) for line in orders if line.state == PaymentState.SENT],
            "text": text,
            "address": address_of({"text": text}),
        }
        return render(request, "portal/verification/payments.html", context)


class SentView(PayersView):
    """Say that the bank was told to pay."""

    http_method_names = ["post", "options"]
    lets_money_out = True

    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Write it down."""
        form = SentForm(request.POST)
        reference = form.cleaned_data["bank_reference"] if form.is_valid() else ""
        try:
            payments.mark_sent(
                payment_id=payment_id,
                bank_reference=reference,
                user_id=self.user_id,
                now=utc_now(),
            )
        except DomainError as error:
            _tell(request, error)
        else:
            messages.success(request, _("Marked as sent. The organisation may type the amount."))
        return redirect("verification-payments")


class BouncedView(PayersView):
    """Say that the bank cannot pay."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Write it down."""
        try:
            payments.mark_bounced(payment_id=payment_id, user_id=self.user_id, now=utc_now())
        except DomainError as error:
            _tell(request, error)
        else:
            messages.success(request, _("Marked as refused by the bank."))
        return redirect("verification-payments")


def _tell(request: HttpRequest, error: DomainError) -> None:
    """Say why nothing was written down.

    Raises:
        Http404: there is no such payment.
    """
    if isinstance(error, VerificationNotFound):
        raise Http404 from error
    if isinstance(error, payments.UnableToPay):
        text = _("You are, or within the last year were, a member of this organisation.")
    else:
        text = _("This payment has moved on meanwhile.")
    messages.error(request, text)


def _line(order: PaymentOrder) -> dict[str, object]:
    return {
        "id": order.public_id,
        "holder": order.holder,
        "bank": order.bank,
        "branch": order.branch,
        "account": _grouped(order.account_number),
        "amount": _yuan(order.amount_fen),
        "requested_at": order.requested_at,
        "sent_at": order.sent_at,
    }


def _words(order: PaymentOrder) -> list[str]:
    """Return what an order is looked for by; never its amount, which proves an account."""
    return [
        *(order.holder, order.account_number, _grouped(order.account_number)),
        *(order.bank, order.branch),
    ]


def _grouped(number: str) -> str:
    """Return a number in groups of four, as banks print it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _file(orders: list[PaymentOrder], *, kind: str) -> FileAnswer:
    columns = [
        _("Account holder"),
        _("Account number"),
        _("Bank"),
        _("Branch"),
        _("Amount in yuan"),
        _("State"),
        _("Asked for"),
        _("Sent"),
    ]
    rows = [
        (
            order.holder,
            order.account_number,
            order.bank,
            order.branch,
            _yuan(order.amount_fen),
            str(PAYMENTS[order.state]),
            order.requested_at,
            order.sent_at,
        )
        for order in orders
    ]
    return file_response(name="verification-payments", kind=kind, columns=columns, rows=rows)
