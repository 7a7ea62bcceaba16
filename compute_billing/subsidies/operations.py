"""Every write of public money: programmes, funds and awards, each with an audit entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.events.operations import emit
from accounts.events.vocabulary import AwardApproved
from accounts.queries import roles_in, was_member_since
from compute_billing.ledger import queries as ledger
from compute_billing.ledger.operations import CNY, Overdraft, Transfer, account, post
from compute_billing.subsidies.locks import lock_fund, lock_person
from compute_billing.subsidies.models import Award, AwardCounter, Fund, Programme
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.periods import Period
from kernel.transactions import transaction, transaction_required

MEMBERSHIP_LOOK_BACK: Final = timedelta(days=365)
PPM: Final = 1_000_000


class UnableToFoundProgramme(DomainError):
    """Another programme has this code."""

    code = "programme_code_taken"


class UnableToOpenFund(DomainError):
    """The programme has a fund of this level and year, or there is no such programme."""

    code = "unable_to_open_fund"


class UnableToAppropriate(DomainError):
    """The amount is not positive, or there is no such fund."""

    code = "unable_to_appropriate"


class UnableToApproveAward(DomainError):
    """The terms are malformed, the reference is taken, or there is no such fund."""

    code = "unable_to_approve_award"


class FourEyesViolated(UnableToApproveAward):
    """The approver made the award, or belongs to the beneficiary."""

    code = "four_eyes_violated"


class FundExhausted(UnableToApproveAward):
    """The fund has less left than the award's cap."""

    code = "fund_exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardScope:
    """Which usage an award shares in; without any part, in all of it."""

    cluster_id: int | None = None
    meter_id: int | None = None


ALL_USAGE: Final = AwardScope()


def found_programme(
    *, code: str, name: str, jurisdiction: str, authority_id: int, actor: Actor, now: datetime
) -> Programme:
    """Register a published support programme of a public authority.

    Raises:
        UnableToFoundProgramme: the code is taken.
    """
    taken = UnableToFoundProgramme(f"There is a programme {code} already: choose another code.")
    with transaction(), constraint_errors({"subsidies_programme_code_key": taken}):
        programme = Programme.objects.create(
            code=code, name=name, jurisdiction=jurisdiction, authority_id=authority_id
        )
        audit.record(
            action="subsidies.found_programme",
            object_type="programme",
            object_id=programme.pk,
            actor=actor,
            now=now,
            organisation_id=authority_id,
            detail={"code": code},
        )
        return programme


def open_fund(
    *,
    programme_id: int,
    level: str,
    budget_year: int,
    budget_document_no: str,
    actor: Actor,
    now: datetime,
) -> Fund:
    """Open a programme's fund of one level (city, district) and budget year, still empty.

    Raises:
        UnableToOpenFund: it is open already, or there is no such programme.
    """
    programme = Programme.objects.filter(id=programme_id).first()
    if programme is None:
        message = f"There is no programme {programme_id}."
        raise UnableToOpenFund(message)
    taken = UnableToOpenFund(f"The {level} fund of {budget_year} is open already.")
    with (
        transaction(),
        constraint_errors({"fund_unique": taken, "subsidies_fund_account_id_key": taken}),
    ):
        fund = Fund.objects.create(
            programme=programme,
            level=level,
            budget_year=budget_year,
            budget_document_no=budget_document_no,
            account_id=account(
                owner_kind="programme",
                owner_id=programme_id,
                kind="fund",
                subject=f"{level}:{budget_year}",
            ),
        )
        audit.record(
            action="subsidies.open_fund",
            object_type="fund",
            object_id=fund.pk,
            actor=actor,
            now=now,
            organisation_id=programme.authority_id,
            detail={"level": level, "year": budget_year, "document": budget_document_no},
        )
        return fund


@transaction_required
def _locked_fund(fund_id: int, error: type[DomainError]) -> Fund:
    fund = lock_fund(fund_id)
    if fund is None:
        message = f"There is no fund {fund_id}."
        raise error(message)
    return fund


def appropriate_fund(
    *, fund_id: int, amount_micro: int, reference: str, actor: Actor, now: datetime
) -> int:
    """Put appropriated money (拨付 by a budget document) into a fund; return the transaction.

    The same reference and amount again changes nothing.

    Raises:
        UnableToAppropriate: the amount is not positive, or there is no such fund.
        ReferenceReused: another appropriation has this reference.
    """
    if amount_micro <= 0:
        message = f"An appropriation must be positive, not {amount_micro}."
        raise UnableToAppropriate(message)
    with transaction():
        fund = _locked_fund(fund_id, UnableToAppropriate)
        source = account(owner_kind="programme", owner_id=fund.programme_id, kind="appropriation")
        is_new = ledger.find_transaction(kind="appropriation", reference=reference) is None
        transaction_id = post(
            kind="appropriation",
            reference=reference,
            occurred_at=now,
            now=now,
            transfers=[Transfer(source, fund.account_id, CNY, amount_micro)],
        )
        if is_new:
            audit.record(
                action="subsidies.appropriate_fund",
                object_type="fund",
                object_id=fund_id,
                actor=actor,
                now=now,
                detail={"amount_micro": amount_micro, "transaction": transaction_id},
            )
        return transaction_id


