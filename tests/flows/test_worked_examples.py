"""Every number of docs/worked-examples.md is a number of the books."""

from __future__ import annotations

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.invoices import documents, queries
from compute_billing.invoices.models import Invoice
from compute_billing.packages import operations
from compute_billing.packages import queries as packages
from compute_billing.packages.models import PackageOrder, PackageRecognition
from kernel.money import Money
from kernel.sql import rows
from tests.builders.einvoices import make_issued, reverse, set_item
from tests.builders.market import NOW, Market
from tests.flows.worked_examples import TENANT, Example, Row, examples, make_given, make_package
from tests.flows.worked_payments import steps_of

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
KNOWN_TABLES = {"given", "use", "correction", "charge", "document", "credit note", "e-invoice"}
PACKAGE_TABLES = {"given", "wanted", "change", "month"}
PACKAGES = [example for example in examples() if "wanted" in example.tables]
PAID = [example for example in examples() if "step" in example.tables]
EXAMPLES = [
    example for example in examples() if not {"wanted", "step", "event"} & set(example.tables)
]
PAYERS = {"promotion": "promotion", "award": "programme", "paid": "prepaid", "arrears": "arrears"}


def charges_of(market: Market, example: Example, names: dict[str, str]) -> list[Row]:
    """Return the charges as the page tells them, in order of arrival."""
    found = rows(
        "SELECT c.id, k.external_id, c.quantity, c.gross, s.payer_kind, s.amount"
        " FROM rating_charge c"
        " JOIN metering_usage_key k ON k.usage_id = c.usage_id"
        " LEFT JOIN rating_charge_share s ON s.tenant_id = c.tenant_id"
        " AND s.recorded_month = c.recorded_month AND s.charge_id = c.id"
        " WHERE c.tenant_id = %(tenant_id)s ORDER BY c.id",
        tenant_id=market.tenants[TENANT].pk,
    )
    called = {external_id: name for name, external_id in names.items()}
    corrections = [row["correction"] for row in example.tables.get("correction", [])]
    told: dict[int, Row] = {}
    for share in found:
        name = called.get(share["external_id"]) or corrections[0]
        row = told.setdefault(
            share["id"],
            {
                "charge": name,
                "card-hours": str(share["quantity"] // CARD_HOUR),
                "gross": Money(share["gross"]).to_text(),
                **dict.fromkeys(PAYERS.values(), "0.000000"),
            },
        )
        if share["payer_kind"] is not None:
            row[PAYERS[share["payer_kind"]]] = Money(share["amount"]).to_text()
    return list(told.values())


def documents_of(market: Market) -> list[Row]:
    """Return the bills and credit notes as the page tells them."""
    return [
        {
            "document": f"{bill.series}-{bill.number:06d}",
            "gross": Money(bill.gross).to_text(),
            "promotion": Money(bill.discount).to_text(),
            "net": Money(bill.net).to_text(),
            "programme": Money(bill.programme).to_text(),
            "prepaid": Money(bill.tenant_paid).to_text(),
            "arrears": Money(bill.arrears).to_text(),
            "tax": Money(bill.tax).to_text(),
            "total": Money.from_fen(bill.total_fen).fen_text(),
            "carried": Money(bill.carried_micro).to_text(),
        }
        for bill in Invoice.objects.filter(tenant=market.tenants[TENANT]).order_by("id")
    ]


def credits_told(market: Market) -> list[Row]:
    """Return what credit notes take back from, as the page tells it."""
    return [
        {
            "credit note": f"{note.series}-{note.number:06d}",
            "takes back from": credit.bill_number,
            "amount": Money(credit.amount).to_text(),
        }
        for note in Invoice.objects.filter(tenant=market.tenants[TENANT]).order_by("id")
        for credit in queries.credits_of(invoice_id=note.pk)
    ]


def einvoices_told(market: Market) -> list[Row]:
    """Invoice all bills, take back what their credit notes say, and tell it as the page does."""
    set_item(market.operator)
    told: list[Row] = []
    blue = None
    for document in Invoice.objects.filter(tenant=market.tenants[TENANT]).order_by("id"):
        if document.kind == Invoice.Kind.BILL:
            made = blue = make_issued([document])
        else:
            assert blue is not None
            made = reverse(blue, note=document, reason="02")
        told.append(
            {
                "e-invoice": f"{document.series}-{document.number:06d}",
                "colour": str(made.colour),
                "before tax": Money.from_fen(made.amount_fen).fen_text(),
                "tax": Money.from_fen(made.tax_fen).fen_text(),
                "with tax": Money.from_fen(made.total_fen).fen_text(),
            }
        )
    return told


def changes_of(order: PackageOrder) -> list[Row]:
    """Return the changes of a package as the page tells them."""
    return [
        {
            "change": change.kind,
            "up to": str(change.ends_on),
            "cards more": str(change.cards_after - change.cards_before),
            "months left": f"{change.factor // 10_000}.{change.factor % 10_000:04d}",
            "paid": Money(change.amount_micro).to_text(),
        }
        for change in reversed(packages.changes_of(order_id=order.pk))
    ]


def months_of(order: PackageOrder) -> list[Row]:
    """Return the months of a package as the page tells them: card time granted, money earned."""
    granted = packages.months_of(order_id=order.pk)
    earned = PackageRecognition.objects.filter(order=order).order_by("month")
    return [
        {
            "month": f"{month.month:%Y-%m}",
            "card-hours": str(month.granted // CARD_HOUR),
            "earned": Money(told.amount_micro).to_text(),
        }
        for month, told in zip(granted, earned, strict=True)
    ]


def test_the_page_has_examples_and_no_table_that_nobody_reads() -> None:
    assert len(EXAMPLES) >= 3
    for example in EXAMPLES:
        assert set(example.tables) <= KNOWN_TABLES, example.title
    assert len(PACKAGES) >= 1
    for example in PACKAGES:
        assert set(example.tables) == PACKAGE_TABLES, example.title
    assert len(PAID) >= 2
    for example in PAID:
        assert set(example.tables) == {"given", "step"}, example.title


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_a_worked_example_is_what_the_books_say(example: Example) -> None:
    # given what the example gives, used, corrected and closed by the real operations
    market, names = make_given(example)
    # then charges, documents and credits are its numbers
    assert charges_of(market, example, names) == example.tables["charge"]
    assert documents_of(market) == example.tables["document"]
    assert credits_told(market) == example.tables.get("credit note", [])
    if "e-invoice" in example.tables:
        assert einvoices_told(market) == example.tables["e-invoice"]
    # and each document can be printed, and every law of the books holds
    for bill in Invoice.objects.all():
        assert documents.bill_document(
            tenant_id=bill.tenant_id, public_id=bill.public_id, language="en"
        ).content.startswith(b"%PDF-")
    assert [verdict.law.name for verdict in verify_books(full=True) if not verdict.holds] == []


@pytest.mark.parametrize("example", PACKAGES, ids=lambda example: example.title)
def test_a_worked_package_is_what_the_books_say(example: Example) -> None:
    # given a package that is bought and changed as the example wants
    order = make_package(example)
    # when all its months are over
    operations.recognise_month(month=order.ends_on.replace(day=1), now=NOW)
    # then its changes and months are the numbers of the page, and every law of the books holds
    assert changes_of(order) == example.tables["change"]
    assert months_of(order) == example.tables["month"]
    changes = reversed(packages.changes_of(order_id=order.pk))
    assert [str(change.starts_on) for change in changes] == [
        row["first day"] for row in example.tables["wanted"]
    ]
    assert [verdict.law.name for verdict in verify_books(full=True) if not verdict.holds] == []


@pytest.mark.parametrize("example", PAID, ids=lambda example: example.title)
def test_worked_payments_are_what_the_books_say(example: Example) -> None:
    # given what the example gives, when its steps are taken one after the other
    told = list(steps_of(example))
    # then lot, reserve, debt and cash are the numbers of the page after each, and every law holds
    assert told == example.tables["step"]
    assert [verdict.law.name for verdict in verify_books(full=True) if not verdict.holds] == []
