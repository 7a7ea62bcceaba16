"""Top up by itself: a saved card pays when an operator's money runs low, within a month's limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.locks import lock_wallet
from compute_billing.payments import parameters, queries
from compute_billing.payments.asking import UnableToTopUp, Wish, new_payment
from compute_billing.payments.calls import CallKind, metadata, new_call_id, write_call
from compute_billing.payments.locks import lock_auto_top_up
from compute_billing.payments.models import AutoTopUp, Payment, SavedCard, Way
from compute_billing.payments.states import LIVE_PAYMENTS
from compute_billing.payments.terms import terms
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.identifiers import uuid7
from kernel.money import Money
from kernel.transactions import transaction, transaction_if_not_already

# Between two looks at a balance that was well, or that a month's limit lets stay low.
REST: Final = timedelta(minutes=2)


class UnableToSetAutoTopUp(DomainError):
    """There is no saved card, or the amounts make no sense."""

    code = "unable_to_set_auto_top_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTerms:
    """Below `threshold_fen`, pay `amount_fen`, in a billing month `month_max_fen` at most."""

    threshold_fen: int
    amount_fen: int
    month_max_fen: int


def set_auto_top_up(
    *, tenant_id: int, operator_id: int, wanted: AutoTerms, actor: Actor, now: datetime
) -> AutoTopUp:
    """Switch it on, on these terms; a setting that was switched off begins anew.

    Raises:
        UnableToSetAutoTopUp: no card is saved, or the month's limit is below one amount.
        UnableToTopUp: the amount is out of bounds.
    """
    agreed = terms()
    if not agreed.least_fen <= wanted.amount_fen <= agreed.most_fen:
        least, most = (Money.from_fen(fen).to_text() for fen in (agreed.least_fen, agreed.most_fen))
        message = f"Pay in between {least} and {most} yuan at once."
        raise UnableToTopUp(message, details={"least": least, "most": most})
    if wanted.threshold_fen < 0 or wanted.month_max_fen < wanted.amount_fen:
        message = "The limit of a month must be no less than one payment."
        raise UnableToSetAutoTopUp(message)
    with transaction_if_not_already():
        ledger.ensure_wallet(tenant_id=tenant_id)
        lock_wallet(tenant_id)
        if not SavedCard.objects.filter(tenant_id=tenant_id, operator_id=operator_id).exists():
            message = "No card is saved: top up by card once and let it be kept."
            raise UnableToSetAutoTopUp(message)
        setting, _ = AutoTopUp.objects.update_or_create(
            tenant_id=tenant_id,
            operator_id=operator_id,
            defaults={
                "threshold_fen": wanted.threshold_fen,
                "amount_fen": wanted.amount_fen,
                "month_max_fen": wanted.month_max_fen,
                "is_on": True,
                "declined": 0,
                "off_reason": "",
                "next_at": now,
                "changed_at": now,
            },
        )
        _note(setting, action="payments.auto_top_up_on", actor=actor, now=now)
        return setting


def switch_off_auto_top_up(
    *, tenant_id: int, operator_id: int, actor: Actor, now: datetime
) -> None:
    """Switch it off; a payment that is on its way is not called back."""
    with transaction_if_not_already():
        setting = lock_auto_top_up(tenant_id=tenant_id, operator_id=operator_id)
        if setting is None or not setting.is_on:
            return
        setting.is_on, setting.off_reason, setting.changed_at = False, "person", now
        setting.save()
        _note(setting, action="payments.auto_top_up_off", actor=actor, now=now)


def _note(setting: AutoTopUp, *, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        action=action,
        object_type="auto_top_up",
        object_id=str(setting.pk),
        actor=actor,
        organisation_id=setting.tenant_id,
        detail={
            "threshold": Money.from_fen(setting.threshold_fen).to_text(),
            "amount": Money.from_fen(setting.amount_fen).to_text(),
            "month_max": Money.from_fen(setting.month_max_fen).to_text(),
        },
        now=now,
    )


def top_up_if_low(*, tenant_id: int, operator_id: int, now: datetime) -> Payment | None:
    """Write down a payment by the saved card if the money runs low and nothing forbids it.

    One at a time: while one is on its way, none follows. What counts towards the month's limit is
    everything that was asked of the card in the billing month and did not fail.
    """
    agreed = terms()
    with transaction():
        lock_wallet(tenant_id)
        setting = lock_auto_top_up(tenant_id=tenant_id, operator_id=operator_id)
        if setting is None or not setting.is_on or setting.next_at > now:
            return None
        setting.next_at = now + REST
        setting.save(update_fields=["next_at"])
        card = SavedCard.objects.filter(tenant_id=tenant_id, operator_id=operator_id).first()
        if card is None or not _is_due(setting, now=now):
            return None
        wish = Wish(
            tenant_id=tenant_id,
            operator_id=operator_id,
            amount_fen=setting.amount_fen,
            way=Way.AUTOMATIC,
            method=parameters.CARD,
        )
        payment = new_payment(wish, token=f"auto:{uuid7()}", custody=agreed.custody, now=now)
        _write_charge(payment, card=card, now=now)
        return payment


def _is_due(setting: AutoTopUp, *, now: datetime) -> bool:
    tenant_id, operator_id = setting.tenant_id, setting.operator_id
    automatic = Payment.objects.filter(
        tenant_id=tenant_id, operator_id=operator_id, way=Way.AUTOMATIC
    )
    if automatic.filter(state__in=LIVE_PAYMENTS).exists():
        return False
    left = queries.spendable_fen(tenant_id=tenant_id, operator_id=operator_id)
    if left >= setting.threshold_fen:
        return False
    spent = queries.automatic_this_month(tenant_id=tenant_id, operator_id=operator_id, now=now)
    return spent + setting.amount_fen <= setting.month_max_fen


def _write_charge(payment: Payment, *, card: SavedCard, now: datetime) -> None:
    call = new_call_id()
    write_call(
        public_id=call,
        kind=CallKind.AUTOMATIC,
        payment=payment,
        parameters=parameters.automatic(
            amount_fen=payment.amount_fen,
            customer=card.stripe_customer,
            method=card.stripe_method,
            metadata=metadata(payment=payment, call=call),
        ),
        now=now,
    )
    audit.record(
        action="payments.ask",
        object_type="payment",
        object_id=str(payment.public_id),
        actor=Actor.system(),
        organisation_id=payment.tenant_id,
        detail={"amount": Money.from_fen(payment.amount_fen).to_text(), "way": "automatic"},
        now=now,
    )
