"""Take back what an award gave: proposed with reason and clause, decided by somebody else.

An approved clawback takes charges out of what was claimed for good. The books follow at once, the
counter gives back, later claims of the debtor on the same fund keep back what he owes, and what is
left stays owed until the treasury's receipt.
Lock order: the clawback's row, the award's counter, then the ledger's order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.queries import roles_in, was_member_since
from compute_billing.ledger.operations import CNY, Transfer, post
from compute_billing.settlement.accounts import reimbursement_account
from compute_billing.settlement.clawback_models import (
    Clawback as Clawback,  # noqa: PLC0414  # pages name what they are given
)
from compute_billing.settlement.clawback_models import (
    ClawbackLine,
    ClawbackPart,
)
from compute_billing.settlement.locks import lock_clawback, lock_counter
from compute_billing.settlement.reimbursing import formula_of
from compute_billing.subsidies.approving import MEMBERSHIP_LOOK_BACK
from compute_billing.subsidies.locks import lock_person
from compute_billing.subsidies.models import Award, AwardCounter
from compute_billing.subsidies.terms import parts
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required

ROOM = "compute_billing.settlement"


class ClawbackNotFound(DomainError):
    """There is no such clawback, or it owes nothing to this fund."""

    code = "clawback_not_found"


class UnableToClawBack(DomainError):
    """The proposal says too little, its award gave nothing, or it was decided already."""

    code = "unable_to_claw_back"


class ClawbackNeedsAnother(UnableToClawBack):
    """Who proposed it, or belongs to whom it concerns, cannot decide it."""

    code = "clawback_needs_another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why something is taken back: the reason, the clause that says so, and what happened."""

    reason: str
    clause: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Of which use it is taken back (None: all of it), and whether the award ends with that."""

    used_from: datetime | None = None
    used_until: datetime | None = None
    withdraws_award: bool = False


EVERYTHING = Extent()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A charge whose part is taken back: its basis and its amount."""

    charge_id: int
    recorded_month: date
    basis: int
    amount: int


def propose(
    *,
    award_reference: str,
    grounds: Grounds,
    maker_id: int,
    now: datetime,
    extent: Extent = EVERYTHING,
    from_provider_id: int | None = None,
) -> Clawback:
    """Propose to take back what an award gave; a provider owes only for vouchers it was paid.

    Raises:
        UnableToClawBack: no such award, no clause or statement, or no such reason or debtor.
    """
    award = Award.objects.filter(reference=award_reference).first()
    if award is None or award.mode == "in_kind":
        message = f"There is no award {award_reference} that pays money."
        raise UnableToClawBack(message)
    if from_provider_id is not None and not award.is_share:
        message = "The provider was paid nothing by this award: the tenant owes it back."
        raise UnableToClawBack(message)
    _refuse_groundless(grounds)
    with transaction():
        made = Clawback.objects.create(
            award=award,
            tenant_id=award.tenant_id,
            debtor_id=from_provider_id or award.tenant_id,
            reason=grounds.reason,
            clause=grounds.clause.strip(),
            statement=grounds.statement.strip(),
            used_from=extent.used_from,
            used_until=extent.used_until,
            withdraws_award=extent.withdraws_award,
            maker_id=maker_id,
            proposed_at=now,
        )
        maker = Actor.user(maker_id)
        record_clawback(made, action="settlement.propose_clawback", actor=maker, now=now)
        return made


def _refuse_groundless(grounds: Grounds) -> None:
    if grounds.reason not in Clawback.Reason.values:
        message = f"The reason is one of {', '.join(Clawback.Reason.values)}."
        raise UnableToClawBack(message)
    if not grounds.clause.strip() or not grounds.statement.strip():
        message = "A clawback names the clause that says so, and what happened."
        raise UnableToClawBack(message)


def decide(
    *,
    public_id: UUID,
    approves: bool,
    decider_id: int,
    decider_organisation_id: int,
    answer: str,
    now: datetime,
) -> Clawback:
    """Approve or reject a clawback; approving it makes it owed.

    Raises:
        ClawbackNotFound: there is none.
        ClawbackNeedsAnother: the decider proposed it, or belongs to whom it concerns.
        UnableToClawBack: it was decided, or its award gave nothing for that use.
    """
    needs_another = ClawbackNeedsAnother(
        "Nobody decides what he proposed, nor what concerns his organisation: somebody else must."
    )
    with transaction(), constraint_errors({"clawback_four_eyes": needs_another}):
        made = locked(public_id)
        _refuse_decider(
            made, decider_id=decider_id, organisation_id=decider_organisation_id, now=now
        )
        made.state = Clawback.State.APPROVED if approves else Clawback.State.REJECTED
        made.decider_id = decider_id
        made.decider_organisation_id = decider_organisation_id
        made.decided_at = now
        made.answer = answer.strip()
        made.save()
        if approves:
            _apply(made, now=now)
        action = "settlement.approve_clawback" if approves else "settlement.reject_clawback"
        record_clawback(made, action=action, actor=Actor.user(decider_id), now=now)
        return made


