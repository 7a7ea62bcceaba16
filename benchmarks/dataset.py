"""A month to be rated and closed: by default 1,000 tenants with 1,000 usage records each.

One price; each tenant has one award (30 %, with a cap that its month exceeds) and four paid lots,
one for the cluster and one for the meter. The few masters are made by the operations, the many
rows by SQL that writes what the operations would.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Final

from accounts.models import OrganisationKind
from accounts.operations import add_member, create_organisation, create_user
from accounts.permissions import Role
from benchmarks import harness
from compute_billing.catalogue import operations as catalogue
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.models import Fund
from kernel.audit import Actor
from kernel.sql import execute, statement
from kernel.transactions import transaction

LONG_AGO: Final = datetime(2016, 1, 1, tzinfo=UTC)
LONG_AHEAD: Final = datetime(2030, 1, 1, tzinfo=UTC)
MONTH: Final = date(2026, 10, 1)
MONTH_STARTS: Final = datetime(2026, 9, 30, 16, tzinfo=UTC)
RECORDED_AT: Final = datetime(2026, 11, 2, 4, tzinfo=UTC)
RECORDED_MONTH: Final = date(2026, 11, 1)
RATED_AT: Final = datetime(2026, 11, 3, 4, tzinfo=UTC)
CLOSED_AT: Final = datetime(2026, 11, 5, 4, tzinfo=UTC)

YUAN: Final = 1_000_000
UNIT_PRICE_MICRO: Final = 2_430_001
AWARD_RATE_PPM: Final = 300_000
AWARD_CAP_MICRO: Final = 5_000 * YUAN
LOTS_YUAN: Final = {"cluster": 4_000, "meter": 5_000, "small": 6_000, "large": 1_000_000}
TENANTS: Final = 1_000
RECORDS_EACH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Who is there, and how much usage: nothing waits yet to be rated (see `enqueue`)."""

    tenant_ids: Sequence[int]
    records_each: int
    operator_id: int
    cluster_id: int
    meter_id: int

    @property
    def records(self) -> int:
        """Return how many usage records there are."""
        return len(self.tenant_ids) * self.records_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What rating took: wall-clock seconds of all processes together."""

    records: int
    seconds: float


def build(*, tenants: int = TENANTS, records_each: int = RECORDS_EACH) -> Dataset:
    """Fill an empty database."""
    operator = create_organisation(
        code="operator", name="Operator", kind=OrganisationKind.OPERATOR, now=LONG_AGO
    )
    centre = catalogue.open_centre(
        code="centre", name="Centre", owner_id=operator.pk, operator_id=operator.pk
    )
    meter = catalogue.add_card_type(code="910B2", name="昇腾 910B2")
    cluster = catalogue.add_cluster(centre_id=centre.pk, code="cluster", name="Cluster")
    prices = catalogue.make_price_list(kind="default", code="default", issuer_id=operator.pk)
    catalogue.publish_price(
        price_list_id=prices.pk,
        meter_id=meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=UNIT_PRICE_MICRO,
        now=RECORDED_AT,
    )
    with transaction():
        made = execute(
            statement("benchmarks", "dataset_tenants.sql"), tenants=tenants, now=LONG_AGO
        )
        tenant_ids = [int(row[0]) for row in made.fetchall()]
    dataset = Dataset(
        tenant_ids=tenant_ids,
        records_each=records_each,
        operator_id=operator.pk,
        cluster_id=cluster.pk,
        meter_id=meter.pk,
    )
    _grant_lots(dataset)
    _approve_awards(dataset)
    _report_usage(dataset)
    harness.analyze()
    return dataset


def enqueue(dataset: Dataset, *, tenant_ids: Sequence[int] | None = None) -> int:
    """Let the usage of some tenants, or of all, wait to be rated; return how many records."""
    chosen = dataset.tenant_ids if tenant_ids is None else tenant_ids
    with transaction():
        execute(
            statement("benchmarks", "dataset_enqueue.sql"),
            tenant_ids=list(chosen),
            recorded_month=RECORDED_MONTH,
        )
    return len(chosen) * dataset.records_each


def rate(*, processes: int = 2) -> Rated:
    """Rate all that waits, in some processes at once, as the workers of the queue do.

    Each process starts Django and connects before the clock runs.

    Raises:
        RuntimeError: a process failed.
    """
    command = [sys.executable, "-m", "benchmarks.rating_worker"]
    workers = [harness.Worker(command, environment=os.environ) for _ in range(processes)]
    started = perf_counter()
    for worker in workers:
        worker.tell("go")
    records = sum(int(worker.answer()) for worker in workers)
    seconds = perf_counter() - started
    for worker in workers:
        worker.end()
    return Rated(records=records, seconds=seconds)


def _grant_lots(dataset: Dataset) -> None:
    with transaction():
        cash_id = ledger.account(
            owner_kind="operator", owner_id=dataset.operator_id, kind="cash", subject="bank"
        )
        execute(
            statement("benchmarks", "dataset_lots.sql"),
            tenant_ids=list(dataset.tenant_ids),
            names=list(LOTS_YUAN),
            amounts=[yuan * YUAN for yuan in LOTS_YUAN.values()],
            cluster_ids=[dataset.cluster_id if name == "cluster" else None for name in LOTS_YUAN],
            meter_ids=[dataset.meter_id if name == "meter" else None for name in LOTS_YUAN],
            operator_id=dataset.operator_id,
            cash_id=cash_id,
            now=LONG_AGO,
        )


def _found_fund(*, cap_sum_micro: int, authority_id: int) -> Fund:
    programme = subsidies.found_programme(
        code="programme",
        name="Programme",
        jurisdiction="北京市",
        authority_id=authority_id,
        actor=Actor.system(),
        now=LONG_AGO,
    )
    fund = subsidies.open_fund(
        programme_id=programme.pk,
        level="city",
        budget_year=2026,
        budget_document_no="1",
        actor=Actor.system(),
        now=LONG_AGO,
    )
    subsidies.appropriate_fund(
        fund_id=fund.pk,
        amount_micro=cap_sum_micro,
        reference="appropriation",
        actor=Actor.system(),
        now=LONG_AGO,
    )
    return fund


def _approve_awards(dataset: Dataset) -> None:
    office = create_organisation(
        code="office", name="Office", kind=OrganisationKind.GOVERNMENT, now=LONG_AGO
    )
    fund = _found_fund(
        cap_sum_micro=AWARD_CAP_MICRO * len(dataset.tenant_ids), authority_id=office.pk
    )
    maker = create_user(email="maker@example.com", password=None, now=LONG_AGO)
    approver = create_user(email="approver@example.com", password=None, now=LONG_AGO)
    add_member(user_id=approver.pk, organisation_id=office.pk, role=Role.OWNER, now=LONG_AGO)
    with transaction():
        execute(
            statement("benchmarks", "dataset_awards.sql"),
            tenant_ids=list(dataset.tenant_ids),
            programme_id=fund.programme_id,
            fund_id=fund.pk,
            fund_account_id=fund.account_id,
            rate_ppm=AWARD_RATE_PPM,
            cap_micro=AWARD_CAP_MICRO,
            starts_at=LONG_AGO,
            ends_at=LONG_AHEAD,
            maker_id=maker.pk,
            approver_id=approver.pk,
            office_id=office.pk,
            now=LONG_AGO,
        )


def _report_usage(dataset: Dataset) -> None:
    source = metering.open_source(
        code="source", name="Source", cluster_id=dataset.cluster_id, now=LONG_AGO
    )
    delivery = metering.start_import(
        source=source, format_name="csv", origin="month.csv", measure="cards", now=RECORDED_AT
    )
    with transaction():
        execute(
            statement("benchmarks", "dataset_usage.sql"),
            tenant_ids=list(dataset.tenant_ids),
            records_each=dataset.records_each,
            source_id=source.pk,
            import_id=delivery.pk,
            cluster_id=dataset.cluster_id,
            meter_id=dataset.meter_id,
            starts_at=MONTH_STARTS,
            recorded_at=RECORDED_AT,
            recorded_month=RECORDED_MONTH,
        )
