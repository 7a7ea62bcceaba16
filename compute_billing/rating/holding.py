"""Set money aside before a job starts, more while it runs, and let go of what it did not need.

The time is cut and priced by the statements of a real run; `reserving` says what that may cost at
most. Usage of the job then takes what is set aside for it before anything else (`waterfall`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from compute_billing.budgets.operations import refuse_over_budget
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.holds import (
    TERMS,
    HoldReferenceReused,
    find_hold,
    lengthen_hold,
    open_hold_of,
    place_hold,
    shorten_hold,
)
from compute_billing.ledger.models import Hold
from compute_billing.rating import charging
from compute_billing.rating.exhausting import end_cases_of
from compute_billing.rating.models import ExhaustedHold
from compute_billing.rating.quoting import DURATION_MAX, MILLI_CARDS_MAX
from compute_billing.rating.reserving import Priced, Reservation, Use, reserve
from compute_billing.rating.waterfall import ROOM, filled, run
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.sql import row, rows, statement
from kernel.transactions import transaction_required

# So long a hold waits behind its end for the usage that still has to arrive.
USAGE_GRACE: Final = timedelta(hours=24)
HOUSE: Final = Actor.system()
# Money of the tenant; what promotions and subsidies pay is none of its budgets' business.
OWN_STAGES: Final = ("paid", "credit")


class UnableToHold(DomainError):
    """The money does not suffice, or the time is out of bounds or without a price."""

    code = "unable_to_hold"


class InsufficientFunds(UnableToHold):
    """Less is free than the job may cost at most; `shortfall` says how much less."""

    code = "insufficient_funds"

    @property
    def shortfall_micro(self) -> int:
        """Return what is missing, in micro-yuan."""
        return Money.from_text(self.details["shortfall"]["amount"]).amount_micro


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is about to run, and what its usage will be known by."""

    tenant_id: int
    reference: str
    project_id: int | None
    cluster_id: int
    meter_id: int
    allocation_key: str
    milli_cards: int
    starts_at: datetime


@transaction_required
def open_hold(*, job: Job, until: datetime, now: datetime, actor: Actor = HOUSE) -> Hold:
    """Set aside what a job may cost at most from its start up to `until`.

    The same reference on the same terms is the first hold, as it is by now.

    Raises:
        InsufficientFunds: less is free than that; nothing is set aside.
        BudgetExhausted: a budget of the tenant that stops has less left.
        UnableToHold: no card, no time or too much of it, or a time without a price.
        HoldReferenceReused: the reference has other terms, or the job has an open hold.
    """
    ledger.ensure_wallet(tenant_id=job.tenant_id)
    run("lock_wallet.sql", tenant_id=job.tenant_id)
    first = find_hold(tenant_id=job.tenant_id, reference=job.reference)
    operator_id = _operator_of(job.cluster_id)
    hold = Hold(
        **{name: getattr(job, name) for name in job.__dataclass_fields__},
        operator_id=operator_id,
        covered_until=until,
        expires_at=until + USAGE_GRACE,
        opened_at=now,
    )
    if first is not None:
        return _same(first, hold)
    reservation = _reserve(hold, since=job.starts_at, until=until, now=now)
    taken = HoldReferenceReused(
        f"Job {job.allocation_key} has an open hold: extend that one.",
        details={"allocation_key": job.allocation_key},
    )
    with constraint_errors({"hold_one_open_per_job": taken}):
        placed = place_hold(hold, reservation.parts)
    end_cases_of(placed, state=ExhaustedHold.State.EXTENDED, now=now)
    _record("place_hold", placed, actor=actor, now=now)
    return placed


def _same(first: Hold, wanted: Hold) -> Hold:
    if any(getattr(first, term) != getattr(wanted, term) for term in TERMS):
        message = f"{wanted.reference} is a hold on other terms: use another reference."
        raise HoldReferenceReused(message, details={"reference": wanted.reference})
    return first


@transaction_required
def extend_hold(*, tenant_id: int, hold_id: int, until: datetime, now: datetime) -> Hold:
    """Set aside what the job may cost at most up to a later `until`; an earlier one is no change.

    Raises:
        InsufficientFunds: less is free than that; the hold stays as it is.
        BudgetExhausted: a budget of the tenant that stops has less left.
        HoldIsClosed: it was released, or its time is over.
        UnableToHold: too long, or a time without a price.
    """
    hold = open_hold_of(tenant_id=tenant_id, hold_id=hold_id)
    if until <= hold.covered_until:
        return hold
    if hold.ended_at is not None:
        message = f"The job of hold {hold.reference} has ended."
        raise UnableToHold(message, details={"ended_at": hold.ended_at.isoformat()})
    reservation = _reserve(hold, since=hold.covered_until, until=until, now=now)
    end_cases_of(hold, state=ExhaustedHold.State.EXTENDED, now=now)
    return lengthen_hold(
        hold, reservation.parts, covered_until=until, expires_at=until + USAGE_GRACE
    )


