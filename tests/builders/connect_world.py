"""A payee on the Connect rail by the real operations and by what Stripe would say, without one."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organisation, OrganisationKind, User
from compute_billing.ledger import operations as ledger
from compute_billing.payments.seen import AccountSeen, ReversalSeen, TransferSeen
from compute_billing.payouts import connecting, operations, reversing, transferring
from compute_billing.payouts.connect_models import ConnectCall, ConnectedAccount
from compute_billing.payouts.models import Payout
from compute_billing.rating.breakage import book_breakage
from kernel.money import MICRO_PER_YUAN
from tests.builders.accounts import make_organisation
from tests.builders.ledger import make_tenant
from tests.builders.payouts import COOL_OFF, make_terms

CUSTODY = "stripe:second"


def account_seen(connected: ConnectedAccount, *, now: datetime, **more: object) -> AccountSeen:
    """Return what Stripe says of an account that may be paid."""
    values = {
        "observed_at": now,
        "account": f"acct_{connected.public_id.hex}",
        "metadata": {},
        "details_submitted": True,
        "transfers_enabled": True,
        "charges_enabled": False,
        "payouts_enabled": True,
        "disabled_reason": "",
        "wanted": (),
        "wanted_by": None,
    }
    return AccountSeen(**{**values, **more})


def connect(payee: Organisation, *, user: User, now: datetime, **more: object) -> ConnectedAccount:
    """Let a payee have an account at Stripe."""
    connected = operations.connect(
        payee_id=payee.pk, country="HK", email="payee@example.cn", user_id=user.pk, now=now
    )
    call = ConnectCall.objects.get(connected=connected, kind="account")
    seen = account_seen(connected, now=now, **more)
    connecting.record_account(call_id=call.public_id, seen=seen, now=now)
    connected.refresh_from_db()
    return connected


def earn_at_stripe(payee: Organisation, *, yuan: int, now: datetime) -> None:
    """Let a prepayment that lies at Stripe expire unused: it is its operator's then."""
    ledger.top_up(
        tenant_id=make_tenant().pk,
        operator_id=payee.pk,
        amount_micro=yuan * MICRO_PER_YUAN,
        custody=CUSTODY,
        reference=f"expired-at-stripe-{payee.pk}",
        now=now - timedelta(days=60),
        expires_at=now - timedelta(days=40),
    )
    book_breakage(grace=timedelta(days=30), now=now)


def pay_by_connect(
    *, maker: User, approver: User, now: datetime, code: str = "payee-abroad"
) -> Payout:
    """Pay an operator of its own by Connect, and take a part of it back."""
    payee = make_organisation(code=code, name="远洋算力运营", kind=OrganisationKind.OPERATOR)
    make_terms(payee, schedule="weekly")
    earn_at_stripe(payee, yuan=1_000, now=now)
    connect(payee, user=maker, now=now)
    proposed = operations.propose_connect(
        payee_id=payee.pk, reason="境外结算", user_id=maker.pk, now=now
    )
    operations.approve_account(
        account_id=proposed.public_id, cool_off=COOL_OFF, user_id=approver.pk, now=now
    )
    run = operations.propose_run(custody=CUSTODY, user_id=maker.pk, now=now)
    operations.approve_run(run_id=run.public_id, user_id=approver.pk, now=now)
    payout = Payout.objects.select_related("account").get(run=run, payee_id=proposed.payee_id)
    transferred(payout, now=now)
    reversal = operations.propose_reversal(
        payout_id=payout.public_id, amount_fen=10_000, reason="多付", user_id=maker.pk, now=now
    )
    operations.approve_reversal(reversal_id=reversal.public_id, user_id=approver.pk, now=now)
    call = ConnectCall.objects.get(reversal=reversal)
    seen = ReversalSeen(
        reversal=f"trr_{call.public_id.hex}", amount=10_000, currency="cny", metadata={}
    )
    reversing.record_reversal(call_id=call.public_id, seen=seen, now=now)
    payout.refresh_from_db()
    return payout


def transferred(payout: Payout, *, now: datetime) -> None:
    """Let Stripe say that it transferred a payout."""
    call = ConnectCall.objects.get(payout=payout, kind="transfer")
    seen = TransferSeen(
        transfer=f"tr_{call.public_id.hex}",
        amount=payout.amount_fen,
        currency="cny",
        destination=payout.account.number,
        metadata={},
    )
    transferring.record_transfer(call_id=call.public_id, seen=seen, now=now)
