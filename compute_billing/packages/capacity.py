"""Cards by day: how many of a cluster may be sold as packages, and how many are."""

from datetime import date, datetime
from typing import Final

from compute_billing.catalogue.models import Cluster
from compute_billing.packages.days import next_day
from compute_billing.packages.locks import ROOM, lock_days
from compute_billing.packages.proration import days_between
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.quantities import MILLI_PER_CARD
from kernel.sql import execute, row, statement
from kernel.transactions import transaction_if_not_already, transaction_required

OVERSOLD: Final = "capacity_day_never_oversold"
DAYS_MAX: Final = 3 * 366


class UnableToSetCapacity(DomainError):
    """The days are out of order or too many, more is sold already, or the cluster has fewer."""

    code = "unable_to_set_package_capacity"


class CapacityExhausted(DomainError):
    """On some day of the term fewer cards are left than were asked for."""

    code = "package_capacity_exhausted"


def set_sellable(
    *,
    cluster_id: int,
    meter_id: int,
    starts_on: date,
    ends_on: date,
    cards: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say how many cards of a cluster may be sold as packages from a day up to another.

    Raises:
        UnableToSetCapacity: days that are over or out of order, fewer than are sold already, or
            more than the cluster has.
    """
    if not next_day(now) <= starts_on < ends_on or (ends_on - starts_on).days > DAYS_MAX:
        message = f"Name days from {next_day(now)} on, at most {DAYS_MAX} of them."
        raise UnableToSetCapacity(message, details={"field": "starts_on"})
    span = {"cluster_id": cluster_id, "starts_on": starts_on, "ends_on": ends_on}
    sold = UnableToSetCapacity(
        f"On one of these days more than {cards} cards are sold already.",
        details={"field": "cards"},
    )
    with transaction_if_not_already(), constraint_errors({OVERSOLD: sold}):
        lock_days(meter_id=meter_id, **span)  # type: ignore[arg-type]
        execute(statement(ROOM, "set_sellable.sql"), meter_id=meter_id, cards=cards, **span)
        cluster = Cluster.objects.select_related("centre").get(pk=cluster_id)
        _refuse_more_than_there_are(cluster, starts_on=starts_on, ends_on=ends_on)
        audit.record(
            action="packages.set_capacity",
            object_type="cluster",
            object_id=cluster_id,
            actor=actor,
            now=now,
            organisation_id=cluster.centre.operator_id,
            detail={
                "meter": meter_id,
                "cards": cards,
                "starts_on": starts_on.isoformat(),
                "ends_on": ends_on.isoformat(),
            },
        )


@transaction_required
def _refuse_more_than_there_are(cluster: Cluster, *, starts_on: date, ends_on: date) -> None:
    if cluster.milli_cards is None:
        return
    most = row(
        statement(ROOM, "most_sellable.sql"),
        cluster_id=cluster.pk,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    if most is not None and most["sellable"] * MILLI_PER_CARD > cluster.milli_cards:
        message = (
            f"On {most['day']} {most['sellable']} cards would be sellable, and {cluster.code} has "
            f"{cluster.milli_cards // MILLI_PER_CARD}."
        )
        raise UnableToSetCapacity(message, details={"field": "cards"})


@transaction_required
def take_cards(
    *, cluster_id: int, meter_id: int, starts_on: date, ends_on: date, cards: int
) -> None:
    """Take cards out of what is sellable on every day of a span; below zero gives them back.

    The days are locked one after the other, and the CHECK of each row is the judge.

    Raises:
        CapacityExhausted: on some day too few are left; the error names the first.
    """
    span = {
        "cluster_id": cluster_id,
        "meter_id": meter_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    free = {day["day"]: day["free"] for day in lock_days(**span)}  # type: ignore[arg-type]
    for day in days_between(starts_on, ends_on):
        if free.get(day, 0) < cards:
            raise _exhausted(day, free=free.get(day, 0))
    with constraint_errors({OVERSOLD: _exhausted(starts_on, free=0)}):
        execute(statement(ROOM, "sell_days.sql"), cards=cards, **span)


def _exhausted(day: date, *, free: int) -> CapacityExhausted:
    message = f"On {day} {free} cards can be sold as packages: take fewer, or other days."
    return CapacityExhausted(message, details={"day": day.isoformat(), "free": free})