@transaction_required
def release_hold(
    *,
    tenant_id: int,
    hold_id: int,
    ended_at: datetime | None,
    now: datetime,
    actor: Actor = HOUSE,
) -> Hold:
    """Let go of a hold: at once when the job never ran, else when its last usage is rated.

    A job that ended keeps its hold until what it used up to `ended_at` has arrived and is rated, or
    the time for that is over: money that it used is not free because a report is slow.

    Raises:
        HoldIsClosed: it was released, or its time is over.
    """
    hold = open_hold_of(tenant_id=tenant_id, hold_id=hold_id)
    end_cases_of(
        hold,
        state=ExhaustedHold.State.ENDED,
        now=now,
        # A job that never ran had ended when it was to start.
        job_ended_at=ended_at or hold.starts_at,
    )
    _record("release_hold", hold, actor=actor, now=now)
    if ended_at is not None and ended_at > hold.starts_at:
        covered_until = min(hold.covered_until, ended_at)
        hold = shorten_hold(
            hold,
            ended_at=ended_at,
            covered_until=covered_until,
            expires_at=max(ended_at, covered_until) + USAGE_GRACE,
        )
        if row(statement(ROOM, "hold_is_metered.sql"), hold_id=hold.pk) is None:
            return hold
    ledger.let_go([hold.pk], state=Hold.State.CLOSED, now=now)
    hold.refresh_from_db()
    return hold


def _record(verb: str, hold: Hold, *, actor: Actor, now: datetime) -> None:
    """Write down who acted; references of schedulers are their own words and stay out of it."""
    audit.record(
        action=f"rating.{verb}",
        object_type="hold",
        object_id=str(hold.public_id),
        organisation_id=hold.tenant_id,
        actor=actor,
        now=now,
        detail={
            "operator_id": hold.operator_id,
            "cluster_id": hold.cluster_id,
            "milli_cards": hold.milli_cards,
            "covered_until": hold.covered_until.isoformat(),
        },
    )


def _operator_of(cluster_id: int) -> int:
    found = row(statement(ROOM, "operator_of_cluster.sql"), cluster_id=cluster_id)
    if found is None:
        message = f"There is no cluster {cluster_id}."
        raise UnableToHold(message, details={"field": "cluster"})
    return int(found["operator_id"])


@transaction_required
def _reserve(hold: Hold, *, since: datetime, until: datetime, now: datetime) -> Reservation:
    """Find what has to be set aside for a stretch of a job.

    Raises:
        InsufficientFunds, UnableToHold: see `open_hold`.
    """
    _refuse_out_of_bounds(hold, since=since, until=until)
    priced = _priced(hold, since=since, until=until, now=now)
    use = Use(
        project_id=hold.project_id,
        cluster_id=hold.cluster_id,
        meter_id=hold.meter_id,
        starts_at=since,
        ends_at=until,
    )
    payers = _payers(hold)
    reservation = reserve(payers, priced=priced, use=use)
    if reservation.shortfall:
        message = (
            f"{Money(reservation.shortfall)} are missing to run up to {until.isoformat()}: "
            "top up, or ask for less."
        )
        missing = Money(reservation.shortfall)
        shortfall = {"amount": missing.to_text(), "currency": missing.currency}
        raise InsufficientFunds(message, details={"shortfall": shortfall})
    refuse_over_budget(
        tenant_id=hold.tenant_id,
        project_id=hold.project_id,
        hold_id=hold.pk,
        starts_at=hold.starts_at,
        ends_at=until,
        wanted_micro=_own_money(reservation, payers),
    )
    return reservation


def _own_money(reservation: Reservation, payers: Sequence[Mapping[str, Any]]) -> int:
    """Return how much of it is the tenant's own: paid in, or on credit."""
    own = {payer["account_id"] for payer in payers if payer["kind"] in OWN_STAGES}
    return sum(part.amount for part in reservation.parts if part.account_id in own)


def _refuse_out_of_bounds(hold: Hold, *, since: datetime, until: datetime) -> None:
    if not 0 < hold.milli_cards <= MILLI_CARDS_MAX:
        message = f"A hold is for more than 0 and at most {MILLI_CARDS_MAX // 1000} cards."
        raise UnableToHold(message, details={"field": "cards"})
    if not timedelta(0) < until - since <= DURATION_MAX:
        message = f"A hold covers more than no time and at most {DURATION_MAX.days} days."
        raise UnableToHold(message, details={"field": "until"})


@transaction_required
def _priced(hold: Hold, *, since: datetime, until: datetime, now: datetime) -> list[Priced]:
    """Cut and price the stretch as a run would; tell the highest price of each part of it."""
    run("work_tables.sql")
    run(
        "quote_usage.sql",
        project_id=hold.project_id,
        cluster_id=hold.cluster_id,
        meter_id=hold.meter_id,
        milli_cards=hold.milli_cards,
        started_at=since,
        ended_at=until,
        at=now,
    )
    charging.find_spans(tenant_id=hold.tenant_id)
    if rows(statement(ROOM, "profile.sql"))[0]["has_gaps"]:
        message = "No price covers all of that time: ask the operator for one."
        raise UnableToHold(message, details={"field": "until"})
    found = rows(filled("hold_cost.sql", pieces=statement(ROOM, "pieces_of_usage.sql")))
    return [
        Priced(
            quantity=part["quantity"],
            highest_price_micro=part["highest_price_micro"],
            segments=part["segments"],
        )
        for part in found
    ]


@transaction_required
def _payers(hold: Hold) -> list[dict[str, Any]]:
    """Lock what may pay: lots that buy this operator's compute, and the credit limit."""
    return [
        payer
        for payer in rows(statement(ROOM, "payers.sql"), tenant_id=hold.tenant_id)
        if payer["operator_id"] in (None, hold.operator_id)
    ]
