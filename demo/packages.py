"""Packages of the demonstration: an offer by the month, one by the year that waits, and a buyer.

Sold when the month is settled, so that none of it touches the settlement.
"""

from datetime import date, datetime, timedelta
from typing import Final

from accounts.queries import user_by_email
from compute_billing.catalogue.desk import price_choices
from compute_billing.ledger import operations as ledger
from compute_billing.packages import operations as packages
from compute_billing.packages import queries
from compute_billing.packages.days import next_day
from demo.cast import CARD_TYPE, CLUSTER, MAIL
from demo.seeding import CUSTODY, Stage
from kernel.audit import Actor
from kernel.money import MICRO_PER_YUAN

BUYER: Final = "qinglan-vision"
BUYER_NAME: Final = "qinglan"
# 910B2 by the month, as quoted for eight cards together.
MONTH_YUAN: Final = 1_400
YEAR_YUAN: Final = 1_250
FEE_PPM: Final = 50_000
SELLABLE: Final = 64
CARDS: Final = 8
MORE_CARDS: Final = 10
TERMS: Final = 3
TOP_UP_YUAN: Final = 45_000
BOUGHT_BEFORE: Final = timedelta(days=12)
DAYS_SELLABLE: Final = timedelta(days=400)


def sell_packages(*, stage: Stage, now: datetime) -> None:
    """Offer, sell and resize one package, and leave an offer for somebody to approve."""
    then = now - BOUGHT_BEFORE
    maker, approver, buyer = (
        user_by_email(email=f"{name}@{MAIL}").pk for name in ("operator", "finance", BUYER_NAME)
    )
    offered = price_choices()
    key = {"cluster_id": offered.clusters[CLUSTER], "meter_id": offered.meters[CARD_TYPE]}
    first_day = next_day(then)
    packages.set_sellable(
        **key,
        starts_on=first_day,
        ends_on=first_day + DAYS_SELLABLE,
        cards=SELLABLE,
        actor=Actor.user(maker),
        now=then,
    )
    draft = packages.propose_offer(
        proposal=_proposal(key, kind="month", yuan=MONTH_YUAN, at=then),
        maker_id=maker,
        now=then - timedelta(days=1),
    )
    packages.approve_offer(draft_id=draft.public_id, approver_id=approver, now=then)
    packages.propose_offer(
        proposal=_proposal(key, kind="year", yuan=YEAR_YUAN, at=now + timedelta(days=7)),
        maker_id=maker,
        now=now,
    )
    _buy(stage, actor=Actor.user(buyer), starts_on=first_day, then=then, now=now)


def _proposal(key: dict[str, int], *, kind: str, yuan: int, at: datetime) -> packages.OfferProposal:
    return packages.OfferProposal(
        **key,
        term_kind=kind,
        price_micro=yuan * MICRO_PER_YUAN,
        cards_min=CARDS,
        tax_class="vat_6",
        fee_ppm=FEE_PPM,
        valid_from=at,
    )


def _buy(stage: Stage, *, actor: Actor, starts_on: date, then: datetime, now: datetime) -> None:
    tenant_id = stage.tenant_ids[BUYER]
    ledger.top_up(
        tenant_id=tenant_id,
        operator_id=stage.operator_id,
        amount_micro=TOP_UP_YUAN * MICRO_PER_YUAN,
        custody=CUSTODY,
        reference=f"{BUYER}-package",
        now=then,
    )
    (offer,) = queries.offers(now=then)
    order = packages.order_package(
        tenant_id=tenant_id,
        offer_id=offer.public_id,
        cards=CARDS,
        terms=TERMS,
        starts_on=starts_on,
        actor=actor,
        now=then,
    )
    packages.resize_package(
        tenant_id=tenant_id, public_id=order.public_id, cards=MORE_CARDS, actor=actor, now=now
    )
