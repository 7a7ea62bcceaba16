"""A dozen tenants of a real cluster as small enterprises under three programmes at once.

A voucher of 30 % up to a cap, a reimbursement by days in whole yuan from the funds of city and
district, and card-hours in kind; said twice, to the books and to the oracle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from accounts.models import Organisation, OrganisationKind, User
from compute_billing import public
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue.models import Meter
from compute_billing.catalogue.publishing import publish_price
from compute_billing.ledger import operations as ledger
from compute_billing.metering.models import UsageSource
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.funding import CardTime, FundShare
from compute_billing.subsidies.models import Fund
from compute_billing.subsidies.terms import (
    AwardMode,
    AwardTerms,
    BasisKind,
    Payee,
    RoundingMode,
)
from kernel.periods import Period
from tests import oracle
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN
from tests.builders.subsidies import make_fund
from tests.oracle.subsidies import Account, Family, Rule

SOURCE = "philly"
CARD_TYPE = "V100"
PRICE_MICRO = 2_430_001
FAR = datetime(2030, 1, 1, tzinfo=UTC)
IN_KIND_FROM = datetime(2017, 9, 1, tzinfo=UTC)
IN_KIND_UNTIL = datetime(2017, 10, 20, tzinfo=UTC)
IN_KIND_HOURS = 100
VOUCHER_PPM = 300_000
VOUCHER_CAP = 20_000 * YUAN
CITY_PPM = 333_333
DAYS = (305, 729)
RULE = Rule(
    rate=Fraction(3, 10),
    cap_micro=30_000 * YUAN,
    counted=Fraction(*DAYS),
    unit_micro=YUAN,
    rounds_down=True,
)
TERMS = AwardTerms(
    mode=AwardMode.REIMBURSEMENT,
    payee=Payee.TENANT,
    basis_kind=BasisKind.SETTLED_DAYS_SHARE,
    exclusivity_group="district",
    days_counted=DAYS[0],
    days_whole=DAYS[1],
    rounding_unit_micro=YUAN,
    rounding_mode=RoundingMode.DOWN,
)
PAID_IN = 10_000_000
# One of them pays in less than it uses.
SHORT, SHORT_PAID_IN = "103959", 20_000


@dataclass
class Subsidised:
    """What the books and the oracle were told."""

    operator: Organisation
    source: UsageSource
    meter: Meter
    tenants: dict[str, int]
    city: Fund
    district: Fund
    hours: Fund
    office: Organisation
    maker: User
    approver: User
    price: oracle.Price
    awards: list[oracle.Award] = field(default_factory=list)
    lots: list[oracle.Lot] = field(default_factory=list)

    def reference(self, tenant: str) -> str:
        """Return the name of a tenant's reimbursement."""
        return f"reimbursement-{tenant}"


def open_programmes(path: Path) -> Subsidised:
    """Open the centre with one price, its tenants with money, and three awards for each."""
    source = public.open_missing_source(code=SOURCE, card_type=CARD_TYPE, time_zone="UTC", now=NOW)
    codes = sorted({use.tenant for use in oracle.read_usage(path)})
    public.add_missing_tenants(source_id=source.pk, accounts=codes, now=NOW)
    tenants = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))
    operator = Organisation.objects.get(code=public.OPERATOR_CODE)
    meter = Meter.objects.get(code=CARD_TYPE)
    office = make_organisation(kind=OrganisationKind.GOVERNMENT)
    money = len(codes) * 60_000 * YUAN
    city = make_fund(amount_micro=money, budget_year=2017)
    found = Subsidised(
        operator=operator,
        source=source,
        meter=meter,
        tenants=tenants,
        city=city,
        district=make_fund(amount_micro=money, level="district", budget_year=2017),
        hours=make_fund(
            amount_micro=len(codes) * IN_KIND_HOURS * CARD_HOUR,
            meter_id=meter.pk,
            budget_year=2017,
        ),
        office=office,
        maker=make_user(),
        approver=make_member(organisation=office),
        price=_price(operator, meter),
    )
    for tenant in codes:
        _grant(found, tenant)
    return found


