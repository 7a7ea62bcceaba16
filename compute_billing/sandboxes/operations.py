"""Every write to sandboxes: switched on, filled, closed month by month, made anew.

A sandbox is a world of one organisation: the tenant that uses and the operator that sells are one,
with a centre, a cluster, a source and a price list of its own. So no sandbox can disturb another,
and whoever connects a scheduler tries the operator's side as well as the tenant's.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import Organisation
from accounts.sandboxes import operations as twins
from accounts.sandboxes.queries import live_sandbox, sandbox_of
from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from compute_billing.invoices import operations as invoices
from compute_billing.invoices.operations import Closing
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.rating import operations as rating
from compute_billing.sandboxes.queries import (
    DEMO_PROJECT,
    Sandbox,
    described,
    project_account,
)
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.identifiers import uuid7
from kernel.money import Money
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

ROOM: Final = "compute_billing.sandboxes"
# Use of the past year may be reported, so that months can be closed and bills be read at once.
PRICES_SINCE: Final = timedelta(days=400)
PRICE_WITHOUT_LIST: Final = Money.from_text("5")
PLAY_MONEY: Final = Money.from_text("100000")
TOP_UP_MAX: Final = Money.from_text("1000000")
CUSTODY: Final = "sandbox"


class UnableToTopUpSandbox(DomainError):
    """The amount is not positive, or more than anybody needs to try something."""

    code = "unable_to_top_up_sandbox"


class UnableToCloseSandboxMonth(DomainError):
    """Something of the month waits for a person, such as use without a price."""

    code = "unable_to_close_sandbox_month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A sandbox, and whether this call has made it."""

    sandbox: Sandbox
    is_new: bool


def open_sandbox(*, organisation_id: int, actor: Actor, now: datetime) -> Opened:
    """Switch an organisation's sandbox on; with one already, that is returned.

    Raises:
        NotInASandbox: the organisation is a sandbox itself.
        OrganisationNotFound: there is none.
    """
    with transaction():
        parent = twins.lock_parent(organisation_id)
        known = live_sandbox(organisation_id=organisation_id)
        if known is not None:
            return Opened(sandbox=described(known), is_new=False)
        made = _make(parent, now=now)
        _write_down("open", made, parent=parent, actor=actor, now=now)
        return Opened(sandbox=described(made), is_new=True)


def reset_sandbox(*, organisation_id: int, actor: Actor, now: datetime) -> Sandbox:
    """Put a new sandbox in the place of the old one, with the same keys, endpoints and codes.

    Raises:
        NotInASandbox: the organisation is a sandbox itself.
        NoSandbox: it has none.
    """
    with transaction():
        parent = twins.lock_parent(organisation_id)
        old_code = sandbox_of(organisation_id=organisation_id).code
        retired = twins.retire_sandbox(parent=parent, now=now)
        if retired is None:  # the lock is held: nobody else retired it
            raise AssertionError
        execute(statement(ROOM, "free_codes.sql"), old=old_code, new=retired.code)
        made = _make(parent, now=now)
        twins.hand_over(retired=retired, successor=made)
        _write_down("reset", made, parent=parent, actor=actor, now=now)
        return described(made)


def top_up_sandbox(*, organisation_id: int, amount: Money, actor: Actor, now: datetime) -> int:
    """Put play money into a sandbox, and pay its arrears from it at once; return the lot's id.

    Raises:
        NoSandbox: there is no sandbox.
        UnableToTopUpSandbox: not positive, or beyond TOP_UP_MAX.
    """
    if not Money(0) < amount <= TOP_UP_MAX:
        message = "Top a sandbox up by more than nothing, and by at most a million yuan at once."
        raise UnableToTopUpSandbox(message, details={"field": "amount"})
    with transaction_if_not_already():
        sandbox = sandbox_of(organisation_id=organisation_id)
        lot_id = _fill(sandbox, amount=amount, now=now)
        audit.record(
            action="sandboxes.top_up",
            object_type="sandbox",
            object_id=str(sandbox.public_id),
            actor=actor,
            organisation_id=sandbox.pk,
            now=now,
            detail={"amount_micro": amount.amount_micro},
        )
        return lot_id


