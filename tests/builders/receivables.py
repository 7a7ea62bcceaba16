"""A tenant that pays on credit, with bills, payments and reminders, by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from accounts.models import Organisation
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.receivables.queries import OpenItem, Receivable, receivable
from tests.builders.accounts import make_organisation
from tests.builders.market import YUAN, Market, make_market

_numbers = count(1)
CODE = "acme"
ISSUED = datetime(2026, 11, 2, 12, tzinfo=UTC)


def on_credit(*, limit_yuan: int = 1_000, market: Market | None = None, code: str = CODE) -> Market:
    """Return a market with a tenant that is billed behind its use."""
    market = market or make_market()
    tenant = make_organisation(code=f"{code}-{next(_numbers)}")
    ledger.open_wallet(tenant_id=tenant.pk, mode="postpaid")
    metering.map_account(source_id=market.source.pk, account=code, tenant_id=tenant.pk)
    market.tenants[code] = tenant
    ledger.set_credit_limit(tenant_id=tenant.pk, limit_micro=limit_yuan * YUAN)
    return market


def tenant_of(market: Market) -> Organisation:
    """Return the tenant."""
    return market.tenants[CODE]


def pay_in(market: Market, *, micro: int, reference: str, now: datetime) -> None:
    """Let the tenant pay in at an instant."""
    ledger.top_up(
        tenant_id=tenant_of(market).pk,
        operator_id=market.operator.pk,
        amount_micro=micro,
        custody="bank",
        reference=reference,
        now=now,
    )


def owed(market: Market) -> Receivable:
    """Return what the tenant owes the operator."""
    found = receivable(tenant_id=tenant_of(market).pk, operator_id=market.operator.pk)
    assert found is not None
    return found


def items(market: Market) -> list[OpenItem]:
    """Return what is open."""
    return list(owed(market).items)
