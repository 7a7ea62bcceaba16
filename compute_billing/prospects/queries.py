"""Which programmes a firm could use on its real use: what each brings, what is missing, the best.

Nothing is stored: each question is answered from the books as of now, by the versions in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec

from compute_billing.programmes.queries import document_of, in_force
from compute_billing.prospects.knowing import (
    AwardUse,
    Engagement,
    award_use,
    engagements,
    first_day,
    local_day,
    other_funding,
)
from compute_billing.subsidies.rules.caps import Cap, CapScope
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.evaluation import EVALUATORS
from compute_billing.subsidies.rules.facts import CapUse, Facts, Stage
from compute_billing.subsidies.rules.funding_rules import NoOtherFunding
from compute_billing.subsidies.rules.matching import (
    Combination,
    Limits,
    Option,
    best_combination,
)
from compute_billing.subsidies.rules.settable import settled
from compute_billing.subsidies.rules.verdicts import Assessment, Outcome

OF_ALL: Final = {CapScope.POOL_YEAR}
OF_A_YEAR: Final = {CapScope.POOL_YEAR, CapScope.ENTERPRISE_YEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What one programme would give for one contract; `best` is its part of the best together."""

    document: ProgrammeDocument
    number: int
    engagement: Engagement
    facts: Facts
    assessment: Assessment
    best: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """All of them for a firm, from `since` to the day as of which it was asked, both included."""

    since: date
    as_of: date
    net: int
    prospects: Sequence[Prospect]
    best: int


def prospects_of(*, tenant_id: int, now: datetime) -> Prospects:
    """Return what the programmes in force would bring a firm on its last three months.

    The best combination counts what a programme gives once nothing is missing any more; what is
    refused, or is no money, is not in it.
    """
    uses = award_use(tenant_id=tenant_id, now=now)
    engaged = engagements(tenant_id=tenant_id, now=now)
    asked = [
        _prospect(engagement, document_of(version), version.number, version.evaluator, uses)
        for version in in_force(at=now)
        for engagement in engaged
    ]
    best = _best(asked, engaged)
    as_of = local_day(now)
    return Prospects(
        since=first_day(as_of),
        as_of=as_of,
        net=sum(engagement.net for engagement in engaged),
        prospects=[_with_best(each, best) for each in asked],
        best=best.total,
    )


def _prospect(
    engagement: Engagement,
    document: ProgrammeDocument,
    number: int,
    evaluator: int,
    uses: Sequence[AwardUse],
) -> Prospect:
    own = [use for use in uses if use.programme == document.code]
    given = engagement.facts
    years = tuple(sorted({use.budget_year for use in own if use.own_paid + use.own_reserved}))
    facts = msgspec.structs.replace(
        given,
        subject=msgspec.structs.replace(given.subject, years_supported=years),
        other_funding=other_funding(uses, besides=document.code),
        caps={cap.name: _cap_use(cap, own, given.as_of) for cap in document.caps},
    )
    assessment = EVALUATORS[evaluator](document=document, facts=facts, stage=Stage.APPLY)
    return Prospect(
        document=document,
        number=number,
        engagement=engagement,
        facts=facts,
        assessment=assessment,
        best=0,
    )


def _cap_use(cap: Cap, uses: Sequence[AwardUse], as_of: date) -> CapUse:
    scope = settled(cap.scope)
    counted = [use for use in uses if scope not in OF_A_YEAR or use.budget_year == as_of.year]
    if scope in OF_ALL:
        return CapUse(
            reserved=sum(use.reserved for use in counted), paid=sum(use.paid for use in counted)
        )
    return CapUse(
        reserved=sum(use.own_reserved for use in counted),
        paid=sum(use.own_paid for use in counted),
    )


def _counts(prospect: Prospect) -> bool:
    told = prospect.assessment
    is_money = told.unit == "micro_yuan" and (told.amount or 0) > 0
    return is_money and told.outcome is not Outcome.REFUSED


def _best(asked: Sequence[Prospect], engaged: Sequence[Engagement]) -> Combination:
    counted = [prospect for prospect in asked if _counts(prospect)]
    options = [
        Option(
            programme=prospect.document.code,
            level=prospect.document.jurisdiction.level,
            contract=prospect.engagement.key,
            amount=prospect.assessment.amount or 0,
            exclusions=tuple(
                rule for rule in prospect.document.rules if isinstance(rule, NoOtherFunding)
            ),
        )
        for prospect in counted
    ]
    limits = Limits(
        programmes={each.document.code: _left(each, counted) for each in counted},
        contracts={
            each.key: max(each.net, each.facts.contract.amount_micro or 0, 0) for each in engaged
        },
    )
    return best_combination(options=options, limits=limits)


def _left(prospect: Prospect, counted: Sequence[Prospect]) -> int:
    """Return what is left of a programme's caps over all contracts of the firm."""
    alone = [
        each.assessment.amount or 0
        for each in counted
        if each.document.code == prospect.document.code
    ]
    shared = {CapScope.ENTERPRISE, CapScope.ENTERPRISE_YEAR, CapScope.POOL_YEAR}
    rooms = [
        max(limit - (cap.used(prospect.facts) or 0), 0)
        for cap in prospect.document.caps
        if settled(cap.scope) in shared and (limit := cap.limit(prospect.facts)) is not None
    ]
    return min([sum(alone), *rooms])


def _with_best(prospect: Prospect, best: Combination) -> Prospect:
    key = (prospect.document.code, prospect.engagement.key)
    amounts: Mapping[tuple[str, str], int] = best.amounts
    return Prospect(
        document=prospect.document,
        number=prospect.number,
        engagement=prospect.engagement,
        facts=prospect.facts,
        assessment=prospect.assessment,
        best=amounts.get(key, 0),
    )
