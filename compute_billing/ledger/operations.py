"""Every write to the books: accounts, postings, wallets, lots, credit and arrears.

Locks are taken in one order everywhere: the tenant's wallet, then balances by account id.
"""

from datetime import datetime

from compute_billing.ledger.accounts import account
from compute_billing.ledger.clearing import (
    ArrearsCleared,
    clear_arrears,
    clear_debts,
    return_overpaid_arrears,
    return_overpaid_credit,
)
from compute_billing.ledger.holds import (
    HoldIsClosed,
    HoldNotFound,
    HoldReferenceReused,
    let_go,
    release_expired,
)
from compute_billing.ledger.locks import ROOM, WalletNotFound, locked_wallet
from compute_billing.ledger.lots import EVERYTHING, Grant, LotScope, UnableToGrantLot, fill_lot
from compute_billing.ledger.models import CNY, CreditLot, LedgerBalance, Wallet
from compute_billing.ledger.posting import (
    BATCH_MAX,
    Overdraft,
    ReferenceReused,
    UnableToPost,
    post,
    post_batch,
)
from compute_billing.ledger.transfers import Entry, Result, Status, Transfer
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.sql import execute, statement
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

__all__ = [
    "BATCH_MAX",
    "CNY",
    "EVERYTHING",
    "ArrearsCleared",
    "Entry",
    "HoldIsClosed",
    "HoldNotFound",
    "HoldReferenceReused",
    "LotScope",
    "Overdraft",
    "ReferenceReused",
    "Result",
    "Status",
    "Transfer",
    "UnableToGrantLot",
    "UnableToOpenWallet",
    "UnableToPost",
    "UnableToSetCreditLimit",
    "WalletNotFound",
    "account",
    "clear_arrears",
    "clear_debts",
    "ensure_wallet",
    "grant_in_kind_lot",
    "grant_paid_lot",
    "grant_promotion_lot",
    "let_go",
    "open_transaction",
    "open_wallet",
    "post",
    "post_batch",
    "release_expired",
    "return_overpaid_arrears",
    "return_overpaid_credit",
    "set_credit_limit",
    "top_up",
]


class UnableToOpenWallet(DomainError):
    """The tenant has a wallet already, or the mode is unknown."""

    code = "unable_to_open_wallet"


class UnableToSetCreditLimit(DomainError):
    """The wallet is prepaid, the limit is negative, or more than the limit is used already."""

    code = "unable_to_set_credit_limit"


def open_wallet(*, tenant_id: int, mode: str = Wallet.Mode.PREPAID) -> Wallet:
    """Open a tenant's wallet; a postpaid one begins with a credit limit of zero.

    Raises:
        UnableToOpenWallet: it has one already, or the mode is unknown.
    """
    if mode not in Wallet.Mode.values:
        message = f"{mode!r} is no mode of a wallet: use {', '.join(Wallet.Mode.values)}."
        raise UnableToOpenWallet(message)
    has_one = UnableToOpenWallet(
        "The tenant has a wallet already.", details={"tenant_id": tenant_id}
    )
    with transaction(), constraint_errors({"ledger_wallet_pkey": has_one}):
        wallet = Wallet.objects.create(tenant_id=tenant_id, mode=mode)
        if mode == Wallet.Mode.POSTPAID:
            account(owner_kind="tenant", owner_id=tenant_id, kind="credit")
        return wallet


@transaction_required
def ensure_wallet(*, tenant_id: int) -> None:
    """Open a prepaid wallet unless the tenant has one; safe under any concurrency."""
    execute(statement(ROOM, "ensure_wallet.sql"), tenant_id=tenant_id)


@transaction_required
def open_transaction(*, kind: str, reference: str, occurred_at: datetime, now: datetime) -> int:
    """Write the head of a transaction whose postings the caller writes set-based, at once.

    Only rating does so: its postings are the sums of its shares, made in one statement.
    """
    opened = execute(
        statement(ROOM, "open_transaction.sql"),
        kind=kind,
        reference=reference,
        occurred_at=occurred_at,
        now=now,
    )
    return int(opened.fetchone()[0])


def set_credit_limit(*, tenant_id: int, limit_micro: int) -> None:
    """Let a postpaid tenant owe up to `limit_micro` before its usage becomes arrears.

    Raises:
        WalletNotFound: the tenant has no wallet.
        UnableToSetCreditLimit: prepaid, negative, or less than is used already.
    """
    if limit_micro < 0:
        message = f"A credit limit cannot be negative: {limit_micro}."
        raise UnableToSetCreditLimit(message)
    used = UnableToSetCreditLimit(
        "More than this limit is used already: bill and collect it first.",
        details={"tenant_id": tenant_id, "limit_micro": limit_micro},
    )
    with transaction(), constraint_errors({"ledger_balance_never_below_floor": used}):
        if locked_wallet(tenant_id).mode != Wallet.Mode.POSTPAID:
            message = "A prepaid wallet has no credit limit."
            raise UnableToSetCreditLimit(message)
        account_id = account(owner_kind="tenant", owner_id=tenant_id, kind="credit")
        LedgerBalance.objects.filter(account_id=account_id).update(floor=-limit_micro)


