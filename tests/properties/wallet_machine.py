"""The rules of the machine: what is done to a wallet and to its model, and what must be so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction as database
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from compute_billing.audit import queries as audit
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.payments import operations as payments
from compute_billing.payments.models import Refund as PaidBack
from compute_billing.rating import holding
from compute_billing.rating.breakage import book_breakage
from kernel.audit import Actor
from kernel.money import Money
from kernel.transactions import transaction
from tests.builders import payments as paying
from tests.builders.market import instant_ms
from tests.properties.wallet_model import Hold, Payment, Refund, Use
from tests.properties.wallet_world import (
    HOUR,
    PLACES,
    START,
    FilledWallet,
    expect_debts,
    expect_holds,
    expect_lots,
    expect_position,
)

NOVEMBER = date(2026, 11, 1)
LAST_OF_NOVEMBER = datetime(2026, 11, 28, tzinfo=UTC)
AFTER_NOVEMBER = datetime(2026, 12, 5, tzinfo=UTC)

places = st.sampled_from(PLACES)
jobs = st.sampled_from(["a", "b"])
cards = st.sampled_from([500, 1_000, 2_500])
minutes = st.integers(1, 150)


class WalletMachine(FilledWallet):
    """Does to the wallet what it does to the model, in a transaction that is rolled back."""

    def teardown(self) -> None:
        if not hasattr(self, "block"):
            return
        try:
            self.rate()
            self.the_wallet_is_the_model()
            broken = [
                (v.law.name, v.offenders) for v in audit.verify_books(full=True) if not v.holds
            ]
            assert broken == []
        finally:
            database.set_rollback(True)
            self.block.__exit__(None, None, None)

    # --- What is set aside --------------------------------------------------------------------

    @rule(place=places, job=jobs, milli_cards=cards, length=minutes)
    def hold(self, place: str, job: str, milli_cards: int, length: int) -> None:
        key = self._key(place, job)
        starts = self._frontier(place, key)
        until = starts + timedelta(minutes=length, milliseconds=length)
        given, missing = self.model.reserve(place, milli_cards, starts, until)
        number = len(self.model.holds) + 1
        wanted = holding.Job(
            tenant_id=self.wallet.tenant_id,
            reference=f"hold-{number}",
            project_id=self.wallet.project_id if place == "project" else None,
            cluster_id=self.wallet.markets[place].cluster.pk,
            meter_id=self.wallet.market.meter.pk,
            allocation_key=key,
            milli_cards=milli_cards,
            starts_at=starts,
        )
        if missing:
            self.saw("hold: refused for money")
            with expect_missing(missing), transaction():
                holding.open_hold(job=wanted, until=until, now=self.now)
        elif self.model.open_hold(place, key) is not None:
            self.saw("hold: refused, as the job has one")
            with pytest.raises(ledger.HoldReferenceReused), transaction():
                holding.open_hold(job=wanted, until=until, now=self.now)
        else:
            with transaction():
                opened = holding.open_hold(job=wanted, until=until, now=self.now)
            expires = until + 24 * HOUR
            hold = Hold(number, place, key, milli_cards, starts, until, expires)
            self.model.holds.append(hold)
            self.model.set_aside(hold, given)
            self.wallet.hold_ids[number] = opened.pk
            self.saw("hold: given")

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), length=st.integers(-60, 180))
    def extend(self, data: st.DataObject, length: int) -> None:
        hold = data.draw(st.sampled_from(self.model.holds))
        self.lengthen(hold, hold.until + timedelta(minutes=length))

    def lengthen(self, hold: Hold, until: datetime) -> None:
        if hold.state != "open":
            self.saw("extend: refused, as it is closed")
            with pytest.raises(ledger.HoldIsClosed):
                self._extend(hold, until)
            return
        if until <= hold.until:
            self.saw("extend: covered already")
            self._extend(hold, until)
            return
        if hold.ended is not None:
            self.saw("extend: refused, as its job has ended")
            with pytest.raises(holding.UnableToHold) as refusal:
                self._extend(hold, until)
            assert refusal.value.details == {"ended_at": hold.ended.isoformat()}
            return
        given, missing = self.model.reserve(hold.place, hold.milli_cards, hold.until, until)
        if missing:
            self.saw("extend: refused for money")
            with expect_missing(missing):
                self._extend(hold, until)
            return
        self._extend(hold, until)
        self.model.set_aside(hold, given)
        hold.until, hold.expires = until, until + 24 * HOUR
        self.saw("extend: given")

    def _extend(self, hold: Hold, until: datetime) -> None:
        with transaction():
            holding.extend_hold(
                tenant_id=self.wallet.tenant_id,
                hold_id=self.wallet.hold_ids[hold.number],
                until=until,
                now=self.now,
            )

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), ran=st.none() | st.integers(0, 240))
    def release(self, data: st.DataObject, ran: int | None) -> None:
        hold = data.draw(st.sampled_from(self.model.holds))
        self.end(hold, None if ran is None else hold.starts + timedelta(minutes=ran))

    def end(self, hold: Hold, ended: datetime | None) -> None:
        if hold.state != "open":
            self.saw("release: refused, as it is closed")
            with pytest.raises(ledger.HoldIsClosed):
                self._release(hold, ended)
            return
        self._release(hold, ended)
        self.model.release(hold, ended)
        self.saw(f"release: {'waits for its use' if hold.state == 'open' else 'closed'}")

    def _release(self, hold: Hold, ended: datetime | None) -> None:
        with transaction():
            holding.release_hold(
                tenant_id=self.wallet.tenant_id,
                hold_id=self.wallet.hold_ids[hold.number],
                ended_at=ended,
                now=self.now,
            )

    # --- What is used ---------------------------------------------------------------------------

    @rule(
        place=places,
        job=jobs,
        milli_cards=cards,
        length=minutes,
        is_rated=st.sampled_from([True, True, False]),
    )
    def use(self, place: str, job: str, milli_cards: int, length: int, is_rated: bool) -> None:
        self._use(place, self._key(place, job), milli_cards, length)
        self.saw(f"use: {'rated at once' if is_rated else 'waits'}")
        if is_rated:
            self.rate()

    @rule(place=places, milli_cards=cards, length=minutes, ran=minutes, ends=st.booleans())
    def run_held(self, place: str, milli_cards: int, length: int, ran: int, ends: bool) -> None:
        """Hold for a job, unless that is done or refused, let it run, and perhaps end."""
        key = self._key(place, "a")
        if self.model.open_hold(place, key) is None:
            self.hold(place, "a", milli_cards, length)
        self._use(place, key, milli_cards, ran)
        self.rate()
        hold = self.model.open_hold(place, key)
        self.saw(f"run_held: {'without a hold' if hold is None else 'with its hold'}")
        if ends and hold is not None:
            self.end(hold, self.model.metered[place, key])

    def _use(self, place: str, key: str, milli_cards: int, length: int) -> None:
        start = self._frontier(place, key)
        end = start + timedelta(minutes=length, milliseconds=7)
        outcome = self.wallet.markets[place].report(
            {
                "account": place,
                "milli_cards": milli_cards,
                "allocation_key": key,
                "started_ms": instant_ms(start),
                "ended_ms": instant_ms(end),
            }
        )
        assert outcome.accepted == 1, outcome
        self.model.use(Use(place, key, milli_cards, start, end))

    def _key(self, place: str, job: str) -> str:
        return f"vision-{job}" if place == "project" else job

    def _frontier(self, place: str, key: str) -> datetime:
        """Return until when a job is metered; the second job begins six hours after the first."""
        return self.model.metered.get((place, key), START + 6 * HOUR * key.endswith("b"))

    def rate(self) -> None:
        credit = [] if self.model.credit is None else [self.model.credit]
        left = {lot: lot.left for lot in self.model.lots + credit}
        captured = sum(part.captured for hold in self.model.holds for part in hold.parts)
        self.wallet.market.rate()
        self.model.rate()
        for lot, before in left.items():
            if lot.left < before:
                self.saw(f"rate: paid by {lot.stage}")
        if sum(part.captured for hold in self.model.holds for part in hold.parts) > captured:
            self.saw("rate: captured what was held")
        for cause in +self.model.owed_by_cause:
            self.saw(f"rate: owed for {cause}")

    # --- What goes back -------------------------------------------------------------------------

    @precondition(lambda self: self.model.payments)
    @rule(data=st.data(), fen=st.integers(1, 2_000) | st.none())
    def ask_back(self, data: st.DataObject, fen: int | None) -> None:
        """Ask for some of one payment or of all, or for all that there is."""
        self.ask(data.draw(st.none() | st.sampled_from(self.model.payments)), fen)

    def ask(self, chosen: Payment | None, fen: int | None) -> None:
        sources = [
            (payment, most)
            for payment, most in self.model.refundable()
            if chosen in (None, payment) and most > 0
        ]
        most = sum(part for _, part in sources)
        wanted = most if fen is None else fen
        token = f"back-{len(self.model.refunds)}-{self.now.isoformat()}-{wanted}"
        if not 0 < wanted <= most:
            with pytest.raises(payments.UnableToRefund) as refusal:
                self._ask_back(chosen, wanted, token=token)
            assert refusal.value.details == {"refundable": Money.from_fen(most).to_text()}
            self.saw("ask_back: refused")
            return
        asked = self._ask_back(chosen, wanted, token=token)
        expected = []
        for payment, part in sources:
            if taken := min(part, wanted):
                refund = Refund(len(self.model.refunds) + 1, payment, taken)
                self.model.refunds.append(refund)
                payment.lot.held += taken * 10_000
                expected.append((self.wallet.paid[payment.number].pk, taken))
                self.wallet.paid_back[refund.number] = asked[len(expected) - 1].pk
                wanted -= taken
        assert [(one.payment_id, one.amount_fen) for one in asked] == expected
        self.saw("ask_back: asked")

    def _ask_back(self, payment: Payment | None, fen: int, *, token: str) -> list[PaidBack]:
        return payments.ask_refunds(
            **self.wallet.parties,
            payment_id=None if payment is None else self.wallet.paid[payment.number].pk,
            amount_fen=fen,
            token=token,
            actor=Actor.system(),
            now=self.now,
        )

    @precondition(lambda self: self.model.refunds)
    @rule(data=st.data(), state=st.sampled_from(["succeeded", "failed"]))
    def settle_refund(self, data: st.DataObject, state: str) -> None:
        self.settle(data.draw(st.sampled_from(self.model.refunds)), state)

    def settle(self, refund: Refund, state: str) -> None:
        kept = PaidBack.objects.get(pk=self.wallet.paid_back[refund.number])
        settled = paying.settle_refund(kept, state=state, now=self.now)
        before = refund.state
        self.model.settle(refund, state)
        self.saw(f"settle_refund: {before} to {refund.state}")
        assert settled.state == refund.state

    # --- What is over ---------------------------------------------------------------------------

    @rule(length=st.integers(1, 60), days=st.none() | st.integers(0, 2))
    def wait(self, length: int, days: int | None) -> None:
        """Let time go by, and perhaps let go of what is over and book out what is left of it."""
        later = self.now + length * HOUR
        self.now = later if self.model.is_closed else min(later, LAST_OF_NOVEMBER)
        if days is not None:
            released = ledger.release_expired(now=self.now)
            assert released == self.model.expire(now=self.now)
            self.saw(f"wait: {'a hold expired' if released else 'no hold expired'}")
            self.book_breakage(timedelta(days=days), of="wait")

    def book_breakage(self, grace: timedelta, *, of: str) -> None:
        booked = book_breakage(grace=grace, now=self.now)
        self.saw(f"{of}: {'booked what expired' if booked else 'nothing to book'}")
        assert booked == self.model.break_lots(expired_by=self.now - grace)

    @precondition(lambda self: not self.model.is_closed and len(self.model.lots) > 1)
    @rule()
    def close_november(self) -> None:
        self.rate()
        self.now = AFTER_NOVEMBER
        closing = invoices.close_tenant_month(
            tenant_id=self.wallet.tenant_id, month=NOVEMBER, now=self.now
        )
        assert closing.parked_reason == ""
        self.model.is_open, self.model.is_closed = False, True
        self.book_breakage(timedelta(0), of="close_november")

    # --- What must be so --------------------------------------------------------------------

    @invariant()
    def the_wallet_is_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        expect_lots(self.wallet, self.model)
        expect_holds(self.wallet, self.model)
        expect_position(self.wallet, self.model, at=self.now)
        expect_debts(self.wallet, self.model)


@contextmanager
def expect_missing(micro: int) -> Iterator[None]:
    with pytest.raises(holding.InsufficientFunds) as refusal:
        yield
    assert refusal.value.shortfall_micro == micro
