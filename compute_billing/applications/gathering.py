"""The facts of an application: what the books know, what was declared, which papers there are."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from compute_billing.applications.declaring import read_declared, with_declared
from compute_billing.applications.models import Application, ApplicationPaper
from compute_billing.applications.states import OVER, ApplicationState
from compute_billing.applications.terms import local_day
from compute_billing.programmes.queries import document_of
from compute_billing.prospects.knowing import award_use, engagements, other_funding
from compute_billing.subsidies.cap_keys import CapKey
from compute_billing.subsidies.capping import CapDraw, cap_use
from compute_billing.subsidies.rules.caps import Cap, CapScope
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.facts import CapUse, Evidence, Facts
from compute_billing.subsidies.rules.settable import settled
from kernel.canonical import canonical_json
from kernel.errors import DomainError

# So far back is use looked at: a base period of a year, and the window behind it.
MONTHS_OF_USE = 14
POOL = "pool"


class ContractOutOfSight(DomainError):
    """The contract ended so long ago that no use of it can count."""

    code = "contract_out_of_sight"


def facts_of(application: Application, *, now: datetime) -> Facts:
    """Return what is known of an application as of now, without what only the house can tell.

    Raises:
        ContractOutOfSight: its contract ended more than MONTHS_OF_USE months ago.
        UnableToReadDeclaration: what was declared cannot be read.
    """
    known = _known(application, now=now)
    uses = award_use(tenant_id=application.tenant_id, now=now)
    own = [use for use in uses if use.programme == application.code]
    years = tuple(sorted({use.budget_year for use in own if use.own_paid + use.own_reserved}))
    day = local_day(now)
    facts = msgspec.structs.replace(
        known,
        as_of=day,
        applied_on=day,
        subject=msgspec.structs.replace(known.subject, years_supported=years),
        contract=msgspec.structs.replace(known.contract, other_applications=_others(application)),
        other_funding=other_funding(uses, besides=application.code),
        caps=caps_of(application, year=day.year),
        evidence=tuple(
            Evidence(kind=paper.kind, dated_on=paper.dated_on, sha256=paper.file.sha256)
            for paper in papers_of(application)
        ),
    )
    return with_declared(facts, read_declared(application.declared))


def _known(application: Application, *, now: datetime) -> Facts:
    number = application.contract.contract_no
    for each in engagements(tenant_id=application.tenant_id, now=now, months=MONTHS_OF_USE):
        if each.contract_no == number:
            return each.facts
    message = f"Contract {number} ended more than {MONTHS_OF_USE} months ago: no use of it counts."
    raise ContractOutOfSight(message)


def _others(application: Application) -> int:
    """Count other applications for the same contract that are not over, drafts aside."""
    found = Application.objects.filter(contract_id=application.contract_id, code=application.code)
    over = [*OVER, ApplicationState.DRAFT]
    return found.exclude(pk=application.pk).exclude(state__in=over).count()


def papers_of(application: Application) -> list[ApplicationPaper]:
    """Return the papers of an application that were not taken away, the first one first."""
    found = ApplicationPaper.objects.filter(application=application, removed_at__isnull=True)
    return list(found.select_related("file").order_by("id"))


def caps_of(application: Application, *, year: int) -> dict[str, CapUse]:
    """Return what decisions have promised and paid of each cap of the programme by now."""
    document = document_of(application.version)
    return {
        cap.name: _use(application, cap, year=year)
        for cap in document.caps
        if settled(cap.scope) is not None
    }


def _use(application: Application, cap: Cap, *, year: int) -> CapUse:
    key = _key(application, cap, year=year)
    if key is None:
        return CapUse()
    reserved, paid = cap_use(key=key)
    return CapUse(reserved=reserved, paid=paid)


def _key(application: Application, cap: Cap, *, year: int) -> CapKey | None:
    """Return the counter of a cap; None for one of each application alone."""
    scope = settled(cap.scope)
    subjects = {
        CapScope.CONTRACT: application.contract_id,
        CapScope.ENTERPRISE: application.tenant_id,
        CapScope.ENTERPRISE_YEAR: application.tenant_id,
        CapScope.POOL_YEAR: 0,
    }
    if scope is None or CapScope(scope) not in subjects:
        return None
    is_of_a_year = scope in {CapScope.ENTERPRISE_YEAR, CapScope.POOL_YEAR}
    return CapKey(
        programme=application.code,
        cap_name=cap.name,
        subject_kind=str(scope),
        subject_id=subjects[CapScope(scope)],
        year=year if is_of_a_year else 0,
    )


def draws_of(
    application: Application, *, document: ProgrammeDocument, facts: Facts
) -> list[CapDraw]:
    """Return the counters that a grant draws on, each with how high its cap is by these facts."""
    year = (facts.applied_on or facts.as_of).year
    draws = [
        CapDraw(key=key, cap=limit)
        for cap in document.caps
        if (key := _key(application, cap, year=year)) is not None
        and (limit := cap.limit(facts)) is not None
    ]
    return draws + _pool(application, document, year=year)


def _pool(application: Application, document: ProgrammeDocument, *, year: int) -> list[CapDraw]:
    amount = None if document.pool is None else settled(document.pool.amount_year)
    if amount is None:
        return []
    key = CapKey(
        programme=application.code,
        cap_name=POOL,
        subject_kind=str(CapScope.POOL_YEAR),
        subject_id=0,
        year=year,
    )
    return [CapDraw(key=key, cap=amount)]


def canonical(value: Any) -> bytes:
    """Return the one text of facts, or of anything msgspec knows."""
    return canonical_json(msgspec.to_builtins(value))


def latest_day(days: Iterable[date]) -> date | None:
    """Return the last of some days; None of none."""
    return max(days, default=None)