@transaction_required
def _refuse_partial_approver(
    *, approver_id: int, approver_organisation_id: int, tenant_id: int, now: datetime
) -> None:
    """Refuse an approver who is, or within a year was, on the beneficiary's side."""
    if lock_person(approver_id) is None or not roles_in(
        user_id=approver_id, organisation_id=approver_organisation_id
    ):
        message = "The approver is no member of the organisation that he approves for."
        raise FourEyesViolated(message)
    since = now - MEMBERSHIP_LOOK_BACK
    if was_member_since(user_id=approver_id, organisation_id=tenant_id, since=since):
        message = (
            "The approver is, or within the last year was, a member of the beneficiary: "
            "somebody else must decide."
        )
        raise FourEyesViolated(message)


def _refusals(reference: str) -> dict[str, DomainError]:
    return {
        "award_of_no_sandbox": UnableToApproveAward(
            "Public money is for real use: a sandbox has no share in it."
        ),
        "award_four_eyes": FourEyesViolated(
            "Nobody approves what he made, nor for an organisation that benefits: "
            "somebody else must decide."
        ),
        "award_rate_and_cap_in_range": UnableToApproveAward(
            f"Award {reference} needs a rate above 0 and at most {PPM} ppm, and a positive cap."
        ),
        "award_period_in_order": UnableToApproveAward(
            f"Award {reference} would end before it starts."
        ),
        "subsidies_award_reference_key": UnableToApproveAward(
            f"There is an award {reference} already.", details={"reference": reference}
        ),
    }


@transaction_required
def _fund_award(*, fund: Fund, reference: str, cap_micro: int, now: datetime) -> int:
    """Move an award's cap out of its fund; return the account that the award is paid from."""
    award_account_id = account(
        owner_kind="programme", owner_id=fund.programme_id, kind="award", subject=reference
    )
    try:
        post(
            kind="award_approved",
            reference=reference,
            occurred_at=now,
            now=now,
            transfers=[Transfer(fund.account_id, award_account_id, CNY, cap_micro)],
        )
    except Overdraft as error:
        message = (
            f"The fund falls short of award {reference} by {error.details['shortfall']} "
            "micro-yuan: lower the cap, or appropriate more."
        )
        raise FundExhausted(message, details=error.details) from error
    return award_account_id


def approve_award(
    *,
    fund_id: int,
    tenant_id: int,
    reference: str,
    rate_ppm: int,
    cap_micro: int,
    period: Period,
    maker_id: int,
    approver_id: int,
    approver_organisation_id: int,
    now: datetime,
    scope: AwardScope = ALL_USAGE,
    stacking_order: int = 1,
) -> Award:
    """Grant a tenant a share of `rate_ppm` of his net price until `cap_micro` is used.

    The cap leaves the fund at once, so that no promise is made that the fund cannot keep.

    Raises:
        FourEyesViolated: the approver made the award, or is on the beneficiary's side.
        FundExhausted: the fund has less left than the cap.
        UnableToApproveAward: malformed terms, a taken reference, or no such fund.
    """
    if period.end is None or cap_micro <= 0:
        message = f"Award {reference} needs an end and a positive cap."
        raise UnableToApproveAward(message)
    with transaction(), constraint_errors(_refusals(reference)):
        _refuse_partial_approver(
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            tenant_id=tenant_id,
            now=now,
        )
        fund = _locked_fund(fund_id, UnableToApproveAward)
        if Award.objects.filter(reference=reference).exists():
            raise _refusals(reference)["subsidies_award_reference_key"]
        award = Award.objects.create(
            fund=fund,
            tenant_id=tenant_id,
            reference=reference,
            rate_ppm=rate_ppm,
            cap_micro=cap_micro,
            stacking_order=stacking_order,
            cluster_id=scope.cluster_id,
            meter_id=scope.meter_id,
            account_id=_fund_award(fund=fund, reference=reference, cap_micro=cap_micro, now=now),
            starts_at=period.start,
            ends_at=period.end,
            maker_id=maker_id,
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            approved_at=now,
        )
        AwardCounter.objects.create(award=award, basis=0, granted=0, cap=cap_micro)
        _record_approval(award=award, now=now)
        approved = AwardApproved(
            award=reference,
            cap=Money(cap_micro),
            starts_at=award.starts_at,
            ends_at=award.ends_at,
        )
        emit(approved, organisation_id=tenant_id, now=now)
        return award


@transaction_required
def _record_approval(*, award: Award, now: datetime) -> None:
    audit.record(
        action="subsidies.approve_award",
        object_type="award",
        object_id=award.pk,
        actor=Actor.user(award.approver_id),
        now=now,
        organisation_id=award.tenant_id,
        detail={
            "reference": award.reference,
            "fund": award.fund_id,
            "rate_ppm": award.rate_ppm,
            "cap_micro": award.cap_micro,
            "maker": award.maker_id,
            "approver_organisation": award.approver_organisation_id,
        },
    )