@transaction_required
def grant_paid_lot(
    *,
    tenant_id: int,
    operator_id: int,
    amount_micro: int,
    custody: str,
    reference: str,
    now: datetime,
    occurred_at: datetime | None = None,
    expires_at: datetime | None = None,
    scope: LotScope = EVERYTHING,
) -> CreditLot:
    """Book money that a tenant paid to an operator as a lot; `custody` says where it lies.

    The same reference again changes nothing and returns the first lot.

    Raises:
        UnableToGrantLot: no positive amount, it expires before it starts, or a foreign project.
        ReferenceReused: another top-up has this reference.
        WalletNotFound: the tenant has no wallet.
    """
    locked_wallet(tenant_id)
    grant = Grant(
        tenant_id=tenant_id,
        operator_id=operator_id,
        stage=CreditLot.Stage.PAID,
        quantity=amount_micro,
        unit=CNY,
        scope=scope,
        starts_at=occurred_at or now,
        expires_at=expires_at,
        funded_by=custody,
        transaction_kind="top_up",
        reference=reference,
    )
    cash = account(owner_kind="operator", owner_id=operator_id, kind="cash", subject=custody)
    return fill_lot(grant, source_id=cash, occurred_at=occurred_at or now, now=now)


def top_up(
    *,
    tenant_id: int,
    operator_id: int,
    amount_micro: int,
    custody: str,
    reference: str,
    now: datetime,
    occurred_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> CreditLot:
    """Book a payment as a paid lot and settle what is owed to the operator from it.

    Raises:
        UnableToGrantLot: no positive amount, or it expires before it starts.
        ReferenceReused: another top-up has this reference.
        WalletNotFound: the tenant has no wallet.
    """
    with transaction_if_not_already():
        lot = grant_paid_lot(
            tenant_id=tenant_id,
            operator_id=operator_id,
            amount_micro=amount_micro,
            custody=custody,
            reference=reference,
            now=now,
            occurred_at=occurred_at,
            expires_at=expires_at,
        )
        clear_debts(tenant_id=tenant_id, now=now)
        return lot


def grant_promotion_lot(
    *,
    tenant_id: int,
    operator_id: int,
    amount_micro: int,
    reference: str,
    now: datetime,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    scope: LotScope = EVERYTHING,
) -> CreditLot:
    """Grant a discount in money at the operator's cost; it comes before any subsidy and tax.

    Raises:
        UnableToGrantLot: no positive amount, it expires before it starts, or a foreign project.
        ReferenceReused: another grant has this reference.
        WalletNotFound: the tenant has no wallet.
    """
    grant = Grant(
        tenant_id=tenant_id,
        operator_id=operator_id,
        stage=CreditLot.Stage.PROMOTION,
        quantity=amount_micro,
        unit=CNY,
        scope=scope,
        starts_at=starts_at or now,
        expires_at=expires_at,
        funded_by=f"operator:{operator_id}",
        transaction_kind="promotion_grant",
        reference=reference,
    )
    with transaction():
        locked_wallet(tenant_id)
        cost = account(owner_kind="operator", owner_id=operator_id, kind="promotion_cost")
        return fill_lot(grant, source_id=cost, occurred_at=now, now=now)


def _card_time_unit(meter_id: int | None) -> str:
    """Return the unit of a meter's card time."""
    code = (
        None
        if meter_id is None
        else execute(statement(ROOM, "meter_code.sql"), meter_id=meter_id).fetchone()
    )
    if code is None:
        message = "A lot of card time needs the meter that counts it."
        raise UnableToGrantLot(message, details={"meter_id": meter_id})
    return f"CT:{code[0]}"


def grant_in_kind_lot(
    *,
    tenant_id: int,
    operator_id: int,
    quantity: int,
    scope: LotScope,
    reference: str,
    now: datetime,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> CreditLot:
    """Grant card time of the scope's meter, in milli-card-ms: a package or a quota, not money.

    Raises:
        UnableToGrantLot: nothing to grant, no such meter, wrong dates, or a foreign project.
        ReferenceReused: another grant has this reference.
        WalletNotFound: the tenant has no wallet.
    """
    with transaction():
        locked_wallet(tenant_id)
        unit = _card_time_unit(scope.meter_id)
        grant = Grant(
            tenant_id=tenant_id,
            operator_id=operator_id,
            stage=CreditLot.Stage.IN_KIND,
            quantity=quantity,
            unit=unit,
            scope=scope,
            starts_at=starts_at or now,
            expires_at=expires_at,
            funded_by=f"operator:{operator_id}",
            transaction_kind="in_kind_grant",
            reference=reference,
        )
        granted = account(
            owner_kind="operator", owner_id=operator_id, kind="card_time_granted", unit=unit
        )
        return fill_lot(grant, source_id=granted, occurred_at=now, now=now)
