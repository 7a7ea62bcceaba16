"""Rows of the permission matrix for e-invoices, titles and the issuer's desk."""

from __future__ import annotations

from typing import Final

from accounts.models import Organisation
from accounts.permissions import Role, Scope, Staff
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.models import EInvoice
from compute_billing.invoices.models import Invoice
from tests.architecture.access import Access, Row, World
from tests.architecture.desk_rows import BILL_READING, BUYING
from tests.builders.accounts import make_user
from tests.builders.einvoices import make_issued, make_request, make_title, set_item
from tests.builders.invoices import close, make_use
from tests.builders.market import NOW, Market, make_market
from tests.builders.reading import market_of

DESK_READING: Final = Access(roles={Role.OWNER, Role.FINANCE}, staff={Staff.FINANCE, Staff.AUDITOR})
DESK_ACTING: Final = Access(roles={Role.OWNER, Role.FINANCE}, staff={Staff.FINANCE})
READING: Final = Access(scope=Scope.BILLING_READ, roles={Role.OWNER, Role.FINANCE, Role.VIEWER})


def asking(body: dict[str, object] | None = None) -> Access:
    """Return who asks for invoices by the API."""
    return Access(scope=Scope.BILLING_WRITE, roles={Role.OWNER, Role.FINANCE}, body=body)


def _bill(market: Market, code: str) -> Invoice:
    make_use(market, code)
    close(market, code)
    set_item(market.operator)
    return Invoice.objects.get(issuer=market.operator)


def asked_by(organisation: Organisation) -> EInvoice:
    """Return an e-invoice that the organisation asked for."""
    found = EInvoice.objects.filter(tenant=organisation, state="requested").first()
    if found is not None:
        return found
    for bill in queries.open_bills(tenant_id=organisation.pk):
        set_item(bill.issuer)
        return make_request([bill])
    return make_request([_bill(market_of(organisation), "own")])


def asked_of(organisation: Organisation, *, is_issued: bool = False) -> EInvoice:
    """Return an e-invoice that somebody asked the organisation for."""
    market = make_market(operator=organisation)
    market.add_tenant("buyer", paid_yuan=10)
    make_use(market, "buyer")
    close(market, "buyer")
    set_item(organisation)
    bill = Invoice.objects.get(tenant=market.tenants["buyer"])
    return make_issued([bill]) if is_issued else make_request([bill])


def own_title(world: World) -> dict[str, object]:
    """Name a title of the organisation, by its code."""
    title = make_title(world.organisation)
    return {"code": world.organisation.code, "title_id": title.public_id}


def a_title(world: World) -> dict[str, object]:
    """Name a title of the organisation."""
    return {"title_id": make_title(world.organisation).public_id}


def an_einvoice(world: World) -> dict[str, object]:
    """Name an e-invoice that the organisation asked for."""
    return {"einvoice_id": asked_by(world.organisation).public_id}


def to_issue(world: World) -> dict[str, object]:
    """Name an e-invoice that the organisation is to issue."""
    return {"einvoice_id": asked_of(world.organisation).public_id}


def issued(world: World) -> dict[str, object]:
    """Name an e-invoice that the organisation issued."""
    return {"einvoice_id": asked_of(world.organisation, is_issued=True).public_id}


def a_file(world: World) -> dict[str, object]:
    """Name a file that the organisation exported."""
    asked_of(world.organisation)
    operations.export_einvoices(issuer_id=world.organisation.pk, user_id=make_user().pk, now=NOW)
    (made,) = queries.files_of(issuer_ids=[world.organisation.pk], limit=1)
    return {"file_id": made.public_id, "form": "json"}


KEEPING: Final = Row(methods={"POST": BUYING}, make=own_title)

EINVOICE_ROWS: Final[dict[str, Row]] = {
    "procurement": Row(
        methods={"GET": BUYING, "POST": BUYING},
        make=lambda world: {"code": world.organisation.code},
    ),
    "api-procurement": Row(methods={"GET": READING, "PUT": asking()}),
    "invoice-titles": Row(
        methods={"GET": BUYING, "POST": BUYING},
        make=lambda world: {"code": world.organisation.code},
    ),
    "invoice-title": Row(methods={"GET": BUYING, "POST": BUYING}, make=own_title),
    "invoice-title-default": KEEPING,
    "invoice-title-retire": KEEPING,
    "einvoices": Row(methods={"GET": BILL_READING}),
    "einvoice-request": Row(methods={"GET": BUYING, "POST": BUYING}),
    "einvoice": Row(methods={"GET": BILL_READING}, make=an_einvoice),
    "einvoice-withdraw": Row(methods={"POST": BUYING}, make=an_einvoice),
    "einvoice-desk": Row(methods={"GET": DESK_READING}),
    "einvoice-export": Row(methods={"POST": DESK_ACTING}),
    "einvoice-answers": Row(methods={"POST": DESK_ACTING}),
    "einvoice-items": Row(methods={"GET": DESK_READING, "POST": DESK_ACTING}),
    "einvoice-file": Row(methods={"GET": DESK_READING}, make=a_file),
    "einvoice-desk-one": Row(methods={"GET": DESK_READING}, make=to_issue),
    "einvoice-answer": Row(methods={"POST": DESK_ACTING}, make=to_issue),
    "einvoice-reverse": Row(methods={"POST": DESK_ACTING}, make=issued),
    "api-titles": Row(methods={"GET": READING, "POST": asking({"name": "某公司"})}),
    "api-title": Row(methods={"GET": READING, "POST": asking({"name": "某公司"})}, make=a_title),
    "api-title-default": Row(methods={"POST": asking()}, make=a_title),
    "api-title-retire": Row(methods={"POST": asking()}, make=a_title),
    "api-einvoices": Row(methods={"GET": READING, "POST": asking()}),
    "api-einvoice": Row(methods={"GET": READING}, make=an_einvoice),
    "api-einvoice-withdraw": Row(methods={"POST": asking()}, make=an_einvoice),
}
