"""Locks of listings, in this order: certificate numbers, person, algorithm, version."""

from uuid import UUID

from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.transactions import transaction_required
from marketplace.listings.models import Algorithm, AlgorithmVersion


@transaction_required
def lock_certificate_numbers() -> None:
    """Wait until nobody else numbers a certificate: the serials of a year have no gaps."""
    acquire_xact_lock(AdvisoryLock.CERTIFICATE)


@transaction_required
def lock_algorithm(*, seller_id: int, public_id: UUID) -> Algorithm | None:
    """Lock a seller's algorithm."""
    rows = Algorithm.objects.select_for_update(no_key=True)
    return rows.filter(seller_id=seller_id, public_id=public_id).first()


@transaction_required
def lock_version(version_id: int) -> AlgorithmVersion | None:
    """Lock a version, so that its state and what it says change one after the other."""
    rows = AlgorithmVersion.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("algorithm").filter(id=version_id).first()
