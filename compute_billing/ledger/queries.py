"""Every read of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compute_billing.ledger.locks import ROOM
from compute_billing.ledger.models import NET_DAYS, LedgerAccount, LedgerTransaction, Wallet
from kernel.errors import DomainError
from kernel.sql import row, rows, statement

PAGE_MAX: Final = 1_000


class AccountNotFound(DomainError):
    """The books have no such account."""

    code = "account_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What came into an account minus what went out, and what of it is free to spend.

    `floor` is None for an account that has none; what is available is then not limited.
    """

    unit: str
    posted: int
    held: int
    floor: int | None

    @property
    def available(self) -> int | None:
        """Return what may leave the account, or None when there is no floor."""
        return None if self.floor is None else self.posted - self.held - self.floor


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBalance:
    """What a tenant's lots of one stage and unit hold together."""

    stage: str
    unit: str
    posted: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is still owed of one posting out of an arrears account, in micro-yuan."""

    tenant_id: int
    account_id: int
    operator_id: int
    operator: str
    operator_name: str
    cause: str
    posting_id: int
    transaction_id: int
    occurred_at: datetime
    unit: str
    outstanding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One posting seen from one account: positive when it came in."""

    posting_id: int
    transaction_id: int
    kind: str
    reference: str
    occurred_at: datetime
    recorded_at: datetime
    other_account_id: int
    amount: int
    balance_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """The balance of all accounts of a kind in a unit; per unit the lines sum to zero."""

    unit: str
    kind: str
    balance: int


def balance(*, account_id: int) -> Balance:
    """Return an account's balance: the live one of a floored account, else its postings' sum.

    Raises:
        AccountNotFound: there is no such account.
    """
    found = row(statement(ROOM, "balance.sql"), account_id=account_id)
    if found is None:
        message = f"There is no account {account_id}."
        raise AccountNotFound(message, details={"account_id": account_id})
    return Balance(
        unit=found["unit"], posted=found["posted"], held=found["held"] or 0, floor=found["floor"]
    )


def find_account(
    *, owner_kind: str, owner_id: int, kind: str, subject: str = "", unit: str = "CNY"
) -> int | None:
    """Return the id of an account, or None when nobody has opened it."""
    return (
        LedgerAccount.objects.filter(
            owner_kind=owner_kind, owner_id=owner_id, kind=kind, subject=subject, unit=unit
        )
        .values_list("id", flat=True)
        .first()
    )


def find_transaction(*, kind: str, reference: str) -> int | None:
    """Return the id of the transaction that the books have under a key, or None."""
    found = LedgerTransaction.objects.filter(kind=kind, reference=reference)
    return found.values_list("id", flat=True).first()


def tenant_balance(*, tenant_id: int, at: datetime) -> list[StageBalance]:
    """Return what the lots that are valid at an instant hold now, by stage and unit.

    For a future instant this is what is left then if nothing is spent: lots that expire before
    are not in it, although their breakage is booked only when it happens.
    """
    found = rows(statement(ROOM, "tenant_balance.sql"), tenant_id=tenant_id, at=at)
    return [StageBalance(**line) for line in found]


def arrears(*, tenant_id: int) -> list[Debt]:
    """Return what a tenant still owes, oldest first, each debt with its cause."""
    return arrears_of(tenant_ids=[tenant_id])


def arrears_of(*, tenant_ids: Sequence[int]) -> list[Debt]:
    """Return what tenants still owe, oldest first, each debt with its cause."""
    found = rows(statement(ROOM, "arrears.sql"), tenant_ids=list(tenant_ids))
    return [Debt(**line) for line in found]


def arrears_by_cause(*, tenant_id: int) -> dict[str, int]:
    """Return what a tenant still owes by cause, in micro-yuan, the oldest cause first."""
    owed: dict[str, int] = {}
    for debt in arrears(tenant_id=tenant_id):
        owed[debt.cause] = owed.get(debt.cause, 0) + debt.outstanding
    return owed


def account_statement(
    *, account_id: int, after_posting_id: int = 0, limit: int = 100
) -> list[Movement]:
    """Return a page of an account's movements in book order, each with the balance after it."""
    found = rows(
        statement(ROOM, "account_statement.sql"),
        account_id=account_id,
        after_posting_id=after_posting_id,
        limit=min(limit, PAGE_MAX),
    )
    return [Movement(**line) for line in found]


def trial_balance() -> list[TrialLine]:
    """Return the balances by unit and kind of account, reckoned from the postings alone."""
    return [TrialLine(**line) for line in rows(statement(ROOM, "trial_balance.sql"))]


