"""Claims on real use equal the oracle's: by month, after late use, a correction and a clawback."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from compute_billing.audit import queries as audit
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsageRecord
from compute_billing.rating import operations as rating
from compute_billing.settlement import clawbacks, operations
from compute_billing.settlement.clawback_models import Clawback
from compute_billing.settlement.models import Claim
from compute_billing.settlement.reimbursing import claim_reimbursements
from compute_billing.subsidies.models import AwardCounter
from kernel.audit import Actor
from kernel.sql import execute
from tests import database, oracle
from tests.builders.accounts import make_user
from tests.builders.market import NOW, YUAN, instant_ms
from tests.builders.metering import make_parsed_record
from tests.flows import philly_subsidies as world
from tests.flows.philly import FILE
from tests.oracle.subsidies import Account, Family, split
from tests.oracle.terms import half_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared_data]

SEPTEMBER, OCTOBER, NOVEMBER = date(2017, 9, 1), date(2017, 10, 1), date(2017, 11, 1)
OFFICER = Actor.user(1)
PARTS = (Fraction(world.CITY_PPM, 1_000_000), Fraction(1_000_000 - world.CITY_PPM, 1_000_000))
SINCE = datetime(2017, 10, 15, tzinfo=UTC)
LATE_TENANT, CORRECTED_TENANT, CLAWED_TENANT = "11cb48", "0e4a51", "6214e9"
LATE_HOURS = 1_000


@pytest.fixture
def told(shared_data: Path) -> tuple[world.Subsidised, oracle.OracleBooks]:
    """Tell both the same, and rate the whole file."""
    path = shared_data / FILE
    found = world.open_programmes(path)
    call_command(
        "ingest_usage",
        str(path),
        source=world.SOURCE,
        format="csv",
        json=True,
        stdout=io.StringIO(),
    )
    list(rating.rate_all(now=NOW))
    with database.as_owner():
        execute("ANALYZE")
    return found, oracle.rate(path, [found.price], found.awards, found.lots)


def report(found: world.Subsidised, tenant: str, **record: Any) -> None:
    """Report one record more, and rate it."""
    started = metering.start_import(
        source=found.source, format_name="csv", origin="late.csv", measure="cards", now=NOW
    )
    parsed = make_parsed_record(account=tenant, card_type=world.CARD_TYPE, **record)
    outcome = metering.record_batch([parsed], source=found.source, import_id=started.pk, now=NOW)
    assert outcome.accepted == 1, outcome
    list(rating.rate_all(now=NOW))


def claim_month(found: world.Subsidised, month: date) -> dict[str, tuple[int, int, int]]:
    """Close, settle and claim a month; return by tenant what city and district owe, and netted."""
    invoices.close_period(month=month, now=NOW)
    operations.settle(month=month, now=NOW)
    made = Claim.objects.filter(pk__in=claim_reimbursements(month=month, now=NOW))
    codes = {pk: code for code, pk in found.tenants.items()}
    owed: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for claim in made:
        row = owed[codes[claim.claimant_id]]
        row[0 if claim.fund_id == found.city.pk else 1] += claim.amount
        row[2] += claim.netted
    for claim in Claim.objects.exclude(state="paid"):
        operations.mark_claim_paid(
            claim_id=claim.pk,
            budget_document_no="京财〔2017〕9号",
            treasury_receipt_no=f"GK-{claim.pk}",
            now=NOW,
            actor=OFFICER,
        )
    return {code: (city, district, kept) for code, (city, district, kept) in owed.items()}


def wanted(accounts: dict[str, Account], month: date) -> dict[str, tuple[int, int, int]]:
    """Return what the oracle says of it; who has nothing to claim is left out."""
    found = {}
    for code, account in accounts.items():
        before = split(account.rule.given(account.basis), PARTS)
        known = dict(account.claimed)
        _, kept = account.claim(month)
        after = split(account.rule.given(account.basis), PARTS)
        if {key: value for key, value in account.claimed.items() if value} != {
            key: value for key, value in known.items() if value
        }:
            found[code] = (after[0] - before[0], after[1] - before[1], kept)
    return found


def claimed_by_voucher(month: date) -> int:
    return sum(claim.amount for claim in Claim.objects.filter(kind="share", period=month))


def priced(books: oracle.OracleBooks, tenant: str, month: date) -> int:
    """Return the milli-card-milliseconds of a tenant's month that have a price."""
    return sum(
        charge.quantity - charge.in_kind
        for charge in books.charges
        if (charge.tenant, charge.month) == (tenant, month)
    )


def cost(quantity: int) -> int:
    return half_up(Fraction(quantity * world.PRICE_MICRO, 3_600_000_000))


def asked(books: oracle.OracleBooks, tenant: str) -> int:
    return sum(charge.gross for charge in books.charges if charge.tenant == tenant)


def voucher(basis: int) -> int:
    return min(world.VOUCHER_CAP, half_up(Fraction(3 * basis, 10)))


