"""Payees, terms, accounts and runs for tests, by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Organisation, OrganisationKind, User
from compute_billing.bank.models import BankAccount
from compute_billing.ledger import operations as ledger
from compute_billing.payouts import operations
from compute_billing.payouts.models import PayoutAccount, PayoutRun
from compute_billing.payouts.payment_file import ReadResult
from compute_billing.rating.breakage import book_breakage
from kernel.audit import Actor
from kernel.money import MICRO_PER_YUAN
from tests.builders.accounts import make_organisation, make_user
from tests.builders.bank import make_account
from tests.builders.ledger import make_tenant

NOW = datetime(2026, 10, 20, 4, 0, tzinfo=UTC)
COOL_OFF = timedelta(hours=72)
HEAD = "指令编号,金额,处理结果,失败原因,银行流水号"

_numbers = count(1)


def make_terms(payee: Organisation, *, from_month: date = date(2026, 1, 1), **more: Any) -> None:
    """Agree on five percent commission, six percent tax on it, and no reserve."""
    values = {
        "contract_no": f"JX-{next(_numbers)}",
        "commission_ppm": 50_000,
        "commission_tax_ppm": 60_000,
    }
    operations.agree(
        payee_id=payee.pk,
        from_month=from_month,
        terms=operations.Terms(**{**values, **more}),
        actor=Actor.system(),
        now=NOW,
    )


def propose_account(
    payee: Organisation, *, maker: User, number: str = "", now: datetime = NOW
) -> PayoutAccount:
    """Propose an account of the payee's own."""
    return operations.propose_account(
        payee_id=payee.pk,
        details=operations.BankDetails(
            bank="中国建设银行北京分行",
            branch_code="105100000017",
            holder=payee.name,
            number=number or f"11001000000{next(_numbers):08}",
        ),
        reason="收款账户",
        user_id=maker.pk,
        now=now,
    )


def make_payout_account(payee: Organisation, *, now: datetime = NOW) -> PayoutAccount:
    """Let an account be proposed and approved."""
    proposed = propose_account(payee, maker=make_user(), now=now)
    return operations.approve_account(
        account_id=proposed.public_id, cool_off=COOL_OFF, user_id=make_user().pk, now=now
    )


def make_run(account: BankAccount, *, maker: User | None = None, now: datetime = NOW) -> PayoutRun:
    """Propose to pay everybody out of a bank account."""
    return operations.propose_run(
        custody=account.custody, user_id=(maker or make_user()).pk, now=now
    )


def result(*lines: str) -> ReadResult:
    """Read what a bank would answer."""
    content = "\r\n".join((HEAD, *lines, "")).encode("gb18030")
    return operations.read_result(content, name="回盘.csv")


def answer(run: PayoutRun, *lines: str, now: datetime = NOW) -> operations.ImportedResult:
    """Import what a bank answered."""
    return operations.import_result(
        run_id=run.public_id, read=result(*lines), user_id=make_user().pk, now=now
    )


def earn(payee: Organisation, *, bank: BankAccount, yuan: int, now: datetime) -> None:
    """Let a tenant's prepayment of some yuan expire unused: it is its operator's then."""
    ledger.top_up(
        tenant_id=make_tenant().pk,
        operator_id=payee.pk,
        amount_micro=yuan * MICRO_PER_YUAN,
        custody=bank.custody,
        reference=f"expired-{next(_numbers)}",
        now=now - timedelta(days=60),
        expires_at=now - timedelta(days=40),
    )
    book_breakage(grace=timedelta(days=30), now=now)


def pay_out(*, maker: User, approver: User, now: datetime) -> Organisation:
    """Pay an operator of its own out: one payout came back, and one arrived. Return him."""
    payee = make_organisation(code="payee", name="西山算力运营", kind=OrganisationKind.OPERATOR)
    bank = make_account(payee, number="0200900000000000017")
    make_terms(payee, reserve_ppm=100_000, reserve_days=30, schedule="weekly")
    earn(payee, bank=bank, yuan=1_000, now=now)
    proposed = propose_account(payee, maker=maker, number="1100100000000000017", now=now)
    operations.approve_account(
        account_id=proposed.public_id, cool_off=COOL_OFF, user_id=approver.pk, now=now
    )
    for week, outcome in enumerate(("失败,账号不存在,", "成功,,B1")):
        later = now + timedelta(minutes=week)
        run = make_run(bank, maker=maker, now=later)
        operations.approve_run(run_id=run.public_id, user_id=approver.pk, now=later)
        (payout,) = run.payouts.all()
        fen = payout.amount_fen
        answer(run, f"{payout.number},{fen // 100}.{fen % 100:02d},{outcome}", now=later)
    return payee
