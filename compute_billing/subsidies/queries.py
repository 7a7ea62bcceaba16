"""Every read of programmes, funds and awards."""

from dataclasses import dataclass
from typing import Final

from compute_billing.subsidies.models import Award, Fund, Programme
from kernel.errors import DomainError
from kernel.sql import row, statement

ROOM: Final = "compute_billing.subsidies"


class SubsidyNotFound(DomainError):
    """There is no such fund or award."""

    code = "subsidy_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundBurn:
    """Where a fund's money is, in micro-yuan: appropriated = left_in_fund + awarded."""

    fund_id: int
    appropriated: int
    awarded: int
    granted: int
    left_in_fund: int
    awards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardState:
    """What an award was asked to share in (basis), what it gave, and what it can still give."""

    award_id: int
    reference: str
    rate_ppm: int
    cap: int
    basis: int
    granted: int
    left: int

    @property
    def is_exhausted(self) -> bool:
        """Say whether the award has given all that it may."""
        return self.left == 0


def fund_burn(*, fund_id: int) -> FundBurn:
    """Return where a fund's money is.

    Raises:
        SubsidyNotFound: there is no such fund.
    """
    found = row(statement(ROOM, "fund_burn.sql"), fund_id=fund_id)
    if found is None:
        message = f"There is no fund {fund_id}."
        raise SubsidyNotFound(message)
    return FundBurn(**found)


def award_state(*, award_id: int) -> AwardState:
    """Return how much of an award is used.

    Raises:
        SubsidyNotFound: there is no such award.
    """
    award = Award.objects.select_related("counter").filter(id=award_id).first()
    if award is None:
        message = f"There is no award {award_id}."
        raise SubsidyNotFound(message)
    return AwardState(
        award_id=award.pk,
        reference=award.reference,
        rate_ppm=award.rate_ppm,
        cap=award.counter.cap,
        basis=award.counter.basis,
        granted=award.counter.granted,
        left=award.counter.cap - award.counter.granted,
    )


def awards_of(*, tenant_id: int) -> list[Award]:
    """Return a tenant's awards with fund and counter, in stacking order."""
    return list(
        Award.objects.filter(tenant_id=tenant_id)
        .select_related("fund__programme", "counter")
        .order_by("stacking_order", "id")
    )


def programme_by_code(*, code: str) -> Programme | None:
    """Return a programme, or None."""
    return Programme.objects.filter(code=code).first()


def funds_of(*, programme_id: int) -> list[Fund]:
    """Return a programme's funds, by budget year and level."""
    funds = Fund.objects.filter(programme_id=programme_id).select_related("account__balance")
    return list(funds.order_by("budget_year", "level"))


def funds_of_code(*, code: str) -> list[Fund]:
    """Return the funds of the programme with this code, by budget year and level."""
    funds = Fund.objects.filter(programme__code=code).select_related("account__balance")
    return list(funds.order_by("budget_year", "level"))


def award_page(*, tenant_id: int, after: str | None, limit: int) -> list[Award]:
    """Return a tenant's awards of money with fund, scope and counter, from behind `after` on.

    Card time in kind is a lot and stands among those.
    """
    awards = Award.objects.filter(tenant_id=tenant_id).exclude(mode="in_kind")
    if after is not None:
        awards = awards.filter(reference__gt=after)
    awards = awards.select_related("fund__programme", "counter", "cluster", "meter")
    return list(awards.order_by("reference")[:limit])
