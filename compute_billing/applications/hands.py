"""Who of the house has a hand in a case: in its first instance or in the appeal, never in both."""

from compute_billing.applications.decision_models import Hand
from compute_billing.applications.models import Application
from kernel.errors import DomainError
from kernel.transactions import transaction_required


class HandInBothInstances(DomainError):
    """Who had a hand in the first decision has none in the appeal against it."""

    code = "hand_in_both_instances"


@transaction_required
def lend_hand(application: Application, *, person_id: int) -> None:
    """Note that a person acts in the present instance of a locked application.

    Raises:
        HandInBothInstances: he acted in the other one.
    """
    hand, _ = Hand.objects.get_or_create(
        application=application,
        person_id=person_id,
        defaults={"instance": application.instance},
    )
    if hand.instance != application.instance:
        message = "Whoever had a hand in the first decision has none in the appeal: ask others."
        raise HandInBothInstances(message)
