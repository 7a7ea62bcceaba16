"""Objects that the reading API names in its paths, made for an organisation by real operations.

Reading uses nothing up, so each is made once per organisation.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from uuid import UUID

from accounts.api_paging import encoded
from accounts.models import Organisation
from compute_billing.api.names import record_id
from compute_billing.catalogue.operations import Proposal
from compute_billing.invoices.models import Invoice
from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsageConflict, UsageImport, UsageSource
from compute_billing.rating import drafts
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import OperatorStatement
from kernel.audit import Actor
from tests.builders.accounts import make_user
from tests.builders.deliveries import make_source
from tests.builders.invoices import OCTOBER, close, make_use
from tests.builders.market import NOW, Market, make_market


def _market_of(tenant: Organisation) -> Market:
    market = make_market()
    metering.map_account(source_id=market.source.pk, account="own", tenant_id=tenant.pk)
    market.tenants["own"] = tenant
    return market


@cache
def own_usage_record(organisation: Organisation) -> str:
    """Return the id of a charged record of the organisation."""
    market = _market_of(organisation)
    return record_id(source=market.source.code, external_id=make_use(market, "own"))


@cache
def own_invoice(organisation: Organisation) -> UUID:
    """Return the id of a bill to the organisation."""
    market = _market_of(organisation)
    make_use(market, "own")
    close(market, "own")
    bill = Invoice.objects.get(tenant=organisation, issuer=market.operator)
    return bill.public_id


@cache
def own_statement(organisation: Organisation) -> UUID:
    """Return the id of a statement of the organisation as an operator."""
    market = make_market(operator=organisation)
    market.add_tenant("guest")
    make_use(market, "guest")
    close(market, "guest")
    settlement.settle(month=OCTOBER, now=NOW)
    return OperatorStatement.objects.get(operator=organisation).public_id


@cache
def own_source(organisation: Organisation) -> str:
    """Return the code of a source of the organisation as an operator."""
    return make_source(operator=organisation).code


@cache
def own_retry(organisation: Organisation) -> UUID:
    """Return the id of a retry of that source."""
    source = UsageSource.objects.get(code=own_source(organisation))
    return metering.ask_retry(source_id=source.pk, actor=Actor.system(), now=NOW).public_id


@cache
def _a_report(organisation: Organisation) -> UsageImport:
    """Report a job, the same one with other content, and one of an account that nobody has."""
    market = _market_of(organisation)
    for report in ({}, {"milli_cards": 4_000}, {"external_id": "lost", "account": "nobody"}):
        market.report({"external_id": "job", "account": "own", **report})
    return UsageImport.objects.get(pk=market.import_id)


def a_reject(organisation: Organisation) -> dict[str, object]:
    """Name a reject for want of an account."""
    reject = _a_report(organisation).rejects.get()
    return {"import_id": reject.usage_import.public_id, "position": reject.position}


def a_conflict(organisation: Organisation) -> dict[str, object]:
    """Name a conflict."""
    found = UsageConflict.objects.get(first_import=_a_report(organisation))
    content = bytes(found.payload_hash).hex()
    return {"word": encoded(found.source.code, found.external_id, content)}


def a_price_draft() -> dict[str, object]:
    """Name a price draft that nobody has decided."""
    market = make_market()
    draft = drafts.propose_price(
        proposal=Proposal(
            price_list_id=market.prices.pk,
            meter_id=market.meter.pk,
            cluster_id=None,
            valid_from=NOW + timedelta(days=30),
            unit_price_micro=2_000_000,
            reason="cheaper",
        ),
        maker_id=make_user().pk,
        now=NOW,
    )
    return {"draft_id": draft.public_id}
