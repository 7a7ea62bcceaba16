"""What an award is paid from: its funds, each with its part, locked in the order of their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

from compute_billing.ledger.lots import Grant, LotScope, fill_lot
from compute_billing.ledger.operations import CNY, Overdraft, Transfer, account, post
from compute_billing.subsidies.locks import lock_fund
from compute_billing.subsidies.models import Award, AwardFund, Fund
from compute_billing.subsidies.terms import PPM, AwardTerms, TaxBasis, parts
from kernel.errors import DomainError
from kernel.transactions import transaction_required


class UnableToApproveAward(DomainError):
    """The terms are malformed, the reference is taken, or there is no such fund."""

    code = "unable_to_approve_award"


class FundExhausted(UnableToApproveAward):
    """The fund has less left than the award's cap."""

    code = "fund_exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundShare:
    """A fund that pays `share_ppm` millionths of an award."""

    fund_id: int
    share_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundedPart:
    """A locked fund with its part of an award and of its cap."""

    fund: Fund
    from_ppm: int
    upto_ppm: int
    cap_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTime:
    """What an award in kind grants: milli-card-ms of an operator's meter, on one cluster or all."""

    operator_id: int
    meter_id: int
    quantity: int
    cluster_id: int | None = None


WHOLE: Final = 1


@transaction_required
def lock_parts(shares: Sequence[FundShare], *, cap_micro: int) -> list[FundedPart]:
    """Lock an award's funds by id and split its cap among them, exactly.

    Raises:
        UnableToApproveAward: no such fund, one twice, parts that are not a whole, or a fund of
            card time.
    """
    _refuse_no_whole(shares)
    upto = list(accumulate(share.share_ppm for share in shares))
    caps = parts(cap_micro, upto)
    funds = {share.fund_id: _locked(share.fund_id) for share in sorted(shares, key=_fund_id)}
    if any(fund.meter_id is not None for fund in funds.values()):
        message = "A fund of card time pays no money: approve an award in kind from it."
        raise UnableToApproveAward(message)
    return [
        FundedPart(
            fund=funds[share.fund_id],
            from_ppm=reached - share.share_ppm,
            upto_ppm=reached,
            cap_micro=cap,
        )
        for share, reached, cap in zip(shares, upto, caps, strict=True)
    ]


def refuse_unfit(terms: AwardTerms, shares: Sequence[FundShare]) -> None:
    """Refuse terms that nothing could be paid by.

    Raises:
        UnableToApproveAward: a share of several funds, or a deadline before the window.
    """
    if terms.is_share and len(shares) > WHOLE:
        message = (
            "A voucher is drawn on when a charge is made, from one fund: "
            "approve one award for each level, in stacking order."
        )
        raise UnableToApproveAward(message)
    if terms.is_share and terms.tax_basis != TaxBasis.WITH_TAX:
        message = "A voucher pays part of a price, with the tax that lies within it."
        raise UnableToApproveAward(message)
    if terms.claim_from and terms.redeem_by and terms.redeem_by <= terms.claim_from:
        message = "Claims would have to be made before they may be: move redeem_by behind."
        raise UnableToApproveAward(message)


@transaction_required
def fund_award(
    found: Sequence[FundedPart], *, reference: str, cap_micro: int, now: datetime
) -> int:
    """Move an award's cap out of its funds; return the account that the award is paid from.

    Raises:
        FundExhausted: a fund has less left than its part.
    """
    award_account_id = account(
        owner_kind="programme",
        owner_id=found[0].fund.programme_id,
        kind="award",
        subject=reference,
    )
    transfers = [
        Transfer(part.fund.account_id, award_account_id, CNY, part.cap_micro)
        for part in found
        if part.cap_micro
    ]
    _post_approval(transfers, reference=reference, now=now)
    return award_account_id


@transaction_required
def keep_parts(found: Sequence[FundedPart], *, award: Award) -> None:
    """Write down which fund pays which part of an award."""
    AwardFund.objects.bulk_create(
        AwardFund(
            award=award,
            fund=part.fund,
            from_ppm=part.from_ppm,
            upto_ppm=part.upto_ppm,
            cap_micro=part.cap_micro,
        )
        for part in found
    )


@transaction_required
def grant_card_time(
    granted: CardTime,
    *,
    fund_id: int,
    tenant_id: int,
    reference: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> tuple[FundedPart, int]:
    """Move card time out of its fund into a lot of the tenant; return the part and the account.

    Raises:
        UnableToApproveAward: the fund is none of this meter's card time.
        FundExhausted: the fund has less left.
        UnableToGrantLot: nothing to grant, or a foreign cluster.
    """
    fund = _locked(fund_id)
    if fund.meter_id != granted.meter_id:
        message = "Card time is granted from a fund of the same meter: name such a fund."
        raise UnableToApproveAward(message)
    grant = Grant(
        tenant_id=tenant_id,
        operator_id=granted.operator_id,
        stage="in_kind",
        quantity=granted.quantity,
        unit=fund.account.unit,
        scope=LotScope(cluster_id=granted.cluster_id, meter_id=granted.meter_id),
        starts_at=starts_at,
        expires_at=ends_at,
        funded_by=f"award:{reference}",
        transaction_kind="award_approved",
        reference=reference,
    )
    try:
        lot = fill_lot(grant, source_id=fund.account_id, occurred_at=now, now=now)
    except Overdraft as error:
        raise _exhausted(reference, error) from error
    return FundedPart(fund=fund, from_ppm=0, upto_ppm=PPM, cap_micro=0), lot.account_id


def _refuse_no_whole(shares: Sequence[FundShare]) -> None:
    is_whole = sum(share.share_ppm for share in shares) == PPM
    if not is_whole or any(share.share_ppm <= 0 for share in shares):
        message = f"The funds of an award pay parts that sum to {PPM} millionths, each above 0."
        raise UnableToApproveAward(message)
    if len({share.fund_id for share in shares}) < len(shares):
        message = "A fund stands in an award once: add its parts together."
        raise UnableToApproveAward(message)


def _fund_id(share: FundShare) -> int:
    return share.fund_id


@transaction_required
def _locked(fund_id: int) -> Fund:
    fund = lock_fund(fund_id)
    if fund is None:
        message = f"There is no fund {fund_id}."
        raise UnableToApproveAward(message)
    return fund


@transaction_required
def _post_approval(transfers: Sequence[Transfer], *, reference: str, now: datetime) -> None:
    try:
        post(
            kind="award_approved",
            reference=reference,
            occurred_at=now,
            now=now,
            transfers=list(transfers),
        )
    except Overdraft as error:
        raise _exhausted(reference, error) from error


def _exhausted(reference: str, error: Overdraft) -> FundExhausted:
    message = (
        f"The fund falls short of award {reference} by {error.details['shortfall']} "
        "of its unit: lower the cap, or appropriate more."
    )
    return FundExhausted(message, details=error.details)
