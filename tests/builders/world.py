"""A small settled world, made by real operations: September closed, October open and half rated.

Every law of the books has something to look at here: two tenants, lots of each kind, two stacked
awards of which one is exhausted, a credit limit and arrears, a price change, a graduated price, a
month border, a late report, a correction, a rerate, usage that waits, a hold, bills, a claim, an
operator's statement and a seal. It commits: clean up with `tests.database.clean`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

from accounts.models import Organisation, OrganisationKind, User
from accounts.permissions import Role
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.catalogue.models import Cluster, Meter, Price, PriceList
from compute_billing.contracts import operations as contracts
from compute_billing.contracts.models import Project
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.metering.formats import ParseOptions, parse
from compute_billing.metering.models import UsageSource
from compute_billing.rating import operations as rating
from compute_billing.rating import rerate
from compute_billing.settlement import operations as settlement
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.models import Award, Fund
from kernel import seals
from kernel.audit import Actor
from kernel.periods import Period
from tests.builders.accounts import make_member, make_organisation
from tests.builders.bank import take_bank_money
from tests.builders.cash import reconcile_world
from tests.builders.connect_world import pay_by_connect
from tests.builders.einvoices import invoice_world
from tests.builders.holds import hold_money
from tests.builders.metering import csv_text
from tests.builders.payments import pay_by_stripe
from tests.builders.payouts import pay_out
from tests.builders.reimbursed import reimburse_world
from tests.builders.world_package import sell_a_package

YUAN = 1_000_000
CARD_HOUR = 3_600_000_000
SEPTEMBER = date(2026, 9, 1)
OCTOBER = date(2026, 10, 1)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant of 2026 in UTC; the billing month turns at 16:00 of the day before."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Centre:
    """Who sells what, where, at which prices."""

    operator: Organisation
    authority: Organisation
    cluster: Cluster
    meter: Meter
    graduated_meter: Meter
    prices: PriceList
    first_price: Price
    second_price: Price
    source: UsageSource


@dataclass(frozen=True, kw_only=True)
class World:
    """The rows that tests name."""

    centre: Centre
    alpha: Organisation
    beta: Organisation
    project: Project
    fund: Fund
    exhausted_award: Award
    open_award: Award
    maker: User
    approver: User


def make_world() -> World:
    """Make it: about four weeks of two tenants in some forty rows of use."""
    centre = _make_centre()
    alpha, beta, project = _make_tenants(centre)
    fund, exhausted_award, open_award, maker, approver = _make_awards(centre, tenant=alpha)
    _make_lots(centre, alpha=alpha, beta=beta)
    _live_through_september(centre)
    _live_through_october(centre, alpha=alpha, beta=beta, maker=maker, approver=approver)
    sell_a_package(centre.cluster, centre.meter, maker=maker, approver=approver)
    take_bank_money(
        operator=centre.operator, tenant=alpha, maker=maker, approver=approver, now=at(10, 12)
    )
    hold_money(centre.cluster, centre.meter, tenant=alpha, now=at(10, 11))
    pay_by_stripe(centre.operator, now=at(10, 9))
    reconcile_world(operator=centre.operator, maker=maker.pk, approver=approver.pk, now=at(10, 9))
    _settle(maker)
    reimburse_world(fund=fund, tenant=alpha, maker=maker, approver=approver, now=at(10, 12))
    pay_out(maker=maker, approver=approver, now=at(10, 12))
    pay_by_connect(maker=maker, approver=approver, now=at(10, 12))
    invoice_world(centre.operator, now=at(10, 12))
    seals.seal_entries(now=at(10, 12))
    return World(
        centre=centre,
        alpha=alpha,
        beta=beta,
        project=project,
        fund=fund,
        exhausted_award=exhausted_award,
        open_award=open_award,
        maker=maker,
        approver=approver,
    )


def _make_centre() -> Centre:
    now = at(8, 20)
    operator = make_organisation(code="jingxi", kind=OrganisationKind.OPERATOR)
    authority = make_organisation(code="authority", kind=OrganisationKind.GOVERNMENT)
    centre = catalogue.open_centre(
        code="jingxi", name="京西", owner_id=authority.pk, operator_id=operator.pk
    )
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code="jx-1", name="一号集群", milli_cards=320_000
    )
    meter = catalogue.add_card_type(code="910B2", name="昇腾 910B2")
    graduated_meter = catalogue.add_card_type(code="H200", name="H200")
    catalogue.add_card_type(code="unpriced", name="尚无价格")
    prices = catalogue.make_price_list(kind="default", code="list", issuer_id=operator.pk)
    first_price = publishing.publish_price(
        price_list_id=prices.pk,
        meter_id=meter.pk,
        valid_from=at(1, 1),
        valid_until=at(9, 15, 16),
        now=now,
        unit_price_micro=2_430_001,
    )
    second_price = publishing.publish_price(
        price_list_id=prices.pk,
        meter_id=meter.pk,
        valid_from=at(9, 15, 16),
        now=now,
        unit_price_micro=2_700_000,
    )
    publishing.publish_price(
        price_list_id=prices.pk,
        meter_id=graduated_meter.pk,
        valid_from=at(1, 1),
        now=now,
        tiers=[(0, 12_000_007), (100 * CARD_HOUR, 10_000_000)],
    )
    source = metering.open_source(
        code="slurm", name="Slurm", cluster_id=cluster.pk, card_type="910B2", now=now
    )
    return Centre(
        operator=operator,
        authority=authority,
        cluster=cluster,
        meter=meter,
        graduated_meter=graduated_meter,
        prices=prices,
        first_price=first_price,
        second_price=second_price,
        source=source,
    )


def _make_tenants(centre: Centre) -> tuple[Organisation, Organisation, Project]:
    alpha = make_organisation(code="alpha")
    beta = make_organisation(code="beta")
    project = contracts.add_project(tenant_id=beta.pk, code="p1", name="项目一")
    ledger.open_wallet(tenant_id=alpha.pk)
    ledger.open_wallet(tenant_id=beta.pk, mode="postpaid")
    metering.map_account(source_id=centre.source.pk, account="alpha", tenant_id=alpha.pk)
    metering.map_account(source_id=centre.source.pk, account="beta", tenant_id=beta.pk)
    metering.map_account(
        source_id=centre.source.pk, account="beta-p1", tenant_id=beta.pk, project_id=project.pk
    )
    return alpha, beta, project


def _make_awards(centre: Centre, *, tenant: Organisation) -> tuple[Fund, Award, Award, User, User]:
    now = at(8, 25)
    maker = make_member(organisation=centre.authority, role=Role.FINANCE)
    approver = make_member(organisation=centre.authority, role=Role.OWNER)
    programme = subsidies.found_programme(
        code="vouchers",
        name="算力券",
        jurisdiction="北京",
        authority_id=centre.authority.pk,
        actor=Actor.user(maker.pk),
        now=now,
    )
    fund = subsidies.open_fund(
        programme_id=programme.pk,
        level="city",
        budget_year=2026,
        budget_document_no="京财 2026-1",
        actor=Actor.user(maker.pk),
        now=now,
    )
    subsidies.appropriate_fund(
        fund_id=fund.pk,
        amount_micro=5_000 * YUAN,
        reference="appropriation-1",
        actor=Actor.user(maker.pk),
        now=now,
    )
    first, second = (
        subsidies.approve_award(
            fund_id=fund.pk,
            tenant_id=tenant.pk,
            reference=f"award-{order}",
            rate_ppm=rate_ppm,
            cap_micro=cap_micro,
            period=Period(at(9, 1), at(12, 31)),
            maker_id=maker.pk,
            approver_id=approver.pk,
            approver_organisation_id=centre.authority.pk,
            now=now,
            stacking_order=order,
        )
        for order, rate_ppm, cap_micro in ((1, 400_000, 300 * YUAN), (2, 333_333, 3_000 * YUAN))
    )
    return fund, first, second, maker, approver


def _make_lots(centre: Centre, *, alpha: Organisation, beta: Organisation) -> None:
    now = at(8, 30)
    ledger.grant_in_kind_lot(
        tenant_id=alpha.pk,
        operator_id=centre.operator.pk,
        quantity=20 * CARD_HOUR,
        scope=ledger.LotScope(meter_id=centre.meter.pk),
        reference="package-1",
        now=now,
    )
    ledger.grant_promotion_lot(
        tenant_id=alpha.pk,
        operator_id=centre.operator.pk,
        amount_micro=30 * YUAN,
        reference="promotion-1",
        now=now,
        expires_at=at(9, 30),
    )
    for number, amount in ((1, 200), (2, 5_000)):
        ledger.top_up(
            tenant_id=alpha.pk,
            operator_id=centre.operator.pk,
            amount_micro=amount * YUAN,
            custody="bank",
            reference=f"top-up-{number}",
            now=now,
        )
    ledger.set_credit_limit(tenant_id=beta.pk, limit_micro=300 * YUAN)


def usage(job: str, tenant: str, cards: str, start: datetime, end: datetime, **more: str) -> str:
    """Return one line of a CSV; the header is CSV_HEADER."""
    return csv_text(
        {
            "job_id": job,
            "tenant": tenant,
            "cards": cards,
            "card_type": more.get("card_type", "910B2"),
            "started_at": start.isoformat(),
            "ended_at": end.isoformat(),
            "allocation": more.get("allocation", ""),
            "corrects": more.get("corrects", ""),
            "quantity_card_seconds": more.get("quantity_card_seconds", ""),
        }
    )


def deliver(source: UsageSource, *lines: str, origin: str, now: datetime) -> None:
    """Record rows made by `usage` as one file, and insist that each is accepted."""
    header = lines[0].splitlines()[0]
    text = "\n".join([header, *(line.splitlines()[1] for line in lines)]) + "\n"
    delivery = metering.start_import(
        source=source, format_name="csv", origin=origin, measure="cards", now=now
    )
    options = ParseOptions(format="csv", measure="cards", time_zone="UTC")
    outcome = metering.record_batch(
        list(parse(io.StringIO(text), options=options)),
        source=source,
        import_id=delivery.pk,
        now=now,
    )
    metering.finish_import(import_id=delivery.pk, now=now)
    assert outcome.accepted == len(lines), (outcome.reasons, outcome.statuses)


def _live_through_september(centre: Centre) -> None:
    deliver(
        centre.source,
        usage("a1", "alpha", "8", at(9, 2), at(9, 2, 5)),
        usage("a2", "alpha", "16", at(9, 15, 10), at(9, 15, 22)),
        usage("a3:1", "alpha", "0.22", at(9, 16), at(9, 17), allocation="a3"),
        usage("a3:2", "alpha", "0.22", at(9, 17), at(9, 18, 7), allocation="a3"),
        usage("b1", "beta-p1", "4", at(9, 3), at(9, 3, 9)),
        usage("b2", "beta", "6", at(9, 5), at(9, 6, 3), card_type="H200"),
        origin="september.csv",
        now=at(9, 20),
    )
    list(rating.rate_all(now=at(9, 20, 1)))
    deliver(
        centre.source,
        usage("a4", "alpha", "4", at(9, 30, 10), at(10, 1, 4)),
        usage("b3", "beta", "1", at(9, 29), at(9, 30, 2), quantity_card_seconds="90000.001"),
        origin="september-late.csv",
        now=at(10, 1, 5),
    )
    list(rating.rate_all(now=at(10, 1, 6)))
    closing = invoices.close_period(month=SEPTEMBER, now=at(10, 2))
    assert not closing.parked, closing.parked


def _live_through_october(
    centre: Centre, *, alpha: Organisation, beta: Organisation, maker: User, approver: User
) -> None:
    deliver(
        centre.source,
        usage("a5", "alpha", "16", at(10, 3), at(10, 4, 6)),
        usage("a6", "alpha", "2", at(9, 8), at(9, 9)),
        usage("b4", "beta-p1", "8", at(10, 2), at(10, 2, 11)),
        usage("b5", "beta", "10", at(10, 4), at(10, 4, 20), card_type="H200"),
        usage("b6", "beta", "1", at(10, 3), at(10, 3, 1), card_type="unpriced"),
        origin="october.csv",
        now=at(10, 5),
    )
    list(rating.rate_all(now=at(10, 5, 1)))
    deliver(
        centre.source,
        usage(
            "a2:correction",
            "alpha",
            "16",
            at(9, 15, 14),
            at(9, 15, 18),
            corrects="a2",
            quantity_card_seconds=str(-16 * 4 * 3600),
        ),
        origin="corrections.csv",
        now=at(10, 6),
    )
    list(rating.rate_all(now=at(10, 6, 1)))
    publishing.correct_price(
        price_id=centre.second_price.pk, now=at(10, 7), unit_price_micro=2_650_000
    )
    asked = rerate.request(
        month=OCTOBER,
        reason="合同价应为 2.65",
        maker_id=maker.pk,
        tenant_id=alpha.pk,
        now=at(10, 7),
    )
    rerate.approve_and_run(request_id=asked.pk, approver_id=approver.pk, now=at(10, 8))
    ledger.top_up(
        tenant_id=beta.pk,
        operator_id=centre.operator.pk,
        amount_micro=20 * YUAN,
        custody="bank",
        reference="top-up-3",
        now=at(10, 9),
    )
    deliver(
        centre.source,
        usage("a7", "alpha", "8", at(10, 9), at(10, 9, 2)),
        usage("a8", "alpha", "8", at(10, 9, 1), at(10, 9, 3)),
        origin="waiting.csv",
        now=at(10, 10),
    )


def _settle(officer: User) -> None:
    """Settle September, and let the treasury pay the claim."""
    settled = settlement.settle(month=SEPTEMBER, now=at(10, 11))
    (claim_id,) = settled.claim_ids
    actor = Actor.user(officer.pk)
    settlement.submit_claim(claim_id=claim_id, now=at(10, 11, 1), actor=actor)
    settlement.mark_claim_paid(
        claim_id=claim_id,
        budget_document_no="京财 2026-2",
        treasury_receipt_no="国库 77",
        now=at(10, 11, 2),
        actor=actor,
    )
