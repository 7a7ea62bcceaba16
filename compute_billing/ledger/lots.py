"""Lots: value granted at once, with a scope and a time of use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compute_billing.ledger.accounts import account
from compute_billing.ledger.locks import ROOM
from compute_billing.ledger.models import CreditLot
from compute_billing.ledger.posting import ReferenceReused, post
from compute_billing.ledger.transfers import Transfer
from kernel.errors import DomainError
from kernel.sql import execute, statement
from kernel.transactions import transaction_required

# What a repeated grant must have in common with the first; it may be told a later instant.
TERMS: Final = (
    "tenant_id",
    "operator_id",
    "stage",
    "granted",
    "cluster_id",
    "meter_id",
    "project_id",
    "expires_at",
    "funded_by",
)


class UnableToGrantLot(DomainError):
    """The amount is not positive, or the scope or the time of use makes no sense."""

    code = "unable_to_grant_lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotScope:
    """What a lot may be spent on; without any part, on everything."""

    cluster_id: int | None = None
    meter_id: int | None = None
    project_id: int | None = None

    @property
    def specificity(self) -> int:
        """Return the rank in burn order: a project counts more than a cluster, than a meter."""
        return (
            4 * (self.project_id is not None)
            + 2 * (self.cluster_id is not None)
            + (self.meter_id is not None)
        )


EVERYTHING: Final = LotScope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The terms of a lot to be: how much, on what, when, and where it comes from."""

    tenant_id: int
    operator_id: int
    stage: str
    quantity: int
    unit: str
    scope: LotScope
    starts_at: datetime
    expires_at: datetime | None
    funded_by: str
    transaction_kind: str
    reference: str


def _refuse_malformed(grant: Grant) -> None:
    if grant.quantity <= 0:
        message = f"A lot needs a positive quantity, not {grant.quantity}."
        raise UnableToGrantLot(message)
    if grant.expires_at is not None and grant.expires_at <= grant.starts_at:
        message = f"A lot that starts at {grant.starts_at} cannot expire at {grant.expires_at}."
        raise UnableToGrantLot(message)
    if grant.scope.project_id is not None:
        project = CreditLot(project_id=grant.scope.project_id).project
        if project is None or project.tenant_id != grant.tenant_id:
            message = f"Project {grant.scope.project_id} is another tenant's."
            raise UnableToGrantLot(message, details={"project_id": grant.scope.project_id})
    _refuse_foreign_cluster(grant)


def _refuse_foreign_cluster(grant: Grant) -> None:
    """Refuse a scope in which the lot could never pay: money buys its operator's compute alone."""
    cluster_id = grant.scope.cluster_id
    if cluster_id is None:
        return
    centre = execute(statement(ROOM, "operator_of_cluster.sql"), cluster_id=cluster_id).fetchone()
    if centre is None or centre[0] != grant.operator_id:
        message = f"Cluster {cluster_id} is another operator's: grant the lot without it."
        raise UnableToGrantLot(message, details={"cluster_id": cluster_id})


def _lot(grant: Grant, account_id: int) -> CreditLot:
    return CreditLot(
        account_id=account_id,
        tenant_id=grant.tenant_id,
        operator_id=grant.operator_id,
        stage=grant.stage,
        granted=grant.quantity,
        cluster_id=grant.scope.cluster_id,
        meter_id=grant.scope.meter_id,
        project_id=grant.scope.project_id,
        specificity=grant.scope.specificity,
        starts_at=grant.starts_at,
        expires_at=grant.expires_at,
        funded_by=grant.funded_by,
    )


def _kept(wanted: CreditLot, reference: str) -> CreditLot:
    """Insert a lot, or return the one of the first call when its terms are the same."""
    first = CreditLot.objects.filter(account_id=wanted.account_id).first()
    if first is None:
        wanted.save(force_insert=True)
        return wanted
    if any(getattr(first, term) != getattr(wanted, term) for term in TERMS):
        message = f"{reference} was granted on other terms: use another reference."
        raise ReferenceReused(message, details={"reference": reference})
    return first


@transaction_required
def fill_lot(grant: Grant, *, source_id: int, occurred_at: datetime, now: datetime) -> CreditLot:
    """Open the lot's account, move the grant into it and keep its terms; once per reference."""
    _refuse_malformed(grant)
    account_id = account(
        owner_kind="tenant",
        owner_id=grant.tenant_id,
        kind=grant.stage,
        subject=grant.reference,
        unit=grant.unit,
    )
    post(
        kind=grant.transaction_kind,
        reference=grant.reference,
        occurred_at=occurred_at,
        now=now,
        transfers=[Transfer(source_id, account_id, grant.unit, grant.quantity)],
    )
    return _kept(_lot(grant, account_id), grant.reference)
