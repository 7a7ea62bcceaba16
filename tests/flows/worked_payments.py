"""The steps of worked examples about payments, taken by the real operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from compute_billing.ledger import queries as books
from compute_billing.payments.models import Payment, Refund
from compute_billing.payments.operations import UnableToRefund
from kernel.money import Money
from kernel.sql import rows
from tests.builders.invoices import HOUR, make_use
from tests.builders.market import Market, make_market
from tests.builders.payments import ask_refund, dispute, make_payment, pay, settle_refund
from tests.flows.worked_examples import TENANT, Example, Row, micro


class Steps:
    """A tenant who pays by card, and what is done with his money."""

    def __init__(self, given: dict[str, str]) -> None:
        """Make the market; nothing has happened yet."""
        self.given = given
        self.market: Market = make_market(price_micro=micro(given["price of a card-hour"]))
        self.tenant = self.market.add_tenant(TENANT)
        self.payments: list[Payment] = []
        self.refund: Refund | None = None

    def take(self, step: str) -> Row:
        """Take a step, and tell where the money is after it."""
        taken: dict[str, Callable[[], None]] = {
            "paid": lambda: self._pay("paid in"),
            "used": self._use,
            "asked": self._ask_back,
            "refunded": self._refund,
            "disputed": lambda: dispute(self.payments[0]),
            "lost": lambda: dispute(self.payments[0], state="lost"),
            "paid again": lambda: self._pay("paid in later"),
        }
        taken[step]()
        [lots] = rows(
            "SELECT coalesce(sum(b.posted), 0)::bigint AS posted,"
            " coalesce(sum(b.held), 0)::bigint AS held"
            " FROM ledger_credit_lot l JOIN ledger_balance b USING (account_id)"
            " WHERE l.tenant_id = %(tenant_id)s",
            tenant_id=self.tenant.pk,
        )
        owed = sum(debt.outstanding for debt in books.arrears(tenant_id=self.tenant.pk))
        return {
            "step": step,
            "on the lot": Money(lots["posted"]).to_text(),
            "set aside": Money(lots["held"]).to_text(),
            "owed": Money(owed).to_text(),
            "at Stripe": Money(self._cash()).to_text(),
        }

    def _pay(self, name: str) -> None:
        fen = micro(self.given[name]) // 10_000
        asked = make_payment(tenant=self.tenant, operator=self.market.operator, fen=fen)
        self.payments.append(pay(asked))

    def _use(self) -> None:
        hours = int(self.given["card-hours used"])
        make_use(self.market, TENANT, duration=HOUR, milli_cards=1000 * hours)

    def _ask_back(self) -> None:
        fen = micro(self.given["asked back"]) // 10_000
        with pytest.raises(UnableToRefund):
            ask_refund(self.payments[0], fen=fen + 1)
        self.refund = ask_refund(self.payments[0], fen=fen)

    def _refund(self) -> None:
        assert self.refund is not None
        settle_refund(self.refund, now=self.refund.asked_at + timedelta(minutes=1))

    def _cash(self) -> int:
        """Return the operator's money at Stripe; in the books it stands below zero."""
        [cash] = rows(
            "SELECT coalesce(sum(CASE WHEN p.source_account_id = a.id THEN p.amount"
            " ELSE -p.amount END), 0)::bigint AS amount"
            " FROM ledger_account a JOIN ledger_posting p"
            " ON a.id IN (p.source_account_id, p.destination_account_id)"
            " WHERE a.kind = 'cash' AND a.owner_id = %(operator_id)s",
            operator_id=self.market.operator.pk,
        )
        return int(cash["amount"])


def steps_of(example: Example) -> Iterator[Row]:
    """Take the steps of an example one after the other, and yield what is so after each."""
    steps = Steps(example.given)
    for row in example.tables["step"]:
        yield steps.take(row["step"])
