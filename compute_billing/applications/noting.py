"""What every step of an application has in common: state, history, log, event, notification."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from accounts.events.applications import ApplicationMoved
from accounts.events.operations import emit
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.applications.models import Application, ApplicationStep
from compute_billing.applications.states import OFFICERS, TRANSITIONS, ApplicationState
from compute_billing.applications.terms import last_day
from kernel import audit
from kernel.audit import Actor
from kernel.transactions import transaction_required

S = ApplicationState


@transaction_required
def move(
    application: Application,
    to: ApplicationState,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    due_at: datetime | None = None,
    words: str = "",
    detail: dict[str, Any] | None = None,
    **also: object,
) -> None:
    """Move a locked application on, and write down and tell that it was.

    `also` are columns that change with it.

    Raises:
        IllegalTransition: it cannot move there from where it is.
    """
    before = ApplicationState(application.state)
    TRANSITIONS.compare_and_set(
        Application.objects.filter(pk=application.pk),
        from_=before,
        to=to,
        also={**also, "due_at": due_at},
    )
    application.refresh_from_db()
    number = write_step(application, before=before, actor=actor, words=words, now=now)
    note(action, application, actor=actor, now=now, detail={"from": str(before), **(detail or {})})
    _tell(application, number=number, now=now)


@transaction_required
def write_step(
    application: Application, *, before: str, actor: Actor, words: str, now: datetime
) -> int:
    """Append a step to the history and return its number."""
    number = ApplicationStep.objects.filter(application=application).count() + 1
    ApplicationStep.objects.create(
        application=application,
        number=number,
        before=before,
        after=application.state,
        person_id=actor.id if actor.kind == "user" else None,
        words=words,
        at=now,
    )
    return number


@transaction_required
def note(
    action: str,
    application: Application,
    *,
    actor: Actor,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write into the log of decisions what was done about an application."""
    audit.record(
        action=f"applications.{action}",
        object_type="subsidy_application",
        object_id=str(application.public_id),
        actor=actor,
        organisation_id=application.tenant_id,
        now=now,
        detail={
            "number": application.number or "",
            "state": str(application.state),
            **(detail or {}),
        },
    )


def due_on(application: Application) -> str:
    """Return the last day of the term as a text, empty without one."""
    return "" if application.due_at is None else last_day(application.due_at).isoformat()


@transaction_required
def tell_staff(
    application: Application, *, kind: Kind, user_ids: Collection[int], subject: str, now: datetime
) -> None:
    """Tell people of the house that an application waits for them."""
    notify(
        kind=kind,
        about={
            "application": str(application.public_id),
            "number": application.number or "",
            "state": str(application.state),
            "due_on": due_on(application),
        },
        subject=subject,
        user_ids=user_ids,
        now=now,
    )


@transaction_required
def _tell(application: Application, *, number: int, now: datetime) -> None:
    if application.state == S.DRAFT:
        return
    told = ApplicationMoved(
        application=application.public_id,
        number=application.number or "",
        state=str(application.state),
        due_on=due_on(application),
    )
    emit(told, organisation_id=application.tenant_id, now=now)
    subject = f"application:{application.public_id}:{number}"
    notify(
        kind=Kind.APPLICATION_MOVED,
        about={
            "application": str(application.public_id),
            "number": application.number or "",
            "state": str(application.state),
            "due_on": due_on(application),
        },
        subject=subject,
        organisation_id=application.tenant_id,
        now=now,
    )
    waits_for = _waits_for(application)
    if waits_for:
        tell_staff(
            application, kind=Kind.APPLICATION_WAITS, user_ids=waits_for, subject=subject, now=now
        )


def _waits_for(application: Application) -> list[int]:
    if application.state in OFFICERS and application.state != S.UNDER_REVIEW:
        return staff_of(role=Staff.SUBSIDY_OFFICER)
    if application.state == S.PROPOSED:
        return staff_of(role=Staff.SUBSIDY_APPROVER)
    return []
