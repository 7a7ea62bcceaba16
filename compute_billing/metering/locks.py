"""Row locks of metering outside its statements in `sql/`."""

from datetime import datetime

from compute_billing.metering.models import (
    SourceAccountMapping,
    UsageConflict,
    UsageSource,
)
from kernel.transactions import transaction_required


@transaction_required
def lock_mapping(*, source_id: int, account: str, at: datetime) -> SourceAccountMapping | None:
    """Lock the mapping that says whose the account is at an instant."""
    return (
        SourceAccountMapping.objects.select_for_update()
        .filter(source_id=source_id, account=account, valid__contains=at)
        .first()
    )


@transaction_required
def lock_conflict(*, source_id: int, external_id: str, payload_hash: str) -> UsageConflict | None:
    """Lock a conflict by its key and the hash of its content in hexadecimal."""
    try:
        content = bytes.fromhex(payload_hash)
    except ValueError:
        return None
    return (
        UsageConflict.objects.select_for_update(of=("self",))
        .select_related("source")
        .filter(source_id=source_id, external_id=external_id, payload_hash=content)
        .first()
    )


@transaction_required
def lock_source(source_id: int) -> None:
    """Lock a source, so that its retries and mappings come one after the other.

    Deliveries refer to it and need not wait.
    """
    UsageSource.objects.select_for_update(no_key=True).get(pk=source_id)
