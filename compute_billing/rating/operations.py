"""Rate usage: price it, split it among the payers and book it, all in one transaction.

The unit of work is one tenant: its wallet row is taken, up to `limit` pending records are rated in
order of arrival, and the charges, shares, postings and balances commit together with the end of
their wait. Batch borders, retries and kills cannot change a total.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError, OperationalError

from compute_billing.rating import charging, corrections
from compute_billing.rating.waterfall import ROOM, run
from kernel.errors import DomainError
from kernel.sql import execute, row, rows, statement
from kernel.transactions import transaction, transaction_required

logger = logging.getLogger(__name__)

RUN_USAGE_MAX: Final = 10_000
TENANT_ID_MAX: Final = 2**63 - 1
PARKED_NO_PRICE: Final = "no_price"
# From here on it pays to read the usage as a piece; below, its piece may be much longer than it.
MANY_RECORDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RatingOutcome:
    """One run: whose usage, how many records were rated, and how many of the batch were parked."""

    tenant_id: int
    usage_count: int
    parked_count: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One batch of each free tenant that had usage waiting, and the tenants whose batch failed."""

    outcomes: tuple[RatingOutcome, ...]
    failed: frozenset[int]


class UnableToRate(DomainError):
    """The usage of some tenants cannot be rated; that of all others was."""

    code = "unable_to_rate"


@transaction
def rate_next(
    *, tenant_id: int, now: datetime, limit: int = RUN_USAGE_MAX, queue: str = ""
) -> RatingOutcome | None:
    """Rate one batch of a tenant's waiting usage.

    Returns None when nothing waits, or when somebody else is at work on this tenant.
    """
    taken = row(statement(ROOM, "take_tenant.sql"), tenant_id=tenant_id)
    if taken is None:
        return None
    due = row(statement(ROOM, "due.sql"), tenant_id=tenant_id, limit=limit)
    if due is None:
        return None
    run("work_tables.sql")
    is_correction = due.pop("is_correction")
    count = _take(tenant_id=tenant_id, **due)
    run_id = charging.start_run(
        tenant_id=tenant_id, kind="usage", count=count, queue=queue, now=now
    )
    if is_correction:
        parked = corrections.reverse(tenant_id=tenant_id, run_id=run_id, now=now)
    else:
        parked = _rate_taken(
            tenant_id=tenant_id, run_id=run_id, now=now, has_holds=taken["has_holds"]
        )
    return RatingOutcome(tenant_id, count - parked, parked)


def rate_round(
    *, now: datetime, limit: int = RUN_USAGE_MAX, queue: str = "", skip: Collection[int] = ()
) -> Round:
    """Rate one batch of each free tenant with usage waiting, so that no tenant starves another.

    A tenant whose usage cannot be rated stops nobody else: it is logged and named in `failed`.
    """
    outcomes: list[RatingOutcome] = []
    failed: set[int] = set()
    for tenant_id in _waiting(skip=skip):
        try:
            outcome = rate_next(tenant_id=tenant_id, now=now, limit=limit, queue=queue)
        except OperationalError:
            raise
        except (DatabaseError, DomainError, LookupError):
            logger.exception("usage of tenant %s could not be rated", tenant_id)
            failed.add(tenant_id)
        else:
            outcomes += [outcome] if outcome is not None else []
    return Round(tuple(outcomes), frozenset(failed))


def rate_all(
    *, now: datetime, tenant_id: int | None = None, limit: int = RUN_USAGE_MAX, queue: str = ""
) -> Iterator[RatingOutcome]:
    """Rate until nothing free is waiting; each batch is committed on its own.

    Raises:
        UnableToRate: at the end, when the usage of some tenants could not be rated.
    """
    if tenant_id is not None:
        while outcome := rate_next(tenant_id=tenant_id, now=now, limit=limit, queue=queue):
            yield outcome
        return
    failed: frozenset[int] = frozenset()
    while True:
        done = rate_round(now=now, limit=limit, queue=queue, skip=failed)
        yield from done.outcomes
        failed |= done.failed
        if not done.outcomes:
            break
    refuse_failures(failed)


def refuse_failures(failed: Collection[int]) -> None:
    """Say at the end which tenants could not be rated.

    Raises:
        UnableToRate: there are some.
    """
    if failed:
        message = f"The usage of {len(failed)} tenants could not be rated: see the log."
        raise UnableToRate(message, details={"tenant_ids": sorted(failed)})


def _waiting(*, skip: Collection[int]) -> Iterator[int]:
    """Yield the tenants with waiting usage; sandboxes come after everything real."""
    for after, before in ((0, TENANT_ID_MAX), (-TENANT_ID_MAX, 0)):
        last = after
        while found := row(
            statement(ROOM, "next_waiting.sql"), after=last, before=before, skip=list(skip)
        ):
            last = found["tenant_id"]
            yield last


@transaction
def release_parked() -> int:
    """Put parked usage back into the queue, once what it lacked may exist; return how many."""
    reasons = [PARKED_NO_PRICE, corrections.PARKED_ORIGINAL_UNRATED]
    return run("release_parked.sql", reasons=reasons)


@transaction_required
def _take(*, tenant_id: int, usage_count: int, **due: object) -> int:
    """Move what is due from the queue into rating_usage and return how many records it is.

    Statistics of a queue are always stale: the planner expects a handful and would look for many
    records one by one, which takes twice the time of reading the piece that they lie in.
    """
    if usage_count < MANY_RECORDS:
        return run("take_usage.sql", tenant_id=tenant_id, **due)
    execute("SET LOCAL enable_nestloop = off")
    count = run("take_usage.sql", tenant_id=tenant_id, **due)
    execute("SET LOCAL enable_nestloop = on")
    return count


@transaction_required
def _rate_taken(*, tenant_id: int, run_id: int, now: datetime, has_holds: bool) -> int:
    """Rate the new use that lies in rating_usage; return how many records had to be parked."""
    charging.find_spans(tenant_id=tenant_id)
    profile = rows(statement(ROOM, "profile.sql"))[0]
    batch: dict[str, Any] = {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "profile": profile,
        "now": now,
    }
    if not profile["has_gaps"] and not profile["has_suspensions"]:
        charging.pay_usage(**batch, has_holds=has_holds)
        return 0
    charging.cut(has_suspensions=profile["has_suspensions"])
    parked = run("park_unpriced.sql", tenant_id=tenant_id) if profile["has_gaps"] else 0
    charging.pay_pieces(**batch, has_holds=has_holds)
    return parked
