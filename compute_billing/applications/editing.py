"""A firm writes its application: begins it, declares, adds papers and takes them away."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.sandboxes.rights import refuse_in_sandbox
from compute_billing.applications.declaring import read_declared
from compute_billing.applications.locks import lock_application
from compute_billing.applications.models import Application, ApplicationPaper
from compute_billing.applications.noting import note, write_step
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.states import EDITABLE, ApplicationState
from compute_billing.applications.terms import DRAFT_DAYS
from compute_billing.contracts.models import ComputeContract
from compute_billing.contracts.queries import compute_contracts_of
from compute_billing.programmes.models import ProgrammeVersion
from compute_billing.programmes.queries import in_force
from kernel import files
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_if_not_already, transaction_required
from kernel.uploads import CheckedUpload

PAPERS_MAX: Final = 30
FOLDER: Final = "subsidy-applications"
ONCE: Final = "application_once_per_contract"
KIND_LENGTH_MAX: Final = 64


class UnableToApply(DomainError):
    """No such programme is in force, or the firm has no such contract."""

    code = "unable_to_apply"


class AppliedAlready(DomainError):
    """There is an application of this programme for this contract that is not over."""

    code = "applied_already"


class ApplicationLocked(DomainError):
    """The application is with the house: it cannot be changed now."""

    code = "application_locked"


class ApplicationChanged(DomainError):
    """Somebody changed the application meanwhile."""

    code = "application_changed"


class UnableToAddPaper(DomainError):
    """The application has as many papers as it may, or the paper is dated in the future."""

    code = "unable_to_add_paper"


@transaction_if_not_already()
def begin(
    *,
    tenant_id: int,
    programme: str,
    contract_no: str,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> Application:
    """Begin the draft of an application for a programme in force and one compute contract.

    Raises:
        NotInASandbox: a sandbox asks for no public money.
        UnableToApply: the programme is not in force, or the firm has no such contract.
        AppliedAlready: there is one for this contract that is not over.
    """
    refuse_in_sandbox(organisation_id=tenant_id)
    version = version_in_force(programme, now=now)
    contract = _contract(tenant_id, contract_no)
    already = AppliedAlready(
        f"There is an application of {programme} for contract {contract_no} already: a contract "
        "is not split. Go on with that one, or withdraw it first."
    )
    who = actor or Actor.user(user_id)
    with constraint_errors({ONCE: already}):
        made = Application.objects.create(
            version=version,
            code=version.code,
            tenant_id=tenant_id,
            provider_id=contract.provider_id,
            contract=contract,
            maker_id=user_id,
            made_at=now,
            changed_at=now,
            due_at=now + timedelta(days=DRAFT_DAYS),
        )
    write_step(made, before="", actor=who, words="", now=now)
    note("begin", made, actor=who, now=now, detail={"programme": programme})
    return made


def version_in_force(programme: str, *, now: datetime) -> ProgrammeVersion:
    """Return the version of a programme under which one applies now.

    Raises:
        UnableToApply: none is in force.
    """
    found = next((one for one in in_force(at=now) if one.code == programme), None)
    if found is None:
        message = f"No version of programme {programme!r} is in force: choose another programme."
        raise UnableToApply(message, details={"field": "programme"})
    return found


def _contract(tenant_id: int, contract_no: str) -> ComputeContract:
    for contract in compute_contracts_of(tenant_id=tenant_id):
        if contract.contract_no == contract_no:
            return contract
    message = f"The organisation has no compute contract {contract_no!r}: have it filed first."
    raise UnableToApply(message, details={"field": "contract"})


@transaction_if_not_already()
def declare(
    *,
    application_id: UUID,
    tenant_id: int,
    declared: dict[str, Any],
    revision: int,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> Application:
    """Save what the firm declares, by somebody who saw `revision`.

    Raises:
        ApplicationNotFound: the firm has no such application.
        ApplicationLocked: it is with the house.
        ApplicationChanged: it is at another revision.
        UnableToReadDeclaration: a value is unknown or malformed.
    """
    read_declared(declared)
    application = own_editable(application_id, tenant_id=tenant_id)
    refuse_stale(application, revision)
    _touch(application, now=now, declared=declared)
    note("declare", application, actor=actor or Actor.user(user_id), now=now)
    return application


def add_paper(
    *,
    application_id: UUID,
    tenant_id: int,
    kind: str,
    dated_on: date,
    upload: CheckedUpload,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> ApplicationPaper:
    """Keep a checked paper with an application.

    Raises:
        ApplicationNotFound, ApplicationLocked: see `declare`.
        UnableToAddPaper: it has PAPERS_MAX papers, or the day on the paper is to come.
    """
    if dated_on > now.date() + timedelta(days=1):
        message = (
            f"The paper is dated {dated_on.isoformat()}, which is to come: read the day again."
        )
        raise UnableToAddPaper(message, details={"field": "dated_on"})
    key = files.put(content=upload.content, folder=FOLDER)
    try:
        with transaction():
            application = own_editable(application_id, tenant_id=tenant_id)
            _refuse_too_many(application)
            made = ApplicationPaper.objects.create(
                application=application,
                kind=kind,
                dated_on=dated_on,
                file=files.record(
                    storage_key=key,
                    content=upload.content,
                    content_type=upload.content_type,
                    organisation_id=tenant_id,
                    now=now,
                ),
                file_name=upload.name,
                uploaded_by_id=user_id,
                uploaded_at=now,
            )
            _touch(application, now=now)
            detail = {"kind": kind, "sha256": made.file.sha256}
            who = actor or Actor.user(user_id)
            note("add_paper", application, actor=who, now=now, detail=detail)
            return made
    except Exception:
        files.drop(storage_key=key)
        raise


def _refuse_too_many(application: Application) -> None:
    if application.papers.filter(removed_at__isnull=True).count() >= PAPERS_MAX:
        message = f"An application holds {PAPERS_MAX} papers: take one away first."
        raise UnableToAddPaper(message)


@transaction_if_not_already()
def remove_paper(
    *,
    application_id: UUID,
    paper_id: UUID,
    tenant_id: int,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> None:
    """Take a paper away; what was submitted with it keeps its hash, and the house its bytes.

    Raises:
        ApplicationNotFound: the firm has no such application, or it no such paper.
        ApplicationLocked: see `declare`.
    """
    application = own_editable(application_id, tenant_id=tenant_id)
    live = application.papers.filter(public_id=paper_id, removed_at__isnull=True)
    if live.update(removed_at=now) != 1:
        raise ApplicationNotFound("There is no such paper.")
    _touch(application, now=now)
    note("remove_paper", application, actor=actor or Actor.user(user_id), now=now)


@transaction_required
def own(application_id: UUID, *, tenant_id: int) -> Application:
    """Lock a firm's application.

    Raises:
        ApplicationNotFound: it has none such.
    """
    application = lock_application(application_id)
    if application is None or application.tenant_id != tenant_id:
        raise ApplicationNotFound("There is no such application.")
    return application


@transaction_required
def own_editable(application_id: UUID, *, tenant_id: int) -> Application:
    """Lock a firm's application that it may change.

    Raises:
        ApplicationNotFound: it has none such.
        ApplicationLocked: it is with the house.
    """
    application = own(application_id, tenant_id=tenant_id)
    if ApplicationState(application.state) not in EDITABLE:
        message = f"The application is {application.state}: it can be changed no more."
        raise ApplicationLocked(message)
    return application


def refuse_stale(application: Application, revision: int) -> None:
    """Refuse whoever saw another revision.

    Raises:
        ApplicationChanged: the application has moved on.
    """
    if application.revision != revision:
        message = "Somebody changed the application meanwhile: read it again."
        raise ApplicationChanged(message, details={"revision": application.revision})


@transaction_required
def _touch(application: Application, *, now: datetime, **columns: Any) -> None:
    """Count a change; a draft that is worked on does not lapse."""
    if application.state == ApplicationState.DRAFT:
        columns["due_at"] = now + timedelta(days=DRAFT_DAYS)
    Application.objects.filter(pk=application.pk).update(
        **columns, revision=application.revision + 1, changed_at=now
    )
    application.refresh_from_db()
