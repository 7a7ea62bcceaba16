"""What came back of a clawback: the treasury's receipts, and what is still owed."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from compute_billing.ledger.operations import CNY, Transfer, account, post
from compute_billing.settlement.accounts import reimbursement_account
from compute_billing.settlement.clawback_models import Clawback, ClawbackPart, ClawbackReceipt
from compute_billing.settlement.clawbacks import (
    ClawbackNotFound,
    UnableToClawBack,
    locked,
    record_clawback,
)
from compute_billing.settlement.locks import lock_part
from kernel.audit import Actor
from kernel.transactions import transaction, transaction_required


def receive(
    *,
    public_id: UUID,
    fund_id: int,
    amount_micro: int,
    receipt_no: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Note that the treasury received what is owed back to a fund; return what is left of it.

    The same receipt and amount again changes nothing.

    Raises:
        ClawbackNotFound: nothing is owed to this fund by it.
        UnableToClawBack: no receipt number, more than is owed, or the receipt says otherwise.
    """
    with transaction():
        return _receive(
            locked(public_id),
            fund_id=fund_id,
            amount_micro=amount_micro,
            receipt_no=receipt_no.strip(),
            actor=actor,
            now=now,
        )


@transaction_required
def _receive(
    made: Clawback, *, fund_id: int, amount_micro: int, receipt_no: str, actor: Actor, now: datetime
) -> int:
    part = lock_part(clawback_id=made.pk, fund_id=fund_id)
    if part is None:
        message = "Nothing is owed to this fund by this clawback."
        raise ClawbackNotFound(message)
    earlier = part.receipts.filter(receipt_no=receipt_no).first()
    if earlier is not None and receipt_no and earlier.amount == amount_micro:
        return part.amount - part.settled
    left = part.amount - part.settled
    if not receipt_no or earlier is not None or not 0 < amount_micro <= left:
        message = (
            f"A receipt needs a number of its own and an amount up to the {left} micro-yuan "
            "that are still owed."
        )
        raise UnableToClawBack(message, details={"left": left})
    _settle(made, part=part, amount=amount_micro, receipt_no=receipt_no, now=now)
    record_clawback(made, action="settlement.receive_clawback", actor=actor, now=now)
    return left - amount_micro


@transaction_required
def _settle(
    made: Clawback, *, part: ClawbackPart, amount: int, receipt_no: str, now: datetime
) -> None:
    receipt = ClawbackReceipt.objects.create(
        part=part, amount=amount, receipt_no=receipt_no, recorded_at=now
    )
    ClawbackPart.objects.filter(pk=part.pk).update(settled=F("settled") + amount)
    programme_id = part.fund.programme_id
    appropriation = account(owner_kind="programme", owner_id=programme_id, kind="appropriation")
    post(
        kind="clawback_received",
        reference=f"{made.public_id}:{receipt.pk}",
        occurred_at=now,
        now=now,
        transfers=[Transfer(appropriation, _debtors(made, fund_id=part.fund_id), CNY, amount)],
    )


@transaction_required
def _debtors(made: Clawback, *, fund_id: int) -> int:
    """Return where what came back goes: a provider pays out of its cash."""
    if made.debtor_id == made.tenant_id:
        return reimbursement_account(owner_kind="tenant", owner_id=made.debtor_id, fund_id=fund_id)
    return account(owner_kind="operator", owner_id=made.debtor_id, kind="cash", subject="bank")


def recent(*, limit: int) -> list[Clawback]:
    """Return the newest clawbacks with their award, debtor and what is owed to each fund."""
    found = Clawback.objects.select_related("award__fund__programme", "tenant", "debtor")
    return list(found.prefetch_related("parts").order_by("-id")[:limit])


def authority_of(*, public_id: UUID) -> int:
    """Return the authority whose award it is.

    Raises:
        ClawbackNotFound: there is none.
    """
    found = Clawback.objects.filter(public_id=public_id).values_list(
        "award__fund__programme__authority_id", flat=True
    )
    authority_id = found.first()
    if authority_id is None:
        message = f"There is no clawback {public_id}."
        raise ClawbackNotFound(message)
    return int(authority_id)


def receive_rest(*, public_id: UUID, receipt_no: str, actor: Actor, now: datetime) -> None:
    """Note that the treasury received all that is left of a clawback, for every fund.

    Raises:
        ClawbackNotFound: there is none.
        UnableToClawBack: nothing is left, no receipt number, or it was used for another amount.
    """
    with transaction():
        made = locked(public_id)
        left = [part for part in made.parts.order_by("fund_id") if part.settled < part.amount]
        if not left:
            message = "Nothing is owed by this clawback: it waits, was rejected, or all of it came."
            raise UnableToClawBack(message)
        for part in left:
            _receive(
                made,
                fund_id=part.fund_id,
                amount_micro=part.amount - part.settled,
                receipt_no=receipt_no.strip(),
                actor=actor,
                now=now,
            )
