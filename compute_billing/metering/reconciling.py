"""A source's own totals of a month against the books, until somebody explains each difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from compute_billing.metering.models import (
    DifferenceResolution,
    SourceTotals,
    SourceTotalsLine,
)
from compute_billing.metering.queries import operator_of_source
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.periods import month_text
from kernel.queries import billing_month
from kernel.sql import row, rows, statement
from kernel.transactions import transaction

ROOM: Final = "compute_billing.metering"
ACCOUNTS_MAX: Final = 20_000
NEWEST_MAX: Final = 100


class UnableToDeliverTotals(DomainError):
    """The totals name no account, too many, or a negative quantity."""

    code = "unable_to_deliver_totals"


class UnknownTotals(DomainError):
    """Nobody delivered such totals."""

    code = "unknown_totals"


class DifferenceChanged(DomainError):
    """The difference is not what was seen, or was explained meanwhile."""

    code = "difference_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsLine:
    """Totals that were delivered; `is_newest` of their source and month."""

    public_id: UUID
    source_id: int
    source: str
    source_name: str
    month: date
    delivered_at: datetime
    accounts: int
    quantity: int
    is_newest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a source says of a tenant's month and what the books say, in milli-card-milliseconds.

    Without a tenant it is of accounts that nobody has. `reason` is how somebody explained it.
    """

    tenant: str
    tenant_name: str
    accounts: list[str]
    stated: int
    recorded: int
    reason: str | None
    decided_at: datetime | None

    @property
    def difference(self) -> int:
        """Return what the source says more."""
        return self.stated - self.recorded

    @property
    def is_open(self) -> bool:
        """Say whether it waits for a person."""
        return self.difference != 0 and self.reason is None


@transaction
def deliver_totals(
    *,
    source_id: int,
    month: date,
    quantities: Mapping[str, int],
    delivered_by_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> SourceTotals:
    """Keep what a source says was used in a month, by account, in milli-card-milliseconds.

    `delivered_by_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnableToDeliverTotals: no account, too many of them, or a negative quantity.
        BillingMonthMissing: there is no such month.
    """
    billing_month(month=month)
    if not 0 < len(quantities) <= ACCOUNTS_MAX or min(quantities.values()) < 0:
        message = f"Totals name 1 to {ACCOUNTS_MAX} accounts, none with less than nothing."
        raise UnableToDeliverTotals(message)
    totals = SourceTotals.objects.create(
        source_id=source_id, month=month, delivered_by_id=delivered_by_id, delivered_at=now
    )
    SourceTotalsLine.objects.bulk_create(
        SourceTotalsLine(totals=totals, account=account, quantity=Decimal(quantity))
        for account, quantity in sorted(quantities.items())
    )
    audit.record(
        action="metering.deliver_totals",
        object_type="source_totals",
        object_id=totals.pk,
        actor=actor or Actor.user(delivered_by_id),
        now=now,
        organisation_id=operator_of_source(source_id=source_id),
        detail={
            "source": source_id,
            "month": month_text(month),
            "accounts": len(quantities),
            "quantity": sum(quantities.values()),
        },
    )
    return totals


@transaction
def explain_difference(
    *,
    public_id: UUID,
    tenant: str,
    stated: int,
    recorded: int,
    reason: str,
    decided_by_id: int,
    now: datetime,
    actor: Actor | None = None,
    in_sandbox: bool = False,
) -> DifferenceResolution:
    """Keep why a source and the books differ about a tenant ('' for accounts that nobody has).

    `decided_by_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnknownTotals: there are no such totals.
        DifferenceChanged: the figures are not those any more, or it was explained meanwhile.
    """
    totals = totals_of(public_id=public_id, in_sandbox=in_sandbox)
    seen = (tenant, stated, recorded)
    known = {
        (line.tenant, line.stated, line.recorded)
        for line in differences(public_id=public_id)
        if line.is_open
    }
    changed = DifferenceChanged("The difference is not this any more: look at it again.")
    if seen not in known:
        raise changed
    with constraint_errors({"difference_resolved_once": changed}):
        explained = DifferenceResolution.objects.create(
            source_id=totals.source_id,
            month=totals.month,
            tenant_id=_tenant_id(tenant, in_sandbox=in_sandbox),
            stated=Decimal(stated),
            recorded=Decimal(recorded),
            reason=reason,
            decided_by_id=decided_by_id,
            decided_at=now,
        )
    audit.record(
        action="metering.explain_difference",
        object_type="difference",
        object_id=explained.pk,
        actor=actor or Actor.user(decided_by_id),
        now=now,
        organisation_id=explained.tenant_id or operator_of_source(source_id=totals.source_id),
        detail={"source": totals.source_id, "month": month_text(totals.month)},
    )
    return explained


def _tenant_id(code: str, *, in_sandbox: bool) -> int | None:
    if not code:
        return None
    found = row(statement(ROOM, "organisation_id.sql"), code=code, in_sandbox=in_sandbox)
    return None if found is None else int(found["id"])


def totals_page(
    *,
    source: str | None = None,
    month: date | None = None,
    after: UUID | None = None,
    limit: int = NEWEST_MAX,
    in_sandbox: bool = False,
) -> list[TotalsLine]:
    """Return the totals of a source and a month, or of any, the newest first, behind `after`.

    `in_sandbox` says that the source is a sandbox's; of any are those of the real world.

    Raises:
        UnknownTotals: the source has no totals `after`.
    """
    if after is not None:
        totals_of(public_id=after, source=source, in_sandbox=in_sandbox)
    return _totals(
        public_id=None,
        source=source,
        month=month,
        after=after,
        limit=limit,
        in_sandbox=in_sandbox,
    )


def totals_of(
    *, public_id: UUID, source: str | None = None, in_sandbox: bool = False
) -> TotalsLine:
    """Return totals, of a source where one is named.

    Raises:
        UnknownTotals: there are none.
    """
    found = _totals(
        public_id=public_id,
        source=source,
        month=None,
        after=None,
        limit=1,
        in_sandbox=in_sandbox,
    )
    if not found:
        message = f"There are no totals {public_id}."
        raise UnknownTotals(message)
    return found[0]


def _totals(**asked: Any) -> list[TotalsLine]:
    found = rows(statement(ROOM, "totals.sql"), **asked)
    return [TotalsLine(**{**line, "quantity": int(line["quantity"])}) for line in found]


def differences(*, public_id: UUID) -> list[Difference]:
    """Return a source's totals beside the books by tenant, the largest difference first."""
    return [
        Difference(**{**line, "stated": int(line["stated"]), "recorded": int(line["recorded"])})
        for line in rows(statement(ROOM, "differences.sql"), public_id=public_id)
    ]
