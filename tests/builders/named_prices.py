"""A bill with lines of a class of customers by day and by night, of a project with a name."""

from __future__ import annotations

from datetime import timedelta

from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from compute_billing.invoices.models import Invoice
from compute_billing.metering import operations as metering
from tests.builders.invoices import HOUR, OCTOBER, close, make_use, middle_of, the_bill
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, make_market


def make_named_bill(*, customer_class: str = "puhui", band: str = "night-early") -> Invoice:
    """Bill two hours around 8 in the morning, of which the first has the price of a band."""
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=100)
    _publish_class(market, customer_class=customer_class, band=band)
    catalogue.assign_customer_class(
        tenant_id=tenant.pk, customer_class=customer_class, valid_from=LONG_AGO
    )
    project = contracts.add_project(tenant_id=tenant.pk, code="defect-detection", name="缺陷检测")
    metering.map_account(
        source_id=market.source.pk, account="defects", tenant_id=tenant.pk, project_id=project.pk
    )
    make_use(market, "defects", start=middle_of(OCTOBER) - HOUR, duration=2 * HOUR)
    close(market, "acme")
    return the_bill(market, "acme")


def _publish_class(market: Market, *, customer_class: str, band: str) -> None:
    prices = catalogue.make_price_list(
        kind="class",
        code=f"of-{market.operator.code}",
        issuer_id=market.operator.pk,
        customer_class=customer_class,
    )
    catalogue.add_time_band(
        price_list_id=prices.pk,
        code=band,
        starts_minute=0,
        ends_minute=timedelta(hours=8) // timedelta(minutes=1),
    )
    for name, yuan in (("all", 2), (band, 1)):
        catalogue.publish_price(
            price_list_id=prices.pk,
            meter_id=market.meter.pk,
            band=name,
            unit_price_micro=yuan * YUAN,
            valid_from=LONG_AGO,
            now=NOW,
        )
