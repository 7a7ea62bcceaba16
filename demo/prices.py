"""Publish the prices of the centre: the list, the class of small enterprises, one contract.

The class has cheaper nights and a price that changes in the middle of the month.
"""

from datetime import date
from typing import Final

from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from demo.cast import TENANTS, Tenant
from demo.dates import Calendar
from kernel.money import MICRO_PER_YUAN, Money

LIST_PRICE: Final = "2.430000"
PUHUI_PRICE: Final = "1.980000"
PUHUI_PRICE_LATER: Final = "1.920000"
PUHUI_NIGHT_PRICE: Final = "1.620000"
PRICE_CHANGE_DAY: Final = 16
NIGHTS: Final = (("night-early", 0, 8 * 60), ("night-late", 22 * 60, 24 * 60))


def publish_prices(
    *, operator_id: int, tenant_ids: dict[str, int], meter_id: int, calendar: Calendar
) -> None:
    """Publish the list price, the SME class with nights and a change, and the contract."""
    start, now = calendar.before, calendar.before
    default = catalogue.make_price_list(kind="default", code="list", issuer_id=operator_id)
    catalogue.publish_price(
        price_list_id=default.pk,
        meter_id=meter_id,
        unit_price_micro=_micro(LIST_PRICE),
        valid_from=start,
        now=now,
    )
    _puhui_prices(operator_id=operator_id, meter_id=meter_id, calendar=calendar)
    for tenant in TENANTS:
        if tenant.price_class:
            catalogue.assign_customer_class(
                tenant_id=tenant_ids[tenant.code],
                customer_class=tenant.price_class,
                valid_from=start,
            )
        if tenant.contract_price:
            _contract(
                tenant,
                tenant_id=tenant_ids[tenant.code],
                operator_id=operator_id,
                meter_id=meter_id,
                calendar=calendar,
            )


def _puhui_prices(*, operator_id: int, meter_id: int, calendar: Calendar) -> None:
    now, change = calendar.before, calendar.day(PRICE_CHANGE_DAY)
    puhui = catalogue.make_price_list(
        kind="class", code="puhui", issuer_id=operator_id, customer_class="puhui"
    )
    first = catalogue.publish_price(
        price_list_id=puhui.pk,
        meter_id=meter_id,
        unit_price_micro=_micro(PUHUI_PRICE),
        valid_from=now,
        now=now,
    )
    catalogue.end_price(price_id=first.pk, at=change)
    catalogue.publish_price(
        price_list_id=puhui.pk,
        meter_id=meter_id,
        unit_price_micro=_micro(PUHUI_PRICE_LATER),
        valid_from=change,
        now=now,
    )
    for band, starts, ends in NIGHTS:
        catalogue.add_time_band(
            price_list_id=puhui.pk, code=band, starts_minute=starts, ends_minute=ends
        )
        catalogue.publish_price(
            price_list_id=puhui.pk,
            meter_id=meter_id,
            band=band,
            unit_price_micro=_micro(PUHUI_NIGHT_PRICE),
            valid_from=now,
            now=now,
        )


def _contract(
    tenant: Tenant, *, tenant_id: int, operator_id: int, meter_id: int, calendar: Calendar
) -> None:
    contracts.sign_compute_contract(
        contract_no=f"JX-{calendar.month:%Y%m}-001",
        tenant_id=tenant_id,
        provider_id=operator_id,
        signed_on=calendar.before.date(),
        starts_on=calendar.month,
        ends_on=date(calendar.month.year + 1, calendar.month.month, 1),
        amount_micro=800_000 * MICRO_PER_YUAN,
    )
    price_list = catalogue.make_price_list(
        kind="contract", code=f"contract-{tenant.code}", issuer_id=operator_id, tenant_id=tenant_id
    )
    catalogue.publish_price(
        price_list_id=price_list.pk,
        meter_id=meter_id,
        unit_price_micro=_micro(tenant.contract_price),
        valid_from=calendar.before,
        now=calendar.before,
    )


def _micro(yuan: str) -> int:
    return Money.from_text(yuan).amount_micro
