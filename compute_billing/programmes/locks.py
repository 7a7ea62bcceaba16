"""Locks of programmes: one change of a programme's versions after the other."""

from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.transactions import transaction_required


@transaction_required
def lock_programme(code: str) -> None:
    """Wait until nobody else changes the versions of a programme; it may have none yet."""
    acquire_xact_lock(AdvisoryLock.PROGRAMME, code)
