"""A month of a real cluster on invented terms, said twice: to the books and to the oracle.

Everybody pays the list price, which falls in the middle of October; three small enterprises have a
class price since a September morning, one tenant a graduated contract. Awards, packages, vouchers
and money are such that some of each run out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from accounts.models import Organisation, OrganisationKind
from compute_billing import public
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.catalogue.models import Meter
from compute_billing.ledger import operations as ledger
from compute_billing.metering.models import UsageSource
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.models import Fund
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.periods import Period
from tests import oracle
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.market import CARD_HOUR, LONG_AGO, YUAN

FILE = "philly-2017-09-10.csv.gz"
SOURCE = "philly"
CARD_TYPE = "V100"
PRICE_CHANGE = datetime(2017, 10, 16, 4, 30, tzinfo=UTC)
CLASS_SINCE = datetime(2017, 9, 20, 1, 15, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)

SMALL_ENTERPRISES = ("0e4a51", "103959", "7f04ca")
CONTRACT_TENANT = "6c71a0"
TIERS = ((0, 2_200_003), (20_000 * CARD_HOUR, 2_000_001), (60_000 * CARD_HOUR, 1_799_999))
# (tenant, rate in ppm, cap in yuan, stacking order); the cap of the first is soon used up.
AWARDS = (
    ("6214e9", 300_000, 50_000, 1),
    ("0e4a51", 300_000, 900_000, 1),
    ("b436b2", 300_000, 200_000, 1),
    ("b436b2", 333_333, 20_000, 2),
)
# (tenant, kind, yuan or card-hours, expires)
LOTS = (
    ("6214e9", "paid", 120_000, None),
    ("6214e9", "paid", 30_000, datetime(2017, 10, 5, tzinfo=UTC)),
    ("6c71a0", "paid", 900_000, None),
    ("11cb48", "promotion", 5_000, datetime(2017, 10, 20, 12, tzinfo=UTC)),
    ("11cb48", "paid", 400_000, None),
    ("b436b2", "paid", 50_000, None),
    ("ed69ec", "in_kind", 2_000, datetime(2017, 11, 1, tzinfo=UTC)),
    ("ed69ec", "paid", 10_000, None),
    ("0e4a51", "promotion", 1_000, None),
    ("0e4a51", "paid", 40_000, None),
    ("2869ce", "in_kind", 100_000, None),
    ("ee9e8c", "paid", 1, None),
)


@dataclass
class Centre:
    """What the books and the oracle were told."""

    operator: Organisation
    source: UsageSource
    meter: Meter
    tenants: dict[str, int] = field(default_factory=dict)
    prices: list[oracle.Price] = field(default_factory=list)
    awards: list[oracle.Award] = field(default_factory=list)
    lots: list[oracle.Lot] = field(default_factory=list)


def open_centre(path: Path) -> Centre:
    """Open the centre, its tenants, their prices, awards and lots."""
    now = utc_now()
    source = public.open_missing_source(code=SOURCE, card_type=CARD_TYPE, time_zone="UTC", now=now)
    codes = {use.tenant for use in oracle.read_usage(path)}
    public.add_missing_tenants(source_id=source.pk, accounts=codes, now=now)
    tenants = Organisation.objects.filter(code__in=codes).values_list("code", "pk")
    centre = Centre(
        operator=Organisation.objects.get(code=public.OPERATOR_CODE),
        source=source,
        meter=Meter.objects.get(code=CARD_TYPE),
        tenants=dict(tenants),
    )
    _sell(centre)
    _subsidise(centre)
    _grant(centre)
    return centre


def _sell(centre: Centre) -> None:
    listed = catalogue.make_price_list(kind="default", code="list", issuer_id=centre.operator.pk)
    _publish(centre, listed.pk, 2_430_001, rank=3, ends=PRICE_CHANGE)
    _publish(centre, listed.pk, 2_380_000, rank=3, starts=PRICE_CHANGE)
    inclusive = catalogue.make_price_list(
        kind="class", code="sme", issuer_id=centre.operator.pk, customer_class="sme"
    )
    for tenant in SMALL_ENTERPRISES:
        catalogue.assign_customer_class(
            tenant_id=centre.tenants[tenant], customer_class="sme", valid_from=CLASS_SINCE
        )
    code = _publish(centre, inclusive.pk, 1_701_007, rank=2)
    [sme] = [price for price in centre.prices if price.code == code]
    centre.prices.remove(sme)
    for tenant in SMALL_ENTERPRISES:
        own = {"code": code, "yuan": sme.yuan, "rank": 2, "tenant": tenant}
        centre.prices.append(oracle.Price(starts=CLASS_SINCE, **own))
    contract = catalogue.make_price_list(
        kind="contract",
        code="contract",
        issuer_id=centre.operator.pk,
        tenant_id=centre.tenants[CONTRACT_TENANT],
    )
    _publish(centre, contract.pk, None, rank=1, tenant=CONTRACT_TENANT)


def _publish(
    centre: Centre,
    price_list_id: int,
    unit_price_micro: int | None,
    *,
    starts: datetime = LONG_AGO,
    ends: datetime | None = None,
    **known: Any,
) -> str:
    """Publish a price (the tiers, without an amount) and tell the oracle."""
    tiers = TIERS if unit_price_micro is None else ()
    price = publishing.publish_price(
        price_list_id=price_list_id,
        meter_id=centre.meter.pk,
        valid_from=starts,
        valid_until=ends,
        unit_price_micro=unit_price_micro,
        tiers=tiers or None,
        now=utc_now(),
    )
    centre.prices.append(
        oracle.Price(
            code=str(price.pk),
            starts=starts,
            ends=ends or FAR,
            yuan=Fraction(unit_price_micro or 0, YUAN),
            steps=tuple((Fraction(q, CARD_HOUR), Fraction(p, YUAN)) for q, p in tiers),
            **known,
        )
    )
    return str(price.pk)


def _subsidise(centre: Centre) -> None:
    fund = _fund(yuan=2_000_000)
    office = make_organisation(kind=OrganisationKind.GOVERNMENT)
    for tenant, rate_ppm, cap, order in AWARDS:
        reference = f"award-{tenant}-{order}"
        subsidies.approve_award(
            fund_id=fund.pk,
            tenant_id=centre.tenants[tenant],
            reference=reference,
            rate_ppm=rate_ppm,
            cap_micro=cap * YUAN,
            period=Period(LONG_AGO, FAR),
            maker_id=make_user().pk,
            approver_id=make_member(organisation=office).pk,
            approver_organisation_id=office.pk,
            now=utc_now(),
            stacking_order=order,
        )
        centre.awards.append(
            oracle.Award(
                code=reference,
                tenant=tenant,
                rate=Fraction(rate_ppm, 1_000_000),
                cap_micro=cap * YUAN,
                starts=LONG_AGO,
                ends=FAR,
                order=order,
            )
        )


def _fund(*, yuan: int) -> Fund:
    authority = make_organisation(kind=OrganisationKind.GOVERNMENT)
    by_hand = {"actor": Actor.system(), "now": utc_now()}
    programme = subsidies.found_programme(
        code="vouchers", name="算力券", jurisdiction="北京市", authority_id=authority.pk, **by_hand
    )
    fund = subsidies.open_fund(
        programme_id=programme.pk,
        level="city",
        budget_year=2017,
        budget_document_no="京财〔2017〕1号",
        **by_hand,
    )
    subsidies.appropriate_fund(
        fund_id=fund.pk, amount_micro=yuan * YUAN, reference="budget", **by_hand
    )
    return fund


def _grant(centre: Centre) -> None:
    for number, (tenant, kind, amount, expires) in enumerate(LOTS):
        reference = f"{kind}-{number}"
        terms: dict[str, Any] = {
            "tenant_id": centre.tenants[tenant],
            "operator_id": centre.operator.pk,
            "reference": reference,
            "now": LONG_AGO,
            "expires_at": expires,
        }
        unit = CARD_HOUR if kind == "in_kind" else YUAN
        if kind == "paid":
            ledger.top_up(amount_micro=amount * YUAN, custody="bank", **terms)
        elif kind == "promotion":
            ledger.grant_promotion_lot(amount_micro=amount * YUAN, **terms)
        else:
            scope = ledger.LotScope(meter_id=centre.meter.pk)
            ledger.grant_in_kind_lot(quantity=amount * CARD_HOUR, scope=scope, **terms)
        centre.lots.append(
            oracle.Lot(
                code=reference, tenant=tenant, kind=kind, amount=amount * unit, expires=expires
            )
        )
