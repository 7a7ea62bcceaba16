"""Whatever is used, sold and granted: the books say what the oracle says, and keep every law."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import OrganisationKind
from compute_billing.audit import queries as audit
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.metering.formats import ParseOptions, parse
from compute_billing.subsidies import operations as subsidies
from kernel.periods import Period
from kernel.sql import rows
from tests import oracle
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market
from tests.properties.elsewhere import open_elsewhere

pytestmark = pytest.mark.django_db

# The billing months October and November meet at 16:00 UTC of 31 October.
START = datetime(2026, 10, 28, tzinfo=UTC)
HOURS = 24 * 7
HEADER = "job_id,tenant,cards,card_type,started_at,ended_at,quantity_card_seconds"
CHARGES = """
    SELECT u.external_id, c.segment_no, c.usage_month, c.price_id, c.segment_start, c.segment_end,
        c.quantity, c.quantity_in_kind, c.gross, c.discount, c.programme, c.tenant
    FROM rating_charge c JOIN metering_usage_record u ON u.id = c.usage_id
    ORDER BY c.usage_id, c.segment_no
"""
SHARES = """
    SELECT u.external_id, c.segment_no, s.payer_kind,
        CASE WHEN s.payer_kind = 'arrears' THEN o.code ELSE a.subject END AS payer, s.amount
    FROM rating_charge_share s
    JOIN rating_charge c ON c.id = s.charge_id
    JOIN metering_usage_record u ON u.id = c.usage_id
    JOIN ledger_account a ON a.id = s.account_id
    LEFT JOIN accounts_organisation o ON o.id = a.operator_id
"""

moments = st.integers(0, HOURS * 60).map(lambda minutes: START + timedelta(minutes=minutes))
yuan = st.integers(1, 400)


@dataclass(frozen=True)
class Job:
    """A row of the file."""

    tenant: str
    milli_cards: int
    starts: datetime
    milliseconds: int
    suspended_ppm: int
    is_elsewhere: bool = False

    def line(self, number: int, card_type: str) -> str:
        ends = self.starts + timedelta(milliseconds=self.milliseconds)
        whole = self.milli_cards * self.milliseconds
        left = max(whole - whole * self.suspended_ppm // 1_000_000, 1)
        cards = f"{self.milli_cards // 1000}.{self.milli_cards % 1000:03}"
        quantity = f"{left // 1_000_000}.{left % 1_000_000:06}"
        times = (moment.isoformat(timespec="milliseconds") for moment in (self.starts, ends))
        return ",".join((f"job-{number}", self.tenant, cards, card_type, *times, quantity))


jobs = st.lists(
    st.builds(
        Job,
        tenant=st.sampled_from(["acme", "beta"]),
        milli_cards=st.sampled_from([220, 1000, 8000, 128_000]),
        starts=moments,
        milliseconds=st.integers(1, 48 * 3_600_000),
        suspended_ppm=st.sampled_from([0, 0, 0, 1, 333_333]),
        is_elsewhere=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=8,
)


@dataclass(frozen=True)
class Terms:
    """What is sold and granted; amounts in yuan, packages in card-hours.

    `elsewhere` is what another operator sells and grants: price, promotion, money, package.
    """

    prices: tuple[int, int, int, int]
    changes: datetime
    has_band: bool
    steps: tuple[int, int] | None
    package: int
    package_ends: datetime
    promotion: int
    promotion_starts: datetime
    paid: tuple[int, int]
    paid_ends: datetime
    credit: int
    elsewhere: tuple[int, int, int, int]
    rates: tuple[int, int]
    caps: tuple[int, int]
    award_ends: datetime


micro = st.integers(1, 15 * YUAN)
ppm = st.integers(1, 1_000_000)
terms = st.builds(
    Terms,
    prices=st.tuples(micro, micro, micro, micro),
    changes=moments,
    has_band=st.booleans(),
    steps=st.none() | st.tuples(st.integers(1, 10_000), micro),
    package=st.integers(1, 100),
    package_ends=moments,
    promotion=yuan,
    promotion_starts=moments,
    paid=st.tuples(yuan, yuan),
    paid_ends=moments,
    credit=yuan,
    elsewhere=st.tuples(micro, yuan, yuan, st.integers(1, 100)),
    rates=st.tuples(ppm, ppm),
    caps=st.tuples(yuan, yuan),
    award_ends=moments,
)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back at the end; like a test case's own block, it does not count as a transaction."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def add_postpaid_tenant(market: Market, code: str) -> None:
    """Add a tenant who may owe up to a limit."""
    tenant = make_organisation()
    ledger.open_wallet(tenant_id=tenant.pk, mode="postpaid")
    metering.map_account(source_id=market.source.pk, account=code, tenant_id=tenant.pk)
    market.tenants[code] = tenant


def sell(market: Market, wanted: Terms) -> list[oracle.Price]:
    """Publish prices: one until it changes, maybe a night price after, and beta's contract."""
    first, second, night, contract = wanted.prices
    meter = market.meter

    def publish(price_list_id: int, **terms_of: object) -> str:
        values = {"valid_from": LONG_AGO, "now": NOW, **terms_of}
        price = publishing.publish_price(
            price_list_id=price_list_id,
            meter_id=meter.pk,
            **values,  # type: ignore[arg-type]
        )
        return str(price.pk)

    def known(code: str, micro_yuan: int, **more: object) -> oracle.Price:
        values = {"starts": LONG_AGO, "rank": 3, "card_type": meter.code, **more}
        values["operator"] = market.operator.code
        return oracle.Price(code=code, yuan=Fraction(micro_yuan, YUAN), **values)  # type: ignore[arg-type]

    general = market.prices.pk
    steps = None if wanted.steps is None else [(0, second), wanted.steps]
    amount = {"unit_price_micro": second} if steps is None else {"tiers": steps}
    own = catalogue.make_price_list(
        kind="contract",
        code=f"contract-{meter.code}",
        issuer_id=market.operator.pk,
        tenant_id=market.tenants["beta"].pk,
    )
    offered = [
        known(
            publish(general, valid_until=wanted.changes, unit_price_micro=first),
            first,
            ends=wanted.changes,
        ),
        known(
            publish(general, valid_from=wanted.changes, **amount),
            second,
            starts=wanted.changes,
            steps=tuple(
                (Fraction(start, 3_600_000_000), Fraction(price, YUAN))
                for start, price in steps or ()
            ),
        ),
        known(
            publish(own.pk, valid_from=wanted.changes, unit_price_micro=contract),
            contract,
            starts=wanted.changes,
            rank=1,
            tenant="beta",
        ),
    ]
    if wanted.has_band:
        catalogue.add_time_band(
            price_list_id=general, code="night", starts_minute=0, ends_minute=480
        )
        code = publish(general, band="night", unit_price_micro=night)
        offered.append(known(code, night, band=(0, 480)))
    return offered


