"""Say whose an account of a source is, from when and until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from compute_billing.ledger import operations as ledger
from compute_billing.metering.locks import lock_mapping, lock_source
from compute_billing.metering.models import SourceAccountMapping
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction_if_not_already, transaction_required


class UnableToMapAccount(DomainError):
    """The source's account has a tenant already for part of that time."""

    code = "account_mapped_already"


class UnableToEndMapping(DomainError):
    """The account has no mapping that holds at that instant."""

    code = "account_not_mapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who decided something, and when."""

    actor: Actor
    now: datetime


@transaction_if_not_already()
def map_account(
    *,
    source_id: int,
    account: str,
    tenant_id: int,
    project_id: int | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    decided: Decided | None = None,
) -> SourceAccountMapping:
    """Say whose the source's account is for use from `valid_from` up to `valid_until`.

    Raises:
        UnableToMapAccount: it is mapped for part of that time already, or the time is empty.
    """
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        message = f"The mapping would end at {valid_until}, before it starts at {valid_from}."
        raise UnableToMapAccount(message)
    # Two at once would each wait for the other's row in the exclusion constraint: a deadlock.
    lock_source(source_id)
    ledger.ensure_wallet(tenant_id=tenant_id)
    refused = UnableToMapAccount(
        f"Account {account!r} has a tenant for part of that time: end that mapping first."
    )
    with constraint_errors({"source_account_has_one_tenant_at_a_time": refused}):
        mapping = SourceAccountMapping.objects.create(
            source_id=source_id,
            account=account,
            tenant_id=tenant_id,
            project_id=project_id,
            valid=DateTimeTZRange(valid_from, valid_until),
        )
    _record("metering.map_account", mapping, decided=decided)
    return mapping


@transaction_if_not_already()
def end_mapping(
    *,
    source_id: int,
    account: str,
    at: datetime,
    tenant_id: int | None = None,
    decided: Decided | None = None,
) -> SourceAccountMapping:
    """Say that use from `at` on is not the tenant's any more, so that it can be another's.

    Who names the tenant ends no mapping of another, who may have followed by now. A mapping that
    ends where it begins is gone; it is returned as what it was, without time.

    Raises:
        UnableToEndMapping: the account has no tenant at that instant, or another one.
    """
    lock_source(source_id)
    mapping = lock_mapping(source_id=source_id, account=account, at=at)
    if mapping is None or tenant_id not in {None, mapping.tenant_id}:
        message = f"Account {account!r} is nobody's at {at.isoformat()}, or another's by now."
        raise UnableToEndMapping(message)
    begins = mapping.valid.lower
    mapping.valid = DateTimeTZRange(begins, at)
    _record("metering.end_mapping", mapping, decided=decided, at=at.isoformat())
    if begins == at:
        SourceAccountMapping.objects.filter(pk=mapping.pk).delete()
    else:
        mapping.save(update_fields=["valid"])
    return mapping


@transaction_required
def _record(
    action: str, mapping: SourceAccountMapping, *, decided: Decided | None, **detail: Any
) -> None:
    if decided is not None:
        audit.record(
            action=action,
            object_type="source_account_mapping",
            object_id=mapping.pk,
            actor=decided.actor,
            now=decided.now,
            organisation_id=mapping.tenant_id,
            detail={"source": mapping.source_id, "project": mapping.project_id, **detail},
        )