def close_sandbox_month(*, organisation_id: int, month: date, now: datetime) -> Closing:
    """Rate what waits in a sandbox and close a month of it that is over, as the month's run does.

    The run itself passes sandboxes by: their bills are issued when somebody asks for them.

    Raises:
        NoSandbox: there is no sandbox.
        UnableToCloseMonth: the month is not over.
        BillingMonthMissing: there is no such month.
        UnableToCloseSandboxMonth: something of it waits for a person.
    """
    sandbox = sandbox_of(organisation_id=organisation_id)
    for _ in rating.rate_all(now=now, tenant_id=sandbox.pk):
        pass
    closing = invoices.close_tenant_month(tenant_id=sandbox.pk, month=month, now=now)
    if closing.parked_reason:
        message = f"The month stays open: {closing.parked_reason}"
        raise UnableToCloseSandboxMonth(message)
    return closing


@transaction_required
def _make(parent: Organisation, *, now: datetime) -> Organisation:
    """Make a sandbox with all that belongs in it; the codes of all are its own."""
    sandbox = twins.add_sandbox(parent=parent, now=now)
    code, name = sandbox.code, sandbox.name
    centre = catalogue.open_centre(
        code=code, name=name, owner_id=sandbox.pk, operator_id=sandbox.pk
    )
    # Its capacity is unknown: whoever tries things reports what no cluster could run.
    cluster = catalogue.add_cluster(centre_id=centre.pk, code=code, name=name)
    card_type = _price(sandbox, now=now)
    source = metering.open_source(
        code=code,
        name=name,
        cluster_id=cluster.pk,
        card_type=card_type,
        time_zone=settings.BILLING_TIME_ZONE,
        now=now,
    )
    project = contracts.add_project(tenant_id=sandbox.pk, code=DEMO_PROJECT, name="示例 Demo")
    metering.map_account(source_id=source.pk, account=parent.code, tenant_id=sandbox.pk)
    metering.map_account(
        source_id=source.pk,
        account=project_account(parent.code),
        tenant_id=sandbox.pk,
        project_id=project.pk,
    )
    _fill(sandbox, amount=PLAY_MONEY, now=now)
    return sandbox


@transaction_required
def _price(sandbox: Organisation, *, now: datetime) -> str:
    """Give each card type what the public lists ask for it today; return the first, or ''.

    A list of the sandbox's own contract holds for nobody else, whatever happens to it.
    """
    prices = catalogue.make_price_list(
        kind="contract", code=sandbox.code, issuer_id=sandbox.pk, tenant_id=sandbox.pk
    )
    found = rows(statement(ROOM, "public_prices.sql"), at=now)
    for price in found:
        known = price["unit_price_micro"]
        catalogue.publish_price(
            price_list_id=prices.pk,
            meter_id=price["meter_id"],
            valid_from=now - PRICES_SINCE,
            unit_price_micro=PRICE_WITHOUT_LIST.amount_micro if known is None else known,
            now=now,
        )
    priced = [price["card_type"] for price in found if price["unit_price_micro"] is not None]
    return next(iter(priced or [price["card_type"] for price in found]), "")


@transaction_required
def _fill(sandbox: Organisation, *, amount: Money, now: datetime) -> int:
    lot = ledger.top_up(
        tenant_id=sandbox.pk,
        operator_id=sandbox.pk,
        amount_micro=amount.amount_micro,
        custody=CUSTODY,
        reference=f"sandbox-{uuid7()}",
        now=now,
    )
    return int(lot.pk)


@transaction_required
def _write_down(
    verb: str, sandbox: Organisation, *, parent: Organisation, actor: Actor, now: datetime
) -> None:
    """Tell the organisation's own log, which outlives every sandbox."""
    audit.record(
        action=f"sandboxes.{verb}",
        object_type="sandbox",
        object_id=str(sandbox.public_id),
        actor=actor,
        organisation_id=parent.pk,
        now=now,
        detail={"code": sandbox.code},
    )