def grant(market: Market, wanted: Terms) -> tuple[list[oracle.Lot], list[oracle.Award]]:
    """Give acme a package, a promotion, money and two awards, and beta a credit limit."""
    acme, operator = market.tenants["acme"].pk, market.operator.pk
    quantity = wanted.package * 3_600_000_000
    ledger.grant_in_kind_lot(
        tenant_id=acme,
        operator_id=operator,
        quantity=quantity,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="package",
        now=LONG_AGO,
        expires_at=wanted.package_ends,
    )
    ledger.grant_promotion_lot(
        tenant_id=acme,
        operator_id=operator,
        amount_micro=wanted.promotion * YUAN,
        reference="promotion",
        now=NOW,
        starts_at=wanted.promotion_starts,
    )
    lots = [
        oracle.Lot(
            code="package",
            tenant="acme",
            kind="in_kind",
            amount=quantity,
            expires=wanted.package_ends,
            starts=LONG_AGO,
            operator=market.operator.code,
            card_type=market.meter.code,
        ),
        oracle.Lot(
            code="promotion",
            tenant="acme",
            kind="promotion",
            amount=wanted.promotion * YUAN,
            starts=wanted.promotion_starts,
            operator=market.operator.code,
        ),
        oracle.Lot(code="", tenant="beta", kind="credit", amount=wanted.credit * YUAN),
    ]
    for number, amount in enumerate(wanted.paid):
        expires = wanted.paid_ends if number else None
        ledger.top_up(
            tenant_id=acme,
            operator_id=operator,
            amount_micro=amount * YUAN,
            custody="bank",
            reference=f"paid-{number}",
            now=LONG_AGO,
            expires_at=expires,
        )
        lots.append(
            oracle.Lot(
                code=f"paid-{number}",
                tenant="acme",
                kind="paid",
                amount=amount * YUAN,
                expires=expires,
                operator=market.operator.code,
            )
        )
    ledger.set_credit_limit(tenant_id=market.tenants["beta"].pk, limit_micro=wanted.credit * YUAN)
    return lots, awards(market, wanted)


