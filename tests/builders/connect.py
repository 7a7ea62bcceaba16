"""A payee who is paid by Connect: money at Stripe, an account there, and a clock to move on."""

from __future__ import annotations

from datetime import datetime, timedelta

from compute_billing.payments import working as payments_working
from compute_billing.payouts import connect_working, operations
from compute_billing.payouts.connect_models import ConnectedAccount
from compute_billing.payouts.models import PayeeEntry, Payout, PayoutRun
from tests.builders.accounts import make_user
from tests.builders.ledger import make_account, make_operator, make_tenant, post_entry
from tests.builders.payouts import make_terms
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all

YUAN = 1_000_000
CUSTODY = "stripe:main"
THREE_DAYS = 3 * 86_400


class ConnectCentre:
    """An operator whose tenant paid by Stripe, used all of it, and who is on the Connect rail."""

    def __init__(self, stripe: StandIn, *, paid_fen: int = 100_000, **terms: object) -> None:
        self.stripe = stripe
        self.payer = Payer(tenant=make_tenant(), operator=make_operator())
        self.payee = self.payer.operator
        make_terms(self.payee, **{"commission_ppm": 0, "commission_tax_ppm": 0, **terms})
        self.revenue = make_account(owner_id=self.payee.pk, kind="compute_revenue")
        self.pay_in(paid_fen)

    def now(self) -> datetime:
        return self.payer.now()

    def pay_in(self, fen: int, *, form: str = "form-1") -> None:
        """Let the tenant pay by card, and the money become available at Stripe."""
        payment = self.payer.open(fen, form=form)
        self.stripe.pay(payment)
        tell_all(self.stripe)
        self.payer.work()
        self.stripe.control("advance", seconds=THREE_DAYS)

    def use(self, yuan: int) -> None:
        """Let the tenant use what it paid for, or take it back."""
        from compute_billing.ledger.models import CNY, CreditLot
        from compute_billing.ledger.operations import Transfer

        lot = CreditLot.objects.get(tenant_id=self.payer.tenant.pk).account_id
        ends = (lot, self.revenue) if yuan > 0 else (self.revenue, lot)
        post_entry(Transfer(*ends, CNY, abs(yuan) * YUAN))

    def connect(self) -> ConnectedAccount:
        """Ask for the payee's account at Stripe; nothing is sent yet."""
        return operations.connect(
            payee_id=self.payee.pk,
            country="HK",
            email="payee@example.cn",
            user_id=make_user().pk,
            now=self.now(),
        )

    def onboard(self) -> ConnectedAccount:
        """Open it, give Stripe what it wants, and let the rail be approved."""
        connected = self.connect()
        self.work()
        connected.refresh_from_db()
        self.stripe.control("account", account=connected.stripe_account)
        self.told()
        proposed = operations.propose_connect(
            payee_id=self.payee.pk, reason="境外结算", user_id=make_user().pk, now=self.now()
        )
        operations.approve_account(
            account_id=proposed.public_id,
            cool_off=timedelta(hours=72),
            user_id=make_user().pk,
            now=self.now(),
        )
        connected.refresh_from_db()
        return connected

    def approved(self) -> tuple[PayoutRun, Payout]:
        """Propose a run out of Stripe and let somebody else approve it."""
        operations.accrue(payee_id=self.payee.pk, now=self.now())
        run = operations.propose_run(custody=CUSTODY, user_id=make_user().pk, now=self.now())
        operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=self.now())
        return run, Payout.objects.get(run=run)

    def transferred(self) -> Payout:
        """Pay out to the end."""
        _, payout = self.approved()
        self.work()
        payout.refresh_from_db()
        return payout

    def take_back(self, payout: Payout, *, fen: int):
        """Propose a reversal and let somebody else approve it; nothing is sent yet."""
        proposed = operations.propose_reversal(
            payout_id=payout.public_id,
            amount_fen=fen,
            reason="多付",
            user_id=make_user().pk,
            now=self.now(),
        )
        return operations.approve_reversal(
            reversal_id=proposed.public_id, user_id=make_user().pk, now=self.now()
        )

    def work(self) -> int:
        """Do what waits, of payments and of payees."""
        done = payments_working.work(clock=self.now)
        return done + connect_working.work(clock=self.now)

    def told(self) -> None:
        """Let everything that happened at Stripe be told and handled."""
        tell_all(self.stripe)
        self.work()

    def stands(self) -> dict[str, int]:
        """Return how the payee's money stands by the last entry, in micro-yuan."""
        entry = PayeeEntry.objects.filter(payee_id=self.payee.pk).latest("sequence")
        names = ("payable", "reserve", "transit", "debt")
        return {name: getattr(entry, f"{name}_after") for name in names}

    def balance_there(self) -> int:
        """Return what lies on the payee's account at Stripe, in fen."""
        known = ConnectedAccount.objects.get(payee_id=self.payee.pk).stripe_account
        state = self.stripe.control("state")["objects"]
        booked = [one for one in state if one["object"] == "balance_transaction"]
        return sum(one["net"] for one in booked if one["account"] == known)
