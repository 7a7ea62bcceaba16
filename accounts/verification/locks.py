"""Row locks of verification, in this order: person, organisation, case, payment."""

from accounts.models import User, Verification, VerificationPayment
from accounts.verification.states import FINAL
from kernel.transactions import transaction_required


@transaction_required
def lock_person(user_id: int) -> User:
    """Lock a person, so that nobody makes him a member of anything until he has decided.

    A new membership refers to its user and waits for this lock.
    """
    return User.objects.select_for_update().get(id=user_id)


@transaction_required
def lock_open_case(organisation_id: int) -> Verification | None:
    """Lock the case of an organisation that is not decided yet."""
    rows = Verification.objects.select_for_update(no_key=True)
    return rows.filter(organisation_id=organisation_id).exclude(state__in=FINAL).first()


@transaction_required
def lock_case(verification_id: int) -> Verification | None:
    """Lock a case by its number."""
    rows = Verification.objects.select_for_update(no_key=True)
    return rows.filter(id=verification_id).first()


@transaction_required
def lock_payment(payment_id: int) -> VerificationPayment | None:
    """Lock a payment, so that tries are counted one after the other."""
    return VerificationPayment.objects.select_for_update().filter(id=payment_id).first()
