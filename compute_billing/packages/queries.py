"""Every read of packages: offers, orders, previews, capacity, and what a month has earned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from compute_billing.packages.days import day_of
from compute_billing.packages.locks import ROOM
from compute_billing.packages.models import (
    PackageChange,
    PackageOffer,
    PackageOfferDraft,
    PackageOrder,
    PackageTerm,
)
from compute_billing.packages.offering import UnknownOfferDraft
from compute_billing.packages.planning import Plan, PlannedChange
from compute_billing.packages.quoting import (
    UnknownPackage,
    change_planned,
    first_term,
    next_term,
    offer_now,
)
from kernel.periods import month_after
from kernel.sql import row, rows, statement
from kernel.worlds import real_world

__all__ = [
    "CapacityMonth",
    "Earned",
    "MonthUse",
    "OfferDraftFilter",
    "PackageChange",
    "PackageOffer",
    "PackageOfferDraft",
    "PackageOrder",
    "PackageTerm",
    "Plan",
    "PlannedChange",
    "UnknownPackage",
    "capacity_by_month",
    "changes_of",
    "earned_in",
    "find",
    "free_cards",
    "months_of",
    "offer",
    "offer_draft",
    "offer_draft_of",
    "offer_draft_page",
    "offer_drafts",
    "offers",
    "order",
    "order_page",
    "orders_of_everybody",
    "place_of",
    "preview_end",
    "preview_order",
    "preview_renewal",
    "preview_resize",
    "terms_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """What a package's lots of a month held, and what of it was used, in milli-card-ms."""

    month: date
    granted: int
    used: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityMonth:
    """Cards of a cluster in a month: the fewest sellable and free, the most sold on a day."""

    cluster: str
    cluster_name: str
    card_type: str
    month: date
    days: int
    sellable: int
    sold: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraftFilter:
    """Which proposed offers are asked for; None asks for any."""

    is_open: bool | None = None
    cluster: str | None = None
    card_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a package has earned in a month, for a line of a bill: for whom, at which price."""

    tenant_id: int
    operator_id: int
    number: str
    contract_no: str
    cluster: str
    card_type: str
    month: date
    cards: int
    price_micro: int
    tax_class: str
    amount_micro: int


def offers(*, now: datetime) -> list[PackageOffer]:
    """Return the offers that hold, by cluster, card type and kind of term."""
    found = PackageOffer.objects.filter(valid__contains=now)
    return list(
        found.select_related("cluster", "meter").order_by(
            "cluster__code", "meter__code", "term_kind"
        )
    )


def offer(*, public_id: UUID, now: datetime) -> PackageOffer:
    """Return an offer that holds.

    Raises:
        UnknownPackageOffer: there is none of this id, or it does not hold now.
    """
    return offer_now(public_id, now=now)


def offer_drafts() -> list[PackageOfferDraft]:
    """Return the proposed offers, the newest first, each with its decision if it has one."""
    drafts = PackageOfferDraft.objects.select_related("cluster", "meter", "decision")
    return list(drafts.order_by("-id"))


def offer_draft(*, public_id: UUID) -> PackageOfferDraft:
    """Return a proposed offer.

    Raises:
        UnknownOfferDraft: there is none of this id.
    """
    drafts = PackageOfferDraft.objects.select_related("cluster", "meter", "decision")
    draft = drafts.filter(public_id=public_id).first()
    if draft is None:
        message = f"There is no proposed offer {public_id}."
        raise UnknownOfferDraft(message)
    return draft


def offer_draft_page(
    *,
    operator_id: int,
    wanted: OfferDraftFilter,
    after: UUID | None,
    limit: int,
) -> list[PackageOfferDraft]:
    """Return the proposed offers of an operator's clusters, the newest first, behind `after`."""
    found = _drafts_of(operator_id)
    if wanted.is_open is not None:
        found = found.filter(decision__isnull=wanted.is_open)
    if wanted.cluster is not None:
        found = found.filter(cluster__code=wanted.cluster)
    if wanted.card_type is not None:
        found = found.filter(meter__code=wanted.card_type)
    if after is not None:
        last = _drafts_of(operator_id).filter(public_id=after)
        # Behind what is none of the operator's there is nothing.
        found = found.filter(id__lt=last.values_list("id", flat=True).first() or 0)
    return list(found.order_by("-id")[:limit])


def offer_draft_of(*, operator_id: int, public_id: UUID) -> PackageOfferDraft:
    """Return a proposed offer of an operator's cluster; `outcome` and `decided_at` tell its end.

    Raises:
        UnknownOfferDraft: the operator has none of this id.
    """
    draft = _drafts_of(operator_id).filter(public_id=public_id).first()
    if draft is None:
        message = f"You have no proposed offer {public_id}."
        raise UnknownOfferDraft(message)
    return draft


def _drafts_of(operator_id: int) -> QuerySet[PackageOfferDraft]:
    drafts = PackageOfferDraft.objects.filter(cluster__centre__operator_id=operator_id)
    return drafts.select_related("cluster", "meter").annotate(
        outcome=F("decision__decision"), decided_at=F("decision__decided_at")
    )


def order(*, tenant_id: int, public_id: UUID) -> PackageOrder:
    """Return a tenant's package.

    Raises:
        UnknownPackage: the tenant has none of this id.
    """
    found = PackageOrder.objects.select_related("cluster", "meter", "account__balance")
    package = found.filter(tenant_id=tenant_id, public_id=public_id).first()
    if package is None:
        message = f"There is no package {public_id}."
        raise UnknownPackage(message)
    return package


