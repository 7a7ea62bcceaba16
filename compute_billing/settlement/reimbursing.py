"""Claims of what programmes owe tenants on what those paid: after use, per fund, in signed lines.

A claim is a true-up: what counts of each charge now, less what was claimed of it. So late use,
corrections, new prices and late payments need no case of their own, and repeating it is harmless.
Lock order: the month's advisory lock, the counters of a tenant's awards by id, the ledger's order.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import DatabaseError, OperationalError
from django.db.models import Max

from accounts.events.vocabulary import ClaimMade
from compute_billing.ledger.operations import CNY, Transfer, post
from compute_billing.settlement.accounts import reimbursement_account
from compute_billing.settlement.lines import Counted, Line, differences, lines
from compute_billing.settlement.locks import lock_counters, lock_settlement
from compute_billing.settlement.models import Claim, Claimed, ClaimLine
from compute_billing.settlement.netting import net
from compute_billing.settlement.telling import record_claim, tell_claim
from compute_billing.subsidies.models import Award, AwardCounter, AwardFund
from compute_billing.subsidies.terms import BasisKind, ClaimCycle, Formula, TaxBasis
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.money import divide_half_up
from kernel.sql import execute, rows, statement
from kernel.tax import PARTS_PER_MILLION, rate_ppm
from kernel.transactions import transaction, transaction_required

logger = logging.getLogger(__name__)

LAST_MONTHS_OF_QUARTERS: Final = (3, 6, 9, 12)
BATCH: Final = 2_000


@dataclass(slots=True)
class _Draft:
    """A claim to be, on one fund: its lines in order, and what each award owes by them."""

    fund_id: int
    lines: list[ClaimLine] = field(default_factory=list)
    by_award: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def claim_reimbursements(*, month: date, now: datetime) -> tuple[int, ...]:
    """Claim for every tenant what its awards owe on charges booked up to `month`; return the ids.

    Only closed tenant-months count. A tenant whose claim fails stops nobody else: it is logged,
    and asked again the next time.
    """
    made: list[int] = []
    for found in rows(statement(__package__, "reimbursing_tenants.sql"), month=month):
        try:
            made += claim_of_tenant(tenant_id=found["tenant_id"], month=month, now=now)
        except OperationalError:
            raise
        except (DatabaseError, DomainError):
            logger.exception("claims of tenant %s could not be made", found["tenant_id"])
    return tuple(made)


@transaction
def claim_of_tenant(*, tenant_id: int, month: date, now: datetime) -> list[int]:
    """Claim what a tenant's awards owe on charges booked up to `month`: a claim for each fund."""
    lock_settlement(month=month)
    execute("SET LOCAL jit = off")
    drafts: dict[int, _Draft] = {}
    for counter in lock_counters(tenant_id=tenant_id):
        if may_claim(counter.award, month=month, now=now):
            _draft(counter, month=month, now=now, drafts=drafts)
    return [
        _make(drafts[fund_id], tenant_id=tenant_id, month=month, now=now)
        for fund_id in sorted(drafts)
    ]


def may_claim(award: Award, *, month: date, now: datetime) -> bool:
    """Say whether the award's window and cycle let anything be claimed after this month."""
    if award.claim_from is not None and now < award.claim_from:
        return False
    return award.claim_cycle != ClaimCycle.QUARTER or month.month in LAST_MONTHS_OF_QUARTERS


def formula_of(award: Award) -> Formula:
    """Return what the award gives on a basis."""
    return Formula(
        rate_ppm=award.rate_ppm,
        cap=award.cap_micro,
        days_counted=award.days_counted,
        days_whole=award.days_whole,
        rounding_unit_micro=award.rounding_unit_micro,
        rounding_mode=award.rounding_mode,
    )


def _may_grow(award: Award, *, now: datetime) -> bool:
    return award.withdrawn_at is None and (award.redeem_by is None or now < award.redeem_by)


def _counts(micro: int, *, tax_class: str, award: Award) -> int:
    """Return an amount that holds its tax, with or without it as the award wants."""
    if award.tax_basis == TaxBasis.WITH_TAX:
        return micro
    rate = rate_ppm(tax_class)
    return micro - divide_half_up(micro * rate, PARTS_PER_MILLION + rate)


def _counted(award: Award, *, month: date) -> list[Counted]:
    found = rows(
        statement(__package__, "reimbursable.sql"),
        award_id=award.pk,
        tenant_id=award.tenant_id,
        month=month,
        only_paid=award.basis_kind != BasisKind.METERED_AMOUNT,
        starts_at=award.starts_at,
        ends_at=award.ends_at,
        cluster_id=award.cluster_id,
        meter_id=award.meter_id,
        exclusivity_group=award.exclusivity_group,
    )
    return [
        Counted(
            charge_id=family["charge_id"],
            recorded_month=family["recorded_month"],
            basis=_counts(family["counts"], tax_class=family["tax_class"], award=award),
        )
        for family in found
    ]


