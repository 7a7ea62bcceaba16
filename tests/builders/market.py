"""A small compute market, built by the real operations: one centre, one meter, tenants, money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Organisation, OrganisationKind
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue.models import Cluster, Meter, PriceList
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsageSource
from compute_billing.rating import operations as rating
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.models import Award, Fund
from kernel.audit import Actor
from kernel.periods import Period
from kernel.sql import rows
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.metering import make_parsed_record

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LONG_AGO = datetime(2016, 1, 1, tzinfo=UTC)
HOUR_MS = 3_600_000
CARD_HOUR = 3_600_000_000
YUAN = 1_000_000
PRICE_MICRO = 2_430_000

_numbers = count(1)


def instant_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


@dataclass
class Market:
    """What a rating test needs at hand."""

    operator: Organisation
    cluster: Cluster
    meter: Meter
    source: UsageSource
    prices: PriceList
    import_id: int
    tenants: dict[str, Organisation] = field(default_factory=dict)

    def add_tenant(self, code: str, *, paid_yuan: int = 0) -> Organisation:
        """Add a tenant whose source account has its code; with money when asked for."""
        tenant = make_organisation(code=f"{code}-{next(_numbers)}")
        metering.map_account(source_id=self.source.pk, account=code, tenant_id=tenant.pk)
        self.tenants[code] = tenant
        if paid_yuan:
            self.top_up(code, yuan=paid_yuan)
        return tenant

    def top_up(self, code: str, *, yuan: int) -> None:
        """Let the tenant pay in."""
        ledger.top_up(
            tenant_id=self.tenants[code].pk,
            operator_id=self.operator.pk,
            amount_micro=yuan * YUAN,
            custody="bank",
            reference=f"top-up-{next(_numbers)}",
            now=NOW,
        )

    def report(self, *records: dict[str, Any]) -> metering.Outcome:
        """Report usage; each record differs from two cards for one hour in what it names."""
        parsed = [
            make_parsed_record(
                **{
                    "position": position,
                    "external_id": f"job-{next(_numbers)}",
                    "card_type": self.meter.code,
                    **record,
                }
            )
            for position, record in enumerate(records, start=next(_numbers) * 10_000)
        ]
        return metering.record_batch(parsed, source=self.source, import_id=self.import_id, now=NOW)

    def rate(self, *, limit: int = 5_000) -> int:
        """Rate all that waits; return how many records left the queue."""
        return sum(outcome.usage_count for outcome in rating.rate_all(now=NOW, limit=limit))

    def fund(self, *, yuan: int) -> Fund:
        """Found a programme with money."""
        authority = make_organisation(kind=OrganisationKind.GOVERNMENT)
        code = f"programme-{next(_numbers)}"
        by_hand = {"actor": Actor.system(), "now": NOW}
        programme = subsidies.found_programme(
            code=code, name=code, jurisdiction="北京市", authority_id=authority.pk, **by_hand
        )
        fund = subsidies.open_fund(
            programme_id=programme.pk,
            level="city",
            budget_year=2026,
            budget_document_no="京财〔2026〕1号",
            **by_hand,
        )
        subsidies.appropriate_fund(
            fund_id=fund.pk, amount_micro=yuan * YUAN, reference=code, **by_hand
        )
        return fund

    def award(self, code: str, *, fund: Fund, rate_ppm: int, cap_yuan: int, **scope: Any) -> Award:
        """Approve a share for a tenant with four eyes."""
        office = make_organisation(kind=OrganisationKind.GOVERNMENT)
        approver = make_member(organisation=office)
        return subsidies.approve_award(
            fund_id=fund.pk,
            tenant_id=self.tenants[code].pk,
            reference=f"award-{next(_numbers)}",
            rate_ppm=rate_ppm,
            cap_micro=cap_yuan * YUAN,
            maker_id=make_user().pk,
            approver_id=approver.pk,
            approver_organisation_id=office.pk,
            now=NOW,
            **{"period": Period(LONG_AGO, datetime(2030, 1, 1, tzinfo=UTC)), **scope},
        )

    def shares(self, code: str) -> dict[str, int]:
        """Return what each kind of payer has borne for the tenant, in its unit."""
        found = rows(
            "SELECT payer_kind, sum(amount)::bigint AS amount FROM rating_charge_share"
            " WHERE tenant_id = %(tenant_id)s GROUP BY payer_kind",
            tenant_id=self.tenants[code].pk,
        )
        return {share["payer_kind"]: share["amount"] for share in found}

    def charges(self, code: str) -> list[dict[str, Any]]:
        """Return the tenant's charges in the order they were made."""
        return rows(
            "SELECT * FROM rating_charge WHERE tenant_id = %(tenant_id)s ORDER BY id",
            tenant_id=self.tenants[code].pk,
        )


def make_market(
    *, price_micro: int | None = PRICE_MICRO, operator: Organisation | None = None, **price: Any
) -> Market:
    """Open a centre with one cluster of a card type at one price for everybody."""
    number = next(_numbers)
    operator = operator or make_organisation(kind=OrganisationKind.OPERATOR)
    centre = catalogue.open_centre(
        code=f"centre-{number}", name="京西智谷", owner_id=operator.pk, operator_id=operator.pk
    )
    meter = catalogue.add_card_type(code=f"card-{number}", name="昇腾 910B2")
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code=f"cluster-{number}", name="100P", milli_cards=320_000
    )
    prices = catalogue.make_price_list(kind="default", code=f"list-{number}", issuer_id=operator.pk)
    if price_micro is not None or price:
        catalogue.publish_price(
            price_list_id=prices.pk,
            meter_id=meter.pk,
            now=NOW,
            **{"valid_from": LONG_AGO, "unit_price_micro": price_micro, **price},
        )
    source = metering.open_source(
        code=f"source-{number}", name="Slurm", cluster_id=cluster.pk, now=NOW - timedelta(days=90)
    )
    usage_import = metering.start_import(
        source=source, format_name="csv", origin="test.csv", measure="cards", now=NOW
    )
    return Market(operator, cluster, meter, source, prices, usage_import.pk)
