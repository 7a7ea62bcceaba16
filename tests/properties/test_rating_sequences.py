"""Whatever happens to a tenant, in whatever order: every law holds, and all of it can go back.

Use, late use, corrections, more money, more awards, wrong prices mended, months closed: after each
rating the laws are asked, and in the end every second is taken back and everybody has his money.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from compute_billing.audit import queries as audit
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.rating import rerate
from compute_billing.settlement import operations as settlement
from kernel.sql import rows
from tests.builders.accounts import make_user
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN, instant_ms, make_market

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
# The billing month turns at 16:00 UTC of 31 October, inside the span of the jobs.
START = datetime(2026, 10, 30, tzinfo=UTC)
HOURS = 96
hours = st.integers(0, HOURS)
# More than all jobs together cost; a cap that is never reached.
ENOUGH_YUAN = 8_000
amounts = st.integers(1, 300)
# From how many card hours on there is another price, and which; None is one price for all.
steps = st.none() | st.tuples(st.integers(1, 300), st.integers(1, 9 * YUAN))


@dataclass
class Job:
    """What was reported of a job, and which of its milliseconds are not taken back yet."""

    name: str
    milli_cards: int
    start: int
    end: int
    quantity: int
    live: list[tuple[int, int]] = field(default_factory=list)

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """Return the least and the most that may be taken back: the rest must fit elsewhere."""
        elsewhere = sum(end - start for start, end in self.live) - (last - first)
        least = max(1, self.quantity - self.milli_cards * elsewhere)
        return least, min(self.quantity, self.milli_cards * (last - first))


def terms(price: int, step: tuple[int, int] | None) -> dict[str, Any]:
    if step is None:
        return {"unit_price_micro": price}
    return {"tiers": [(0, price), (step[0] * CARD_HOUR, step[1])]}


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


class Tenant(RuleBasedStateMachine):
    """One tenant's life, in a transaction that is rolled back."""

    @initialize(
        price=st.integers(1, 9 * YUAN),
        step=steps,
        paid=st.integers(0, 2_000),
    )
    def open(self, price: int, step: tuple[int, int] | None, paid: int) -> None:
        self.block = transaction.atomic()
        self.block._from_testcase = True
        self.block.__enter__()
        self.numbers = count(1)
        self.jobs: list[Job] = []
        self.granted: dict[str, int] = {}
        self.market = make_market(price_micro=None, **terms(price, step))
        self.tenant = self.market.add_tenant("acme", paid_yuan=paid)
        self.fund = self.market.fund(yuan=100_000)
        self.price_id = rows("SELECT id FROM catalogue_price")[0]["id"]
        self.has_class = False

    def teardown(self) -> None:
        if not hasattr(self, "block"):
            return
        try:
            self.take_everything_back()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # --- What happens -----------------------------------------------------------------------

    @rule(
        start=hours,
        minutes=st.integers(1, 60 * 60),
        milli_cards=st.sampled_from([220, 1000, 8000]),
        suspended_ppm=st.sampled_from([0, 0, 1, 333_333, 999_999]),
    )
    def use(self, start: int, minutes: int, milli_cards: int, suspended_ppm: int) -> None:
        first = instant_ms(at(start))
        last = first + minutes * 60_000 + next(self.numbers)
        whole = milli_cards * (last - first)
        quantity = max(1, whole - whole * suspended_ppm // 1_000_000)
        job = Job(f"job-{next(self.numbers)}", milli_cards, first, last, quantity, [(first, last)])
        self._report(job.name, job, first, last, quantity)
        self.jobs.append(job)

    @precondition(lambda self: any(job.live for job in self.jobs))
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from([job for job in self.jobs if job.live]))
        first, last = data.draw(st.sampled_from(job.live))
        cuts = st.integers(first, last) | st.sampled_from([first, last, (first + last) // 2])
        one, other = sorted((data.draw(cuts), data.draw(cuts)))
        assume(one < other)
        least, most = job.bounds(one, other)
        assume(least <= most)
        taken = data.draw(st.sampled_from([least, most]) | st.integers(least, most))
        self._take_back(job, one, other, taken)

    @rule(yuan=amounts)
    def top_up(self, yuan: int) -> None:
        self.market.top_up("acme", yuan=yuan)

    @rule(yuan=amounts, starts=hours, length=st.integers(1, HOURS))
    def promote(self, yuan: int, starts: int, length: int) -> None:
        ledger.grant_promotion_lot(
            tenant_id=self.tenant.pk,
            operator_id=self.market.operator.pk,
            amount_micro=yuan * YUAN,
            reference=f"promotion-{next(self.numbers)}",
            starts_at=at(starts),
            expires_at=at(starts + length),
            now=LONG_AGO,
        )

    @rule(card_hours=amounts, starts=hours, length=st.integers(1, HOURS))
    def grant_card_time(self, card_hours: int, starts: int, length: int) -> None:
        ledger.grant_in_kind_lot(
            tenant_id=self.tenant.pk,
            operator_id=self.market.operator.pk,
            quantity=card_hours * CARD_HOUR + next(self.numbers),
            scope=ledger.LotScope(meter_id=self.market.meter.pk),
            reference=f"package-{next(self.numbers)}",
            starts_at=at(starts),
            expires_at=at(starts + length),
            now=LONG_AGO,
        )

    @rule(
        rate_ppm=st.integers(1, 1_000_000),
        cap=amounts | st.just(ENOUGH_YUAN),
        order=st.integers(1, 3),
    )
    def award(self, rate_ppm: int, cap: int, order: int) -> None:
        self.market.award(
            "acme", fund=self.fund, rate_ppm=rate_ppm, cap_yuan=cap, stacking_order=order
        )

    @precondition(lambda self: not self.has_class)
    @rule(price=st.integers(1, 9 * YUAN), since=hours)
    def join_class(self, price: int, since: int) -> None:
        self.has_class = True
        number = next(self.numbers)
        cheaper = catalogue.make_price_list(
            kind="class",
            code=f"class-{self.tenant.pk}-{number}",
            issuer_id=self.market.operator.pk,
            customer_class="sme",
        )
        publishing.publish_price(
            price_list_id=cheaper.pk,
            meter_id=self.market.meter.pk,
            valid_from=LONG_AGO,
            unit_price_micro=price,
            now=NOW,
        )
        catalogue.assign_customer_class(
            tenant_id=self.tenant.pk, customer_class="sme", valid_from=at(since)
        )

    @rule(limit=st.integers(1, 4))
    def rate(self, limit: int) -> None:
        self.market.rate(limit=limit)
        self.ask_the_laws()

    @rule(price=st.integers(1, 9 * YUAN), step=steps, month=st.sampled_from([OCTOBER, NOVEMBER]))
    def mend_price(self, price: int, step: tuple[int, int] | None, month: date) -> None:
        publishing.correct_price(price_id=self.price_id, now=NOW, **terms(price, step))
        self.mend(month)

    @rule(month=st.sampled_from([OCTOBER, NOVEMBER]))
    def mend(self, month: date) -> None:
        request = rerate.request(month=month, reason="typo", maker_id=make_user().pk, now=NOW)
        done = rerate.approve_and_run(request_id=request.pk, approver_id=make_user().pk, now=NOW)
        assert [(d.gross, d.programme, d.tenant) for d in done] == [
            (d["gross"], d["programme"], d["tenant"]) for d in request.preview
        ]
        assert list(rerate.preview(month=month, now=NOW)) == []
        self.ask_the_laws()

    @rule()
    def close_october(self) -> None:
        self.market.rate()
        closing = invoices.close_tenant_month(tenant_id=self.tenant.pk, month=OCTOBER, now=NOW)
        assert closing.parked_reason == ""
        settlement.settle(month=OCTOBER, now=NOW)
        self.ask_the_laws()

    # --- What must be so --------------------------------------------------------------------

    def ask_the_laws(self) -> None:
        broken = [
            (verdict.law.name, verdict.offenders)
            for verdict in audit.verify_books()
            if not verdict.holds
        ]
        assert broken == []

    def take_everything_back(self) -> None:
        for job in self.jobs:
            for first, last in list(job.live):
                least, most = job.bounds(first, last)
                if least <= most:
                    self._take_back(job, first, last, most)
        self.market.rate()
        self.ask_the_laws()
        waiting = rows("SELECT parked_reason FROM metering_usage_pending")
        assert waiting == []
        if all(job.quantity == 0 for job in self.jobs):
            self._expect_nothing_charged()

    def _expect_nothing_charged(self) -> None:
        [charged] = rows(
            "SELECT coalesce(sum(quantity), 0)::bigint AS quantity,"
            " coalesce(sum(gross), 0)::bigint AS gross,"
            " coalesce(sum(programme), 0)::bigint AS programme, count(*) AS charges"
            " FROM rating_charge"
        )
        assert (charged["quantity"], charged["gross"]) == (0, 0)
        self._expect_everybody_has_his_own(off_by_max=charged["charges"])
        assert abs(charged["programme"]) <= charged["charges"]

    def _expect_everybody_has_his_own(self, *, off_by_max: int) -> None:
        """Expect full lots and no debts, but for a micro-yuan of each charge (ADR 26)."""
        missing: dict[str, list[int]] = {"in_kind": [], "promotion": [], "paid": []}
        for lot in rows(
            "SELECT lot.stage, lot.granted - b.posted AS missing"
            " FROM ledger_credit_lot lot JOIN ledger_balance b USING (account_id)"
        ):
            missing[lot["stage"]].append(lot["missing"])
        debts = rows(
            "SELECT a.id, sum(CASE WHEN p.source_account_id = a.id THEN p.amount"
            " ELSE -p.amount END)::bigint AS amount FROM ledger_account a"
            " JOIN ledger_posting p ON a.id IN (p.source_account_id, p.destination_account_id)"
            " WHERE a.kind = 'arrears' GROUP BY a.id"
        )
        own = [*missing["paid"], *[debt["amount"] for debt in debts]]
        assert set(missing["in_kind"]) <= {0}
        assert all(abs(amount) <= off_by_max for amount in missing["promotion"]), missing
        # What a capped award keeps goes to other lots, and so does what was paid on debts.
        if not self._is_capped() and not rows(
            "SELECT id FROM ledger_transaction WHERE kind = 'arrears_cleared' LIMIT 1"
        ):
            assert all(abs(amount) <= off_by_max for amount in own), (missing, debts)

    def _is_capped(self) -> bool:
        """Say whether some award may ever have reached its cap."""
        return bool(
            rows(
                "SELECT id FROM subsidies_award WHERE cap_micro <= rate_ppm / 1000000.0"
                " * (SELECT sum(gross) FROM rating_charge WHERE gross > 0)"
            )
        )

    # --- How it is reported -------------------------------------------------------------------

    def _take_back(self, job: Job, first: int, last: int, taken: int) -> None:
        name = f"{job.name}-correction-{next(self.numbers)}"
        self._report(name, job, first, last, -taken, corrects=job.name)
        left = []
        for one, other in job.live:
            left += [(one, min(other, first)), (max(one, last), other)]
        job.live = [(one, other) for one, other in left if one < other]
        job.quantity -= taken

    def _report(
        self, name: str, job: Job, first: int, last: int, quantity: int, *, corrects: str = ""
    ) -> None:
        record = {
            "account": "acme",
            "external_id": name,
            "corrects": corrects,
            "milli_cards": job.milli_cards,
            "started_ms": first,
            "ended_ms": last,
            "quantity": quantity,
        }
        outcome = self.market.report(record)
        assert outcome.accepted == 1, outcome


def test_every_law_survives_every_sequence() -> None:
    run_state_machine_as_test(
        Tenant, settings=settings(max_examples=40, stateful_step_count=12, deadline=None)
    )


@pytest.mark.soak
def test_every_law_survives_many_sequences() -> None:
    run_state_machine_as_test(
        Tenant,
        settings=settings(
            max_examples=600, stateful_step_count=16, deadline=None, derandomize=False
        ),
    )
