"""Every write to packages: offers, capacity, orders and their changes, and what months earned.

Locks are taken in one order: the tenant's wallet, the order, balances by account id, days of
capacity by day.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import PackageOrdered
from compute_billing.contracts.operations import sign_compute_contract
from compute_billing.ledger.accounts import account
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.operations import clear_debts, return_overpaid_credit
from compute_billing.ledger.paying import InsufficientBalance, UnableToPay, give_back, pay
from compute_billing.packages.capacity import (
    CapacityExhausted,
    UnableToSetCapacity,
    set_sellable,
    take_cards,
)
from compute_billing.packages.days import day_of
from compute_billing.packages.locks import ROOM, lock_order
from compute_billing.packages.lots import (
    PackageUsedAlready,
    grant_card_time,
    take_card_time_back,
)
from compute_billing.packages.models import (
    PackageChange,
    PackageOffer,
    PackageOrder,
    PackageTerm,
)
from compute_billing.packages.offering import (
    OfferDraftDecided,
    OfferProposal,
    UnableToApproveOffer,
    UnableToProposeOffer,
    UnknownOfferDraft,
    approve_offer,
    propose_offer,
    refuse_offer,
)
from compute_billing.packages.planning import HeldTerm, Plan, PlannedChange
from compute_billing.packages.quoting import (
    PackageQuoteChanged,
    UnableToChangePackage,
    UnableToOrderPackage,
    UnknownPackage,
    UnknownPackageOffer,
    change_planned,
    first_term,
    next_term,
    offer_now,
)
from compute_billing.packages.recognition import recognise_month
from compute_billing.packages.reminding import remind_of_ends
from compute_billing.packages.telling import record_act, tell_change
from kernel.audit import Actor
from kernel.money import Money
from kernel.sql import execute, statement
from kernel.transactions import transaction_if_not_already, transaction_required

__all__ = [
    "CapacityExhausted",
    "InsufficientBalance",
    "OfferDraftDecided",
    "OfferProposal",
    "PackageQuoteChanged",
    "PackageUsedAlready",
    "UnableToApproveOffer",
    "UnableToChangePackage",
    "UnableToOrderPackage",
    "UnableToPay",
    "UnableToProposeOffer",
    "UnableToSetCapacity",
    "UnknownOfferDraft",
    "UnknownPackage",
    "UnknownPackageOffer",
    "approve_offer",
    "end_package",
    "order_package",
    "propose_offer",
    "recognise_month",
    "refuse_offer",
    "remind_of_ends",
    "renew_package",
    "resize_package",
    "set_sellable",
]

Kind: Final = PackageChange.Kind


def order_package(
    *,
    tenant_id: int,
    offer_id: UUID,
    cards: int,
    terms: int,
    starts_on: date,
    actor: Actor,
    now: datetime,
    expected_micro: int | None = None,
) -> PackageOrder:
    """Buy cards of a cluster for so many terms of an offer, from a day to come on, and pay.

    Raises:
        UnknownPackageOffer: there is none of this id that holds now.
        UnableToOrderPackage: fewer cards than the offer asks for, days or terms out of bounds.
        PackageQuoteChanged: it comes to another amount than `expected_micro`.
        CapacityExhausted: on some day too few cards are left.
        UnableToPay, InsufficientBalance: the wallet cannot pay it.
    """
    with transaction_if_not_already():
        lock_wallet(tenant_id)
        offer = offer_now(offer_id, now=now)
        planned = first_term(offer, cards=cards, terms=terms, starts_on=starts_on, now=now)
        _refuse_other_amount(planned.plan, expected_micro)
        order = _open_order(
            tenant_id=tenant_id, offer=offer, planned=planned.held, cards=cards, now=now
        )
        term = _add_term(order, offer=offer, held=planned.held, plan=planned.plan, now=now)
        _carry_out(order, planned.plan, terms={1: term}, now=now)
        emit(
            PackageOrdered(
                package=order.public_id,
                number=order.number,
                cards=cards,
                starts_on=order.starts_on.isoformat(),
                ends_on=order.ends_on.isoformat(),
                amount=Money(planned.plan.amount_micro),
            ),
            organisation_id=tenant_id,
            now=now,
        )
        record_act("packages.order", order, plan=planned.plan, actor=actor, now=now)
        return order


def resize_package(
    *,
    tenant_id: int,
    public_id: UUID,
    cards: int,
    actor: Actor,
    now: datetime,
    expected_micro: int | None = None,
) -> PackageOrder:
    """Have more or fewer cards from the next day on, at the price of each term.

    Raises:
        UnknownPackage: the tenant has none of this id.
        UnableToChangePackage: it is over, the cards are the same, or fewer than the offer's least.
        PackageQuoteChanged, CapacityExhausted, UnableToPay: see `order_package`.
        PackageUsedAlready: more was used than the fewer cards would have given.
    """
    with transaction_if_not_already():
        order = _locked(tenant_id=tenant_id, public_id=public_id)
        plan = change_planned(order, kind=Kind.RESIZE, cards=cards, now=now)
        _refuse_other_amount(plan, expected_micro)
        _carry_out(order, plan, terms=_terms_of(order), now=now)
        PackageOrder.objects.filter(pk=order.pk).update(cards=cards)
        order.cards = cards
        tell_change(order, Kind.RESIZE, plan=plan, actor=actor, now=now)
        return order


def renew_package(
    *,
    tenant_id: int,
    public_id: UUID,
    terms: int,
    actor: Actor,
    now: datetime,
    expected_micro: int | None = None,
) -> PackageOrder:
    """Go on after the end, with the same cards, at the price of the offer that holds now.

    Raises:
        UnknownPackage: the tenant has none of this id.
        UnableToChangePackage: it is over, or there is no offer of its kind now.
        PackageQuoteChanged, CapacityExhausted, UnableToPay: see `order_package`.
    """
    with transaction_if_not_already():
        order = _locked(tenant_id=tenant_id, public_id=public_id)
        offer, planned = next_term(order, terms=terms, now=now)
        _refuse_other_amount(planned.plan, expected_micro)
        term = _add_term(order, offer=offer, held=planned.held, plan=planned.plan, now=now)
        _carry_out(order, planned.plan, terms={term.term_no: term}, now=now)
        order.ends_on, order.reminded_days = term.ends_on, None
        order.save(update_fields=["ends_on", "reminded_days"])
        tell_change(order, Kind.RENEWAL, plan=planned.plan, actor=actor, now=now)
        return order


def end_package(
    *,
    tenant_id: int,
    public_id: UUID,
    actor: Actor,
    now: datetime,
    expected_micro: int | None = None,
) -> PackageOrder:
    """End a package with the day, and give back what is left of it less the offer's fee.

    Raises:
        UnknownPackage: the tenant has none of this id.
        UnableToChangePackage: it is over.
        PackageUsedAlready, PackageQuoteChanged: see `resize_package`.
    """
    with transaction_if_not_already():
        order = _locked(tenant_id=tenant_id, public_id=public_id)
        plan = change_planned(order, kind=Kind.END, cards=0, now=now)
        _refuse_other_amount(plan, expected_micro)
        _carry_out(order, plan, terms=_terms_of(order), now=now)
        order.ends_on, order.ended_early = plan.starts_on, True
        order.save(update_fields=["ends_on", "ended_early"])
        tell_change(order, Kind.END, plan=plan, actor=actor, now=now)
        return order


@transaction_required
def _locked(*, tenant_id: int, public_id: UUID) -> PackageOrder:
    lock_wallet(tenant_id)
    order = lock_order(tenant_id=tenant_id, public_id=public_id)
    if order is None:
        message = f"There is no package {public_id}."
        raise UnknownPackage(message)
    return order


def _refuse_other_amount(plan: Plan, expected_micro: int | None) -> None:
    if expected_micro is not None and plan.amount_micro != expected_micro:
        message = f"It comes to {Money(plan.amount_micro)} now: look at it again."
        raise PackageQuoteChanged(message)


@transaction_required
def _open_order(
    *, tenant_id: int, offer: PackageOffer, planned: HeldTerm, cards: int, now: datetime
) -> PackageOrder:
    order_id = int(execute(statement(ROOM, "next_order_id.sql")).fetchone()[0])
    number = f"PK{day_of(now):%Y%m%d}-{order_id:06d}"
    operator_id = offer.cluster.centre.operator_id
    if operator_id == tenant_id:
        message = "The operator of the cluster cannot buy its own cards."
        raise UnableToOrderPackage(message)
    return PackageOrder.objects.create(
        id=order_id,
        number=number,
        tenant_id=tenant_id,
        operator_id=operator_id,
        cluster=offer.cluster,
        meter=offer.meter,
        account_id=account(
            owner_kind="operator",
            owner_id=operator_id,
            kind="package_deferred",
            subject=number,
        ),
        cards=cards,
        starts_on=planned.term.starts_on,
        ends_on=planned.term.ends_on,
        ordered_at=now,
    )


@transaction_required
def _add_term(
    order: PackageOrder, *, offer: PackageOffer, held: HeldTerm, plan: Plan, now: datetime
) -> PackageTerm:
    """Keep a term, with the contract that stands behind it."""
    contract = sign_compute_contract(
        contract_no=f"{order.number}-{held.term_no}",
        tenant_id=order.tenant_id,
        provider_id=order.operator_id,
        signed_on=day_of(now),
        starts_on=held.term.starts_on,
        ends_on=held.term.ends_on,
        amount_micro=plan.amount_micro,
    )
    return PackageTerm.objects.create(
        order=order,
        term_no=held.term_no,
        offer=offer,
        contract=contract,
        starts_on=held.term.starts_on,
        ends_on=held.term.ends_on,
        months=held.term.months,
        price_micro=held.term.price_micro,
        tax_class=held.tax_class,
        fee_ppm=held.fee_ppm,
    )


@transaction_required
def _terms_of(order: PackageOrder) -> dict[int, PackageTerm]:
    return {term.term_no: term for term in PackageTerm.objects.filter(order=order)}


@transaction_required
def _carry_out(
    order: PackageOrder, plan: Plan, *, terms: dict[int, PackageTerm], now: datetime
) -> None:
    """Move the money, the card time and the capacity of a plan, and keep its changes."""
    act_no = PackageChange.objects.filter(order=order).values("act_no").distinct().count() + 1
    _move_money(order, plan, act_no=act_no, now=now)
    for planned in plan.changes:
        change = _keep(order, planned, term=terms[planned.term_no], act_no=act_no, now=now)
        if planned.cards > 0:
            grant_card_time(order=order, change=change, now=now)
        else:
            take_card_time_back(order=order, change=change, now=now)
    take_cards(
        cluster_id=order.cluster_id,
        meter_id=order.meter_id,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        cards=plan.cards,
    )


@transaction_required
def _move_money(order: PackageOrder, plan: Plan, *, act_no: int, now: datetime) -> None:
    reference = f"{order.number}:{act_no}"
    if plan.amount_micro > 0:
        pay(
            tenant_id=order.tenant_id,
            account_id=order.account_id,
            amount_micro=plan.amount_micro,
            cluster_id=order.cluster_id,
            meter_id=order.meter_id,
            kind="package_sold",
            reference=reference,
            now=now,
        )
    elif plan.amount_micro < 0:
        give_back(
            account_id=order.account_id,
            amount_micro=-plan.amount_micro,
            kind="package_refunded",
            reference=reference,
            now=now,
        )
        return_overpaid_credit(tenant_id=order.tenant_id, reference=reference, now=now)
        clear_debts(tenant_id=order.tenant_id, now=now)


@transaction_required
def _keep(
    order: PackageOrder, planned: PlannedChange, *, term: PackageTerm, act_no: int, now: datetime
) -> PackageChange:
    return PackageChange.objects.create(
        order=order,
        term=term,
        act_no=act_no,
        kind=planned.kind,
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        cards_before=planned.cards_before,
        cards_after=planned.cards_after,
        factor=planned.factor,
        amount_micro=planned.amount_micro,
        fee_micro=planned.fee_micro,
        made_at=now,
    )
