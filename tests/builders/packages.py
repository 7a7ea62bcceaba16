"""Offers, capacity and packages for tests, made by the real operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from accounts.models import Organisation
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import LedgerBalance
from compute_billing.packages import operations
from compute_billing.packages.days import day_of
from compute_billing.packages.models import CapacityDay, PackageOffer, PackageOrder
from compute_billing.packages.operations import OfferProposal
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.transactions import transaction
from tests.builders.accounts import make_user
from tests.builders.ledger import make_tenant
from tests.builders.market import LONG_AGO, YUAN, Market, make_market

# 5 October 2026, noon in Beijing.
NOW = datetime(2026, 10, 5, 4, 0, tzinfo=UTC)
TOMORROW = date(2026, 10, 6)
BY_HAND = Actor.system()

_numbers = count(1)


@dataclass
class Shop:
    """A cluster whose cards are sold as packages, and a tenant with money."""

    market: Market
    offer: PackageOffer
    tenant: Organisation

    def order(self, **overrides: Any) -> PackageOrder:
        """Order two cards for one term from tomorrow on."""
        values = {
            "tenant_id": self.tenant.pk,
            "offer_id": self.offer.public_id,
            "cards": 2,
            "terms": 1,
            "starts_on": TOMORROW,
            "actor": BY_HAND,
            "now": NOW,
        }
        return operations.order_package(**{**values, **overrides})

    def act(self, operation: Any, order: PackageOrder, **said: Any) -> PackageOrder:
        """Resize, renew or end."""
        return operation(
            tenant_id=self.tenant.pk,
            public_id=order.public_id,
            **{"actor": BY_HAND, "now": NOW, **said},
        )

    def money(self) -> int:
        """Return what the tenant's paid lots hold."""
        lots = LedgerBalance.objects.filter(
            account__lot__tenant=self.tenant, account__lot__stage="paid"
        )
        return sum(lots.values_list("posted", flat=True))

    def free(self, day: date) -> int:
        """Return how many cards can still be sold on a day."""
        kept = CapacityDay.objects.get(
            cluster_id=self.offer.cluster_id, meter_id=self.offer.meter_id, day=day
        )
        return kept.sellable - kept.sold


def deferred(order: PackageOrder) -> int:
    """Return what of an order's money is not earned yet."""
    return LedgerBalance.objects.get(account_id=order.account_id).posted


def make_offer(market: Market, *, now: datetime = NOW, **overrides: Any) -> PackageOffer:
    """Offer cards of a market at 1750 yuan a month, from now on, with four eyes."""
    values = {
        "cluster_id": market.cluster.pk,
        "meter_id": market.meter.pk,
        "term_kind": "month",
        "price_micro": 1_750 * YUAN,
        "cards_min": 1,
        "tax_class": "vat_6",
        "fee_ppm": 0,
        "valid_from": now - timedelta(days=1),
    }
    proposal = OfferProposal(**{**values, **overrides})
    draft = operations.propose_offer(
        proposal=proposal, maker_id=make_user().pk, now=proposal.valid_from - timedelta(days=1)
    )
    return operations.approve_offer(
        draft_id=draft.public_id, approver_id=make_user().pk, now=proposal.valid_from
    )


def make_shop(
    *, sellable: int = 8, yuan: int = 1_000_000, now: datetime = NOW, **offer: Any
) -> Shop:
    """Open a market whose cluster sells cards as packages for three years from tomorrow on."""
    market = make_market()
    starts_on = day_of(now) + timedelta(days=1)
    operations.set_sellable(
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=3 * 366),
        cards=sellable,
        actor=BY_HAND,
        now=now,
    )
    shop = Shop(market, make_offer(market, now=now, **offer), make_tenant())
    add_money(shop.tenant, market=market, yuan=yuan)
    return shop


def add_money(tenant: Organisation, *, market: Market, yuan: int) -> None:
    """Let a tenant pay in, long ago, so that the money is valid whenever a test happens."""
    if yuan:
        ledger.top_up(
            tenant_id=tenant.pk,
            operator_id=market.operator.pk,
            amount_micro=yuan * YUAN,
            custody="bank",
            reference=f"package-money-{next(_numbers)}",
            now=LONG_AGO,
        )


def own_package(tenant: Organisation) -> UUID:
    """Let a tenant have a package from tomorrow on, whenever it is asked for."""
    now = utc_now()
    shop = make_shop(yuan=0, now=now)
    with transaction():
        ledger.ensure_wallet(tenant_id=tenant.pk)
    add_money(tenant, market=shop.market, yuan=100_000)
    starts_on = day_of(now) + timedelta(days=2)
    order = shop.order(tenant_id=tenant.pk, starts_on=starts_on, terms=2, now=now)
    return order.public_id


def an_offer_draft(operator: Organisation | None = None) -> UUID:
    """Propose an offer of a market of its own, of the operator if one is named."""
    market, now = make_market(operator=operator), utc_now()
    draft = operations.propose_offer(
        proposal=OfferProposal(
            cluster_id=market.cluster.pk,
            meter_id=market.meter.pk,
            term_kind="month",
            price_micro=1_400 * YUAN,
            cards_min=1,
            tax_class="vat_6",
            fee_ppm=0,
            valid_from=now + timedelta(days=1),
        ),
        maker_id=make_user().pk,
        now=now,
    )
    return draft.public_id