def find(*, public_id: UUID, tenant_ids: Collection[int] | None) -> PackageOrder:
    """Return a package of one of these tenants, or of anybody real where none are given.

    Raises:
        UnknownPackage: they have none of this id.
    """
    found = PackageOrder.objects.select_related("tenant", "cluster", "meter", "account__balance")
    among = real_world("tenant_id") if tenant_ids is None else Q(tenant_id__in=tenant_ids)
    package = found.filter(among).filter(public_id=public_id).first()
    if package is None:
        message = f"There is no package {public_id}."
        raise UnknownPackage(message)
    return package


def order_page(*, tenant_id: int, after: int | None, limit: int) -> list[PackageOrder]:
    """Return a tenant's packages, the newest first, from behind the one with id `after` on."""
    found = PackageOrder.objects.filter(tenant_id=tenant_id).select_related("cluster", "meter")
    if after is not None:
        found = found.filter(id__lt=after)
    return list(found.order_by("-id")[:limit])


def place_of(*, tenant_id: int, public_id: UUID) -> int | None:
    """Return where a tenant's package stands in `order_page`, or None."""
    found = PackageOrder.objects.filter(tenant_id=tenant_id, public_id=public_id)
    return found.values_list("id", flat=True).first()


def orders_of_everybody(*, now: datetime) -> list[PackageOrder]:
    """Return the packages that are not over, by their end."""
    running = PackageOrder.objects.filter(ends_on__gt=day_of(now))
    return list(running.select_related("tenant", "cluster", "meter").order_by("ends_on", "id"))


def sales_page(
    *, operator_id: int | None, after: UUID | None, limit: int, now: datetime
) -> list[PackageOrder]:
    """Return packages on an operator's clusters (None: on all) that are not over, by their end.

    Raises:
        UnknownPackage: `after` is none of them.
    """
    sold = PackageOrder.objects.select_related("tenant", "cluster", "meter")
    if operator_id is not None:
        sold = sold.filter(cluster__centre__operator_id=operator_id)
    found = sold.filter(real_world("cluster"), ends_on__gt=day_of(now))
    if after is not None:
        last = sold.filter(public_id=after).first()
        if last is None:
            message = "You sold no such package."
            raise UnknownPackage(message)
        found = found.filter(Q(ends_on__gt=last.ends_on) | Q(ends_on=last.ends_on, id__gt=last.pk))
    return list(found.order_by("ends_on", "id")[:limit])


def terms_of(*, order_id: int) -> list[PackageTerm]:
    """Return a package's terms with their contracts."""
    found = PackageTerm.objects.filter(order_id=order_id)
    return list(found.select_related("contract", "offer").order_by("term_no"))


def changes_of(*, order_id: int) -> list[PackageChange]:
    """Return what became of a package, the newest first."""
    found = PackageChange.objects.filter(order_id=order_id).select_related("term")
    return list(found.order_by("-act_no", "term__term_no"))


def months_of(*, order_id: int) -> list[MonthUse]:
    """Return what a package's months hold and what of them is used."""
    found = rows(statement(ROOM, "months_of_order.sql"), order_id=order_id)
    return [MonthUse(**line) for line in found]


def preview_order(
    *, offer_id: UUID, cards: int, terms: int, starts_on: date, now: datetime
) -> Plan:
    """Return what an order would come to; see `operations.order_package` for its errors."""
    found = offer_now(offer_id, now=now)
    return first_term(found, cards=cards, terms=terms, starts_on=starts_on, now=now).plan


def preview_resize(*, tenant_id: int, public_id: UUID, cards: int, now: datetime) -> Plan:
    """Return what other cards from the next day on would come to."""
    package = order(tenant_id=tenant_id, public_id=public_id)
    return change_planned(package, kind=PackageChange.Kind.RESIZE, cards=cards, now=now)


def preview_renewal(*, tenant_id: int, public_id: UUID, terms: int, now: datetime) -> Plan:
    """Return what going on would come to."""
    package = order(tenant_id=tenant_id, public_id=public_id)
    return next_term(package, terms=terms, now=now)[1].plan


def preview_end(*, tenant_id: int, public_id: UUID, now: datetime) -> Plan:
    """Return what an early end would give back."""
    package = order(tenant_id=tenant_id, public_id=public_id)
    return change_planned(package, kind=PackageChange.Kind.END, cards=0, now=now)


def free_cards(*, cluster_id: int, meter_id: int, starts_on: date, ends_on: date) -> int:
    """Return how many cards can still be sold on every day of a span."""
    found = row(
        statement(ROOM, "free_cards.sql"),
        cluster_id=cluster_id,
        meter_id=meter_id,
        starts_on=starts_on,
        ends_on=ends_on,
        days=(ends_on - starts_on).days,
    )
    return 0 if found is None else int(found["free"])


def capacity_by_month(
    *, starts_on: date, ends_on: date, operator_id: int | None = None
) -> list[CapacityMonth]:
    """Return the capacity of an operator's clusters by natural month, of all where none is named.

    In the order of clusters, card types and months.
    """
    found = rows(
        statement(ROOM, "capacity_by_month.sql"),
        starts_on=starts_on,
        ends_on=ends_on,
        operator_id=operator_id,
    )
    return [CapacityMonth(**line) for line in found]


def earned_in(*, month: date, tenant_id: int | None = None) -> list[Earned]:
    """Return what packages have earned in a month that is recognised, as lines for bills.

    A package's line is told once for the month, with the cards and the price of its last term in
    it; the amount is what the ledger has booked as revenue. Nothing is told of what is sold and
    not earned yet.
    """
    found = rows(
        statement(ROOM, "earned_in.sql"),
        month=month,
        month_end=month_after(month),
        tenant_id=tenant_id,
    )
    return [Earned(**line) for line in found]
