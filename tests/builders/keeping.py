"""What the keepers of an organisation's money tell, for those who read it by key."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import Organisation
from compute_billing.bank.models import BankAccount, BankLine, BankStatement
from compute_billing.cash import operations
from compute_billing.cash.days import start_of
from compute_billing.cash.models import CashDay, CashDifference
from compute_billing.cash.running import open_accounts
from compute_billing.subsidies.models import Fund
from tests.builders.accounts import make_user
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.subsidies import make_award, make_fund, make_programme

DAY = date(2026, 10, 9)
MORNING_AFTER = start_of(DAY) + timedelta(days=1, hours=2)


def own_account(organisation: Organisation) -> BankAccount:
    """Return an account of the organisation, as an operator."""
    known = BankAccount.objects.filter(operator=organisation).first()
    return known or make_account(organisation)


def own_bank_statement(organisation: Organisation) -> BankStatement:
    """Import a statement of the organisation: a transfer that waits, and a line of nonsense."""
    serial = str(BankLine.objects.count())
    lines = line("1.00", payer="结息", serial=serial), line("one yuan", serial=f"{serial}-odd")
    take_in(own_account(organisation), statement(*lines), user_id=make_user().pk)
    return BankStatement.objects.filter(account__operator=organisation).latest("id")


def own_bank_line(organisation: Organisation) -> BankLine:
    """Return a transfer to the organisation that waits."""
    return BankLine.objects.get(statement=own_bank_statement(organisation))


def own_cash_day(organisation: Organisation) -> CashDay:
    """Reconcile a day of the organisation's account, on which a transfer is of nobody."""
    own_bank_statement(organisation)
    custody = own_account(organisation).custody
    open_accounts(now=MORNING_AFTER)
    operations.reconcile(custody=custody, day=DAY, now=MORNING_AFTER)
    return CashDay.objects.select_related("account").get(account__custody=custody, day=DAY)


def own_cash_difference(organisation: Organisation) -> CashDifference:
    """Return a difference at the organisation's bank that nobody explains."""
    account = own_cash_day(organisation).account
    return CashDifference.objects.filter(account=account, ended_at=None).latest("id")


def own_fund(authority: Organisation) -> Fund:
    """Open a fund of an authority's own programme, from which something is awarded."""
    programme = make_programme(authority_id=authority.pk)
    fund = make_fund(amount_micro=90_000_000, programme_id=programme.pk)
    make_award(fund_id=fund.pk)
    return fund
