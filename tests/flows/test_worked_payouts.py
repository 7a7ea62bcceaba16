"""Every number of docs/worked-payouts.md is a number of the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from compute_billing.audit import laws as audit_laws
from compute_billing.audit import queries as audit
from compute_billing.ledger import operations as ledger
from compute_billing.payments.seen import ReversalSeen
from compute_billing.payouts import operations, queries, reversing
from compute_billing.payouts.connect_models import ConnectCall
from compute_billing.payouts.models import PayeeEntry, Payout
from kernel.money import Money
from tests.builders.accounts import make_user
from tests.builders.connect_world import connect, transferred
from tests.builders.payee import Centre
from tests.builders.payouts import answer
from tests.flows.worked_examples import Row, micro, moment, tables
from tests.services import REPOSITORY

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = REPOSITORY / "docs" / "worked-payouts.md"
STRIPE = "stripe:main"
STANDING = {"payable": "payable", "held back": "reserve", "on its way": "transit", "owed": "debt"}
PPM_OF_PERCENT = 10_000


class Story:
    """The payee of the page, to whom its steps happen one after the other."""

    def __init__(self, given: dict[str, str]) -> None:
        self.maker: User = make_user()
        self.approver: User = make_user()
        self.centre = Centre(
            now=moment("2026-09-01 12:00"),
            paid_in=int(float(given["prepaid at the bank"])),
            commission_ppm=_percent(given["commission"]),
            commission_tax_ppm=_percent(given["tax on the commission"]),
            reserve_ppm=_percent(given["held back"]),
            reserve_days=int(given["held back for"].removesuffix(" days")),
            minimum_fen=micro(given["least payout"]) // 10_000,
            schedule="weekly",
        )
        self.payee = self.centre.payee
        ledger.top_up(
            tenant_id=self.centre.tenant.pk,
            operator_id=self.payee.pk,
            amount_micro=micro(given["prepaid at Stripe"]),
            custody=STRIPE,
            reference="prepaid-at-stripe",
            now=moment("2026-09-01 12:00"),
        )

    def take(self, row: Row) -> None:
        """Take a step of the page on its day at noon."""
        steps: dict[str, Callable[[int, datetime], None]] = {
            "use": self.use,
            "taken back": lambda amount, now: self.use(-amount, now),
            "let go": lambda _, now: self._accrue(now),
            "bank run": lambda amount, now: self.run(self.centre.bank.custody, amount, now),
            "arrived": self.arrive,
            "Connect run": self.connect_run,
            "transferred": lambda _, now: transferred(self.newest(), now=now),
            "reversed": self.reverse,
        }
        steps[row["step"]](micro(row["amount"]), moment(f"{row['day']} 12:00"))

    def use(self, amount: int, now: datetime) -> None:
        """Let a tenant use what it paid for, or take it back."""
        self.centre.move(amount)
        self._accrue(now)

    def run(self, custody: str, amount: int, now: datetime) -> None:
        """Pay out of a place."""
        run = operations.propose_run(custody=custody, user_id=self.maker.pk, now=now)
        operations.approve_run(run_id=run.public_id, user_id=self.approver.pk, now=now)
        assert self.newest().amount_fen * 10_000 == amount

    def arrive(self, amount: int, now: datetime) -> None:
        """Let the bank say that it arrived."""
        payout = self.newest()
        line = f"{payout.number},{Money(amount).to_text()[:-4]},成功,,B1"
        assert answer(payout.run, line, now=now).applied == 1

    def connect_run(self, amount: int, now: datetime) -> None:
        """Change the rail, wait for it, and pay out of Stripe."""
        before = now - timedelta(hours=73)
        connect(self.payee, user=self.maker, now=before)
        proposed = operations.propose_connect(
            payee_id=self.payee.pk, reason="境外结算", user_id=self.maker.pk, now=before
        )
        operations.approve_account(
            account_id=proposed.public_id,
            cool_off=timedelta(hours=72),
            user_id=self.approver.pk,
            now=before,
        )
        self.run(STRIPE, amount, now)

    def reverse(self, amount: int, now: datetime) -> None:
        """Take a part of the transfer back."""
        proposed = operations.propose_reversal(
            payout_id=self.newest().public_id,
            amount_fen=amount // 10_000,
            reason="多付",
            user_id=self.maker.pk,
            now=now,
        )
        operations.approve_reversal(
            reversal_id=proposed.public_id, user_id=self.approver.pk, now=now
        )
        call = ConnectCall.objects.get(reversal=proposed)
        seen = ReversalSeen(
            reversal="trr_worked", amount=amount // 10_000, currency="cny", metadata={}
        )
        reversing.record_reversal(call_id=call.public_id, seen=seen, now=now)

    def newest(self) -> Payout:
        """Return the payout that was made last."""
        return (
            Payout.objects.filter(payee=self.payee.pk).select_related("account", "run").latest("id")
        )

    def _accrue(self, now: datetime) -> None:
        operations.accrue(payee_id=self.payee.pk, now=now)


def _percent(text: str) -> int:
    return int(text.removesuffix(" %")) * PPM_OF_PERCENT


def _text(amount: int) -> str:
    return Money(amount).to_text()


def _step_told(row: Row, *, payee_id: int, after: int) -> Row:
    """Return what the books say behind a step."""
    of_payee = PayeeEntry.objects.filter(payee_id=payee_id)
    entries = list(of_payee.filter(sequence__gt=after).order_by("sequence"))
    sums = {
        name: _text(sum(getattr(one, field) for one in entries))
        for name, field in (
            *(("earned", "earned"), ("commission", "commission")),
            ("tax", "commission_tax"),
        )
    }
    last = of_payee.latest("sequence")
    stands = {name: _text(getattr(last, f"{field}_after")) for name, field in STANDING.items()}
    return {"step": row["step"], "day": row["day"], "amount": row["amount"], **sums, **stands}


def _statement_told(name: str, found: queries.PayoutStatement) -> Row:
    amounts = {
        "opening": found.opening,
        "earned": found.earned,
        "commission": found.commission,
        "tax": found.commission_tax,
        "came back": found.came_back,
        "paid out": found.paid_out,
        "closing": found.closing,
        "held back anew": found.kept_back,
        "let go": found.let_go,
        "settled": found.netted,
        "payable": found.closing_payable,
        "held back": found.closing_reserve,
        "owed": found.closing_debt,
    }
    return {"statement": name, **{name: _text(amount) for name, amount in amounts.items()}}


def test_every_number_is_a_number_of_the_books() -> None:
    # Given the payee of the page
    page = tables(PAGE.read_text(encoding="utf-8"))
    story = Story({row["given"]: row["value"] for row in page["given"]})

    # When each step happens, then the books say what the page says behind it
    for row in page["step"]:
        after = PayeeEntry.objects.filter(payee_id=story.payee.pk).count()
        story.take(row)
        assert _step_told(row, payee_id=story.payee.pk, after=after) == row

    # And each statement is the one of the page
    first, second = Payout.objects.filter(payee=story.payee.pk).order_by("id")
    told = [
        _statement_told("first", queries.statement_of(payout_id=first.public_id, payee_id=None)),
        _statement_told("second", queries.statement_of(payout_id=second.public_id, payee_id=None)),
        _statement_told("open", queries.open_statement(payee_id=story.payee.pk)),
    ]
    assert told == page["statement"]

    # And nothing of it breaks a law of payouts
    names = ("payees_money_adds_up", "payouts_leave_once", "transfers_are_booked", "four_eyes")
    for verdict in audit.verify_books(
        full=True, laws=[law for law in audit_laws.LAWS if law.name in names]
    ):
        assert verdict.holds, verdict.offenders
