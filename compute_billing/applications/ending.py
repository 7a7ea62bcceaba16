"""Applications end, or begin anew: supplements, withdrawal, expiry, the one appeal, reminders."""

from datetime import datetime
from uuid import UUID

from accounts.notifications.kinds import Kind
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.applications.deciding import give_back
from compute_billing.applications.editing import own
from compute_billing.applications.hands import lend_hand
from compute_billing.applications.locks import lock_application, lock_due
from compute_billing.applications.models import Application
from compute_billing.applications.noting import due_on, move, tell_staff
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.states import OFFICERS, RESERVED, ApplicationState
from compute_billing.applications.terms import OFFICER_WORKING_DAYS, SUPPLEMENT_WORKING_DAYS, due
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_if_not_already

S = ApplicationState


class UnableToAppeal(DomainError):
    """It was appealed before, the term is over, or no reason is given."""

    code = "unable_to_appeal"


class UnableToAskSupplement(DomainError):
    """It is not said what is to be added."""

    code = "unable_to_ask_supplement"


@transaction_if_not_already()
def ask_supplement(
    *, application_id: UUID, words: str, officer_id: int, now: datetime
) -> Application:
    """Ask the firm to mend or to add something within a term.

    Raises:
        ApplicationNotFound: there is none.
        IllegalTransition: it is not submitted.
        UnableToAskSupplement: it is not said what is wanted.
    """
    if not words.strip():
        raise UnableToAskSupplement("Say what is to be added: the firm reads this.")
    application = lock_application(application_id)
    if application is None:
        raise ApplicationNotFound("There is no such application.")
    lend_hand(application, person_id=officer_id)
    move(
        application,
        S.SUPPLEMENT,
        action="ask_supplement",
        actor=Actor.user(officer_id),
        now=now,
        due_at=due(now=now, working_days=SUPPLEMENT_WORKING_DAYS),
        words=words.strip(),
        supplement_asked=words.strip(),
    )
    return application


@transaction_if_not_already()
def withdraw(
    *,
    application_id: UUID,
    tenant_id: int,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> Application:
    """Take an application back before money is given; what it reserved is given back.

    Raises:
        ApplicationNotFound: the firm has no such application.
        IllegalTransition: it is over.
    """
    application = own(application_id, tenant_id=tenant_id)
    was = ApplicationState(application.state)
    move(application, S.WITHDRAWN, action="withdraw", actor=actor or Actor.user(user_id), now=now)
    if was in RESERVED:
        give_back(application, application.proposals.select_related("fund").latest("number"))
    return application


@transaction_if_not_already()
def appeal(
    *,
    application_id: UUID,
    tenant_id: int,
    words: str,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> Application:
    """Appeal against a refusal, once; other people review, propose and decide.

    Raises:
        ApplicationNotFound: the firm has no such application.
        IllegalTransition: it is not refused.
        UnableToAppeal: it was appealed before, the term is over, or no reason is given.
    """
    application = own(application_id, tenant_id=tenant_id)
    if not words.strip():
        raise UnableToAppeal("Say what is wrong with the decision.", details={"field": "words"})
    if application.instance != 1:
        raise UnableToAppeal("The decision on an appeal is the last word.")
    if application.due_at is not None and now >= application.due_at:
        raise UnableToAppeal(f"An appeal was possible until {due_on(application)}.")
    move(
        application,
        S.APPEALED,
        action="appeal",
        actor=actor or Actor.user(user_id),
        now=now,
        due_at=due(now=now, working_days=OFFICER_WORKING_DAYS),
        words=words.strip(),
        instance=2,
    )
    return application


def expire_due(*, now: datetime, limit: int = 100) -> int:
    """Expire drafts and supplements whose term is over, each by itself; return how many."""
    with transaction():
        found = lock_due(states=(S.DRAFT, S.SUPPLEMENT), now=now, limit=limit)
    return sum(_expire(application_id, now=now) for application_id in found)


@transaction
def _expire(application_id: UUID, *, now: datetime) -> bool:
    application = lock_application(application_id)
    if (
        application is None
        or application.state not in (S.DRAFT, S.SUPPLEMENT)
        or application.due_at is None
        or application.due_at > now
    ):
        return False
    move(application, S.EXPIRED, action="expire", actor=Actor.system(), now=now)
    return True


@transaction
def remind(*, now: datetime, limit: int = 500) -> int:
    """Tell those who let a term pass, once of each; return how many applications are overdue."""
    states = (*OFFICERS, S.PROPOSED)
    overdue = Application.objects.filter(state__in=states, due_at__lte=now).order_by("pk")[:limit]
    for application in overdue:
        role = Staff.SUBSIDY_APPROVER if application.state == S.PROPOSED else Staff.SUBSIDY_OFFICER
        tell_staff(
            application,
            kind=Kind.APPLICATION_WAITS,
            user_ids=staff_of(role=role),
            subject=f"overdue:{application.public_id}:{due_on(application)}",
            now=now,
        )
    return len(overdue)
