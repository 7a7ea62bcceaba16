"""Every write of public money: programmes, funds and awards, each with an audit entry."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from compute_billing.ledger import queries as ledger
from compute_billing.ledger.operations import CNY, Transfer, account, post
from compute_billing.subsidies import funding
from compute_billing.subsidies.approving import (
    FourEyesViolated,
    keep,
    refusals,
    refuse_partial_approver,
    refuse_taken,
)
from compute_billing.subsidies.funding import (
    CardTime,
    FundExhausted,
    FundShare,
    UnableToApproveAward,
)
from compute_billing.subsidies.locks import lock_fund
from compute_billing.subsidies.models import Award, Fund, Programme
from compute_billing.subsidies.terms import PPM, VOUCHER, AwardMode, AwardTerms, BasisKind, Payee
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.periods import Period
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

__all__ = [
    "CardTime",
    "FourEyesViolated",
    "FundExhausted",
    "FundShare",
    "UnableToApproveAward",
]


class UnableToFoundProgramme(DomainError):
    """Another programme has this code."""

    code = "programme_code_taken"


class UnableToOpenFund(DomainError):
    """The programme has a fund of this level and year, or there is no such programme."""

    code = "unable_to_open_fund"


class UnableToAppropriate(DomainError):
    """The amount is not positive, or there is no such fund."""

    code = "unable_to_appropriate"


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


def _unit(meter_id: int | None) -> str:
    return CNY if meter_id is None else ledger.card_time_unit(meter_id=meter_id)


def open_fund(
    *,
    programme_id: int,
    level: str,
    budget_year: int,
    budget_document_no: str,
    actor: Actor,
    now: datetime,
    meter_id: int | None = None,
) -> Fund:
    """Open a programme's fund of one level (city, district) and budget year, still empty.

    With a meter it is a fund of card time: what is appropriated to it is milli-card-ms.

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
            meter_id=meter_id,
            account_id=account(
                owner_kind="programme",
                owner_id=programme_id,
                kind="fund",
                subject=f"{level}:{budget_year}",
                unit=_unit(meter_id),
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

    Of a fund of card time, `amount_micro` is milli-card-ms.

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
        unit = fund.account.unit
        source = account(
            owner_kind="programme", owner_id=fund.programme_id, kind="appropriation", unit=unit
        )
        is_new = ledger.find_transaction(kind="appropriation", reference=reference) is None
        transaction_id = post(
            kind="appropriation",
            reference=reference,
            occurred_at=now,
            now=now,
            transfers=[Transfer(source, fund.account_id, unit, amount_micro)],
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
    terms: AwardTerms = VOUCHER,
    fund_shares: Sequence[FundShare] = (),
) -> Award:
    """Grant a tenant `rate_ppm` of what the terms name until `cap_micro` is used.

    The cap leaves the fund at once, so that no promise is made that the fund cannot keep. Where
    several funds pay, `fund_shares` names them all with their parts, `fund_id` the leading one.

    Raises:
        FourEyesViolated: the approver made the award, or is on the beneficiary's side.
        FundExhausted: a fund has less left than its part of the cap.
        UnableToApproveAward: malformed terms, a taken reference, or no such fund.
    """
    shares = tuple(fund_shares) or (FundShare(fund_id=fund_id, share_ppm=PPM),)
    if period.end is None or cap_micro <= 0:
        message = f"Award {reference} needs an end and a positive cap."
        raise UnableToApproveAward(message)
    if shares[0].fund_id != fund_id:
        message = f"Award {reference} names its leading fund first."
        raise UnableToApproveAward(message)
    funding.refuse_unfit(terms, shares)
    with transaction_if_not_already(), constraint_errors(refusals(reference)):
        refuse_partial_approver(
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            tenant_id=tenant_id,
            now=now,
        )
        found = funding.lock_parts(shares, cap_micro=cap_micro)
        refuse_taken(reference)
        account_id = funding.fund_award(found, reference=reference, cap_micro=cap_micro, now=now)
        award = Award.objects.create(
            fund_id=fund_id,
            tenant_id=tenant_id,
            reference=reference,
            rate_ppm=rate_ppm,
            cap_micro=cap_micro,
            stacking_order=stacking_order,
            cluster_id=scope.cluster_id,
            meter_id=scope.meter_id,
            account_id=account_id,
            starts_at=period.start,
            ends_at=period.end,
            maker_id=maker_id,
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            approved_at=now,
            is_share=terms.is_share,
            **asdict(terms),
        )
        keep(award, found=found, now=now)
        return award


def approve_card_time(
    *,
    fund_id: int,
    tenant_id: int,
    reference: str,
    granted: CardTime,
    period: Period,
    maker_id: int,
    approver_id: int,
    approver_organisation_id: int,
    now: datetime,
) -> Award:
    """Grant a tenant card time in kind: a lot out of a fund of card time, never money.

    Raises:
        FourEyesViolated: the approver made the award, or is on the beneficiary's side.
        FundExhausted: the fund has less card time left.
        UnableToApproveAward: malformed terms, a taken reference, or no such fund.
        UnableToGrantLot: nothing to grant, or a cluster of another operator.
    """
    if period.end is None:
        message = f"Award {reference} needs an end."
        raise UnableToApproveAward(message)
    with transaction(), constraint_errors(refusals(reference)):
        refuse_partial_approver(
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            tenant_id=tenant_id,
            now=now,
        )
        refuse_taken(reference)
        part, account_id = funding.grant_card_time(
            granted,
            fund_id=fund_id,
            tenant_id=tenant_id,
            reference=reference,
            starts_at=period.start,
            ends_at=period.end,
            now=now,
        )
        award = Award.objects.create(
            fund_id=fund_id,
            tenant_id=tenant_id,
            reference=reference,
            rate_ppm=0,
            cap_micro=0,
            quantity=granted.quantity,
            cluster_id=granted.cluster_id,
            meter_id=granted.meter_id,
            account_id=account_id,
            mode=AwardMode.IN_KIND,
            payee=Payee.NOBODY,
            is_share=False,
            basis_kind=BasisKind.CARD_TIME,
            starts_at=period.start,
            ends_at=period.end,
            maker_id=maker_id,
            approver_id=approver_id,
            approver_organisation_id=approver_organisation_id,
            approved_at=now,
        )
        keep(award, found=[part], now=now)
        return award
