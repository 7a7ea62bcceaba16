"""Each law holds in a settled world, and each is broken alone: seen, named, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from compute_billing.audit import queries
from compute_billing.audit.laws import LAWS
from kernel.sql import execute
from tests import database
from tests.builders.world import World
from tests.compute_billing.audit import (
    break_applications,
    break_bank,
    break_books,
    break_cash,
    break_charges,
    break_disputes,
    break_einvoices,
    break_packages,
    break_payments,
    break_payouts,
    break_programmes,
    break_receivables,
    break_reimbursements,
    break_settlement,
    break_worlds,
)
from tests.compute_billing.audit.breakers import BREAKERS, Breaker, Keys

pytestmark = pytest.mark.django_db

FILES = (
    break_applications,
    break_bank,
    break_cash,
    break_disputes,
    break_books,
    break_charges,
    break_einvoices,
    break_packages,
    break_payments,
    break_payouts,
    break_programmes,
    break_receivables,
    break_reimbursements,
    break_settlement,
    break_worlds,
)


@contextmanager
def triggers_off() -> Iterator[None]:
    """Let the owner break what nobody else can; foreign keys sleep as well."""
    with database.as_owner():
        execute("SET LOCAL session_replication_role = replica")
        yield
        execute("SET LOCAL session_replication_role = origin")


def broken_laws(*, full: bool) -> dict[str, list[Keys]]:
    verdicts = queries.verify_books(full=full)
    return {verdict.law.name: list(verdict.offenders) for verdict in verdicts if not verdict.holds}


def is_named(keys: Keys, offenders: list[Keys]) -> bool:
    return any(keys.items() <= offender.items() for offender in offenders)


@pytest.mark.parametrize("full", [False, True])
def test_every_law_holds_in_the_settled_world(world: World, *, full: bool) -> None:
    assert broken_laws(full=full) == {}


def test_every_law_has_a_breaker() -> None:
    assert {breaker.law for breaker in BREAKERS} == {law.name for law in LAWS}


@pytest.mark.parametrize("breaker", BREAKERS, ids=lambda breaker: breaker.name)
def test_a_broken_law_is_found_and_no_other(world: World, breaker: Breaker) -> None:
    # Given a settled world in which exactly one law is broken
    with triggers_off():
        keys = breaker.run()

    # When every row is looked at
    broken = broken_laws(full=True)

    # Then that law and no other is broken, and its offenders are named
    assert list(broken) == [breaker.law], broken
    for wanted in keys:
        assert is_named(wanted, broken[breaker.law]), (wanted, broken)

    # And without --full it is seen as well, unless only rows of settled months tell
    assert list(broken_laws(full=False)) == ([] if breaker.needs_full else [breaker.law])
