"""Objects that the reading API names in its paths, made for an organisation by real operations.

Reading uses nothing up, so each is made once per organisation; `forget` where what was made is
rolled back and the organisation stays.
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
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CreditLot
from compute_billing.metering import operations as metering
from compute_billing.metering import reconciling
from compute_billing.metering.models import UsageConflict, UsageImport, UsageSource
from compute_billing.metering.queries import source_by_code
from compute_billing.rating import drafts
from compute_billing.rating.holding import Job, open_hold
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import Claim, OperatorStatement
from kernel.audit import Actor
from kernel.transactions import transaction
from tests.builders.accounts import make_user
from tests.builders.budgets import own_budget
from tests.builders.deliveries import make_source
from tests.builders.disputes import attach_paper, dispute_use
from tests.builders.invoices import OCTOBER, close, make_use, middle_of
from tests.builders.market import NOW, YUAN, Market, make_market


def market_of(tenant: Organisation) -> Market:
    """Return a market of which the organisation is the tenant called own."""
    market = make_market()
    metering.map_account(source_id=market.source.pk, account="own", tenant_id=tenant.pk)
    market.tenants["own"] = tenant
    return market


@cache
def own_usage_record(organisation: Organisation) -> str:
    """Return the id of a charged record of the organisation."""
    market = market_of(organisation)
    return record_id(source=market.source.code, external_id=make_use(market, "own"))


@cache
def own_invoice(organisation: Organisation) -> UUID:
    """Return the id of a bill to the organisation."""
    market = market_of(organisation)
    make_use(market, "own")
    close(market, "own")
    bill = Invoice.objects.get(tenant=organisation, issuer=market.operator)
    return bill.public_id


@cache
def own_hold(organisation: Organisation) -> UUID:
    """Return the id of a hold on the compute of the organisation as an operator."""
    market = make_market(operator=organisation)
    tenant = market.add_tenant("held", paid_yuan=100)
    job = Job(
        tenant_id=tenant.pk,
        reference="hold",
        project_id=None,
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        allocation_key="job",
        milli_cards=1_000,
        starts_at=NOW,
    )
    with transaction():
        return open_hold(job=job, until=NOW + timedelta(hours=1), now=NOW).public_id


def _pay_in(market: Market) -> None:
    """Let the tenant pay in; the small world's top-ups have names of their own."""
    ledger.top_up(
        tenant_id=market.tenants["own"].pk,
        operator_id=market.operator.pk,
        amount_micro=100 * YUAN,
        custody="bank",
        reference=f"own-{market.cluster.code}",
        now=NOW,
    )


@cache
def tenants_hold(organisation: Organisation) -> UUID:
    """Return the id of a hold of the organisation as a tenant."""
    market = market_of(organisation)
    _pay_in(market)
    job = Job(
        tenant_id=organisation.pk,
        reference=f"hold-{market.cluster.code}",
        project_id=None,
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        allocation_key="job",
        milli_cards=1_000,
        starts_at=NOW,
    )
    with transaction():
        return open_hold(job=job, until=NOW + timedelta(hours=1), now=NOW).public_id


@cache
def tenants_lot(organisation: Organisation) -> str:
    """Name a lot of the organisation that has paid a use."""
    market = market_of(organisation)
    _pay_in(market)
    make_use(market, "own")
    lot = CreditLot.objects.filter(tenant=organisation).latest("account_id")
    return lot_word(tenant=organisation.code, stage="paid", reference=lot.account.subject)


def lot_word(*, tenant: str, stage: str, reference: str, unit: str = "CNY") -> str:
    """Return the word of an address that names a lot."""
    return encoded(tenant, stage, reference, unit)


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
def own_claim(organisation: Organisation) -> UUID:
    """Return the id of a claim of the organisation as an operator, which nobody handed in."""
    return make_claim(operator=organisation).public_id


def make_claim(*, operator: Organisation, uses: int = 1) -> Claim:
    """Settle October of a market where an award bears 30 % of a tenant's use."""
    market = make_market(operator=operator)
    market.add_tenant("aided", paid_yuan=100)
    market.award("aided", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=500)
    for hour in range(uses):
        make_use(market, "aided", start=middle_of(OCTOBER) + timedelta(hours=hour))
    close(market, "aided")
    settlement.settle(month=OCTOBER, now=NOW)
    return Claim.objects.filter(claimant=operator).latest("id")


def own_conflict(organisation: Organisation) -> dict[str, object]:
    """Name an undecided conflict of a source of the organisation as an operator."""
    market = make_market(operator=organisation)
    market.add_tenant("guest")
    for report in ({}, {"milli_cards": 4_000}):
        market.report({"external_id": "job", "account": "guest", **report})
    found = UsageConflict.objects.get(source=market.source)
    word = encoded(found.external_id, bytes(found.payload_hash).hex())
    return {"code": market.source.code, "conflict_id": word}


@cache
def own_totals(organisation: Organisation) -> dict[str, object]:
    """Name totals of a source of the organisation as an operator."""
    code = own_source(organisation)
    made = reconciling.deliver_totals(
        source_id=source_by_code(code).pk,
        month=OCTOBER,
        quantities={"own": 1},
        delivered_by_id=make_user().pk,
        now=NOW,
    )
    return {"code": code, "totals_id": made.public_id}


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
    market = market_of(organisation)
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


def a_price_draft(issuer: Organisation | None = None) -> dict[str, object]:
    """Name a price draft that nobody has decided, of a list of the issuer if one is named."""
    market = make_market(operator=issuer)
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


@cache
def own_dispute(organisation: Organisation) -> UUID:
    """Return the id of an open dispute of the organisation as a tenant."""
    return dispute_use(market_of(organisation), organisation).public_id


@cache
def own_dispute_paper(organisation: Organisation) -> UUID:
    """Return the id of a paper of that dispute."""
    return attach_paper(own_dispute(organisation)).public_id


@cache
def own_disputed_source(organisation: Organisation) -> dict[str, object]:
    """Name an open dispute about use that a source of the organisation reported."""
    market = make_market(operator=organisation)
    dispute = dispute_use(market, market.add_tenant("doubter"))
    return {"code": market.source.code, "dispute_id": dispute.public_id}


def forget() -> None:
    """Make everything anew when it is asked for again."""
    for maker in (
        own_usage_record,
        own_invoice,
        own_hold,
        tenants_hold,
        tenants_lot,
        own_statement,
        own_claim,
        own_dispute,
        own_dispute_paper,
        own_disputed_source,
        own_totals,
        own_source,
        own_retry,
        _a_report,
        own_budget,
    ):
        maker.cache_clear()
