"""Row locks of public money."""

from accounts.models import User
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