@transaction_required
def _draft(counter: AwardCounter, *, month: date, now: datetime, drafts: dict[int, _Draft]) -> None:
    """Add an award's lines to the claims on its funds, and count them."""
    award = counter.award
    earlier = rows(statement(__package__, "reimbursed.sql"), award_id=award.pk)
    leading = {one["charge_id"]: one["basis"] for one in earlier if one["fund_id"] == award.fund_id}
    changed = differences(
        _counted(award, month=month), claimed=leading, may_grow=_may_grow(award, now=now)
    )
    if not changed:
        return
    funds = list(award.parts.order_by("from_ppm"))
    made = lines(
        changed,
        formula=formula_of(award),
        basis=counter.basis,
        upto_ppm=[part.upto_ppm for part in funds],
    )
    last = {(one["charge_id"], one["fund_id"]): one["line_id"] for one in earlier}
    _add(award, made=made, funds=funds, last=last, drafts=drafts)
    counter.basis += sum(line.basis for line in made)
    counter.granted += sum(sum(line.amounts) for line in made)
    counter.save(update_fields=["basis", "granted"])
    Claimed.objects.bulk_create(
        (
            Claimed(
                charge_id=line.charge_id,
                exclusivity_group=award.exclusivity_group,
                award_id=award.pk,
            )
            for line in made
            if line.charge_id not in leading
        ),
        batch_size=BATCH,
    )


def _add(
    award: Award,
    *,
    made: Sequence[Line],
    funds: Sequence[AwardFund],
    last: dict[tuple[int, int], int],
    drafts: dict[int, _Draft],
) -> None:
    for position, part in enumerate(funds):
        draft = drafts.setdefault(part.fund_id, _Draft(part.fund_id))
        for line in made:
            before = last.get((line.charge_id, part.fund_id))
            draft.lines.append(_line(line, award=award, at=position, before=before))
            draft.by_award[award.pk] += line.amounts[position]


def _line(line: Line, *, award: Award, at: int, before: int | None) -> ClaimLine:
    return ClaimLine(
        tenant_id=award.tenant_id,
        recorded_month=line.recorded_month,
        charge_id=line.charge_id,
        award_id=award.pk,
        basis=line.basis,
        basis_before=line.basis_before,
        amount=line.amounts[at],
        adjusts_line_id=before,
        adjusts_charge_id=None if before is None else line.charge_id,
    )


@transaction_required
def _make(draft: _Draft, *, tenant_id: int, month: date, now: datetime) -> int:
    """Write a claim with its lines, book what the fund owes by it, and net what is owed back."""
    claim = Claim.objects.create(
        fund_id=draft.fund_id,
        claimant_id=tenant_id,
        period=month,
        sequence=_next_sequence(fund_id=draft.fund_id, claimant_id=tenant_id, month=month),
        kind=Claim.Kind.REIMBURSEMENT,
        amount=sum(draft.by_award.values()),
        line_count=len(draft.lines),
        made_at=now,
    )
    for line in draft.lines:
        line.claim = claim
    ClaimLine.objects.bulk_create(draft.lines, batch_size=BATCH)
    _book(claim, owed=draft.by_award.items(), now=now)
    net(claim, now=now)
    record_claim(claim, action="settlement.make_claim", actor=Actor.system(), now=now)
    tell_claim(ClaimMade, claim, now=now)
    return claim.pk


def _next_sequence(*, fund_id: int, claimant_id: int, month: date) -> int:
    earlier = Claim.objects.filter(fund_id=fund_id, claimant_id=claimant_id, period=month)
    return 1 + (earlier.aggregate(last=Max("sequence"))["last"] or 0)


@transaction_required
def _book(claim: Claim, *, owed: Iterable[tuple[int, int]], now: datetime) -> None:
    owing = reimbursement_account(
        owner_kind="tenant", owner_id=claim.claimant_id, fund_id=claim.fund_id
    )
    moved = {award_id: amount for award_id, amount in owed if amount}
    paying = dict(Award.objects.filter(pk__in=moved).values_list("id", "account_id"))
    transfers = [
        Transfer(paying[award_id], owing, CNY, amount)
        if amount > 0
        else Transfer(owing, paying[award_id], CNY, -amount)
        for award_id, amount in sorted(moved.items())
    ]
    if transfers:
        post(
            kind="claim_made",
            reference=str(claim.public_id),
            occurred_at=now,
            now=now,
            transfers=transfers,
        )
