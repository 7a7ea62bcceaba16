"""Row locks of keys."""

from accounts.models import ApiKey
from kernel.transactions import transaction_required


@transaction_required
def lock_key(key_id: int) -> ApiKey:
    """Lock a key: what is revoked makes no copy of itself meanwhile."""
    return ApiKey.objects.select_for_update().get(pk=key_id)
