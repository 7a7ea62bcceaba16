"""Row locks of people and organisations, in this order: organisation, then invitation."""

from accounts.models import Invitation, Organisation
from kernel.transactions import transaction_required


@transaction_required
def lock_organisation(organisation_id: int) -> Organisation | None:
    """Lock an organisation: whoever changes its owners comes one after the other.

    Rows that point to it may still be added.
    """
    rows = Organisation.objects.select_for_update(no_key=True)
    return rows.filter(id=organisation_id).first()


@transaction_required
def lock_invitation(invitation_id: int) -> Invitation | None:
    """Lock an invitation: it is accepted once or revoked, never both."""
    return Invitation.objects.select_for_update().filter(id=invitation_id).first()
