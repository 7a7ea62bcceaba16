"""What becomes of a line: a tenant's paid lot, or none of a tenant. Each line has one fate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import PaymentReceived
from accounts.queries import roles_by_organisation
from compute_billing.bank.locks import lock_account, lock_proposal
from compute_billing.bank.models import BankDecision, BankLine, BankProposal, Fate, Match
from compute_billing.ledger import operations as ledger
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction, transaction_required

ACTIONS: Final = {Fate.CREDIT: "bank.credit", Fate.ASIDE: "bank.set_aside"}
# What the event of a credit says of how it was paid; payments say the method of their provider.
METHOD: Final = "bank_transfer"


class LineNotFound(DomainError):
    """There is no such line."""

    code = "bank_line_not_found"


class LineDecided(DomainError):
    """The line has its fate already, or somebody has proposed one that waits."""

    code = "bank_line_decided"


class UnableToDecide(DomainError):
    """The reason is missing, or the fate is none of this line."""

    code = "unable_to_decide_bank_line"


class ProposalNotFound(DomainError):
    """There is no such proposal, or it was closed already."""

    code = "bank_proposal_not_found"


class UnableToApproveOwnProposal(DomainError):
    """Whoever proposed a fate does not approve it."""

    code = "bank_four_eyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What was decided, by whom, and from which amount on two are needed."""

    fate: Fate
    tenant_id: int | None
    reason: str
    two_from_fen: int
    maker_id: int | None = None
    approver_id: int | None = None
    proposal_id: int | None = None


def credit_exact_lines(*, two_from_fen: int, now: datetime, limit: int = 500) -> int:
    """Credit the lines whose code and payer agree, one transaction each; return how many.

    It may be killed anywhere and called from several processes: what is left is left for the next.
    """
    waiting = BankLine.objects.filter(
        match=Match.EXACT, decision__isnull=True, proposals__isnull=True
    ).order_by("id")
    credited = 0
    for line_id in list(waiting.values_list("pk", flat=True)[:limit]):
        credited += _credit_exact(line_id, two_from_fen=two_from_fen, now=now)
    return credited


def _credit_exact(line_id: int, *, two_from_fen: int, now: datetime) -> bool:
    with transaction():
        line = BankLine.objects.select_related("account").get(pk=line_id)
        lock_account(line.account_id)
        if BankDecision.objects.filter(pk=line_id).exists() or line.proposals.exists():
            return False
        verdict = _Verdict(
            fate=Fate.CREDIT, tenant_id=line.tenant_id, reason="", two_from_fen=two_from_fen
        )
        _carry_out(line, verdict, now=now)
        return True


def decide(
    *,
    line_id: UUID,
    fate: str,
    tenant_id: int | None,
    reason: str,
    two_from_fen: int,
    user_id: int,
    now: datetime,
) -> BankDecision | BankProposal:
    """Give a line its fate; from `two_from_fen` on only propose it to somebody else.

    Whatever the amount, what would be the person's own organisation's is only proposed.

    Raises:
        LineNotFound: there is no such line.
        UnableToDecide: no reason, an outgoing line, or a credit to nobody.
        LineDecided: it has its fate, or a proposal waits.
    """
    with transaction():
        line = _open_line(line_id)
        _refuse_malformed(line, fate=fate, tenant_id=tenant_id, reason=reason)
        tenant_id = tenant_id if fate == Fate.CREDIT else None
        if line.amount_fen >= two_from_fen or _is_own(tenant_id, user_id=user_id):
            return _propose(
                line, fate=fate, tenant_id=tenant_id, reason=reason, user_id=user_id, now=now
            )
        verdict = _Verdict(
            fate=Fate(fate),
            tenant_id=tenant_id,
            reason=reason,
            two_from_fen=two_from_fen,
            maker_id=user_id,
        )
        return _carry_out(line, verdict, now=now)


def approve(*, proposal_id: UUID, two_from_fen: int, user_id: int, now: datetime) -> BankDecision:
    """Carry out what somebody else proposed.

    Raises:
        ProposalNotFound: there is none, or it was closed.
        UnableToApproveOwnProposal: it is one's own, or one's organisation's.
        LineDecided: the line has its fate already.
    """
    with transaction():
        proposal = _open_proposal(proposal_id)
        if proposal.maker_id == user_id:
            message = "Whoever proposed this does not approve it: ask somebody else."
            raise UnableToApproveOwnProposal(message)
        if _is_own(proposal.tenant_id, user_id=user_id):
            message = "A member of whose money it would be does not approve it."
            raise UnableToApproveOwnProposal(message)
        _close(proposal, user_id=user_id, now=now)
        verdict = _Verdict(
            fate=Fate(proposal.fate),
            tenant_id=proposal.tenant_id,
            reason=proposal.reason,
            two_from_fen=two_from_fen,
            maker_id=proposal.maker_id,
            approver_id=user_id,
            proposal_id=proposal.pk,
        )
        return _carry_out(proposal.line, verdict, now=now)


def refuse(*, proposal_id: UUID, user_id: int, now: datetime) -> None:
    """Refuse a proposal, or take one's own back: the line is open again.

    Raises:
        ProposalNotFound: there is none, or it was closed.
    """
    with transaction():
        proposal = _open_proposal(proposal_id)
        _close(proposal, user_id=user_id, now=now)
        _record("bank.refuse_proposal", proposal.line, user_id=user_id, now=now)


