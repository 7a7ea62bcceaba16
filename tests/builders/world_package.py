"""The package of the small settled world: bought, enlarged, made smaller, and earned in part."""

from __future__ import annotations

from datetime import UTC, date, datetime

from accounts.models import User
from compute_billing.catalogue.models import Cluster, Meter
from compute_billing.invoices.operations import close_tenant_month
from compute_billing.ledger import operations as ledger
from compute_billing.packages import operations as packages
from kernel.audit import Actor
from tests.builders.accounts import make_organisation
from tests.builders.market import YUAN


def at(month: int, day: int) -> datetime:
    """Return the beginning of a day of 2026 in UTC."""
    return datetime(2026, month, day, tzinfo=UTC)


def sell_a_package(cluster: Cluster, meter: Meter, *, maker: User, approver: User) -> None:
    """Let gamma buy cards for two months, want more, give some back; September is billed."""
    now = at(9, 10)
    key = {"cluster_id": cluster.pk, "meter_id": meter.pk}
    draft = packages.propose_offer(
        proposal=packages.OfferProposal(
            **key,
            term_kind="month",
            price_micro=1_400 * YUAN,
            cards_min=1,
            tax_class="vat_6",
            fee_ppm=100_000,
            valid_from=now,
        ),
        maker_id=maker.pk,
        now=at(9, 9),
    )
    offer = packages.approve_offer(draft_id=draft.public_id, approver_id=approver.pk, now=now)
    actor = Actor.user(maker.pk)
    packages.set_sellable(
        **key, starts_on=date(2026, 9, 11), ends_on=date(2027, 1, 1), cards=16, actor=actor, now=now
    )
    gamma = make_organisation(code="gamma")
    ledger.open_wallet(tenant_id=gamma.pk)
    ledger.top_up(
        tenant_id=gamma.pk,
        operator_id=cluster.centre.operator_id,
        amount_micro=30_000 * YUAN,
        custody="bank",
        reference="top-up-gamma",
        now=now,
    )
    order = packages.order_package(
        tenant_id=gamma.pk,
        offer_id=offer.public_id,
        cards=4,
        terms=2,
        starts_on=date(2026, 9, 11),
        actor=actor,
        now=now,
    )
    named = {"tenant_id": gamma.pk, "public_id": order.public_id, "actor": actor}
    packages.resize_package(**named, cards=6, now=at(9, 20))
    packages.recognise_month(month=date(2026, 9, 1), now=at(10, 2))
    packages.resize_package(**named, cards=5, now=at(10, 5))
    close_tenant_month(tenant_id=gamma.pk, month=date(2026, 9, 1), now=at(10, 2))
