"""What the API answers to those who keep money and machines, and to staff who watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.permissions import Staff
from compute_billing.bank.models import BankRefusal
from tests.builders.accounts import make_api_key, make_staff
from tests.builders.keeping import own_cash_day
from tests.builders.programmes import make_active
from tests.builders.sessions import signed_in
from tests.builders.world import World


def ask_keepers(world: World, *, ask: Callable[..., Any]) -> None:
    """Ask as the operator, as the authority, and as finance; keep the answers by operation."""
    operator, authority = (
        Client(headers={"authorization": f"Bearer {make_api_key(organisation=one).text}"})
        for one in (world.centre.operator, world.centre.authority)
    )
    finance = signed_in(make_staff(role=Staff.FINANCE))
    own_cash_day(world.centre.operator)
    ask("bank_accounts_list", operator, "bank/accounts")
    line = ask("bank_lines_list", operator, "bank/lines", state="credited", limit="1")
    ask("bank_line_retrieve", operator, f"bank/lines/{line['id']}")
    ask("bank_statements_list", operator, "bank/statements", limit="1")
    file = BankRefusal.objects.latest("id").statement.public_id
    ask("bank_refusals_list", operator, f"bank/statements/{file}/refusals")
    day = ask("cash_days_list", operator, "cash/days")
    place = f"cash/days/{day['account_id']}/{day['day']}/movements"
    ask("cash_movements_list", operator, place, limit="1")
    difference = ask("cash_differences_list", operator, "cash/differences", limit="1")
    ask("cash_difference_retrieve", operator, f"cash/differences/{difference['id']}")
    fund = ask("funds_list", authority, "funds")
    place = f"funds/{fund['programme']}/{fund['level']}/{fund['budget_year']}"
    ask("fund_retrieve", authority, place)
    ask("fund_awards_list", authority, f"{place}/awards", limit="1")
    version = make_active()
    ask("programmes_list", authority, "programmes", limit="1")
    ask("programme_retrieve", authority, f"programmes/{version.code}")
    place = f"programmes/{version.code}/versions"
    ask("programme_versions_list", authority, place)
    ask("programme_version_retrieve", authority, f"{place}/{version.number}")
    key = make_api_key(organisation=world.alpha).text
    tenant = Client(headers={"authorization": f"Bearer {key}"})
    ask("programme_prospects_retrieve", tenant, "programme-prospects")
    ask("clusters_list", operator, "clusters")
    ask("cluster_days_list", operator, "clusters/jx-1/days", month="2026-09", limit="1")
    ask("source_deliveries_list", operator, "sources/slurm/deliveries", limit="1")
    ask("list_prices_list", operator, "list-prices", limit="1")
    ask("package_sales_list", operator, "package-sales", limit="1")
    ask("settlement_runs_list", finance, "settlement-runs", limit="1")
    ask("settlement_run_retrieve", finance, "settlement-runs/2026-09")
    ask("settlement_run_tenants_list", finance, "settlement-runs/2026-09/tenants", limit="1")
