"""Bank accounts, codes and statements for tests, by the real operations."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Organisation, User
from compute_billing.bank import operations
from compute_billing.bank.bank_file import read_statement
from compute_billing.bank.models import BankAccount, BankLine
from compute_billing.bank.operations import Imported
from kernel.audit import Actor
from tests.builders.accounts import NOW

HEAD = "交易日期,收入金额,支出金额,余额,对方户名,对方账号,附言,交易流水号"
TWO_FROM_FEN = 5_000_000

_numbers = count(1)


def make_account(operator: Organisation, **overrides: Any) -> BankAccount:
    """Open an account of an operator."""
    values = {
        "operator_id": operator.pk,
        "bank": "中国工商银行北京分行",
        "holder": operator.name,
        "number": f"02000000000{next(_numbers):08}",
        "actor": Actor.system(),
        "now": NOW,
    }
    return operations.open_account(**{**values, **overrides})


def code_of(tenant: Organisation, operator: Organisation) -> str:
    """Return a tenant's code for an operator."""
    return operations.remittance_code(tenant_id=tenant.pk, operator_id=operator.pk, now=NOW)


def line(
    yuan: str,
    *,
    payer: str = "",
    remark: str = "",
    serial: str = "",
    day: str = "2026-10-09",
    left: str = "",
) -> str:
    """Write a line of money that came in; `left` is what the account holds after it."""
    return f"{day},{yuan},,{left},{payer},6222000011112222,{remark},{serial}"


def statement(*lines: str, head: str = HEAD, encoding: str = "gb18030") -> bytes:
    """Write a statement as an online bank exports it."""
    return "\r\n".join((head, *lines, "")).encode(encoding)


def take_in(account: BankAccount, content: bytes, *, user_id: int, name: str = "s.csv") -> Imported:
    """Import a statement."""
    return operations.import_statement(
        account_id=account.public_id,
        read=read_statement(content, name=name),
        user_id=user_id,
        now=NOW,
    )


def take_bank_money(
    *, operator: Organisation, tenant: Organisation, maker: User, approver: User, now: datetime
) -> None:
    """Take a statement in: one line credits itself, one is decided by two, one is set aside."""
    account = make_account(operator)
    code = code_of(tenant, operator)
    lines = [
        line("300.00", payer=tenant.name, remark=code, serial="1"),
        line("60000.00", payer="张三", remark=f"代付 {code}", serial="2"),
        line("1.23", payer="结息", serial="3"),
    ]
    take_in(account, statement(*lines), user_id=maker.pk)
    operations.credit_exact_lines(two_from_fen=TWO_FROM_FEN, now=now)
    large, interest = BankLine.objects.filter(decision__isnull=True).order_by("id")
    told = {"two_from_fen": TWO_FROM_FEN, "user_id": maker.pk, "now": now}
    proposal: Any = operations.decide(
        line_id=large.public_id, fate="credit", tenant_id=tenant.pk, reason="代付协议", **told
    )
    operations.approve(proposal_id=proposal.public_id, **{**told, "user_id": approver.pk})
    operations.decide(
        line_id=interest.public_id, fate="aside", tenant_id=None, reason="银行结息", **told
    )