def _is_own(tenant_id: int | None, *, user_id: int) -> bool:
    return tenant_id is not None and tenant_id in roles_by_organisation(user_id=user_id)


@transaction_required
def _open_line(line_id: UUID) -> BankLine:
    line = BankLine.objects.select_related("account").filter(public_id=line_id).first()
    if line is None:
        message = f"There is no line {line_id}."
        raise LineNotFound(message)
    lock_account(line.account_id)
    waits = line.proposals.filter(closed_at__isnull=True).exists()
    if waits or BankDecision.objects.filter(pk=line.pk).exists():
        raise _decided()
    return line


@transaction_required
def _open_proposal(proposal_id: UUID) -> BankProposal:
    known = BankProposal.objects.filter(public_id=proposal_id).select_related("line").first()
    if known is not None:
        lock_account(known.line.account_id)
    proposal = lock_proposal(proposal_id)
    if proposal is None:
        message = "There is no such proposal, or it was decided already."
        raise ProposalNotFound(message)
    return proposal


def _refuse_malformed(line: BankLine, *, fate: str, tenant_id: int | None, reason: str) -> None:
    if not reason.strip():
        message = "Say why: whoever looks at the books later has only your reason."
        raise UnableToDecide(message)
    if fate not in Fate.values:
        message = f"{fate!r} is no fate of a line: {', '.join(Fate.values)}."
        raise UnableToDecide(message)
    if line.match == Match.OUTGOING:
        message = "Money that went out is nobody's top-up."
        raise UnableToDecide(message)
    if fate == Fate.CREDIT and tenant_id is None:
        message = "Choose whose money it is."
        raise UnableToDecide(message)
    if fate == Fate.CREDIT and tenant_id == line.account.operator_id:
        message = "An operator does not pay in to itself."
        raise UnableToDecide(message)


@transaction_required
def _propose(
    line: BankLine, *, fate: str, tenant_id: int | None, reason: str, user_id: int, now: datetime
) -> BankProposal:
    made = BankProposal.objects.create(
        line=line, fate=fate, tenant_id=tenant_id, reason=reason, maker_id=user_id, made_at=now
    )
    _record("bank.propose", line, user_id=user_id, now=now)
    return made


@transaction_required
def _close(proposal: BankProposal, *, user_id: int, now: datetime) -> None:
    proposal.closed_by_id, proposal.closed_at = user_id, now
    proposal.save(update_fields=["closed_by", "closed_at"])


@transaction_required
def _carry_out(line: BankLine, verdict: _Verdict, *, now: datetime) -> BankDecision:
    lot_account = None
    if verdict.fate == Fate.CREDIT and verdict.tenant_id is not None:
        lot_account = _credit(line, tenant_id=verdict.tenant_id, now=now)
    with constraint_errors({"bank_decision_pkey": _decided()}):
        decision = BankDecision.objects.create(
            line=line,
            amount_fen=line.amount_fen,
            fate=verdict.fate,
            tenant_id=verdict.tenant_id,
            lot_account_id=lot_account,
            reason=verdict.reason,
            two_from_fen=verdict.two_from_fen,
            maker_id=verdict.maker_id,
            approver_id=verdict.approver_id,
            proposal_id=verdict.proposal_id,
            decided_at=now,
        )
    if verdict.fate == Fate.CREDIT and verdict.tenant_id is not None:
        _tell(line, tenant_id=verdict.tenant_id, now=now)
    user_id = verdict.approver_id or verdict.maker_id
    _record(ACTIONS[verdict.fate], line, user_id=user_id, now=now)
    return decision


@transaction_required
def _credit(line: BankLine, *, tenant_id: int, now: datetime) -> int:
    """Grant the money as a paid lot of the account's operator; the oldest arrears take theirs."""
    ledger.ensure_wallet(tenant_id=tenant_id)
    lot = ledger.grant_paid_lot(
        tenant_id=tenant_id,
        operator_id=line.account.operator_id,
        amount_micro=line.amount_fen * MICRO_PER_FEN,
        custody=line.account.custody,
        reference=f"bank:{line.public_id}",
        now=now,
    )
    ledger.clear_debts(tenant_id=tenant_id, now=now)
    return lot.account_id


@transaction_required
def _tell(line: BankLine, *, tenant_id: int, now: datetime) -> None:
    """Tell the tenant what it is told of any top-up; the transfer stands for the payment."""
    received = PaymentReceived(
        payment=line.public_id, amount=Money.from_fen(line.amount_fen), method=METHOD
    )
    emit(received, organisation_id=tenant_id, now=now)


@transaction_required
def _record(action: str, line: BankLine, *, user_id: int | None, now: datetime) -> None:
    record(
        actor=Actor.system() if user_id is None else Actor.user(user_id),
        organisation_id=line.account.operator_id,
        action=action,
        object_type="bank_line",
        object_id=str(line.public_id),
        detail={"amount_fen": line.amount_fen},
        now=now,
    )


def _decided() -> LineDecided:
    return LineDecided("This line was decided already, or a proposal for it waits: look again.")
