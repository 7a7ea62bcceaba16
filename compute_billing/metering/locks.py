"""Row locks of metering outside its statements in `sql/`."""

from datetime import datetime

from compute_billing.metering.models import SourceAccountMapping
from kernel.transactions import transaction_required


@transaction_required
def lock_mapping(*, source_id: int, account: str, at: datetime) -> SourceAccountMapping | None:
    """Lock the mapping that says whose the account is at an instant."""
    return (
        SourceAccountMapping.objects.select_for_update()
        .filter(source_id=source_id, account=account, valid__contains=at)
        .first()
    )
