"""How a tenant pays and what it may owe: proposed by one person, decided by another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import CreditChanged
from accounts.queries import roles_by_organisation
from compute_billing.ledger.accounts import account
from compute_billing.ledger.credit_models import CreditProposal
from compute_billing.ledger.locks import lock_wallet, locked_wallet
from compute_billing.ledger.models import NET_DAYS, NET_DAYS_MAX, LedgerBalance, Wallet
from compute_billing.ledger.operations import ensure_wallet
from compute_billing.ledger.queries import WalletState, wallet_state
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.transactions import transaction
from kernel.worlds import is_sandbox

__all__ = [
    "CreditProposal",
    "CreditTerms",
    "UnableToDecideCredit",
    "UnableToSetCredit",
    "decide_credit",
    "proposals",
    "propose_credit",
]

Decision = CreditProposal.Decision


class UnableToSetCredit(DomainError):
    """The limit is below what is used, does not fit the mode, or changes nothing."""

    code = "unable_to_set_credit"


class UnableToDecideCredit(DomainError):
    """There is no such open proposal, or who decides made it or belongs to the tenant."""

    code = "unable_to_decide_credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTerms:
    """How somebody is to pay, what he may owe, in micro-yuan, and within how many days.

    The days count from a bill, or from when use became arrears; in advance means a limit of zero.
    """

    mode: str
    limit_micro: int
    net_days: int = NET_DAYS


def propose_credit(
    *, tenant_id: int, wanted: CreditTerms, reason: str, maker_id: int, now: datetime
) -> CreditProposal:
    """Propose how a tenant is to pay; nothing changes before somebody else approves.

    Raises:
        UnableToSetCredit: out of bounds, below what is used, no reason, no change, a sandbox's,
            or one waits.
    """
    if is_sandbox(tenant_id):
        message = "A sandbox has play money and owes nobody."
        raise UnableToSetCredit(message)
    waits = UnableToSetCredit("A proposal for this tenant waits: decide that one first.")
    with transaction(), constraint_errors({"credit_proposal_one_open": waits}):
        ensure_wallet(tenant_id=tenant_id)
        locked_wallet(tenant_id)
        state = wallet_state(tenant_id=tenant_id)
        _refuse_unfit(wanted, state=state)
        if not reason.strip():
            message = "Say why: whoever checks later has only this."
            raise UnableToSetCredit(message)
        made = CreditProposal.objects.create(
            tenant_id=tenant_id,
            mode=wanted.mode,
            limit=wanted.limit_micro,
            former_mode=state.mode or "",
            former_limit=state.credit_limit,
            net_days=wanted.net_days,
            former_net_days=state.net_days,
            reason=reason.strip(),
            maker_id=maker_id,
            made_at=now,
        )
        _record("propose_credit", made, person_id=maker_id, now=now)
        return made


def decide_credit(*, public_id: UUID, approves: bool, decider_id: int, now: datetime) -> None:
    """Approve a proposal, which holds from now on, or refuse it; its maker may take it back.

    Under the lock of the wallet: what is used or held meanwhile is never above the limit.

    Raises:
        UnableToDecideCredit: not open, or the approver made it or is a member of the tenant.
        UnableToSetCredit: more is used by now than it allows.
    """
    with transaction():
        found = CreditProposal.objects.filter(public_id=public_id).first()
        if found is None:
            message = f"There is no proposal {public_id}."
            raise UnableToDecideCredit(message)
        lock_wallet(found.tenant_id)
        made = CreditProposal.objects.get(pk=found.pk)
        _refuse_decider(made, approves=approves, decider_id=decider_id)
        if approves:
            _apply(made, now=now)
        made.decision = Decision.APPROVED if approves else Decision.REFUSED
        if not approves and decider_id == made.maker_id:
            made.decision = Decision.WITHDRAWN
        made.decider_id, made.decided_at = decider_id, now
        made.save()
        _record(f"credit_{made.decision}", made, person_id=decider_id, now=now)


def _refuse_decider(made: CreditProposal, *, approves: bool, decider_id: int) -> None:
    if made.decision:
        message = f"The proposal was {made.decision} before."
        raise UnableToDecideCredit(message, details={"decision": made.decision})
    if approves and decider_id == made.maker_id:
        message = "Somebody else than the maker approves."
        raise UnableToDecideCredit(message)
    if approves and made.tenant_id in roles_by_organisation(user_id=decider_id):
        message = "A member of the tenant cannot approve what it may owe."
        raise UnableToDecideCredit(message)


def _refuse_unfit(wanted: CreditTerms, *, state: WalletState) -> None:
    postpaid = wanted.mode == Wallet.Mode.POSTPAID
    if wanted.mode not in Wallet.Mode.values or wanted.limit_micro < 0:
        message = "A wallet is prepaid or postpaid, and its limit is not below nothing."
        raise UnableToSetCredit(message)
    if not 0 <= wanted.net_days <= NET_DAYS_MAX:
        message = f"A bill is due within 0 to {NET_DAYS_MAX} days, not {wanted.net_days}."
        raise UnableToSetCredit(message)
    if not postpaid and wanted.limit_micro:
        message = "Who pays in advance has no credit limit."
        raise UnableToSetCredit(message)
    if wanted.limit_micro < state.credit_used:
        raise _used(state.credit_used)
    known = (state.mode, state.credit_limit, state.net_days)
    if (wanted.mode, wanted.limit_micro, wanted.net_days) == known:
        message = "It is so already."
        raise UnableToSetCredit(message)


def _used(micro: int) -> UnableToSetCredit:
    used = Money(micro)
    message = f"{used} are used already: bill and collect them first."
    return UnableToSetCredit(message, details={"used": used.to_text()})


def _apply(made: CreditProposal, *, now: datetime) -> None:
    state = wallet_state(tenant_id=made.tenant_id)
    wanted = CreditTerms(mode=made.mode, limit_micro=made.limit, net_days=made.net_days)
    _refuse_unfit(wanted, state=state)
    Wallet.objects.filter(tenant_id=made.tenant_id).update(mode=made.mode, net_days=made.net_days)
    if made.mode == Wallet.Mode.POSTPAID or state.credit_limit or state.credit_used:
        account_id = account(owner_kind="tenant", owner_id=made.tenant_id, kind="credit")
        with constraint_errors({"ledger_balance_never_below_floor": _used(state.credit_used)}):
            LedgerBalance.objects.filter(account_id=account_id).update(floor=-made.limit)
    changed = CreditChanged(mode=made.mode, limit=Money(made.limit), used=Money(state.credit_used))
    emit(changed, organisation_id=made.tenant_id, now=now)


def proposals(*, limit: int) -> list[CreditProposal]:
    """Return what was proposed, the newest first."""
    known = CreditProposal.objects.select_related("tenant").order_by("-id")
    return list(known[:limit])


def _record(verb: str, made: CreditProposal, *, person_id: int, now: datetime) -> None:
    """Write down who decided what; the reason stays in the proposal."""
    audit.record(
        action=f"ledger.{verb}",
        object_type="credit_proposal",
        object_id=str(made.public_id),
        organisation_id=made.tenant_id,
        actor=Actor.user(person_id),
        now=now,
        detail={
            "mode": made.mode,
            "limit": Money(made.limit).to_text(),
            "former_mode": made.former_mode,
            "former_limit": Money(made.former_limit).to_text(),
            "net_days": made.net_days,
            "former_net_days": made.former_net_days,
        },
    )