def wallet(*, tenant_id: int) -> Wallet | None:
    """Return a tenant's wallet, or None."""
    return Wallet.objects.filter(tenant_id=tenant_id).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletState:
    """How a tenant pays, what of its credit limit is used, in micro-yuan, and when that is due."""

    mode: str | None
    paused_reason: str
    credit_limit: int
    credit_used: int
    net_days: int = NET_DAYS
    low_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a tenant may spend at an instant, its credit, and what it owes now, in micro-yuan."""

    at: datetime
    mode: str | None
    paused_reason: str
    holdings: list[StageBalance]
    credit_limit: int
    credit_used: int
    arrears: int
    low_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseOwed:
    """What is still owed to one operator for one cause, in how many debts, and since when."""

    operator: str
    operator_name: str
    cause: str
    outstanding: int
    debts: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot in words: what was granted, what is left of it, and on what it may be spent."""

    account_id: int
    stage: str
    reference: str
    operator: str
    operator_name: str
    unit: str
    granted: int
    posted: int
    held: int
    starts_at: datetime
    expires_at: datetime | None
    funded_by: str
    cluster: str | None
    cluster_name: str | None
    card_type: str | None
    project: str | None
    project_name: str | None

    @property
    def place(self) -> tuple[datetime, str, str, str]:
        """Return its place in the order of `lot_page`."""
        return self.starts_at, self.stage, self.reference, self.unit


def wallet_state(*, tenant_id: int) -> WalletState:
    """Return how a tenant pays; one without a wallet has no mode, and no credit."""
    found = row(statement(ROOM, "wallet_state.sql"), tenant_id=tenant_id) or {}
    return WalletState(
        mode=found["mode"],
        paused_reason=found["paused_reason"] or "",
        credit_limit=-(found["credit_floor"] or 0),
        credit_used=-(found["credit_posted"] or 0),
        net_days=NET_DAYS if found["net_days"] is None else found["net_days"],
        low_amount=found["low_amount"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOpen:
    """What a tenant used of its credit with one operator and has not paid back, in micro-yuan."""

    tenant_id: int
    operator_id: int
    account_id: int
    outstanding: int


def credit_by_operator(*, tenant_ids: Sequence[int]) -> list[CreditOpen]:
    """Return what is used on credit by whom it is owed to; nothing where all is paid back.

    It is below zero where a correction gave back what had been paid, until that went to a lot.
    """
    found = rows(statement(ROOM, "credit_by_operator.sql"), tenant_ids=list(tenant_ids))
    return [CreditOpen(**line) for line in found]


def position(*, tenant_id: int, at: datetime) -> Position:
    """Return what a tenant may spend at an instant, and what it owes; three queries."""
    state = wallet_state(tenant_id=tenant_id)
    return Position(
        at=at,
        mode=state.mode,
        paused_reason=state.paused_reason,
        holdings=tenant_balance(tenant_id=tenant_id, at=at),
        credit_limit=state.credit_limit,
        credit_used=state.credit_used,
        arrears=sum(debt.outstanding for debt in arrears(tenant_id=tenant_id)),
        low_amount=state.low_amount,
    )


def owed_by_cause(*, tenant_id: int) -> list[CauseOwed]:
    """Return what a tenant still owes by operator and cause, the oldest cause first."""
    debts: dict[tuple[str, str], list[Debt]] = {}
    for debt in arrears(tenant_id=tenant_id):
        debts.setdefault((debt.operator, debt.cause), []).append(debt)
    return [
        CauseOwed(
            operator=operator,
            operator_name=owed[0].operator_name,
            cause=cause,
            outstanding=sum(debt.outstanding for debt in owed),
            debts=len(owed),
            since=min(debt.occurred_at for debt in owed),
        )
        for (operator, cause), owed in debts.items()
    ]


def lot_page(
    *,
    tenant_id: int,
    stage: str | None,
    valid_at: datetime | None,
    after: tuple[datetime, str, str, str] | None,
    limit: int,
) -> list[Lot]:
    """Return a tenant's lots with what is left of each, by beginning, from behind `after` on."""
    starts_at, after_stage, reference, unit = after or (None, None, None, None)
    found = rows(
        statement(ROOM, "lot_page.sql"),
        tenant_id=tenant_id,
        stage=stage,
        valid_at=valid_at,
        after_starts_at=starts_at,
        after_stage=after_stage,
        after_reference=reference,
        after_unit=unit,
        named=None,
        unit=None,
        limit=limit,
    )
    return [Lot(**lot) for lot in found]


def find_lot(*, tenant_id: int, stage: str, reference: str, unit: str) -> Lot | None:
    """Return a tenant's lot by its stage, reference and unit, or None."""
    nothing = dict.fromkeys(
        ("valid_at", "after_starts_at", "after_stage", "after_reference", "after_unit")
    )
    found = rows(
        statement(ROOM, "lot_page.sql"),
        tenant_id=tenant_id,
        stage=stage,
        named=reference,
        unit=unit,
        limit=1,
        **nothing,
    )
    return Lot(**found[0]) if found else None


def card_time_unit(*, meter_id: int) -> str:
    """Return the unit of a meter's card time.

    Raises:
        AccountNotFound: there is no such meter.
    """
    found = row(statement(ROOM, "meter_code.sql"), meter_id=meter_id)
    if found is None:
        message = f"There is no meter {meter_id}."
        raise AccountNotFound(message, details={"meter_id": meter_id})
    return f"CT:{found['code']}"