@transaction_required
def locked(public_id: UUID) -> Clawback:
    """Lock a clawback.

    Raises:
        ClawbackNotFound: there is none.
    """
    made = lock_clawback(public_id=public_id)
    if made is None:
        message = f"There is no clawback {public_id}."
        raise ClawbackNotFound(message)
    return made


@transaction_required
def _refuse_decider(
    made: Clawback, *, decider_id: int, organisation_id: int, now: datetime
) -> None:
    if made.state != Clawback.State.PROPOSED:
        message = f"The clawback was {made.state} already."
        raise UnableToClawBack(message)
    is_member = lock_person(decider_id) is not None and bool(
        roles_in(user_id=decider_id, organisation_id=organisation_id)
    )
    since = now - MEMBERSHIP_LOOK_BACK
    concerns = {made.tenant_id, made.debtor_id}
    if not is_member or any(
        was_member_since(user_id=decider_id, organisation_id=each, since=since) for each in concerns
    ):
        message = "Who decides is a member of the authority, and within a year of nobody concerned."
        raise ClawbackNeedsAnother(message)


@transaction_required
def _apply(made: Clawback, *, now: datetime) -> None:
    """Take the charges out, give the counter back what they took, and book who owes what."""
    counter = lock_counter(award_id=made.award_id)
    award = made.award
    granted = counter.granted
    taken = _taken(made, counter=counter)
    made.amount = sum(line.amount for line in taken)
    if made.amount == 0:
        message = "The award gave nothing for that use that could be taken back."
        raise UnableToClawBack(message)
    made.basis_before = counter.basis
    made.save(update_fields=["amount", "basis_before"])
    _keep_lines(made, taken)
    if award.is_share:
        counter.clawed_back += made.amount
    else:
        counter.basis -= sum(line.basis for line in taken)
        counter.granted -= made.amount
    counter.save(update_fields=["basis", "granted", "clawed_back"])
    if made.withdraws_award:
        Award.objects.filter(pk=award.pk, withdrawn_at=None).update(
            withdrawn_at=made.used_from or now
        )
    _owe(made, granted=granted, now=now)


@transaction_required
def _taken(made: Clawback, *, counter: AwardCounter) -> list[_Taken]:
    name = "clawback_shares.sql" if made.award.is_share else "clawback_claimed.sql"
    found = rows(
        statement(ROOM, name),
        award_id=made.award_id,
        account_id=made.award.account_id,
        tenant_id=made.tenant_id,
        used_from=made.used_from,
        used_until=made.used_until,
        debtor_id=None if made.debtor_id == made.tenant_id else made.debtor_id,
    )
    if made.award.is_share:
        return [_Taken(**line) for line in found]
    formula, basis, taken = formula_of(made.award), counter.basis, []
    for line in found:
        left = basis - line["basis"]
        taken.append(_Taken(**line, amount=formula.given(basis) - formula.given(left)))
        basis = left
    return taken


@transaction_required
def _keep_lines(made: Clawback, taken: Sequence[_Taken]) -> None:
    ClawbackLine.objects.bulk_create(
        ClawbackLine(
            clawback=made,
            tenant_id=made.tenant_id,
            recorded_month=line.recorded_month,
            charge_id=line.charge_id,
            basis=line.basis,
            amount=line.amount,
        )
        for line in taken
    )


@transaction_required
def _owe(made: Clawback, *, granted: int, now: datetime) -> None:
    """Split what is owed among the award's funds as it was given, and book it."""
    funds = list(made.award.parts.order_by("from_ppm"))
    upto = [part.upto_ppm for part in funds]
    before, after = parts(granted, upto), parts(granted - made.amount, upto)
    transfers = []
    for fund, amount in zip(
        funds, (b - a for b, a in zip(before, after, strict=True)), strict=True
    ):
        if amount:
            ClawbackPart.objects.create(
                clawback=made, fund_id=fund.fund_id, debtor_id=made.debtor_id, amount=amount
            )
            owing = reimbursement_account(
                owner_kind=_debtor_kind(made), owner_id=made.debtor_id, fund_id=fund.fund_id
            )
            transfers.append(Transfer(owing, made.award.account_id, CNY, amount))
    post(
        kind="clawback",
        reference=str(made.public_id),
        occurred_at=now,
        now=now,
        transfers=transfers,
    )


def _debtor_kind(made: Clawback) -> str:
    return "tenant" if made.debtor_id == made.tenant_id else "operator"


@transaction_required
def record_clawback(made: Clawback, *, action: str, actor: Actor, now: datetime) -> None:
    """Write an audit entry about a clawback."""
    record(
        action=action,
        object_type="clawback",
        object_id=made.pk,
        actor=actor,
        organisation_id=made.tenant_id,
        now=now,
        detail={
            "award": made.award_id,
            "reason": made.reason,
            "clause": made.clause,
            "state": str(made.state),
            "amount": made.amount,
            "debtor": made.debtor_id,
        },
    )
