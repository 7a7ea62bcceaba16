"""The room's statements; its writes stand under the lock of the tenant's wallet."""

from typing import Final

ROOM: Final = "compute_billing.budgets"
