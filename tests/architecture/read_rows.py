"""Rows of the permission matrix for what the API tells of money's keepers, funds and clusters."""

from __future__ import annotations

from typing import Final

from accounts.permissions import Role, Scope, Staff
from tests.architecture.access import Access, Row, World
from tests.architecture.api_rows import DRAFT_READING, SOURCE_READING
from tests.builders.keeping import (
    own_bank_line,
    own_bank_statement,
    own_cash_day,
    own_cash_difference,
    own_fund,
)
from tests.builders.market import make_market
from tests.builders.reading import own_source

BOOKKEEPERS: Final = {Role.OWNER, Role.FINANCE, Role.VIEWER}
CASH_READING: Final = Access(
    scope=Scope.BILLING_READ, roles=BOOKKEEPERS, staff={Staff.FINANCE, Staff.AUDITOR}
)
FUND_READING: Final = Access(
    scope=Scope.BILLING_READ,
    roles=BOOKKEEPERS,
    staff={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.FINANCE, Staff.AUDITOR},
)
CLUSTER_READING: Final = Access(
    scope=Scope.USAGE_READ,
    roles={Role.OWNER, Role.DEVELOPER, Role.FINANCE, Role.VIEWER},
    staff={Staff.OPERATOR, Staff.AUDITOR},
)
# By people only: a run is over all organisations.
RUN_READING: Final = Access(staff={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR})


def a_fund(world: World) -> dict[str, object]:
    """Name a fund of a programme of the organisation."""
    fund = own_fund(world.organisation)
    return {"programme": fund.programme.code, "level": fund.level, "year": fund.budget_year}


def a_day(world: World) -> dict[str, object]:
    """Name a reconciled day of an account of the organisation."""
    found = own_cash_day(world.organisation)
    return {"account_id": found.account.public_id, "day": found.day.isoformat()}


def a_cluster(world: World) -> dict[str, object]:
    """Name a cluster that the organisation operates."""
    return {"code": make_market(operator=world.organisation).cluster.code}


READ_ROWS: Final[dict[str, Row]] = {
    "funds-list": Row(methods={"GET": FUND_READING}),
    "fund-detail": Row(methods={"GET": FUND_READING}, make=a_fund),
    "fund-awards": Row(methods={"GET": FUND_READING}, make=a_fund),
    "bank-accounts": Row(methods={"GET": CASH_READING}),
    "bank-lines": Row(methods={"GET": CASH_READING}),
    "bank-line-detail": Row(
        methods={"GET": CASH_READING},
        make=lambda world: {"line_id": own_bank_line(world.organisation).public_id},
    ),
    "bank-statements": Row(methods={"GET": CASH_READING}),
    "bank-refusals": Row(
        methods={"GET": CASH_READING},
        make=lambda world: {"statement_id": own_bank_statement(world.organisation).public_id},
    ),
    "cash-days": Row(methods={"GET": CASH_READING}),
    "cash-movements": Row(methods={"GET": CASH_READING}, make=a_day),
    "cash-differences-list": Row(methods={"GET": CASH_READING}),
    "cash-difference-detail": Row(
        methods={"GET": CASH_READING},
        make=lambda world: {"difference_id": own_cash_difference(world.organisation).public_id},
    ),
    "clusters-list": Row(methods={"GET": CLUSTER_READING}),
    "cluster-days": Row(methods={"GET": CLUSTER_READING}, make=a_cluster),
    "source-deliveries": Row(
        methods={"GET": SOURCE_READING},
        make=lambda world: {"code": own_source(world.organisation)},
    ),
    "list-prices": Row(methods={"GET": DRAFT_READING}),
    "package-sales": Row(methods={"GET": DRAFT_READING}),
    "settlement-runs": Row(methods={"GET": RUN_READING}),
    "settlement-run-detail": Row(
        methods={"GET": RUN_READING}, make=lambda _: {"month": "2026-10"}, owned=False
    ),
    "settlement-run-tenants": Row(
        methods={"GET": RUN_READING}, make=lambda _: {"month": "2026-10"}, owned=False
    ),
}