def test_claims_equal_the_oracle(told: tuple[world.Subsidised, oracle.OracleBooks]) -> None:
    found, books = told
    assert len(found.tenants) >= 12
    accounts = world.accounts(books)

    # September: what was paid of it, in whole yuan, by city and district
    assert claim_month(found, SEPTEMBER) == wanted(accounts, SEPTEMBER)
    assert claimed_by_voucher(SEPTEMBER) == world.vouchers(books, SEPTEMBER)

    # when a tenant pays what it owes, its use is late for another, and a paid claim is corrected
    ledger.top_up(
        tenant_id=found.tenants[world.SHORT],
        operator_id=found.operator.pk,
        amount_micro=9_000 * YUAN,
        custody="bank",
        reference="second",
        now=NOW,
    )
    accounts[world.SHORT].pay(9_000 * YUAN)
    voucher_moved = late_use(found, books, accounts) + correct(found, books, accounts)

    # then October holds all of that
    assert claim_month(found, OCTOBER) == wanted(accounts, OCTOBER)
    assert claimed_by_voucher(OCTOBER) == world.vouchers(books, OCTOBER) + voucher_moved

    # when what one was given since the fifteenth is taken back
    owed = accounts[CLAWED_TENANT].claw_back(SINCE)
    made = claw_back(found)
    assert made.amount == owed > 0

    # then November keeps it back as far as it goes, and nothing is claimed twice
    november = claim_month(found, NOVEMBER)
    assert november == wanted(accounts, NOVEMBER)
    assert claimed_by_voucher(NOVEMBER) == world.vouchers(books, NOVEMBER)
    assert claim_month(found, NOVEMBER) == {}
    for code, account in accounts.items():
        counter = AwardCounter.objects.get(award__reference=found.reference(code))
        assert (counter.basis, counter.granted) == (
            account.basis,
            account.rule.given(account.basis),
        )
    broken = [verdict.law.name for verdict in audit.verify_books() if not verdict.holds]
    assert broken == []


def late_use(
    found: world.Subsidised, books: oracle.OracleBooks, accounts: dict[str, Account]
) -> int:
    """Report a thousand card-hours of September; return what the voucher bears of them."""
    starts = datetime(2017, 9, 25, tzinfo=UTC)
    ends = datetime(2017, 9, 25, 10, tzinfo=UTC)
    report(
        found,
        LATE_TENANT,
        external_id="late",
        milli_cards=LATE_HOURS * 100,
        started_ms=instant_ms(starts),
        ended_ms=instant_ms(ends),
    )
    before = priced(books, LATE_TENANT, SEPTEMBER)
    gross = cost(before + LATE_HOURS * 3_600_000_000) - cost(before)
    basis = asked(books, LATE_TENANT)
    borne = voucher(basis + gross) - voucher(basis)
    accounts[LATE_TENANT].add(
        [Family(key="late", starts=starts, booked=OCTOBER, cost=gross - borne)]
    )
    return borne


def correct(
    found: world.Subsidised, books: oracle.OracleBooks, accounts: dict[str, Account]
) -> int:
    """Take back a whole job of September; return what the voucher gets back, which is negative."""
    job = next(
        charge
        for charge in reversed(books.charges)
        if (charge.tenant, charge.month, charge.in_kind) == (CORRECTED_TENANT, SEPTEMBER, 0)
        and charge.gross > 0
        and sum(other.job == charge.job for other in books.charges) == 1
    )
    [record] = UsageRecord.objects.filter(
        tenant_id=found.tenants[CORRECTED_TENANT], external_id=job.job
    )
    report(
        found,
        CORRECTED_TENANT,
        external_id="correction",
        corrects=job.job,
        milli_cards=record.milli_cards,
        started_ms=instant_ms(record.started_at),
        ended_ms=instant_ms(record.ended_at),
        quantity=-record.quantity,
    )
    before = priced(books, CORRECTED_TENANT, SEPTEMBER)
    gross = cost(before) - cost(before - job.quantity)
    basis = asked(books, CORRECTED_TENANT)
    returned = voucher(basis) - voucher(basis - gross)
    accounts[CORRECTED_TENANT].cheapen(f"{job.job}/{job.segment_no}", gross - returned)
    return -returned


def claw_back(found: world.Subsidised) -> Clawback:
    """Propose and approve it, by two."""
    made = clawbacks.propose(
        award_reference=found.reference(CLAWED_TENANT),
        grounds=clawbacks.Grounds(reason="relocation", clause="第八条", statement="迁出本区"),
        extent=clawbacks.Extent(used_from=SINCE),
        maker_id=make_user().pk,
        now=NOW,
    )
    return clawbacks.decide(
        public_id=made.public_id,
        approves=True,
        decider_id=found.approver.pk,
        decider_organisation_id=found.office.pk,
        answer="",
        now=NOW,
    )