def awards(market: Market, wanted: Terms) -> list[oracle.Award]:
    """Approve two stacked awards, of which the first ends within the week."""
    fund = market.fund(yuan=1_000)
    office = make_organisation(kind=OrganisationKind.GOVERNMENT)
    ends = (wanted.award_ends, datetime(2030, 1, 1, tzinfo=UTC))
    granted = []
    for place, (rate_ppm, cap, end) in enumerate(
        zip(wanted.rates, wanted.caps, ends, strict=True), start=1
    ):
        award = subsidies.approve_award(
            fund_id=fund.pk,
            tenant_id=market.tenants["acme"].pk,
            reference=f"award-{place}",
            rate_ppm=rate_ppm,
            cap_micro=cap * YUAN,
            period=Period(LONG_AGO, end),
            maker_id=make_user().pk,
            approver_id=make_member(organisation=office).pk,
            approver_organisation_id=office.pk,
            now=NOW,
            stacking_order=place,
        )
        granted.append(
            oracle.Award(
                code=award.reference,
                tenant="acme",
                rate=Fraction(rate_ppm, 1_000_000),
                cap_micro=cap * YUAN,
                starts=LONG_AGO,
                ends=end,
                order=place,
            )
        )
    return granted


def deliver(market: Market, text: str) -> None:
    """Record a file, and insist that each row is accepted."""
    options = ParseOptions(format="csv", measure="cards", time_zone="UTC")
    parsed = list(parse(io.StringIO(text), options=options))
    outcome = metering.record_batch(
        parsed, source=market.source, import_id=market.import_id, now=NOW
    )
    assert outcome.accepted == len(parsed), outcome.reasons


def expected(text: str, *terms_of: list) -> tuple[list[tuple], list[tuple]]:
    """Return the oracle's charges and shares."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usage.csv"
        path.write_text(text, encoding="utf-8")
        prices, granted, lots = terms_of
        books = oracle.rate(path, prices, granted, lots)
    charges = [
        (c.job, c.segment_no, c.month, int(c.price), c.starts, c.ends, c.quantity, c.in_kind,
         c.gross, c.discount, c.programme, c.tenant_pays)
        for c in books.charges
    ]  # fmt: skip
    shares = [(s.job, s.segment_no, s.payer_kind, s.payer, s.amount) for s in books.shares]
    return charges, sorted(shares)


@settings(max_examples=max(15, settings.default.max_examples // 4))  # type: ignore[union-attr]
@given(wanted=terms, drawn=jobs, limit=st.integers(1, 5))
def test_the_books_say_what_the_oracle_says(wanted: Terms, drawn: list[Job], limit: int) -> None:
    with undone():
        # Given two operators with prices, lots and awards, and a file of usage
        market = make_market(price_micro=None)
        market.add_tenant("acme")
        add_postpaid_tenant(market, "beta")
        prices = sell(market, wanted)
        lots, granted = grant(market, wanted)
        there, sold_there, lots_there = open_elsewhere(market, wanted.elsewhere)
        places = [there if job.is_elsewhere else market for job in drawn]
        lines = [
            job.line(number, place.meter.code)
            for number, (job, place) in enumerate(zip(drawn, places, strict=True))
        ]
        text = "\n".join([HEADER, *lines]) + "\n"

        # When it is delivered and rated in small batches
        for place, line in zip(places, lines, strict=True):
            deliver(place, f"{HEADER}\n{line}\n")
        market.rate(limit=limit)

        # Then every charge and every share is the oracle's
        charges, shares = expected(text, prices + sold_there, granted, [*lots, *lots_there])
        assert [tuple(row.values()) for row in rows(CHARGES)] == charges
        assert sorted(tuple(row.values()) for row in rows(SHARES)) == shares

        # And every law is kept, but for the cards: more are in use here than there are
        broken = [v for v in audit.verify_books() if not v.holds]
        assert [v.law.name for v in broken if "cards_in_use" not in v.law.name] == []
