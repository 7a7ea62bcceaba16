"""What the centre earned leaves the house: one payout came back, the next one arrived.

The terms, the account and the runs are made by operations; what the bank answers, and that it
booked the payment, are files as it exports them.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from accounts import operations as people
from accounts.permissions import Staff
from accounts.queries import organisation_by_id, user_by_email
from compute_billing.bank import operations as bank
from compute_billing.bank import queries as bank_queries
from compute_billing.bank.bank_file import read_statement
from compute_billing.payouts import operations, queries
from demo.cast import MAIL, PASSWORD
from demo.seeding import Stage
from demo.transfers import HEAD, NUMBER
from kernel.audit import Actor

RESULT_HEAD: Final = "指令编号,金额,处理结果,失败原因,银行流水号"
FIRST: Final = operations.BankDetails(
    bank="中国建设银行北京门头沟支行",
    branch_code="105100008027",
    holder="",
    number="11001009300059110001",
)


def pay_the_operator(*, stage: Stage, month: date, now: datetime) -> None:
    """Agree on terms, pay the operator out twice, and leave a change of account to be decided."""
    maker = user_by_email(email=f"finance@{MAIL}").pk
    operator_desk = user_by_email(email=f"operator@{MAIL}").pk
    approver = _second_of_finance(now=now)
    operations.agree(
        payee_id=stage.operator_id,
        from_month=month,
        terms=operations.Terms(
            contract_no="京西运营〔2026〕12号",
            commission_ppm=50_000,
            commission_tax_ppm=60_000,
            reserve_ppm=100_000,
            reserve_days=30,
            minimum_fen=10_000,
        ),
        actor=Actor.system(),
        now=now,
    )
    first = _propose(stage, number=FIRST.number, maker=operator_desk, now=now)
    operations.approve_account(
        account_id=first,
        cool_off=timedelta(hours=settings.PAYOUT_ACCOUNT_HOURS),
        user_id=approver,
        now=now,
    )
    for answer in ("失败,收款账户状态异常,", "成功,,P20261001"):
        _run(answer, maker=maker, approver=approver, now=now)
    _tell_of_it(maker=maker, now=now)
    # Its account at Stripe is opened by a worker; what Stripe wants to know stands on the page.
    operations.connect(
        payee_id=stage.operator_id,
        country="HK",
        email=f"operator@{MAIL}",
        user_id=operator_desk,
        now=now,
    )
    _propose(stage, number="11001009300059110418", maker=operator_desk, now=now)


def _second_of_finance(*, now: datetime) -> int:
    user = people.create_user(
        email=f"comptroller@{MAIL}", password=PASSWORD, now=now, name="comptroller"
    )
    people.grant_staff_role(user_id=user.pk, role=Staff.FINANCE, granted_by_id=None, now=now)
    return int(user.pk)


def _propose(stage: Stage, *, number: str, maker: int, now: datetime) -> UUID:
    holder = organisation_by_id(organisation_id=stage.operator_id).name
    return operations.propose_account(
        payee_id=stage.operator_id,
        details=operations.BankDetails(
            bank=FIRST.bank, branch_code=FIRST.branch_code, holder=holder, number=number
        ),
        reason="基本存款账户",
        user_id=maker,
        now=now,
    ).public_id


def _run(answer: str, *, maker: int, approver: int, now: datetime) -> None:
    run = operations.propose_run(custody=f"bank:{NUMBER}", user_id=maker, now=now)
    operations.approve_run(run_id=run.public_id, user_id=approver, now=now)
    _run_again, payouts = queries.run_with_payouts(run_id=run.public_id)
    lines = [f"{one.number},{_yuan(one.amount_fen)},{answer}" for one in payouts]
    content = "\r\n".join((RESULT_HEAD, *lines, "")).encode("gb18030")
    operations.import_result(
        run_id=run.public_id,
        read=operations.read_result(content, name="批量付款回盘.csv"),
        # Whoever proposed it does not say what came back.
        user_id=approver,
        now=now,
    )


def _tell_of_it(*, maker: int, now: datetime) -> None:
    """Let the bank's statement tell of the payment that arrived."""
    (paid,) = (
        one
        for one in queries.payout_page(payee_id=None, after=None, limit=10)
        if one.state == "paid"
    )
    line = (
        f"{now.date().isoformat()},,{_yuan(paid.amount_fen)},,{paid.account.holder},"
        f"{paid.account.number},{paid.number} 算力结算款,P20261001"
    )
    (account,) = bank_queries.accounts()
    bank.import_statement(
        account_id=account.public_id,
        read=read_statement(
            "\r\n".join((HEAD, line, "")).encode("gb18030"), name="工行对账单-付款.csv"
        ),
        user_id=maker,
        now=now,
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
