"""Compositions of several rooms that no single room owns."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from accounts import operations as people
from accounts import queries as people_queries
from accounts.models import Organisation, OrganisationKind
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import queries as catalogue_queries
from compute_billing.contracts.queries import project_by_code
from compute_billing.ledger.models import Hold
from compute_billing.metering import operations as metering
from compute_billing.metering import queries as metering_queries
from compute_billing.metering.models import UsageSource
from compute_billing.rating import holding, quoting
from compute_billing.rating.holding import Job, UnableToHold
from compute_billing.rating.quoting import Quote, UnableToQuote
from kernel.audit import Actor
from kernel.errors import DomainError

# What cards are called when neither the file nor the source says.
UNSPECIFIED: Final = "unspecified"
OPERATOR_CODE: Final = "operator"


# Longer names cannot be codes of ours; use that names them is rejected and waits for a person.
CODE_LENGTH_MAX: Final = 64

T = TypeVar("T")


def quote(
    *,
    tenant_id: int,
    cluster: str,
    card_type: str,
    project: str,
    milli_cards: int,
    started_at: datetime,
    ended_at: datetime,
    now: datetime,
) -> Quote:
    """Return what a tenant's use of some cards would cost; '' is no project.

    Raises:
        CatalogueEntryNotFound: there is no such cluster or card type.
        UnableToQuote: the tenant has no such project, out of bounds, or a time without a price.
    """
    owned = project_by_code(tenant_id=tenant_id, code=project) if project else None
    if project and owned is None:
        message = f"There is no project {project!r}."
        raise UnableToQuote(message, details={"field": "project"})
    return quoting.quote(
        tenant_id=tenant_id,
        project_id=None if owned is None else owned.pk,
        cluster_id=catalogue_queries.cluster_for(tenant_id=tenant_id, code=cluster).pk,
        meter_id=catalogue_queries.meter_by_code(code=card_type).pk,
        milli_cards=milli_cards,
        started_at=started_at,
        ended_at=ended_at,
        now=now,
    )


def hold(
    *,
    operator_id: int,
    source: str,
    account: str,
    card_type: str,
    reference: str,
    allocation_key: str,
    milli_cards: int,
    starts_at: datetime,
    until: datetime,
    actor: Actor,
    now: datetime,
) -> Hold:
    """Set aside what a job may cost at most, for the tenant whose account of the source it is.

    To be called inside a transaction. Words mean what they will mean in the usage of the job.

    Raises:
        UnknownSource: the operator has no such source.
        CatalogueEntryNotFound: there is no such card type.
        UnableToHold: nobody has that account, out of bounds, no price, or too little money.
        HoldReferenceReused: the reference has other terms, or the job has an open hold.
    """
    reporter = metering_queries.source_of_operator(code=source, operator_id=operator_id)
    owner = metering_queries.owner_of_account(source_id=reporter.pk, account=account, at=starts_at)
    if owner is None:
        message = f"Account {account!r} of source {source} is nobody's at that time: map it first."
        raise UnableToHold(message, details={"field": "account"})
    tenant_id, project_id = owner
    meter = catalogue_queries.meter_by_code(code=card_type or reporter.default_card_type)
    job = Job(
        tenant_id=tenant_id,
        reference=reference,
        project_id=project_id,
        cluster_id=reporter.default_cluster_id,
        meter_id=meter.pk,
        allocation_key=allocation_key,
        milli_cards=milli_cards,
        starts_at=starts_at,
    )
    return holding.open_hold(job=job, until=until, actor=actor, now=now)


def open_missing_source(*, code: str, card_type: str, time_zone: str, now: datetime) -> UsageSource:
    """Return the source, opening it with an operator, a centre and a cluster when it is new.

    For the first import of a centre's history, when nothing of it is in the books yet. Two imports
    at once make one of each.
    """
    try:
        return metering_queries.source_by_code(code)
    except metering_queries.UnknownSource:
        pass
    operator = _organisation(OPERATOR_CODE, kind=OrganisationKind.OPERATOR, now=now)
    centre = _found_or_made(
        partial(catalogue_queries.centre_by_code, code=code),
        lambda: catalogue.open_centre(
            code=code, name=code, owner_id=operator.pk, operator_id=operator.pk
        ),
    )
    cluster = _found_or_made(
        partial(catalogue_queries.cluster_by_code, code=code),
        lambda: catalogue.add_cluster(centre_id=centre.pk, code=code, name=code, milli_cards=None),
    )
    add_missing_card_types({card_type or UNSPECIFIED})
    return _found_or_made(
        partial(metering_queries.source_by_code, code),
        lambda: metering.open_source(
            code=code,
            name=code,
            cluster_id=cluster.pk,
            card_type=card_type or UNSPECIFIED,
            time_zone=time_zone,
            now=now,
        ),
    )


def add_missing_card_types(codes: Collection[str]) -> None:
    """Add the card types (and their meters) that the catalogue lacks."""
    for code in sorted(set(codes) - catalogue_queries.meter_codes() - {""}):
        if len(code) <= CODE_LENGTH_MAX:
            with suppress(catalogue.UnableToAddCardType):  # another import was quicker
                catalogue.add_card_type(code=code, name=code)


def add_missing_clusters(*, source: UsageSource, codes: Collection[str]) -> None:
    """Add the clusters that nobody has to the centre of the source."""
    for code in sorted(set(codes) - {""}):
        if len(code) <= CODE_LENGTH_MAX:
            _found_or_made(
                partial(catalogue_queries.cluster_by_code, code=code),
                partial(
                    catalogue.add_cluster,
                    centre_id=source.default_cluster.centre_id,
                    code=code,
                    name=code,
                    milli_cards=None,
                ),
            )


def add_missing_tenants(*, source_id: int, accounts: Collection[str], now: datetime) -> None:
    """Give each account of the source that has no tenant a tenant of the same name."""
    unknown = metering_queries.unknown_accounts(source_id=source_id, accounts=sorted(accounts))
    for account in unknown:
        if len(account) <= CODE_LENGTH_MAX:
            tenant = _organisation(account, kind=OrganisationKind.ENTERPRISE, now=now)
            with suppress(metering.UnableToMapAccount):
                metering.map_account(source_id=source_id, account=account, tenant_id=tenant.pk)


def _organisation(code: str, *, kind: OrganisationKind, now: datetime) -> Organisation:
    return _found_or_made(
        partial(people_queries.organisation_by_code, code=code),
        lambda: people.create_organisation(code=code, name=code, kind=kind, now=now),
    )


def _found_or_made(find: Callable[[], T], make: Callable[[], T]) -> T:
    """Return what there is, or make it; who comes second finds what the first has made."""
    with suppress(DomainError):
        return find()
    try:
        return make()
    except DomainError:
        return find()