def _price(operator: Organisation, meter: Meter) -> oracle.Price:
    listed = catalogue.make_price_list(kind="default", code="list", issuer_id=operator.pk)
    price = publish_price(
        price_list_id=listed.pk,
        meter_id=meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=PRICE_MICRO,
        now=NOW,
    )
    return oracle.Price(
        code=str(price.pk), starts=LONG_AGO, ends=FAR, yuan=Fraction(PRICE_MICRO, YUAN)
    )


def _grant(found: Subsidised, tenant: str) -> None:
    tenant_id = found.tenants[tenant]
    yuan = SHORT_PAID_IN if tenant == SHORT else PAID_IN
    ledger.top_up(
        tenant_id=tenant_id,
        operator_id=found.operator.pk,
        amount_micro=yuan * YUAN,
        custody="bank",
        reference=f"paid-{tenant}",
        now=LONG_AGO,
    )
    eyes = {
        "tenant_id": tenant_id,
        "maker_id": found.maker.pk,
        "approver_id": found.approver.pk,
        "approver_organisation_id": found.office.pk,
        "now": NOW,
    }
    always = Period(LONG_AGO, FAR)
    subsidies.approve_award(
        fund_id=found.city.pk,
        reference=f"voucher-{tenant}",
        rate_ppm=VOUCHER_PPM,
        cap_micro=VOUCHER_CAP,
        period=always,
        **eyes,
    )
    subsidies.approve_award(
        fund_id=found.city.pk,
        reference=found.reference(tenant),
        rate_ppm=300_000,
        cap_micro=RULE.cap_micro,
        period=always,
        terms=TERMS,
        fund_shares=[
            FundShare(fund_id=found.city.pk, share_ppm=CITY_PPM),
            FundShare(fund_id=found.district.pk, share_ppm=1_000_000 - CITY_PPM),
        ],
        **eyes,
    )
    subsidies.approve_card_time(
        fund_id=found.hours.pk,
        reference=f"hours-{tenant}",
        granted=CardTime(
            operator_id=found.operator.pk,
            meter_id=found.meter.pk,
            quantity=IN_KIND_HOURS * CARD_HOUR,
        ),
        period=Period(IN_KIND_FROM, IN_KIND_UNTIL),
        **eyes,
    )
    _tell_the_oracle(found, tenant, yuan=yuan)


def _tell_the_oracle(found: Subsidised, tenant: str, *, yuan: int) -> None:
    found.awards.append(
        oracle.Award(
            code=f"voucher-{tenant}",
            tenant=tenant,
            rate=Fraction(VOUCHER_PPM, 1_000_000),
            cap_micro=VOUCHER_CAP,
            starts=LONG_AGO,
            ends=FAR,
        )
    )
    found.lots += [
        oracle.Lot(code=f"paid-{tenant}", tenant=tenant, kind="paid", amount=yuan * YUAN),
        oracle.Lot(
            code=f"hours-{tenant}",
            tenant=tenant,
            kind="in_kind",
            amount=IN_KIND_HOURS * CARD_HOUR,
            starts=IN_KIND_FROM,
            expires=IN_KIND_UNTIL,
        ),
    ]


def accounts(books: oracle.OracleBooks) -> dict[str, Account]:
    """Return what the oracle's books say that each tenant paid, segment by segment."""
    unpaid: dict[tuple[str, int], int] = {}
    for share in books.shares:
        if share.payer_kind == "arrears":
            unpaid[share.job, share.segment_no] = share.amount
    found: dict[str, Account] = {}
    for charge in books.charges:
        family = Family(
            key=f"{charge.job}/{charge.segment_no}",
            starts=charge.starts,
            booked=charge.month,
            cost=charge.tenant_pays,
            unpaid=unpaid.get((charge.job, charge.segment_no), 0),
        )
        found.setdefault(charge.tenant, Account(rule=RULE)).add([family])
    return found


def vouchers(books: oracle.OracleBooks, month: date) -> int:
    """Return what the vouchers bear of a month."""
    return sum(charge.programme for charge in books.charges if charge.month == month)
