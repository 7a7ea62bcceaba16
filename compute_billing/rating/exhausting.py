"""Cases of running jobs whose hold could not be extended: begun by a refusal, ended by themselves.

Somebody has to stop such a job before what is set aside for it is used up. How much longer it ran
than that is its enforcement lag; what it used meanwhile is arrears of that cause.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from accounts.events.operations import emit_all
from accounts.events.vocabulary import HoldExhausted
from compute_billing.ledger.holds import HoldIsClosed, open_hold_of
from compute_billing.ledger.models import Hold
from compute_billing.rating.models import ExhaustedHold
from compute_billing.rating.waterfall import ROOM
from kernel.money import Money
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required

# A job of which nothing was heard for so long, and whose hold is over, is no longer waited for.
SILENCE_MAX: Final = timedelta(hours=24)


@transaction
def note_exhausted(
    *,
    tenant_id: int,
    hold_id: int,
    until: datetime,
    shortfall_micro: int,
    now: datetime,
    cause: str = ExhaustedHold.Cause.MONEY,
) -> ExhaustedHold | None:
    """Keep that a running job's hold was not extended up to `until`, and tell it the first time.

    To be called behind the refusal, whose own transaction left nothing. Returns None where there is
    no case: the job has not begun or has ended, or the hold was extended meanwhile.
    """
    with suppress(HoldIsClosed):
        hold = open_hold_of(tenant_id=tenant_id, hold_id=hold_id)
        has_begun = hold.starts_at <= now
        if has_begun and hold.ended_at is None and hold.covered_until < until:
            return _noted(hold, until=until, shortfall_micro=shortfall_micro, cause=cause, now=now)
    return None


def _noted(
    hold: Hold, *, until: datetime, shortfall_micro: int, cause: str, now: datetime
) -> ExhaustedHold:
    latest = {
        "refused_at": now,
        "asked_until": until,
        "shortfall": shortfall_micro,
        "cause": cause,
    }
    known = ExhaustedHold.objects.filter(hold=hold, state=ExhaustedHold.State.OPEN)
    if known.update(refusals=F("refusals") + 1, **latest):
        return known.get()
    case = ExhaustedHold.objects.create(
        hold=hold, noted_at=now, exhausted_at=hold.covered_until, **latest
    )
    _tell(hold, shortfall_micro=shortfall_micro, cause=cause, now=now)
    return case


def _tell(hold: Hold, *, shortfall_micro: int, cause: str, now: datetime) -> None:
    """Tell the tenant, who may pay in, and the operator, whose scheduler has to stop the job."""
    told = HoldExhausted(
        hold=hold.public_id,
        tenant=hold.tenant.code,
        cluster=hold.cluster.code,
        exhausted_at=hold.covered_until,
        shortfall=Money(shortfall_micro),
        cause=str(cause),
    )
    emit_all([(owner, told) for owner in sorted({hold.tenant_id, hold.operator_id})], now=now)


@transaction_required
def end_cases_of(
    hold: Hold, *, state: ExhaustedHold.State, now: datetime, job_ended_at: datetime | None = None
) -> None:
    """End the open case of a hold's job, if there is one; an earlier hold of the job counts too."""
    ExhaustedHold.objects.filter(
        hold__tenant_id=hold.tenant_id,
        hold__cluster_id=hold.cluster_id,
        hold__allocation_key=hold.allocation_key,
        state=ExhaustedHold.State.OPEN,
    ).update(state=state, job_ended_at=job_ended_at, closed_at=now)


@transaction
def note_silent(*, now: datetime) -> int:
    """Begin a case for each job that was metered behind what its hold covers, and nobody asked.

    The scheduler lost its answer, or never asked: the job runs on without money. Return how many.
    """
    found = rows(statement(ROOM, "silent_holds.sql"), heard_since=now - SILENCE_MAX)
    for silent in found:
        hold = Hold.objects.select_related("tenant", "cluster").get(pk=silent["hold_id"])
        _, is_new = ExhaustedHold.objects.get_or_create(
            hold=hold,
            state=ExhaustedHold.State.OPEN,
            defaults={
                "cause": ExhaustedHold.Cause.SILENCE,
                "noted_at": now,
                "exhausted_at": hold.covered_until,
                "refused_at": now,
                "refusals": 0,
                "asked_until": silent["metered_until"],
                "shortfall": 0,
            },
        )
        if is_new:
            _tell(hold, shortfall_micro=0, cause=ExhaustedHold.Cause.SILENCE, now=now)
    return len(found)


@transaction
def end_over(*, now: datetime) -> int:
    """End the cases of jobs that ended by their usage, or went silent; return how many."""
    over = rows(statement(ROOM, "end_exhausted.sql"), now=now, heard_since=now - SILENCE_MAX)
    return len(over)
