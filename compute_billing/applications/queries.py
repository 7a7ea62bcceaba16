"""Every read of applications: a firm's own, the queues of the house, reviews, public notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from compute_billing.applications.decision_models import Objection, Proposal, PublicNotice
from compute_billing.applications.models import Application, ApplicationPaper
from compute_billing.applications.review_models import Review
from compute_billing.applications.states import ApplicationState
from kernel.errors import DomainError


class ApplicationNotFound(DomainError):
    """There is no such application, paper, review, proposal or notice for whoever asks."""

    code = "application_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """Where the bytes of a paper lie, and what it is called."""

    storage_key: str
    content_type: str
    file_name: str


def application(*, public_id: UUID, tenant_id: int | None = None) -> Application:
    """Return an application; with `tenant_id` only that firm's, else one that was submitted.

    Raises:
        ApplicationNotFound: there is none.
    """
    found = _applications()
    if tenant_id is not None:
        found = found.filter(tenant_id=tenant_id)
    else:
        found = found.filter(number__isnull=False)
    one = found.filter(public_id=public_id).first()
    if one is None:
        raise ApplicationNotFound("There is no such application.")
    return one


def application_page(
    *, tenant_id: int, state: str | None = None, after: UUID | None = None, limit: int
) -> list[Application]:
    """Return a firm's applications, the newest first, from behind `after` on.

    Raises:
        ApplicationNotFound: the firm has no application `after`.
    """
    found = _applications().filter(tenant_id=tenant_id)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        own = Application.objects.filter(public_id=after, tenant_id=tenant_id)
        behind = own.values_list("pk", flat=True).first()
        if behind is None:
            raise ApplicationNotFound("There is no such application.")
        found = found.filter(pk__lt=behind)
    return list(found.order_by("-pk")[:limit])


def queue(*, states: Sequence[ApplicationState], limit: int) -> list[Application]:
    """Return submitted applications in these states, those first whose term ends first."""
    found = _applications().filter(state__in=states, number__isnull=False)
    return list(found.order_by("due_at", "pk")[:limit])


def proposal(*, public_id: UUID) -> Proposal:
    """Return a proposal with its application.

    Raises:
        ApplicationNotFound: there is none.
    """
    found = Proposal.objects.select_related("application", "fund").filter(public_id=public_id)
    one = found.first()
    if one is None:
        raise ApplicationNotFound("There is no such proposal.")
    return one


def reviews_of(*, reviewer_id: int, limit: int) -> list[Review]:
    """Return the reviews that a person was asked for, what waits first."""
    found = Review.objects.filter(reviewer_id=reviewer_id).select_related(
        "panel__application__tenant", "panel__application__contract"
    )
    return list(found.order_by("answered_at", "due_at", "-pk")[:limit])


def review(*, public_id: UUID, reviewer_id: int) -> Review:
    """Return a review to the person who was asked, with nothing of the others'.

    Raises:
        ApplicationNotFound: he was asked for no such review.
    """
    found = Review.objects.select_related(
        "panel__application__tenant",
        "panel__application__contract",
        "panel__application__version",
    )
    one = found.filter(public_id=public_id, reviewer_id=reviewer_id).first()
    if one is None:
        raise ApplicationNotFound("There is no such review.")
    return one


def scores_seen_by(*, review: Review) -> list[int]:
    """Return all scores of a panel to one of its reviewers: none before all are in."""
    if review.panel.closed_at is None:
        return []
    found = Review.objects.filter(panel_id=review.panel_id, score__isnull=False)
    return sorted(each for each in found.values_list("score", flat=True) if each is not None)


def notices(*, on: date, limit: int) -> list[PublicNotice]:
    """Return public notices, those first that are open on a day, then the newest."""
    found = PublicNotice.objects.select_related("application").order_by("-closes_on", "-pk")
    shown = list(found[:limit])
    return sorted(shown, key=lambda notice: not notice.opens_on <= on <= notice.closes_on)


def notice(*, public_id: UUID) -> PublicNotice:
    """Return a public notice with its objections.

    Raises:
        ApplicationNotFound: there is none.
    """
    found = PublicNotice.objects.select_related("application").prefetch_related("objections")
    one = found.filter(public_id=public_id).first()
    if one is None:
        raise ApplicationNotFound("There is no such notice.")
    return one


def open_objections(*, limit: int) -> list[Objection]:
    """Return objections that nobody has answered, the oldest first."""
    found = Objection.objects.filter(outcome=Objection.Outcome.PENDING)
    return list(found.select_related("notice__application").order_by("pk")[:limit])


def paper(*, application_id: UUID, paper_id: UUID, tenant_id: int | None = None) -> StoredPaper:
    """Return where a paper lies, for its firm or for the house.

    Raises:
        ApplicationNotFound: the application has no such paper for whoever asks.
    """
    found = ApplicationPaper.objects.filter(
        Q(application__number__isnull=False) | Q(application__tenant_id=tenant_id or 0),
        public_id=paper_id,
        application__public_id=application_id,
    ).select_related("file")
    if tenant_id is not None:
        found = found.filter(application__tenant_id=tenant_id)
    one = found.first()
    if one is None:
        raise ApplicationNotFound("There is no such paper.")
    return StoredPaper(
        storage_key=one.file.storage_key,
        content_type=one.file.content_type,
        file_name=one.file_name,
    )


def exceptions_granted(*, code: str | None = None) -> int:
    """Count the exceptions (一事一议) that stand on a notice, of a programme or of all."""
    found = PublicNotice.objects.filter(proposal__is_exception=True)
    if code is not None:
        found = found.filter(application__code=code)
    return found.exclude(application__state__in=["refused", "withdrawn"]).count()


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related("version", "contract", "tenant", "provider", "award")
