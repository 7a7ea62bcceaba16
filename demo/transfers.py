"""Transfers by bank: one with code and name, and those that finance has to look at."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.queries import organisation_by_id, user_by_email
from compute_billing.bank import operations
from compute_billing.bank.bank_file import read_statement
from demo.cast import MAIL, TENANTS
from demo.seeding import Stage
from kernel.audit import Actor

NUMBER: Final = "0200001409024917335"
FEN_PER_YUAN: Final = 100
HEAD: Final = "交易日期,收入金额,支出金额,余额,对方户名,对方账号,附言,交易流水号"


def leave_transfers(*, stage: Stage, now: datetime) -> None:
    """Open the operator's account and import a statement, of which one line credits itself."""
    operator = organisation_by_id(organisation_id=stage.operator_id)
    account = operations.open_account(
        operator_id=operator.pk,
        bank="中国工商银行北京石景山支行",
        holder=operator.name,
        number=NUMBER,
        actor=Actor.system(),
        now=now,
    )
    codes = {
        tenant.code: operations.remittance_code(
            tenant_id=stage.tenant_ids[tenant.code], operator_id=operator.pk, now=now
        )
        for tenant in TENANTS
    }
    content = _statement(codes=list(codes.values()), names=[tenant.name for tenant in TENANTS])
    days = [(now - timedelta(days=back)).date().isoformat() for back in (3, 2, 1)]
    operations.import_statement(
        account_id=account.public_id,
        read=read_statement(content.format(*days).encode("gb18030"), name="工行对账单.csv"),
        user_id=user_by_email(email=f"finance@{MAIL}").pk,
        now=now,
    )
    operations.credit_exact_lines(two_from_fen=settings.BANK_TWO_FROM_YUAN * FEN_PER_YUAN, now=now)


def _statement(*, codes: list[str], names: list[str]) -> str:
    """Return a statement as the bank exports it; a day stands where its number is."""
    rows = (
        f"{{0}},20000.00,,,王建国,6222020200112233445,代付算力款 {codes[0]},A1001",
        f"{{1}},80000.00,,,{names[1]},110060971018010023456,货款,A1002",
        f"{{1}},12000.00,,,{names[5]},110060974018800099001,预付算力款 {codes[5]},A1007",
        "{1},15000.00,,,北京某某科技有限公司,0200098709200088888,预付款,A1003",
        "{2},36.52,,,,,结息,A1004",
        "{2},,12.00,,,,对公账户管理费,A1005",
        "{2},一千元整,,,某某,1,,A1006",
    )
    return "\r\n".join((HEAD, *rows, ""))
