"""What an applicant declares and what an officer finds, beside what the exchange knows. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import msgspec

from compute_billing.subsidies.rules.facts import (
    Decision,
    Facts,
    Funding,
    Known,
    Purpose,
)
from kernel.errors import DomainError

# What only the house can tell: a firm that applies is not asked for it.
TOLD_BY_THE_HOUSE = ("decision.", "subject.lists.", "provider.", "caps.", "rate.", "text:")


T = TypeVar("T")


class UnableToReadDeclaration(DomainError):
    """A declared value is unknown or malformed; the message says where."""

    code = "malformed_declaration"


class Declared(Known, frozen=True, kw_only=True):
    """What the firm says of itself and its contract; None is not said."""

    operating_region: str | None = None
    is_legal_person: bool | None = None
    founded_on: date | None = None
    clean_record_since: date | None = None
    is_listed_as_dishonest: bool | None = None
    filings: tuple[str, ...] | None = None
    purpose: Purpose | None = None
    contract_tax_micro: int | None = None
    is_ordered_on_platform: bool | None = None
    other_funding: tuple[Funding, ...] | None = None


class Findings(Known, frozen=True, kw_only=True):
    """What the officer looked up, and the figures that only people can give.

    `raised_caps` goes beyond a cap that may be raised: an exception (一事一议).
    """

    subject_lists: Mapping[str, bool] = {}
    provider_lists: Mapping[str, bool] = {}
    provider_licences: tuple[str, ...] | None = None
    capacity_petaflops: int | None = None
    capacity_racks: int | None = None
    has_provider_claimed: bool | None = None
    rate_ppm: int | None = None
    amount_micro: int | None = None
    raised_caps: Mapping[str, int] = {}


def read_declared(values: object) -> Declared:
    """Read a declaration from the values of JSON.

    Raises:
        UnableToReadDeclaration: it holds what cannot be declared; the message says where.
    """
    return _read(values, Declared)


def read_findings(values: object) -> Findings:
    """Read an officer's findings from the values of JSON.

    Raises:
        UnableToReadDeclaration: they hold what cannot be found; the message says where.
    """
    return _read(values, Findings)


def _read(values: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        message = f"The declaration cannot be read: {error}."
        raise UnableToReadDeclaration(message) from error


def with_declared(facts: Facts, said: Declared) -> Facts:
    """Return the facts with what the applicant declares."""
    return msgspec.structs.replace(
        facts,
        subject=msgspec.structs.replace(
            facts.subject,
            operating_region=said.operating_region,
            is_legal_person=said.is_legal_person,
            founded_on=said.founded_on,
            clean_record_since=said.clean_record_since,
            is_listed_as_dishonest=said.is_listed_as_dishonest,
            filings=said.filings,
        ),
        contract=msgspec.structs.replace(
            facts.contract,
            purpose=said.purpose,
            tax_micro=said.contract_tax_micro,
            is_ordered_on_platform=said.is_ordered_on_platform,
        ),
        costs=tuple(
            msgspec.structs.replace(cost, purpose=cost.purpose or said.purpose)
            for cost in facts.costs
        ),
        other_funding=_together(facts.other_funding, said.other_funding),
    )


def _together(
    known: tuple[Funding, ...] | None, said: tuple[Funding, ...] | None
) -> tuple[Funding, ...] | None:
    """Return all other money: what is known here, and what is declared; None until it is said."""
    return None if said is None else (known or ()) + said


def with_findings(facts: Facts, found: Findings, *, score: int | None) -> Facts:
    """Return the facts with what the officer found, the panel's score, and the figures."""
    provider = msgspec.structs.replace(
        facts.provider,
        lists=found.provider_lists,
        licences=found.provider_licences,
        capacity_petaflops=found.capacity_petaflops,
        capacity_racks=found.capacity_racks,
        has_claimed=found.has_provider_claimed,
    )
    return msgspec.structs.replace(
        facts,
        subject=msgspec.structs.replace(facts.subject, lists=found.subject_lists),
        provider=provider,
        decision=Decision(
            rate_ppm=found.rate_ppm,
            amount_micro=found.amount_micro,
            score=score,
            raised_caps=found.raised_caps,
        ),
    )


def asked_of_the_applicant(missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of the missing facts the applicant can tell."""
    return tuple(name for name in missing if not name.startswith(TOLD_BY_THE_HOUSE))
