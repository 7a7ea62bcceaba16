"""An operator who earns: a tenant that paid in, terms, an account, and how its money stands."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Organisation, User
from compute_billing.bank.models import BankAccount
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import LedgerAccount, LedgerBalance, LedgerPosting
from compute_billing.ledger.operations import CNY, Transfer
from compute_billing.payouts import operations
from compute_billing.payouts.models import PayeeEntry, Payout, PayoutAccount
from tests.builders.accounts import make_user
from tests.builders.bank import make_account
from tests.builders.ledger import make_account as make_ledger_account
from tests.builders.ledger import make_operator, make_tenant, post_entry
from tests.builders.payouts import (
    NOW,
    make_payout_account,
    make_run,
    make_terms,
)

YUAN = 1_000_000


class Centre:
    """An operator whose tenant has paid in, with terms and an account of its own."""

    def __init__(self, *, paid_in: int = 1_000, now: datetime = NOW, **terms: object) -> None:
        self.payee: Organisation = make_operator()
        self.tenant: Organisation = make_tenant()
        self.bank: BankAccount = make_account(self.payee)
        make_terms(self.payee, **terms)
        self.account: PayoutAccount = make_payout_account(self.payee, now=now)
        self.lot = ledger.top_up(
            tenant_id=self.tenant.pk,
            operator_id=self.payee.pk,
            amount_micro=paid_in * YUAN,
            custody=self.bank.custody,
            reference=f"top-up-{self.tenant.pk}",
            now=NOW,
        ).account_id
        self.revenue = make_ledger_account(owner_id=self.payee.pk, kind="compute_revenue")

    def use(self, yuan: int) -> None:
        """Let the tenant use what it paid for, or take it back."""
        self.move(yuan * YUAN)

    def move(self, amount: int) -> None:
        """Let the tenant use micro-yuan of what it paid for, or take them back."""
        ends = (self.lot, self.revenue) if amount > 0 else (self.revenue, self.lot)
        post_entry(Transfer(*ends, CNY, abs(amount)))

    def accrue(self, *, now=NOW) -> int:
        return operations.accrue(payee_id=self.payee.pk, now=now)

    def stands(self) -> dict[str, int]:
        """Return how the payee's money stands, by the books and by the last entry, in µ¥."""
        entry = PayeeEntry.objects.filter(payee_id=self.payee.pk).latest("sequence")
        told = {
            "payable": entry.payable_after,
            "reserve": entry.reserve_after,
            "transit": entry.transit_after,
            "debt": entry.debt_after,
        }
        for name in ("payable", "reserve", "transit"):
            assert self.balance(f"payee_{name}") == told[name]
        assert self.balance("payee_debt") == -told["debt"]
        return told

    def balance(self, kind: str) -> int:
        ids = LedgerAccount.objects.filter(owner_id=self.payee.pk, kind=kind).values_list("pk")
        came = LedgerPosting.objects.filter(destination_account__in=ids).values_list("amount")
        went = LedgerPosting.objects.filter(source_account__in=ids).values_list("amount")
        total = sum(amount for (amount,) in came) - sum(amount for (amount,) in went)
        live = LedgerBalance.objects.filter(account__in=ids).values_list("posted", flat=True)
        assert not live or sum(live) == total
        return total


def approved(centre: Centre, *, maker: User | None = None):
    run = make_run(centre.bank, maker=maker)
    operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=NOW)
    return run, Payout.objects.get(run=run)
