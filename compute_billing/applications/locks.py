"""Row locks of applications.

Order: the persons who decide, the application, its panel and reviews, counters of caps, the
fund's balance.
"""

from datetime import datetime
from uuid import UUID

from compute_billing.applications.decision_models import Objection
from compute_billing.applications.models import Application
from compute_billing.applications.review_models import Review
from compute_billing.applications.states import ApplicationState
from kernel.transactions import transaction_required


@transaction_required
def lock_application(public_id: UUID) -> Application | None:
    """Lock an application, with its version, contract and parties."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("version", "contract", "tenant", "provider")
        .filter(public_id=public_id)
        .first()
    )


@transaction_required
def lock_due(*, states: tuple[ApplicationState, ...], now: datetime, limit: int) -> list[UUID]:
    """Return applications whose term is over; what somebody holds is passed by."""
    found = Application.objects.select_for_update(skip_locked=True, of=("self",))
    ordered = found.filter(state__in=states, due_at__lte=now).order_by("due_at", "pk")
    return list(ordered.values_list("public_id", flat=True)[:limit])


@transaction_required
def lock_review(public_id: UUID) -> Review | None:
    """Return a review with its panel and application; its application is locked first."""
    found = Review.objects.select_related("panel__application").filter(public_id=public_id).first()
    if found is None or lock_application(found.panel.application.public_id) is None:
        return None
    return (
        Review.objects.select_for_update(of=("self",))
        .select_related("panel__application__version")
        .get(pk=found.pk)
    )


@transaction_required
def lock_objection(public_id: UUID) -> Objection | None:
    """Return an objection with its notice and application; its application is locked first."""
    objections = Objection.objects.select_related("notice__application")
    found = objections.filter(public_id=public_id).first()
    if found is None or lock_application(found.notice.application.public_id) is None:
        return None
    return (
        Objection.objects.select_for_update(of=("self",))
        .select_related("notice__application", "notice__proposal")
        .get(pk=found.pk)
    )
