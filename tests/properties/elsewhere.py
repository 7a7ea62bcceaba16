"""Another operator, whose compute only its own lots buy."""

from __future__ import annotations

from fractions import Fraction

from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from kernel.sql import rows
from tests import oracle
from tests.builders.market import CARD_HOUR, LONG_AGO, YUAN, Market, make_market


def open_elsewhere(
    here: Market, terms: tuple[int, int, int, int]
) -> tuple[Market, list[oracle.Price], list[oracle.Lot]]:
    """Let another operator sell, and give acme money, a promotion and a package of its own.

    `terms` are its price in micro-yuan, promotion and money in yuan, package in card-hours.
    """
    price, promotion, paid, package = terms
    there = make_market(price_micro=price)
    for code, tenant in here.tenants.items():
        metering.map_account(source_id=there.source.pk, account=code, tenant_id=tenant.pk)
    acme = here.tenants["acme"].pk
    who = {"tenant_id": acme, "operator_id": there.operator.pk, "now": LONG_AGO}
    seller, card_type = there.operator.code, there.meter.code
    ledger.grant_in_kind_lot(
        quantity=package * CARD_HOUR,
        scope=ledger.LotScope(meter_id=there.meter.pk),
        reference="package-there",
        **who,
    )
    ledger.grant_promotion_lot(amount_micro=promotion * YUAN, reference="promotion-there", **who)
    ledger.top_up(amount_micro=paid * YUAN, custody="bank", reference="paid-there", **who)
    amounts = {
        ("in_kind", "package-there"): package * CARD_HOUR,
        ("promotion", "promotion-there"): promotion * YUAN,
        ("paid", "paid-there"): paid * YUAN,
    }
    lots = [
        oracle.Lot(code=code, tenant="acme", kind=kind, amount=amount, operator=seller)
        for (kind, code), amount in amounts.items()
    ]
    code = str(rows("SELECT max(id) AS id FROM catalogue_price")[0]["id"])
    sold = oracle.Price(
        code=code, starts=LONG_AGO, yuan=Fraction(price, YUAN), card_type=card_type, operator=seller
    )
    return there, [sold], lots
