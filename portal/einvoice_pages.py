"""E-invoices (数电票), titles and tax codes as pages and files show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.einvoices.data_file import quantity_text, rate_text, yuan
from compute_billing.einvoices.queries import RedLetterDue, Title
from kernel.money import MICRO_PER_FEN
from portal.exports import Cell
from portal.figures import MoneyFigure, money
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import Text, worded

STATES: Final[dict[str, Text]] = {
    "requested": gettext_lazy("requested"),
    "exported": gettext_lazy("at the tax bureau"),
    "issued": gettext_lazy("issued"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("withdrawn"),
}
KINDS: Final[dict[str, Text]] = {
    "special": gettext_lazy("special VAT invoice"),
    "ordinary": gettext_lazy("ordinary invoice"),
}
REASONS: Final[dict[str, Text]] = {
    "01": gettext_lazy("01 issued wrongly"),
    "02": gettext_lazy("02 sale returned"),
    "03": gettext_lazy("03 service ended"),
    "04": gettext_lazy("04 allowance"),
}
EINVOICE_COLUMNS: Final = (
    *("document", "colour", "kind", "state", "number", "issued_on", "issuer", "tenant", "title"),
    *("amount", "tax", "total", "requested_at", "refusal", "bills"),
)
LINE_COLUMNS: Final = (
    *("position", "item", "tax_code", "specification", "card_hours", "amount", "tax_rate"),
    *("tax", "total"),
)
TITLE_COLUMNS: Final = (
    *("name", "uscc", "address", "phone", "bank", "bank_account", "email", "mobile", "default"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBill:
    """An e-invoice as a bill's page names it."""

    public_id: UUID
    is_red: bool
    state: Text
    number: str
    issued_on: date | None
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoicePage:
    """All of an e-invoice."""

    public_id: UUID
    document: str
    is_red: bool
    kind: Text
    state: str
    state_text: Text
    number: str
    issued_on: date | None
    issuer: str
    issuer_uscc: str
    tenant: str
    tenant_code: str
    title: Any
    remarks: str
    refusal: str
    reason: Text
    confirmation_no: str
    amount: MoneyFigure
    tax: MoneyFigure
    total: MoneyFigure
    requested_at: Any
    bills: Sequence[tuple[UUID, str]]
    corrects: tuple[UUID, str] | None
    red_letters: Sequence[OnBill]


def fen(figure: int) -> MoneyFigure:
    """Return whole fen as a figure."""
    return money(figure * MICRO_PER_FEN)


def bill_number(bill: Any) -> str:
    """Return a bill's number as it is printed."""
    return f"{bill.series}-{bill.number:06d}"


def on_bill(found: Iterable[Any]) -> list[OnBill]:
    """Return e-invoices as a bill's page names them."""
    return [
        OnBill(
            public_id=one.public_id,
            is_red=one.colour == "red",
            state=worded(STATES, one.state),
            number=one.number or "",
            issued_on=one.issued_on,
            refusal=one.refusal,
        )
        for one in found
    ]


def einvoice_page(one: Any, red_letters: Iterable[Any]) -> EInvoicePage:
    """Put an e-invoice's page together."""
    sign = _sign(one)
    return EInvoicePage(
        public_id=one.public_id,
        document=one.document_no,
        is_red=one.colour == "red",
        kind=worded(KINDS, one.kind),
        state=one.state,
        state_text=worded(STATES, one.state),
        number=one.number or "",
        issued_on=one.issued_on,
        issuer=one.issuer_name,
        issuer_uscc=one.issuer_uscc,
        tenant=one.tenant.name,
        tenant_code=one.tenant.code,
        title={
            name: getattr(one.title, name)
            for name in ("name", "uscc", "address", "phone", "bank", "bank_account", "email")
        },
        remarks=one.remarks,
        refusal=one.refusal,
        reason=worded(REASONS, one.reason) if one.reason else "",
        confirmation_no=one.confirmation_no,
        amount=fen(sign * one.amount_fen),
        tax=fen(sign * one.tax_fen),
        total=fen(sign * one.total_fen),
        requested_at=one.requested_at,
        bills=[(bill.invoice.public_id, bill_number(bill.invoice)) for bill in one.bills.all()]
        or ([(one.credit_note.public_id, bill_number(one.credit_note))] if one.credit_note else []),
        corrects=None
        if one.corrects is None
        else (one.corrects.public_id, one.corrects.number or ""),
        red_letters=on_bill(red_letters),
    )


def _sign(one: Any) -> int:
    return -1 if one.colour == "red" else 1


def einvoices_table(found: Iterable[Any], *, page: str, shows_tenant: bool) -> Table:
    """Return e-invoices, each with the way to its page."""
    return Table(
        name=_("E-invoices"),
        columns=[
            _("Document no."),
            _("Kind"),
            _("Tenant") if shows_tenant else _("Issued by"),
            _("Title"),
            _("With tax"),
            _("State"),
            _("Number"),
            _("Requested"),
        ],
        rows=[
            TableRow(
                key=str(one.public_id),
                cells=[
                    TableCell(
                        text=one.document_no,
                        url=reverse(page, args=[one.public_id]),
                        badge=_("red letter") if one.colour == "red" else "",
                    ),
                    words(worded(KINDS, one.kind)),
                    words(one.tenant.name if shows_tenant else one.issuer_name),
                    words(one.title.name),
                    amount(fen(_sign(one) * one.total_fen), name="total"),
                    words(worded(STATES, one.state), note=one.refusal),
                    words(one.number or "–", note=str(one.issued_on or "")),
                    instant(one.requested_at),
                ],
            )
            for one in found
        ],
    )


