"""Programmes, funds and awards for tests, made by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import Organisation, OrganisationKind
from compute_billing.subsidies import operations
from compute_billing.subsidies.models import Award, Fund, Programme
from kernel.audit import Actor
from kernel.periods import Period
from tests.builders.accounts import make_member, make_organisation, make_user
from tests.builders.ledger import make_tenant

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
YEAR_2026 = Period(datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))

_numbers = count(1)


def make_authority() -> Organisation:
    """Make a public authority."""
    return make_organisation(kind=OrganisationKind.GOVERNMENT)


def make_programme(**overrides: Any) -> Programme:
    """Found a programme of an authority of its own."""
    number = next(_numbers)
    if "authority_id" not in overrides:
        overrides["authority_id"] = make_authority().pk
    values = {
        "code": f"vouchers-{number}",
        "name": "算力券",
        "jurisdiction": "北京市",
        "actor": Actor.system(),
        "now": NOW,
    }
    return operations.found_programme(**{**values, **overrides})


def make_fund(*, amount_micro: int = 0, **overrides: Any) -> Fund:
    """Open a city fund of 2026 and appropriate `amount_micro` to it."""
    if "programme_id" not in overrides:
        overrides["programme_id"] = make_programme().pk
    values = {
        "level": "city",
        "budget_year": 2026,
        "budget_document_no": "京财〔2026〕1号",
        "actor": Actor.system(),
        "now": NOW,
    }
    fund = operations.open_fund(**{**values, **overrides})
    if amount_micro:
        operations.appropriate_fund(
            fund_id=fund.pk,
            amount_micro=amount_micro,
            reference=f"document-{next(_numbers)}",
            actor=Actor.system(),
            now=NOW,
        )
    return fund


def award_terms(**overrides: Any) -> dict[str, Any]:
    """Return what an approval needs: half the price up to 50 yuan in 2026, by four eyes."""
    if "fund_id" not in overrides:
        overrides["fund_id"] = make_fund(amount_micro=50_000_000).pk
    if "tenant_id" not in overrides:
        overrides["tenant_id"] = make_tenant().pk
    if "maker_id" not in overrides:
        overrides["maker_id"] = make_user().pk
    if "approver_organisation_id" not in overrides:
        overrides["approver_organisation_id"] = make_authority().pk
    if "approver_id" not in overrides:
        office = Organisation.objects.get(id=overrides["approver_organisation_id"])
        overrides["approver_id"] = make_member(organisation=office).pk
    values = {
        "reference": f"award-no-{next(_numbers)}",
        "rate_ppm": 500_000,
        "cap_micro": 50_000_000,
        "period": YEAR_2026,
        "now": NOW,
    }
    return {**values, **overrides}


def make_award(**overrides: Any) -> Award:
    """Approve an award."""
    return operations.approve_award(**award_terms(**overrides))
