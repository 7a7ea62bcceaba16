"""The automatic checks of an application: each with its verdict, what it looked at, its source."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Organisation
from accounts.uscc import MalformedUscc, check_uscc
from accounts.verification.queries import Attested, attested
from compute_billing.applications.commitments import CURRENT
from compute_billing.applications.gathering import latest_day
from compute_billing.applications.models import Application, CheckVerdict
from compute_billing.applications.terms import CREDIT_REPORT_DAYS
from compute_billing.prospects.knowing import is_related
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.facts import Facts
from compute_billing.subsidies.rules.verdicts import Assessment, State

CREDIT_REPORT = "credit_report"
RECORD_RULES = {"clean_record", "not_dishonest"}
WINDOW_RULES = {"in_force", "application_window"}
V = CheckVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check and what to do where it does not hold."""

    name: str
    verdict: CheckVerdict
    is_hard: bool
    looked_at: dict[str, Any]
    source: str
    mend: str

    @property
    def refuses(self) -> bool:
        """Say whether nothing may be submitted while this is so."""
        return self.is_hard and self.verdict is not V.HOLDS


def checks_of(
    application: Application,
    *,
    document: ProgrammeDocument,
    facts: Facts,
    assessment: Assessment,
    commitment: int,
    now: datetime,
) -> list[Check]:
    """Check what can be checked without people; what is hard refuses the submission."""
    firm = application.tenant
    said = attested(organisation_ids=[firm.pk, application.provider_id])
    own, other = said.get(firm.pk), said.get(application.provider_id)
    return [
        _credit_code(firm, own),
        _verified(firm, now=now),
        _size_class(firm),
        _credit_report(facts, document),
        _related(own, other, document),
        _rules("application_window", WINDOW_RULES, assessment, "Apply within the window."),
        _rules("evidence", {"evidence"}, assessment, "Add the papers that are missing."),
        _one_application(facts),
        _commitment(commitment),
    ]


def _verdict(holds: object) -> CheckVerdict:
    """Return the verdict on what is true, false, or None: not known."""
    return V.MISSING if holds is None else V.HOLDS if holds else V.FAILS


def _credit_code(firm: Organisation, said: Attested | None) -> Check:
    code = firm.uscc or ""
    try:
        is_sound: bool | None = check_uscc(code) == code if code else None
    except MalformedUscc:
        is_sound = False
    if is_sound and said is not None:
        is_sound = said.uscc == code
    return Check(
        name="credit_code",
        verdict=_verdict(is_sound),
        is_hard=True,
        looked_at={"uscc": code, "verified_uscc": said.uscc if said else ""},
        source="GB 32100-2015; verification",
        mend="Have the organisation verified with its unified social credit code.",
    )


def _verified(firm: Organisation, *, now: datetime) -> Check:
    is_verified = firm.verified_at is not None and (
        firm.verified_until is None or firm.verified_until > now
    )
    return Check(
        name="verified",
        verdict=_verdict(is_verified),
        is_hard=True,
        looked_at={"verified_until": str(firm.verified_until or "")},
        source="verification",
        mend="Have the organisation verified, or verified anew.",
    )


def _size_class(firm: Organisation) -> Check:
    return Check(
        name="size_class",
        verdict=_verdict(bool(firm.size_class) or None),
        is_hard=firm.kind == "enterprise",
        looked_at={"size_class": firm.size_class or ""},
        source="工信部联企业〔2011〕300号; verification",
        mend="Give figures of employees and revenue in the verification.",
    )


def _credit_report(facts: Facts, document: ProgrammeDocument) -> Check:
    """Look for a dated report (信用中国), which tells a firm's record where that is asked for."""
    dated_on = latest_day(paper.dated_on for paper in facts.evidence if paper.kind == CREDIT_REPORT)
    age = None if dated_on is None else (facts.as_of - dated_on).days
    return Check(
        name="clean_record_dated",
        verdict=_verdict(None if age is None else 0 <= age <= CREDIT_REPORT_DAYS),
        is_hard=any(_tag(rule) in RECORD_RULES for rule in document.rules),
        looked_at={"dated_on": str(dated_on or ""), "days_max": CREDIT_REPORT_DAYS},
        source="paper credit_report",
        mend=f"Add a credit report that is at most {CREDIT_REPORT_DAYS} days old.",
    )


def _related(own: Attested | None, other: Attested | None, document: ProgrammeDocument) -> Check:
    """Say whether either side names the other, asked in both directions."""
    related = is_related(own, other)
    return Check(
        name="related_party",
        verdict=_verdict(None if related is None else not related),
        is_hard=any(_tag(rule) == "unrelated" for rule in document.rules),
        looked_at={
            "firm_names_provider": _names(own, other),
            "provider_names_firm": _names(other, own),
        },
        source="declarations of both in their verification",
        mend="Both sides declare their related parties in the verification; a related provider "
        "cannot be chosen.",
    )


def _names(one: Attested | None, other: Attested | None) -> str:
    if one is None or other is None:
        return "?"
    return "true" if other.uscc in one.related else "false"


def _tag(rule: Any) -> str:
    return str(rule.__struct_config__.tag)


def _rules(name: str, tags: set[str], assessment: Assessment, mend: str) -> Check:
    """Repeat what the evaluator says of some rules as one check."""
    asked = [verdict for verdict in assessment.verdicts if verdict.rule in tags]
    states = {verdict.state for verdict in asked}
    worst = State.FAILS if State.FAILS in states else State.MISSING
    looked_at = {verdict.rule: dict(verdict.inputs) for verdict in asked}
    return Check(
        name=name,
        verdict=V.HOLDS if states <= {State.HOLDS} else V(worst.value),
        is_hard=True,
        looked_at=looked_at,
        source=f"programme, clauses {', '.join(sorted({v.clause for v in asked})) or '-'}",
        mend=mend,
    )


def _one_application(facts: Facts) -> Check:
    others = facts.contract.other_applications or 0
    return Check(
        name="one_application_per_contract",
        verdict=_verdict(others == 0),
        is_hard=True,
        looked_at={"other_applications": others},
        source="applications",
        mend="Withdraw the other application for this contract first.",
    )


def _commitment(consented: int) -> Check:
    return Check(
        name="commitment",
        verdict=_verdict(consented == CURRENT),
        is_hard=True,
        looked_at={"consented": consented, "current": CURRENT},
        source="commitment letter",
        mend="Read the commitment letter in its current version and consent to it.",
    )
