"""Reads of reconciliation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Organisation, OrganisationKind
from compute_billing.bank.models import BankAccount, BankLine
from compute_billing.cash.models import CashAccount, CashDay, CashDifference, CashProposal
from kernel.errors import DomainError
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.cash"
# What the key of a bank's line begins with.
LINE: Final = "line:"


class CashDayNotFound(DomainError):
    """This day of this account was not reconciled."""

    code = "cash_day_not_found"


class CashDifferenceUnknown(DomainError):
    """There is no such difference."""

    code = "cash_difference_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where money lies, and up to which day it was compared."""

    public_id: UUID
    custody: str
    keeper: str
    reconciled_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A day as one side tells it, in fen."""

    opening_fen: int
    moves_fen: int

    @property
    def closing_fen(self) -> int:
        """Return what is there at the end of the day."""
        return self.opening_fen + self.moves_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShown:
    """A day of an account: its sides, and how many differences stood at its end."""

    account_id: UUID
    custody: str
    keeper: str
    day: date
    told: Side
    booked: Side
    aside: Side
    standing: int
    reconciled_at: datetime

    @property
    def gap_fen(self) -> int:
        """Return what the keeper has more than anybody here explains."""
        return self.told.closing_fen - self.booked.closing_fen - self.aside.closing_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementShown:
    """What both sides say of a movement on a day; `difference_id` is what stands for it."""

    key: str
    told_reference: str
    booked_reference: str
    told_fen: int
    booked_fen: int
    aside_fen: int
    difference_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFilter:
    """Which differences; nothing named is nothing asked for."""

    is_open: bool | None = None
    custody: str | None = None
    kind: str | None = None
    day: date | None = None
    operator_id: int | None = None


def places() -> list[Place]:
    """Return every place where money lies."""
    return [
        Place(
            public_id=one.public_id,
            custody=one.custody,
            keeper=one.keeper,
            reconciled_to=one.reconciled_to,
        )
        for one in CashAccount.objects.order_by("custody")
    ]


def days(
    *,
    custody: str | None,
    has_open: bool | None,
    before: tuple[date, str] | None,
    limit: int,
    operator_id: int | None = None,
) -> list[DayShown]:
    """Return reconciled days, the newest first, from behind a day and an account on.

    Those of an operator's own accounts, if one is named.
    """
    found = _days().filter(_kept_for(operator_id))
    if custody is not None:
        found = found.filter(account__custody=custody)
    if has_open is not None:
        found = found.filter(standing__gt=0) if has_open else found.filter(standing=0)
    if before is not None:
        day, name = before
        found = found.filter(Q(day__lt=day) | Q(day=day, account__custody__gt=name))
    return [_shown(one) for one in found.order_by("-day", "account__custody")[:limit]]


def day(*, account_id: UUID, day: date, operator_id: int | None = None) -> DayShown:
    """Return a day of an account, which is an operator's own if one is named.

    Raises:
        CashDayNotFound: it was not reconciled, or the account is another's.
    """
    own = _days().filter(_kept_for(operator_id))
    found = own.filter(account__public_id=account_id, day=day).first()
    if found is None:
        message = f"{day} of this account was not reconciled."
        raise CashDayNotFound(message)
    return _shown(found)


def movements(
    *, account_id: UUID, day: date, after: str | None = None, limit: int | None = None
) -> list[MovementShown]:
    """Return what both sides say of a day, movement by movement, from behind a key on."""
    found = rows(
        statement(ROOM, "movements.sql"), account_id=account_id, day=day, after=after, limit=limit
    )
    return [MovementShown(**one) for one in found]


def differences(
    *, wanted: DifferenceFilter, after: UUID | None, limit: int
) -> list[CashDifference]:
    """Return differences, the newest first, from behind one on.

    Raises:
        CashDifferenceUnknown: `after` is none.
    """
    found = CashDifference.objects.select_related("account", "ended_by")
    found = found.filter(_kept_for(wanted.operator_id))
    if wanted.is_open is not None:
        found = found.filter(ended_at__isnull=wanted.is_open)
    if wanted.custody is not None:
        found = found.filter(account__custody=wanted.custody)
    if wanted.kind is not None:
        found = found.filter(kind=wanted.kind)
    if wanted.day is not None:
        found = found.filter(_stood_on(wanted.day))
    if after is not None:
        found = found.filter(pk__lt=difference(public_id=after, operator_id=wanted.operator_id).pk)
    return list(found.order_by("-id")[:limit])


def difference(*, public_id: UUID, operator_id: int | None = None) -> CashDifference:
    """Return a difference, of an operator's own account if one is named.

    Raises:
        CashDifferenceUnknown: there is none.
    """
    found = CashDifference.objects.select_related("account", "ended_by")
    one = found.filter(_kept_for(operator_id), public_id=public_id).first()
    if one is None:
        message = f"There is no difference {public_id}."
        raise CashDifferenceUnknown(message)
    return one


def names(keys: Collection[str]) -> dict[str, str]:
    """Return what people call movements of a bank, by key: who paid and what was remarked."""
    ids = [UUID(key.removeprefix(LINE)) for key in keys if key.startswith(LINE)]
    found = BankLine.objects.filter(public_id__in=ids)
    told = found.values_list("public_id", "payer_name", "remark")
    return {f"{LINE}{public_id}": f"{payer} {remark}".strip() for public_id, payer, remark in told}


def open_proposal(*, difference_id: int) -> CashProposal | None:
    """Return what was proposed for a difference and waits."""
    found = CashProposal.objects.select_related("operator", "other__account")
    return found.filter(difference_id=difference_id, closed_at=None).first()


def counterparts(*, of: CashDifference, elsewhere: bool) -> Sequence[CashDifference]:
    """Return open differences of the same amount the other way, in this account or in others."""
    found = CashDifference.objects.select_related("account").filter(
        ended_at=None, amount_fen=-of.amount_fen
    )
    same = Q(account_id=of.account_id)
    return list(found.filter(~same if elsewhere else same).order_by("first_day", "id"))


def operators() -> list[Organisation]:
    """Return whose money may lie somewhere, by code."""
    found = Organisation.objects.filter(kind=OrganisationKind.OPERATOR, sandbox_of=None)
    return list(found.order_by("code"))


def open_count() -> int:
    """Return how many differences are open."""
    return CashDifference.objects.filter(ended_at=None).count()


def _kept_for(operator_id: int | None) -> Q:
    """Return what holds for accounts of an operator: those at a bank. Stripe keeps for all."""
    if operator_id is None:
        return Q()
    own = BankAccount.objects.filter(operator_id=operator_id)
    return Q(account__custody__in=own.values("custody"))


def _days() -> QuerySet[Any]:
    stood = (
        CashDifference.objects.filter(_stood_on(OuterRef("day")), account=OuterRef("account"))
        .order_by()
        .values("account")
        .annotate(number=Count("*"))
        .values("number")
    )
    found = CashDay.objects.select_related("account")
    return found.annotate(standing=Coalesce(Subquery(stood), 0))


def _stood_on(day: date | OuterRef) -> Q:
    return Q(first_day__lte=day) & (Q(last_day__isnull=True) | Q(last_day__gt=day))


def _shown(one: Any) -> DayShown:
    return DayShown(
        account_id=one.account.public_id,
        custody=one.account.custody,
        keeper=one.account.keeper,
        day=one.day,
        told=Side(opening_fen=one.told_opening_fen, moves_fen=one.told_moves_fen),
        booked=Side(opening_fen=one.booked_opening_fen, moves_fen=one.booked_moves_fen),
        aside=Side(opening_fen=one.aside_opening_fen, moves_fen=one.aside_moves_fen),
        standing=one.standing,
        reconciled_at=one.reconciled_at,
    )