def einvoice_cells(found: Iterable[Any]) -> list[list[Cell]]:
    """Return the rows of a file of e-invoices."""
    return [
        [
            one.document_no,
            one.colour,
            one.kind,
            one.state,
            one.number,
            one.issued_on,
            one.issuer.code,
            one.tenant.code,
            one.title.name,
            *(
                Decimal(yuan(_sign(one) * part))
                for part in (one.amount_fen, one.tax_fen, one.total_fen)
            ),
            one.requested_at,
            one.refusal,
            " ".join(bill_number(bill.invoice) for bill in one.bills.all()),
        ]
        for one in found
    ]


def lines_table(lines: Iterable[Any], *, sign: int) -> Table:
    """Return the lines as the invoice prints them."""
    return Table(
        name=_("Lines"),
        columns=[
            _("Item"),
            _("Specification"),
            _("Card-hours"),
            _("Before tax"),
            _("Rate"),
            _("Tax"),
        ],
        rows=[
            TableRow(
                key=str(line.position),
                cells=[
                    words(line.item.name, note=line.item.code),
                    words(line.specification),
                    TableCell(text=quantity_text(int(line.quantity)) or "–"),
                    amount(fen(sign * line.amount_fen), name="amount"),
                    TableCell(text=f"{line.rate_ppm // 10_000}%"),
                    amount(fen(sign * line.tax_fen), name="tax"),
                ],
            )
            for line in lines
        ],
    )


def line_cells(lines: Iterable[Any], *, sign: int) -> list[list[Cell]]:
    """Return the rows of a file of lines."""
    return [
        [
            line.position,
            line.item.name,
            line.item.code,
            line.specification,
            quantity_text(int(line.quantity)),
            Decimal(yuan(sign * line.amount_fen)),
            Decimal(rate_text(line.rate_ppm)),
            Decimal(yuan(sign * line.tax_fen)),
            Decimal(yuan(sign * line.total_fen)),
        ]
        for line in lines
    ]


def due_table(found: Sequence[RedLetterDue]) -> Table:
    """Return credit notes whose red letters are due, each with the way to the blue invoice."""
    return Table(
        name=_("Red letters due"),
        columns=[_("Credit note"), _("Tenant"), _("Corrects e-invoice"), _("Taken back"), _("Day")],
        rows=[
            TableRow(
                key=f"{one.credit_note}",
                cells=[
                    TableCell(
                        text=one.credit_note_number,
                        url=f"{reverse('einvoice-desk-one', args=[one.blue])}"
                        f"?credit_note={one.credit_note}#red",
                    ),
                    words(one.tenant),
                    words(one.blue_number),
                    amount(money(-one.net)),
                    instant(one.issued_at),
                ],
            )
            for one in found
        ],
    )


def due_cells(found: Iterable[RedLetterDue]) -> list[list[Cell]]:
    """Return the rows of a file of what is due."""
    return [
        [one.credit_note_number, one.tenant, one.blue_number, Decimal(-one.net) / 10**6]
        for one in found
    ]


def files_table(found: Iterable[Any]) -> Table:
    """Return what was exported, with its hash and both forms."""
    return Table(
        name=_("Exported files"),
        columns=[
            _("Made"),
            _("Issued by"),
            _("E-invoices"),
            _("SHA-256 of the JSON"),
            _("Table"),
        ],
        rows=[
            TableRow(
                key=str(one.public_id),
                cells=[
                    TableCell(
                        at=one.made_at,
                        url=reverse("einvoice-file", args=[one.public_id, "json"]),
                        text="JSON",
                    ),
                    words(one.issuer.name),
                    TableCell(text=f"{one.einvoices:,}"),
                    words(f"{one.sha256[:16]}…"),
                    words("CSV", url=reverse("einvoice-file", args=[one.public_id, "csv"])),
                ],
            )
            for one in found
        ],
    )


def file_cells(found: Iterable[Any]) -> list[list[Cell]]:
    """Return the rows of a file of files."""
    return [
        [str(one.public_id), one.issuer.code, one.made_at, one.einvoices, one.sha256]
        for one in found
    ]


def titles_table(found: Iterable[Title], *, code: str) -> Table:
    """Return an organisation's titles, each with the way to its page."""
    return Table(
        name=_("Invoice titles"),
        columns=[_("Title"), _("Unified social credit code"), _("Address and phone"), _("Bank")],
        rows=[
            TableRow(
                key=str(one.public_id),
                cells=[
                    TableCell(
                        text=one.name,
                        url=reverse("invoice-title", args=[code, one.public_id]),
                        badge=_("default") if one.is_default else "",
                        tone="words",
                    ),
                    words(one.uscc),
                    words(f"{one.address} {one.phone}".strip(), note=one.email),
                    words(f"{one.bank} {one.bank_account}".strip()),
                ],
            )
            for one in found
        ],
    )


def title_cells(found: Iterable[Title]) -> list[list[Cell]]:
    """Return the rows of a file of titles."""
    return [
        [
            *(getattr(one, name) for name in TITLE_COLUMNS[:-1]),
            "yes" if one.is_default else "",
        ]
        for one in found
    ]
