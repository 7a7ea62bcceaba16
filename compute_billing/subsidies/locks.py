"""Row locks of public money."""

from accounts.models import User
from compute_billing.subsidies.cap_keys import CapKey
from compute_billing.subsidies.cap_models import CapCounter, CapReservation
from compute_billing.subsidies.models import Fund
from kernel.transactions import transaction_required


@transaction_required
def lock_fund(fund_id: int) -> Fund | None:
    """Lock a fund, so that awards and appropriations come one after the other."""
    return Fund.objects.select_for_update().filter(id=fund_id).first()


@transaction_required
def lock_person(user_id: int) -> User | None:
    """Lock a person, so that nobody makes him a member of anything until the decision is made.

    A new membership refers to its user and waits for this lock.
    """
    return User.objects.select_for_update().filter(id=user_id).first()


@transaction_required
def lock_cap_counter(*, key: CapKey, cap: int) -> CapCounter:
    """Lock the counter of a cap, made when there is none; ask for several in the keys' order."""
    of_the_key = {
        "programme": key.programme,
        "cap_name": key.cap_name,
        "subject_kind": key.subject_kind,
        "subject_id": key.subject_id,
        "year": key.year,
    }
    # One that somebody makes at the same time is waited for, and found below.
    CapCounter.objects.bulk_create([CapCounter(**of_the_key, cap=cap)], ignore_conflicts=True)
    return CapCounter.objects.select_for_update().get(**of_the_key)


@transaction_required
def lock_reservations(reference: str) -> list[CapReservation]:
    """Return what a decision promised, with their counters locked in the keys' order."""
    found = CapReservation.objects.filter(reference=reference)
    ordered = CapCounter.objects.filter(reservations__in=found).order_by(
        "programme", "cap_name", "subject_kind", "subject_id", "year"
    )
    list(ordered.select_for_update())
    return list(found.order_by("counter_id"))
