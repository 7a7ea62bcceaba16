"""A small centre with everything that may go wrong in it, from a seed: its files and its books.

The use lies far enough in the past that each of its months can be closed. The second delivery comes
after the first three months were closed: late use, and corrections.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.ledger import operations as ledger
from kernel.sql import rows
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN, Market, make_market

START = datetime(2025, 9, 1, tzinfo=UTC)
DAYS = 85
TENANTS = [f"tenant-{number}" for number in range(8)]
FIRST_FILES = 6
ROWS = 160
COLUMNS = "job_id,tenant,cards,card_type,started_at,ended_at,corrects,quantity_card_seconds"


def open_small_centre() -> Market:
    """Open it: two prices, a class, lots of each kind and two awards of which one runs out."""
    market = make_market(price_micro=2_430_001, valid_until=START + timedelta(days=40))
    publishing.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        valid_from=START + timedelta(days=40),
        tiers=[(0, 2_400_000), (500 * CARD_HOUR, 2_100_001)],
        now=NOW,
    )
    number = market.import_id
    cheaper = catalogue.make_price_list(
        kind="class",
        code=f"class-{number}",
        issuer_id=market.operator.pk,
        customer_class="sme",
    )
    publishing.publish_price(
        price_list_id=cheaper.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=1_700_003,
        now=NOW,
    )
    fund = market.fund(yuan=100_000)
    for place, code in enumerate(TENANTS):
        tenant = market.add_tenant(code)
        _grant(market, code, place)
        if place % 3 == 0:
            market.award(code, fund=fund, rate_ppm=300_000, cap_yuan=150)
        if place % 2 == 0:
            market.award(code, fund=fund, rate_ppm=333_333, cap_yuan=9_000, stacking_order=2)
        if place % 4 == 1:
            catalogue.assign_customer_class(
                tenant_id=tenant.pk,
                customer_class="sme",
                valid_from=START + timedelta(days=17, hours=5),
            )
    return market


def _grant(market: Market, code: str, place: int) -> None:
    terms: dict[str, Any] = {
        "tenant_id": market.tenants[code].pk,
        "operator_id": market.operator.pk,
        "now": LONG_AGO,
    }
    ledger.top_up(
        amount_micro=(100 + 300 * place) * YUAN, custody="bank", reference=f"paid-{code}", **terms
    )
    if place % 2:
        ledger.grant_promotion_lot(
            amount_micro=90 * YUAN,
            reference=f"promotion-{code}",
            expires_at=START + timedelta(days=30),
            **terms,
        )
    if place % 3 == 1:
        ledger.grant_in_kind_lot(
            quantity=70 * CARD_HOUR + 1,
            scope=ledger.LotScope(meter_id=market.meter.pk),
            reference=f"package-{code}",
            **terms,
        )


def write_files(folder: Path, *, card_type: str, seed: int) -> list[Path]:
    """Write the deliveries, in order: some of plain use, then one of late use and corrections."""
    random = Random(seed)
    files, jobs = [], []
    for number in range(FIRST_FILES):
        used = [_use(f"job-{number}-{row}", random, card_type) for row in range(ROWS)]
        jobs += used
        files.append(_write(folder / f"use-{number}.csv", used))
    late = [_use(f"late-{row}", random, card_type) for row in range(ROWS // 2)]
    taken = [_correction(job, random) for job in random.sample(jobs, ROWS // 8)]
    files.append(_write(folder / "late.csv", late + taken))
    return files


def _use(job: str, random: Random, card_type: str) -> dict[str, Any]:
    starts = START + timedelta(seconds=random.randrange(DAYS * 86_400))
    milliseconds = 1000 * int(random.lognormvariate(8, 1.5)) + random.randrange(1, 1000)
    return {
        "job": job,
        "tenant": random.choice(TENANTS),
        "cards": random.choice(["0.22", "1", "2", "8", "16"]),
        "card_type": card_type,
        "starts": starts,
        "ends": starts + timedelta(milliseconds=milliseconds),
        "corrects": "",
        "quantity": "",
    }


def _correction(job: dict[str, Any], random: Random) -> dict[str, Any]:
    """Take back the end of a job, or all of it."""
    whole = (job["ends"] - job["starts"]) // timedelta(milliseconds=1)
    kept = random.choice([0, random.randrange(whole)])
    milli_cards = (
        int(job["cards"].replace("0.22", "0220"))
        if "." in job["cards"]
        else (int(job["cards"]) * 1000)
    )
    quantity = milli_cards * (whole - kept)
    return {
        **job,
        "job": f"{job['job']}-correction",
        "starts": job["starts"] + timedelta(milliseconds=kept),
        "corrects": job["job"],
        "quantity": f"-{quantity // 1_000_000}.{quantity % 1_000_000:06}",
    }


def _write(path: Path, used: list[dict[str, Any]]) -> Path:
    lines = [COLUMNS]
    for use in used:
        times = [use[name].isoformat(timespec="milliseconds") for name in ("starts", "ends")]
        lines.append(
            ",".join(
                [use["job"], use["tenant"], use["cards"], use["card_type"], *times,
                 use["corrects"], use["quantity"]]
            )
        )  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def books(market: Market) -> dict[str, list[tuple[Any, ...]]]:
    """Return what stands in the books in words that are the same in every life of the centre."""
    return {name: [tuple(row.values()) for row in rows(text)] for name, text in BOOKS.items()}


PAYER = """CASE WHEN w.id IS NULL THEN a.subject ELSE 'award-' || w.stacking_order END"""
MAPPED = """metering_source_account_mapping m ON m.tenant_id"""
BOOKS = {
    "charges": f"""
        SELECT u.external_id, c.segment_no, c.revision, m.account, c.usage_month, c.booked_month,
            c.segment_start, c.segment_end, rank() OVER (ORDER BY p.price_list_id, p.valid),
            c.quantity, c.quantity_in_kind, c.counter_before, c.gross, c.discount, c.programme,
            c.tenant, o.external_id AS reverses, old.segment_no AS reverses_segment
        FROM rating_charge c
        JOIN metering_usage_record u ON u.id = c.usage_id
        JOIN catalogue_price p ON p.id = c.price_id
        JOIN {MAPPED} = c.tenant_id
        LEFT JOIN rating_charge old ON old.id = c.reverses_id
        LEFT JOIN metering_usage_record o ON o.id = old.usage_id
        ORDER BY 1, 2, 3""",
    "shares": f"""
        SELECT u.external_id, c.segment_no, c.revision, s.payer_kind, {PAYER} AS payer,
            s.unit LIKE 'CT%%', s.amount, s.cause
        FROM rating_charge_share s
        JOIN rating_charge c ON c.id = s.charge_id
        JOIN metering_usage_record u ON u.id = c.usage_id
        JOIN ledger_account a ON a.id = s.account_id
        LEFT JOIN subsidies_award w ON w.account_id = a.id
        ORDER BY 1, 2, 3, 4, 5""",
    "payers": f"""
        SELECT m.account, c.usage_month, c.booked_month, s.payer_kind, {PAYER} AS payer,
            sum(s.amount)
        FROM rating_charge_share s
        JOIN rating_charge c ON c.id = s.charge_id
        JOIN {MAPPED} = s.tenant_id
        JOIN ledger_account a ON a.id = s.account_id
        LEFT JOIN subsidies_award w ON w.account_id = a.id
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5""",
    "balances": f"""
        SELECT a.owner_kind, a.kind, {PAYER} AS subject, m.account, a.unit LIKE 'CT%%',
            sum(CASE WHEN p.destination_account_id = a.id THEN p.amount ELSE -p.amount END)
        FROM ledger_account a
        JOIN ledger_posting p ON a.id IN (p.source_account_id, p.destination_account_id)
        LEFT JOIN subsidies_award w ON w.account_id = a.id
        LEFT JOIN metering_source_account_mapping m
            ON m.tenant_id = coalesce(w.tenant_id, a.owner_id)
            AND (w.id IS NOT NULL OR a.owner_kind = 'tenant')
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5""",
    "months": f"""
        SELECT m.account, t.month, t.state, t.parked_reason, t.charge_count, t.quantity, t.gross,
            t.discount, t.programme, t.tenant, t.arrears
        FROM invoices_tenant_month t JOIN {MAPPED} = t.tenant_id
        ORDER BY 1, 2""",
    "bills": f"""
        SELECT m.account, i.period, i.net, i.tax, i.total_fen, i.carried_micro, l.payer_kind,
            l.usage_month, sum(l.amount), sum(l.quantity)
        FROM invoices_invoice i
        JOIN invoices_invoice_line l ON l.invoice_id = i.id
        JOIN {MAPPED} = i.tenant_id
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 7, 8""",
    "claims": """
        SELECT c.period, sum(l.amount), sum(l.basis), count(*)
        FROM settlement_claim c JOIN settlement_claim_line l ON l.claim_id = c.id
        GROUP BY 1 ORDER BY 1""",
    "statements": """
        SELECT period, sum(quantity), sum(gross), sum(discount), sum(programme), sum(tenant_paid),
            sum(arrears)
        FROM settlement_operator_statement GROUP BY 1 ORDER BY 1""",
    "awards": f"""
        SELECT m.account, w.stacking_order, k.basis, k.granted
        FROM subsidies_award_counter k JOIN subsidies_award w ON w.id = k.award_id
        JOIN {MAPPED} = w.tenant_id ORDER BY 1, 2""",
}
